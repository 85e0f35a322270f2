//! The description of the client API, made from the code: what a handler takes from a request says which
//! scopes and parameters it has, entities say what is answered. `routes/AREA.rs` lists its operations.
//! <https://spec.openapis.org/oas/v3.1.0>

mod draft;
mod elsewhere;
mod operations;
mod page;
mod parts;
mod plain;
mod words;

use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Data};
use service::App;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::routes::Routes;

pub(crate) use operations::Operations;

/// Seconds for which a copy of the description is good.
const KEPT: u32 = 300;

pub(crate) fn routes(routes: &mut Routes) {
    routes.at("/openapi.json", [web::get().to(show)]);
    page::routes(routes);
}

pub(crate) fn operations(api: &mut Operations) {
    api.get("/openapi.json", "This description", show)
        .answers_schema(ObjectBuilder::new().schema_type(Type::Object));
}

/// The description as JSON, the same until the program is another.
async fn show(app: Data<App>) -> HttpResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let mut api = Operations::default();
        crate::routes::operations(&mut api);
        elsewhere::operations(&mut api);
        let document = api.into_document(app.settings().version);
        document.to_json().unwrap_or_default()
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={KEPT}")))
        .body(text.as_str())
}

/// What is always null.
pub(crate) fn null() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Null).into()
}

/// A list in which there is never anything.
pub(crate) fn empty_list() -> RefOr<Schema> {
    ArrayBuilder::new()
        .items(ObjectBuilder::new().schema_type(Type::Null))
        .max_items(Some(0))
        .into()
}

#[cfg(test)]
mod tests;
