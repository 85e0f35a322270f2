//! Whether we have to do with whoever comes: what they send is not taken, and what they ask for not given.
//!
//! The other two gates are where we go out: `net::transport` asks nobody, and `outgoing` owes nothing to anybody, whom
//! the rules refuse.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use serde_json::json;
use service::App;

use crate::Refusal;
use crate::documents::wants_activity_json;
use crate::origin::Origin;

/// Whether the rules refuse the server of this id; an id without a server is for others to judge.
pub(crate) async fn refuses(app: &App, id: &str) -> Result<bool, Refusal> {
    let Some(origin) = Origin::parse(id) else {
        return Ok(false);
    };
    let policy = service::policy::current(app).await?;
    Ok(policy.refuses(&origin.authority()))
}

/// Gives nothing to a server that the rules refuse and that says who it is, for `wrap(from_fn(serve_whom_we_may))`.
/// Where we have to do with few, those that do not say so get no documents either, but the key of this server.
///
/// # Errors
/// Only what the layers below return.
pub async fn serve_whom_we_may<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let app = request.app_data::<Data<App>>().cloned();
    let Some(app) = app.filter(|_| reads) else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let refused = match asking(&request) {
        Some(key) => match refuses(&app, &key).await {
            Ok(refused) => refused.then(HttpResponse::Forbidden),
            Err(_) => {
                let mut response = HttpResponse::ServiceUnavailable();
                response.insert_header((header::RETRY_AFTER, "30"));
                Some(response)
            }
        },
        None => {
            let open = !wants_activity_json(request.headers()) || request.path() == "/actor";
            (!open && app.settings().is_limited()).then(HttpResponse::Unauthorized)
        }
    };
    match refused {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(mut response) => {
            response.insert_header((header::CACHE_CONTROL, "private, no-store"));
            let response =
                response.json(json!({ "error": "We have nothing to do with this server" }));
            Ok(request.into_response(response).map_into_right_body())
        }
    }
}

/// The id of the key that a request is signed with, or says so: who lies about it finds no document, since only those
/// whose signature fits do where few are allowed.
fn asking(request: &ServiceRequest) -> Option<String> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let (text, name) = match (header("signature-input"), header("signature")) {
        (Some(text), _) => (text, "keyid=\""),
        (None, Some(text)) => (text, "keyId=\""),
        (None, None) => return None,
    };
    let (_, rest) = text.split_once(name)?;
    let (key, _) = rest.split_once('"')?;
    Some(key.to_owned())
}
