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
mod invites;
mod lineage;
mod lists;
mod media;
mod mutes;
mod networks;
mod notification_policy_v1;
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
mod tree;
mod trends;

use actix_web::guard::{Any, Patch, Put};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route};
use serde::Serialize;
use service::{App, Paged};

use crate::ApiError;
use crate::openapi::Operations;
use crate::pagination::Ends;

pub(crate) use tree::Routes;

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
    api().configure(config);
}

fn api() -> Routes {
    let mut routes = Routes::default();
    empty::routes(&mut routes);
    regard::routes(&mut routes);
    accounts::routes(&mut routes);
    announcements::routes(&mut routes);
    annual_reports::routes(&mut routes);
    admin::routes(&mut routes);
    apps::routes(&mut routes);
    async_refreshes::routes(&mut routes);
    collections::routes(&mut routes);
    directory::routes(&mut routes);
    conversations::routes(&mut routes);
    custom_emojis::routes(&mut routes);
    documents::routes(&mut routes);
    domain_blocks::routes(&mut routes);
    featured_tags::routes(&mut routes);
    filters::routes(&mut routes);
    filters_v1::routes(&mut routes);
    follow_requests::routes(&mut routes);
    house::routes(&mut routes);
    instance::routes(&mut routes);
    lineage::routes(&mut routes);
    lists::routes(&mut routes);
    media::routes(&mut routes);
    mutes::routes(&mut routes);
    networks::routes(&mut routes);
    notification_policy_v1::routes(&mut routes);
    notification_requests::routes(&mut routes);
    grouped_notifications::routes(&mut routes);
    notifications::routes(&mut routes);
    polls::routes(&mut routes);
    practice::routes(&mut routes);
    profile::routes(&mut routes);
    push::routes(&mut routes);
    quotes::routes(&mut routes);
    reports::routes(&mut routes);
    scheduled_statuses::routes(&mut routes);
    search::routes(&mut routes);
    settings::routes(&mut routes);
    statuses::routes(&mut routes);
    streaming::routes(&mut routes);
    tags::routes(&mut routes);
    trends::routes(&mut routes);
    timelines::routes(&mut routes);
    translation::routes(&mut routes);
    crate::openapi::routes(&mut routes);
    routes
}

/// Routes that apps call under `/oauth`, `/.well-known` and `/invite`; the pages there are the `web` crate's.
pub fn configure_oauth(config: &mut ServiceConfig) {
    oauth::routes(config);
    invites::routes(config);
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
    notification_policy_v1::operations(api);
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
    trends::operations(api);
    timelines::operations(api);
    translation::operations(api);
    crate::openapi::operations(api);
}
