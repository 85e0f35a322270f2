//! What would trend; nothing is ranked on this server.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use actix_web::web::{self, ServiceConfig};

use super::super::{Answer, json};
use crate::entities::{PreviewCard, Status, Tag};
use crate::extract::Caller;
use crate::extract::scope::AdminReadAll;
use crate::openapi::Operations;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/v1/admin/trends/links").route(web::get().to(nothing)))
        .service(web::resource("/v1/admin/trends/statuses").route(web::get().to(nothing)))
        .service(web::resource("/v1/admin/trends/tags").route(web::get().to(nothing)));
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/admin/trends/links",
        "Trending links to review: none, since nothing is ranked here",
        nothing,
    )
    .lists::<PreviewCard>();
    api.get(
        "/v1/admin/trends/statuses",
        "Trending posts to review: none, since nothing is ranked here",
        nothing,
    )
    .lists::<Status>();
    api.get(
        "/v1/admin/trends/tags",
        "Trending tags to review: none, since nothing is ranked here",
        nothing,
    )
    .lists::<Tag>();
}

async fn nothing(_: Caller<AdminReadAll>) -> Answer {
    json([(); 0])
}
