//! The page to read the description, and to try it: three small files of our own (docs/adr/0101).

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;

use crate::routes::Routes;

/// Nothing but this server's own script and style, and questions to this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/docs", [web::get().to(html)])
        .at("/docs.css", [web::get().to(css)])
        .at("/docs.js", [web::get().to(js)]);
}

async fn html() -> HttpResponse {
    file(
        "text/html; charset=utf-8",
        include_str!("../../assets/docs.html"),
    )
}

async fn css() -> HttpResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../../assets/docs.css"),
    )
}

async fn js() -> HttpResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../../assets/docs.js"),
    )
}

fn file(kind: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((
            header::CACHE_CONTROL,
            format!("public, max-age={}", super::KEPT),
        ))
        .body(text)
}
