//! What apps ask about an invitation before somebody signs up with it. The address is that of its page, for which people ask.

use actix_web::guard::{GuardContext, fn_guard};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Path, ServiceConfig};
use service::App;
use service::users::invites;

use super::{Answer, json};
use crate::entities::instance::Invitation;
use crate::middleware::cors;
use crate::middleware::json_answers::json_answers;
use crate::middleware::rate_limit::rate_limit;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/invite/{code}")
            .guard(fn_guard(wants_json))
            .wrap(from_fn(rate_limit))
            .wrap(from_fn(json_answers))
            .wrap(cors::metadata())
            .route(web::get().to(show)),
    );
}

/// Apps name JSON, browsers name pages.
fn wants_json(request: &GuardContext<'_>) -> bool {
    let accept = request.head().headers().get(header::ACCEPT);
    accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}

async fn show(code: Path<String>, app: Data<App>) -> Answer {
    let invite_code = code.into_inner();
    invites::check(&app, invite_code.clone()).await?;
    json(Invitation {
        invite_code,
        instance_api_url: app.addresses().join("/api/v2/instance"),
    })
}
