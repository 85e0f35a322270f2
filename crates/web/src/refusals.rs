//! Refusals as people see them: a page like every other, whoever refused; for others a line of text.

use std::borrow::Cow;

use actix_web::Error;
use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use service::App;

use crate::forms::Visitor;
use crate::page::{Failure, Sentence, say, visitor};

/// Shows refusals to browsers as a page, for `wrap(from_fn(refusals))`. Not for the API, whose refusals are JSON.
///
/// # Errors
/// Only what the layers below return.
pub async fn refusals<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    if reads_pages(&response) && !is_page(&response) {
        return Ok(as_page(response).await);
    }
    if response.response().body().size() == BodySize::Sized(0) {
        let text = status.canonical_reason().unwrap_or("Refused");
        return Ok(response.map_body(|head, _| {
            head.headers_mut()
                .insert(header::CONTENT_TYPE, plain_text());
            BoxBody::new(format!("{text}\n"))
        }));
    }
    Ok(response)
}

fn plain_text() -> header::HeaderValue {
    header::HeaderValue::from_static("text/plain; charset=utf-8")
}

fn reads_pages(response: &ServiceResponse) -> bool {
    response
        .request()
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html") && !accept.contains("json"))
}

/// A form with mistakes is a page already.
fn is_page(response: &ServiceResponse) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

async fn as_page(response: ServiceResponse) -> ServiceResponse {
    let Some(app) = response.request().app_data::<Data<App>>().cloned() else {
        return response;
    };
    let status = response.status();
    let said = response
        .response()
        .extensions()
        .get::<Sentence>()
        .map(|sentence| sentence.0.clone());
    // Where the database does not answer, the page is the one that strangers see.
    let visitor = visitor(response.request(), &app)
        .await
        .unwrap_or_else(|_| Visitor::stranger());
    let heading = heading(status);
    let Ok(mut page) = say(
        &app,
        &visitor,
        status,
        heading,
        &said.unwrap_or_else(|| sentence(status)),
    ) else {
        return response;
    };
    if let Some(wait) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    response.into_response(page)
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::GONE => "Gone",
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::BAD_REQUEST => "That did not work",
        StatusCode::FORBIDDEN => "Please try again",
        StatusCode::TOO_MANY_REQUESTS => "Too often",
        _ => "Something went wrong",
    }
}

/// For refusals that no page of ours made.
fn sentence(status: StatusCode) -> Cow<'static, str> {
    match status {
        StatusCode::NOT_FOUND => Failure::NotFound.sentence(),
        StatusCode::GONE => Failure::Gone.sentence(),
        StatusCode::METHOD_NOT_ALLOWED => "This address cannot be used in this way.".into(),
        status if status.is_client_error() => Failure::Unreadable.sentence(),
        _ => "Something went wrong here. Please try again in a moment.".into(),
    }
}

/// A refusal as text, for those who read no pages.
pub(crate) fn as_text(status: StatusCode, sentence: Cow<'static, str>) -> HttpResponse {
    let mut response = HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, plain_text()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(format!("{sentence}\n"));
    response.extensions_mut().insert(Sentence(sentence));
    response
}
