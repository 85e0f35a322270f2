//! Where Mastodon has its pages, and apps, links and managers of passwords look for them: they are led to ours.

use actix_web::web::{self, Path, ServiceConfig};

use crate::page::{Answer, Failure};
use crate::sign_in::go;

const PLACES: [(&str, &str); 14] = [
    // <https://w3c.github.io/webappsec-change-password-url/>
    ("/.well-known/change-password", "/settings/account"),
    ("/auth/edit", "/settings/account"),
    ("/auth/password/new", "/password/forgotten"),
    ("/auth/sign_in", "/sign-in"),
    ("/auth/sign_up", "/sign-up"),
    ("/oauth/authorized_applications", "/settings/sessions"),
    ("/privacy-policy", "/about#privacy"),
    ("/settings/applications", "/settings/sessions"),
    ("/settings/export", "/settings/transfer"),
    ("/settings/imports", "/settings/transfer"),
    ("/settings/migration", "/settings/move"),
    ("/settings/preferences", "/settings"),
    ("/settings/profile", "/settings"),
    ("/terms-of-service", "/about#terms"),
];

pub(crate) fn configure(config: &mut ServiceConfig) {
    for (from, to) in PLACES {
        let lead = move || async move { go(to, None) };
        config.service(web::resource(from).route(web::get().to(lead)));
    }
    config.service(web::resource("/invite/{code}").route(web::get().to(invitation)));
}

async fn invitation(code: Path<String>) -> Answer {
    let query = serde_urlencoded::to_string([("invite", code.as_str())])
        .map_err(|error| Failure::Server(error.to_string()))?;
    Ok(go(&format!("/sign-up?{query}"), None))
}
