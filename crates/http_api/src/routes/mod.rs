//! Every operation of the client API, one file for each area; each file lists its routes at its top.

mod accounts;
mod admin;
mod announcements;
mod annual_reports;
mod apps;
mod async_refreshes;
mod collections;
mod conversations;
mod custom_emojis;
mod directory;
mod documents;
mod domain_blocks;
mod empty;
mod featured_tags;
mod filters;
mod filters_v1;
mod follow_requests;
mod grouped_notifications;
mod house;
mod instance;
mod lineage;
mod lists;
mod media;
mod mutes;
mod networks;
mod notification_requests;
mod notifications;
mod oauth;
mod polls;
mod practice;
mod profile;
mod push;
mod quotes;
mod regard;
mod reports;
mod scheduled_statuses;
mod search;
mod settings;
mod statuses;
mod streaming;
mod tags;
mod timelines;
mod translation;

use actix_web::guard::{Any, Patch, Put};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route};
use serde::Serialize;
use service::{App, Paged};

use crate::ApiError;
use crate::openapi::Operations;
use crate::pagination::Ends;

/// What a handler answers.
pub(crate) type Answer = Result<HttpResponse, ApiError>;

pub(crate) fn json<T: Serialize>(entity: T) -> Answer {
    Ok(HttpResponse::Ok().json(entity))
}

/// An empty object, as Mastodon answers where there is nothing to say.
pub(crate) fn nothing() -> Answer {
    json(serde_json::json!({}))
}

/// A route for what is changed: Mastodon takes PUT and PATCH for it alike, and apps send either.
fn put_or_patch() -> Route {
    web::route().guard(Any(Put()).or(Patch()))
}

/// A page of entities with the links to its neighbours; to the next only where this one was read in full.
pub(crate) fn page<V, E: Serialize + From<V>>(
    request: &HttpRequest,
    app: &App,
    page: Paged<V>,
) -> Answer {
    let ends = Ends {
        more: page.is_full,
        ..Ends::of(&page)
    };
    entities::<V, E>(request, app, page, ends)
}

/// A page of a timeline, which as in Mastodon always has a next one, unless it is empty itself:
/// what is read may be fewer than what is there.
pub(crate) fn timeline<V, E: Serialize + From<V>>(
    request: &HttpRequest,
    app: &App,
    page: Paged<V>,
) -> Answer {
    let ends = Ends::of(&page);
    entities::<V, E>(request, app, page, ends)
}

fn entities<V, E: Serialize + From<V>>(
    request: &HttpRequest,
    app: &App,
    page: Paged<V>,
    ends: Ends,
) -> Answer {
    let items: Vec<E> = page.items.into_iter().map(E::from).collect();
    Ok(crate::pagination::page(
        request,
        &app.settings().public_url,
        &items,
        ends,
    ))
}

/// Routes below `/api`.
pub fn configure_api(config: &mut ServiceConfig) {
    empty::routes(config);
    // Before the accounts, whose `{id}` would take `familiar_followers`.
    regard::routes(config);
    accounts::routes(config);
    announcements::routes(config);
    annual_reports::routes(config);
    admin::routes(config);
    apps::routes(config);
    async_refreshes::routes(config);
    collections::routes(config);
    directory::routes(config);
    conversations::routes(config);
    custom_emojis::routes(config);
    documents::routes(config);
    domain_blocks::routes(config);
    featured_tags::routes(config);
    filters::routes(config);
    filters_v1::routes(config);
    follow_requests::routes(config);
    house::routes(config);
    instance::routes(config);
    lineage::routes(config);
    lists::routes(config);
    media::routes(config);
    mutes::routes(config);
    networks::routes(config);
    // Before the notifications, whose `{id}` would take `requests`.
    notification_requests::routes(config);
    grouped_notifications::routes(config);
    notifications::routes(config);
    polls::routes(config);
    practice::routes(config);
    profile::routes(config);
    push::routes(config);
    quotes::routes(config);
    reports::routes(config);
    scheduled_statuses::routes(config);
    search::routes(config);
    settings::routes(config);
    statuses::routes(config);
    streaming::routes(config);
    tags::routes(config);
    timelines::routes(config);
    translation::routes(config);
    crate::openapi::routes(config);
}

/// Routes that apps call under `/oauth` and `/.well-known`; the pages there are the `web` crate's.
pub fn configure_oauth(config: &mut ServiceConfig) {
    oauth::routes(config);
}

/// Describes every one of them; a test compares this with `tests/stories/routes.tsv`.
pub(crate) fn operations(api: &mut Operations) {
    accounts::operations(api);
    admin::operations(api);
    announcements::operations(api);
    annual_reports::operations(api);
    apps::operations(api);
    async_refreshes::operations(api);
    collections::operations(api);
    conversations::operations(api);
    custom_emojis::operations(api);
    directory::operations(api);
    documents::operations(api);
    domain_blocks::operations(api);
    empty::operations(api);
    featured_tags::operations(api);
    filters::operations(api);
    filters_v1::operations(api);
    follow_requests::operations(api);
    grouped_notifications::operations(api);
    house::operations(api);
    instance::operations(api);
    lineage::operations(api);
    lists::operations(api);
    media::operations(api);
    mutes::operations(api);
    networks::operations(api);
    notification_requests::operations(api);
    notifications::operations(api);
    oauth::operations(api);
    polls::operations(api);
    practice::operations(api);
    profile::operations(api);
    push::operations(api);
    quotes::operations(api);
    regard::operations(api);
    reports::operations(api);
    scheduled_statuses::operations(api);
    search::operations(api);
    settings::operations(api);
    statuses::operations(api);
    streaming::operations(api);
    tags::operations(api);
    timelines::operations(api);
    translation::operations(api);
    crate::openapi::operations(api);
}
