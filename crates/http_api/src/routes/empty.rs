//! What apps ask for and this server truly has none of.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde_json::json as object;

use super::{Answer, json};
use crate::ApiError;
use crate::extract::Caller;
use crate::extract::scope::{AnyScope, Push, ReadFilters, ReadFollows, ReadLists, ReadStatuses};

pub(super) fn routes(config: &mut ServiceConfig) {
    // For everybody.
    for path in [
        "/v1/custom_emojis",
        "/v1/instance/rules",
        "/v1/trends",
        "/v1/trends/tags",
        "/v1/trends/statuses",
        "/v1/trends/links",
    ] {
        config.service(web::resource(path).route(web::get().to(none)));
    }
    config
        .service(web::resource("/v1/filters").route(web::get().to(none_of::<ReadFilters>)))
        .service(web::resource("/v2/filters").route(web::get().to(none_of::<ReadFilters>)))
        .service(web::resource("/v1/lists").route(web::get().to(none_of::<ReadLists>)))
        .service(
            web::resource("/v1/accounts/{id}/lists").route(web::get().to(none_of::<ReadLists>)),
        )
        .service(
            web::resource("/v1/scheduled_statuses").route(web::get().to(none_of::<ReadStatuses>)),
        )
        .service(web::resource("/v1/announcements").route(web::get().to(none_of::<AnyScope>)))
        .service(web::resource("/v1/followed_tags").route(web::get().to(none_of::<ReadFollows>)))
        .service(web::resource("/v1/suggestions").route(web::get().to(none_of::<AnyScope>)))
        .service(web::resource("/v2/suggestions").route(web::get().to(none_of::<AnyScope>)))
        .service(web::resource("/v1/push/subscription").route(web::get().to(no_subscription)));
}

async fn none() -> Answer {
    json(object!([]))
}

async fn none_of<S>(_: Caller<S>) -> Answer {
    json(object!([]))
}

/// Push is not built; nobody has a subscription.
async fn no_subscription(_: Caller<Push>) -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound)
}
