//! What would trend; nothing is ranked on this server.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use actix_web::web::{self, ServiceConfig};

use super::super::{Answer, json};
use crate::extract::Caller;
use crate::extract::scope::AdminReadAll;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/v1/admin/trends/links").route(web::get().to(nothing)))
        .service(web::resource("/v1/admin/trends/statuses").route(web::get().to(nothing)))
        .service(web::resource("/v1/admin/trends/tags").route(web::get().to(nothing)));
}

async fn nothing(_: Caller<AdminReadAll>) -> Answer {
    json([(); 0])
}
