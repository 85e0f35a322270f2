//! Where Mastodon has its pages, and apps, links and managers of passwords look for them: they are led to ours.

use actix_web::web::{self, ServiceConfig};

use crate::sign_in::go;

const PLACES: [(&str, &str); 19] = [
    // <https://w3c.github.io/webappsec-change-password-url/>
    ("/.well-known/change-password", "/settings/account"),
    ("/about/more", "/about"),
    // Whoever signs in without having confirmed is sent the mail again.
    ("/auth/confirmation/new", "/sign-in"),
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
    ("/settings/preferences/notifications", "/settings"),
    ("/settings/preferences/other", "/settings"),
    ("/settings/profile", "/settings"),
    ("/terms", "/about#privacy"),
    ("/terms-of-service", "/about#terms"),
];

pub(crate) fn configure(config: &mut ServiceConfig) {
    for (from, to) in PLACES {
        let lead = move || async move { go(to, None) };
        config.service(web::resource(from).route(web::get().to(lead)));
    }
}
