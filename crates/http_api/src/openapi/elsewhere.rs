//! What apps ask of this server that other crates answer.

use utoipa::openapi::HttpMethod::Get;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::Operations;

/// Below no `/api`, and without a token.
pub(super) fn operations(api: &mut Operations) {
    let object = || ObjectBuilder::new().schema_type(Type::Object);
    api.of_another_door(Get, "/.well-known/nodeinfo", "Where NodeInfo documents are")
        .answers_schema(object());
    api.of_another_door(
        Get,
        "/nodeinfo/{version}",
        "Which program this is (NodeInfo 2.0 and 2.1)",
    )
    .answers_schema(object())
    .may_answer("404");
    api.of_another_door(
        Get,
        "/.well-known/webfinger",
        "Where somebody is (RFC 7033)",
    )
    .asks("resource")
    .answers_as(
        "200",
        "application/jrd+json",
        "Links to somebody's documents",
    )
    .may_answer("404");
    let authorize = api.of_another_door(Get, "/oauth/authorize", "Ask people to let an app in");
    authorize.answers_as("200", "text/html", "A page that asks them");
    for name in ["response_type", "client_id", "redirect_uri"] {
        authorize.asks(name);
    }
    api.of_another_door(Get, "/health", "Whether the server works")
        .answers_as("200", "text/plain", "It does");
}
