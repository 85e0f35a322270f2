//! Addresses of Mastodon's pages that apps open in a browser, and where what is there is here.

use actix_web::web::{self, ServiceConfig};

use crate::sign_in::go;

/// Found in the source of Mastodon's own apps, Moshidon, Tusky and Pachli.
const PAGES: [(&str, &str); 12] = [
    ("/about/more", "/about"),
    // Whoever signs in without having confirmed is sent the mail again.
    ("/auth/confirmation/new", "/sign-in"),
    ("/auth/edit", "/settings"),
    ("/auth/password/new", "/password/forgotten"),
    ("/auth/sign_in", "/sign-in"),
    ("/auth/sign_up", "/sign-up"),
    ("/privacy-policy", "/about#privacy"),
    ("/settings/preferences/notifications", "/settings"),
    ("/settings/preferences/other", "/settings"),
    ("/settings/profile", "/settings"),
    ("/terms", "/about#privacy"),
    ("/terms-of-service", "/about#terms"),
];

pub fn configure(config: &mut ServiceConfig) {
    for (there, here) in PAGES {
        config.service(
            web::resource(there).route(web::get().to(move || async move { go(here, None) })),
        );
    }
}
