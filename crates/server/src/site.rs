//! All addresses of a server and what every request goes through.

use ::web as pages;
use actix_web::dev::Server as Http;
use actix_web::guard::fn_guard;
use actix_web::http::{KeepAlive, header};
use actix_web::middleware::{Compress, Condition, DefaultHeaders, from_fn};
use actix_web::web::{self, Data, PayloadConfig, ServiceConfig};
use actix_web::{App as Site, HttpServer};
use anyhow::Context;
use http_api::extract::UploadLimit;
use http_api::middleware::client_address::{TrustedProxies, client_address};
use http_api::middleware::json_answers::{json_answers, unknown_route};
use http_api::middleware::rate_limit::{
    RateLimiter, RateLimits, is_admitted, is_upload_admitted, is_visitor_admitted, rate_limit,
};
use http_api::middleware::{
    as_sent::as_sent, cors, head::head, in_time::in_time, request_id::request_id,
    token_in_body::token_in_body, trailing_slash::trailing_slash, turned_away::turned_away,
    upgrade::upgrade,
};

use crate::health::{self, Health};
use crate::media;
use crate::metrics::count_request;
use crate::parts::Server;

/// Bytes of a body that is no upload.
const BODY: usize = 1_024 * 1_024;
/// Seconds in which requests may finish when we stop.
const GRACE: u64 = 8;

/// Begins to listen.
///
/// # Errors
/// If the address is taken.
pub fn listen(server: &Server, health: Data<Health>) -> anyhow::Result<Http> {
    let (app, federation, config) = (
        server.app.clone(),
        server.federation.clone(),
        &server.config,
    );
    let clock = app.clone();
    let limiter = config
        .limits
        .rate_limits
        .then(|| Data::new(RateLimiter::new(RateLimits::default(), move || clock.now())));
    let proxies = Data::new(TrustedProxies(config.server.trusted_proxies.clone()));
    // An avatar and a header may come together.
    let upload = Data::new(UploadLimit(config.media.max_image_bytes * 2));
    let (app, federation) = (Data::new(app), Data::new(federation));
    let counted = config.metrics.listen.is_some();
    let mut http = HttpServer::new(move || {
        let limiter = limiter.clone();
        Site::new()
            .app_data(app.clone())
            .app_data(federation.clone())
            .app_data(proxies.clone())
            .app_data(upload.clone())
            .app_data(health.clone())
            .app_data(Data::new(pages::ClientAddress(client_address)))
            .app_data(Data::new(pages::Limits {
                sign_up: is_admitted,
                post: is_visitor_admitted,
                upload: is_upload_admitted,
            }))
            .app_data(PayloadConfig::new(BODY))
            .configure(move |site| {
                if let Some(limiter) = limiter {
                    site.app_data(limiter);
                }
            })
            .configure(addresses)
            .wrap(from_fn(as_sent))
            .wrap(from_fn(turned_away))
            .wrap(from_fn(request_id))
            .wrap(Compress::default())
            .wrap(from_fn(upgrade))
            .wrap(from_fn(trailing_slash))
            .wrap(from_fn(head))
            .wrap(DefaultHeaders::new().add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .wrap(from_fn(in_time))
            .wrap(Condition::new(counted, from_fn(count_request)))
    })
    .keep_alive(KeepAlive::Timeout(std::time::Duration::from_secs(75)))
    .shutdown_timeout(GRACE)
    .disable_signals();
    if config.server.workers > 0 {
        http = http.workers(config.server.workers);
    }
    let address = config.server.listen;
    let http = http
        .bind(address)
        .with_context(|| format!("server.listen: {address}"))?;
    Ok(http.run())
}

fn addresses(site: &mut ServiceConfig) {
    site.service(
        web::scope("/api")
            .wrap(from_fn(rate_limit))
            .wrap(from_fn(token_in_body))
            .wrap(from_fn(json_answers))
            .wrap(cors::api())
            .configure(http_api::configure_api)
            .default_service(web::route().to(unknown_route)),
    )
    .configure(http_api::configure_oauth)
    .service(web::resource("/livez").route(web::get().to(health::alive)))
    .service(web::resource("/health").route(web::get().to(health::healthy)))
    .service(web::resource("/readyz").route(web::get().to(health::ready)))
    .service(web::resource("/media/{folder}/{name}").route(web::get().to(media::file)))
    .service(web::resource("/media/{folder}/{stem}/{name}").route(web::get().to(media::document)))
    .service(web::resource("/media/proxy/{kind}/{id}/{digest}").route(web::get().to(media::copy)))
    .service(
        // Everything that is no API: a scope of its own, whose refusals are pages.
        web::scope("")
            .wrap(from_fn(pages::refusals))
            .wrap(from_fn(cors::documents))
            .wrap(from_fn(federation::serve_whom_we_may))
            .service(
                web::resource("/@{name}")
                    .guard(fn_guard(wants_activity_json))
                    .route(web::get().to(federation::account_document)),
            )
            .service(
                web::resource("/@{name}/{id}")
                    .guard(fn_guard(wants_activity_json))
                    .route(web::get().to(federation::status_document)),
            )
            .configure(federation::configure)
            .configure(pages::configure),
    );
}

fn wants_activity_json(request: &actix_web::guard::GuardContext<'_>) -> bool {
    federation::wants_activity_json(request.head().headers())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::HttpRequest;
    use actix_web::test::{TestRequest, call_and_read_body, init_service};

    use super::*;

    const ROUTES: &str = include_str!("../../../tests/stories/routes.tsv");

    async fn registered(request: HttpRequest) -> String {
        format!("{:#?}", request.resource_map())
    }

    /// The paths in the printed tree of resources, which is all that actix shows of it.
    fn paths(printed: &str) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        let mut open: Vec<(usize, String)> = Vec::new();
        let mut lines = printed.lines().peekable();
        while let Some(line) = lines.next() {
            if line.trim_start() != "patterns: Single(" {
                continue;
            }
            let depth = line.len() - line.trim_start().len();
            let pattern: String =
                serde_json::from_str(lines.next().unwrap().trim().trim_end_matches(',')).unwrap();
            let is_prefix = lines
                .by_ref()
                .find_map(|line| line.trim().strip_prefix("is_prefix: "))
                == Some("true,");
            open.retain(|(above, _)| *above < depth);
            let outer = open.last().map_or("", |(_, prefix)| prefix.as_str());
            let path = format!("{outer}{pattern}");
            if is_prefix {
                open.push((depth, path));
            } else {
                paths.insert(path);
            }
        }
        paths
    }

    /// `tests/stories/routes.rs` asks for each of them in the name of everybody.
    #[actix_web::test]
    async fn every_address_is_in_the_list_of_who_may_ask() {
        let site = Site::new()
            // First, since the scope of the pages takes whatever comes to it.
            .route("/registered", web::get().to(registered))
            .configure(addresses);
        let site = init_service(site).await;
        let printed =
            call_and_read_body(&site, TestRequest::with_uri("/registered").to_request()).await;
        let mut found = paths(std::str::from_utf8(&printed).unwrap());
        assert!(found.remove("/registered"), "{found:?}");
        let listed = ROUTES.lines().filter(|line| !line.starts_with('#'));
        let listed: BTreeSet<String> = listed
            .map(|line| line.split('\t').nth(1).unwrap().to_owned())
            .collect();
        assert_eq!(found, listed);
    }
}
