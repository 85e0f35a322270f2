//! <https://docs.joinmastodon.org/methods/instance/>

use std::collections::BTreeMap;

use actix_web::web::{self, Data};
use domain::{ContentType, Role, Severity, limits};
use serde::{Deserialize, Serialize};
use service::instance::{self, Facts, Week};
use service::users::invites;
use service::{App, RegistrationMode, ShownTo, films, push};
use utoipa::ToSchema;

use super::{Answer, house, json};
use crate::ApiError;
use crate::entities::instance as e;
use crate::entities::instance_v1 as v1;
use crate::entities::{Account, DomainBlock, InstanceV1};
use crate::extract::scope::AnyScope;
use crate::extract::{Anyone, Params, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/instance", [web::get().to(version_1)])
        .at("/v2/instance", [web::get().to(version_2)])
        .at("/v1/instance/domain_blocks", [web::get().to(domain_blocks)])
        .at("/v1/instance/peers", [web::get().to(peers)])
        .at("/v1/peers/search", [web::get().to(search_peers)])
        .at("/v1/instance/activity", [web::get().to(activity)])
        .at("/v1/instance/languages", [web::get().to(all_languages)])
        .at(
            "/v1/instance/extended_description",
            [web::get().to(extended_description)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/instance",
        "What this server is and allows, in the older shape",
        version_1,
    )
    .answers::<InstanceV1>()
    .deprecated();
    api.get("/v2/instance", "What this server is and allows", version_2)
        .answers::<e::Instance>();
    api.get(
        "/v1/instance/domain_blocks",
        "Which servers are limited or shut out",
        domain_blocks,
    )
    .lists::<DomainBlock>();
    api.get("/v1/instance/peers", "Which servers are known here", peers)
        .lists::<String>();
    api.get(
        "/v1/peers/search",
        "Known servers by the beginning of their names",
        search_peers,
    )
    .lists::<String>();
    api.get(
        "/v1/instance/activity",
        "How much went on in each of the last twelve weeks",
        activity,
    )
    .lists::<e::Activity>();
    api.get(
        "/v1/instance/languages",
        "Languages by their codes",
        all_languages,
    )
    .lists::<e::Language>();
    api.get(
        "/v1/instance/extended_description",
        "More about this server",
        extended_description,
    )
    .answers::<e::ExtendedDescription>();
}

/// All that Mastodon 4.6.1 has: annual reports on demand and profiles (8), what pictures show (9), collections and words for
/// unknown notifications (10), what pictures show in `update_credentials` (11).
const API_VERSION: u32 = 11;

fn streaming(app: &App) -> String {
    let base = app.addresses().base();
    // `https` becomes `wss`, `http` becomes `ws`.
    base.strip_prefix("http")
        .map_or_else(|| base.to_owned(), |rest| format!("ws{rest}"))
}

fn status_limits(app: &App) -> e::StatusLimits {
    e::StatusLimits {
        max_characters: app.settings().max_characters,
        max_media_attachments: app.settings().max_media,
        characters_reserved_per_url: domain::text::URL_LENGTH,
        supported_mime_types: ContentType::NAMES,
    }
}

fn media_limits(app: &App) -> e::MediaLimits {
    e::MediaLimits {
        description_limit: limits::MEDIA_DESCRIPTION,
        supported_mime_types: films::mime_types(app),
        image_size_limit: app.settings().max_image_bytes,
        image_matrix_limit: service::media::MOST_PIXELS,
        video_size_limit: app.settings().max_video_bytes,
        video_frame_rate_limit: films::MOST_FRAMES,
        video_matrix_limit: films::MOST_PIXELS,
    }
}

const POLLS: e::PollLimits = e::PollLimits {
    max_options: limits::POLL_OPTIONS,
    max_characters_per_option: limits::POLL_OPTION,
    min_expiration: limits::POLL_SECONDS.0,
    max_expiration: limits::POLL_SECONDS.1,
};

fn languages() -> Vec<String> {
    vec!["en".to_owned()]
}

async fn version_2(app: Data<App>) -> Answer {
    let facts = instance::facts(&app).await?;
    let public_key = push::server_key(&app).await?.shown();
    let settings = app.settings();
    let at = |path: &str| app.addresses().join(path);
    let mode = settings.registrations.mode;
    let open = e::FeedAccess {
        local: "public",
        remote: "public",
    };
    json(e::Instance {
        domain: settings.host.to_string(),
        title: settings.title.clone(),
        version: settings.mastodon_version(),
        source_url: settings.source_url.clone(),
        description: settings.description.clone(),
        usage: e::Usage {
            users: e::ActiveUsers {
                active_month: facts.active_month,
            },
        },
        thumbnail: e::Thumbnail {
            url: at("/assets/thumbnail.png"),
            blurhash: (),
            versions: BTreeMap::new(),
            description: String::new(),
        },
        icon: vec![e::Icon {
            src: at("/assets/icon.png"),
            size: "192x192".to_owned(),
        }],
        languages: languages(),
        configuration: e::Configuration {
            urls: e::Urls {
                streaming: streaming(&app),
                status: (),
                about: Some(at("/about")),
                privacy_policy: at("/about#privacy"),
                terms_of_service: facts.has_terms.then(|| at("/about#terms")),
            },
            vapid: e::Vapid { public_key },
            accounts: e::AccountLimits {
                max_display_name_length: limits::DISPLAY_NAME,
                max_note_length: limits::BIOGRAPHY,
                max_avatar_description_length: limits::PICTURE_DESCRIPTION,
                max_header_description_length: limits::PICTURE_DESCRIPTION,
                max_featured_tags: limits::FEATURED_TAGS,
                max_pinned_statuses: limits::PINNED,
                max_profile_fields: limits::PROFILE_FIELDS,
                profile_field_name_limit: limits::PROFILE_FIELD,
                profile_field_value_limit: limits::PROFILE_FIELD,
            },
            statuses: status_limits(&app),
            media_attachments: media_limits(&app),
            polls: POLLS,
            translation: e::Translation {
                enabled: settings.translates,
            },
            timelines_access: e::TimelinesAccess {
                live_feeds: open,
                hashtag_feeds: open,
                trending_link_feeds: open,
            },
            limited_federation: settings.is_limited(),
        },
        registrations: e::Registrations {
            enabled: matches!(mode, RegistrationMode::Open | RegistrationMode::Approval),
            approval_required: mode == RegistrationMode::Approval,
            reason_required: settings.registrations.reason_required,
            message: None,
            min_age: settings.registrations.minimum_age,
            url: None,
        },
        api_versions: e::ApiVersions {
            mastodon: API_VERSION,
        },
        wrapstodon: (),
        contact: e::Contact {
            email: settings.contact_email.clone(),
            account: facts.contact.map(Account::from),
        },
        rules: house::all_rules(&app),
    })
}

async fn version_1(app: Data<App>) -> Answer {
    let Facts {
        users,
        statuses,
        domains,
        contact,
        ..
    } = instance::facts(&app).await?;
    let settings = app.settings();
    let mode = settings.registrations.mode;
    json(InstanceV1 {
        uri: settings.host.to_string(),
        title: settings.title.clone(),
        short_description: settings.description.clone(),
        description: settings.description.clone(),
        email: settings.contact_email.clone(),
        version: settings.mastodon_version(),
        urls: v1::UrlsV1 {
            streaming_api: streaming(&app),
        },
        stats: v1::Stats {
            user_count: users,
            status_count: statuses,
            domain_count: domains,
        },
        thumbnail: Some(app.addresses().join("/assets/thumbnail.png")),
        languages: languages(),
        registrations: matches!(mode, RegistrationMode::Open | RegistrationMode::Approval),
        approval_required: mode == RegistrationMode::Approval,
        invites_enabled: invites::may_make(&app, Role::User),
        configuration: v1::ConfigurationV1 {
            accounts: v1::AccountLimitsV1 {
                max_featured_tags: limits::FEATURED_TAGS,
            },
            statuses: status_limits(&app),
            media_attachments: media_limits(&app),
            polls: POLLS,
        },
        contact_account: contact.map(Account::from),
        rules: house::all_rules(&app),
    })
}

async fn peers(app: Data<App>) -> Answer {
    json(instance::peers(&app).await?)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Find {
    q: Text,
}

async fn search_peers(params: Params<Find>, app: Data<App>) -> Answer {
    let q = params.0.q.0.unwrap_or_default();
    json(instance::peers_with_prefix(&app, &q).await?)
}

async fn activity(app: Data<App>) -> Answer {
    let week = |week: &Week| e::Activity {
        week: week.begins.and_utc().timestamp().to_string(),
        statuses: week.statuses.to_string(),
        logins: week.logins.to_string(),
        registrations: week.registrations.to_string(),
    };
    let facts = instance::facts(&app).await?;
    json(facts.weeks.iter().map(week).collect::<Vec<_>>())
}

/// In which one may say that one writes.
async fn all_languages() -> Answer {
    let language = |(code, name): (&'static str, &'static str)| e::Language { code, name };
    json(domain::language::LANGUAGES.map(language).to_vec())
}

/// Which servers are blocked, for those who may see it.
async fn domain_blocks(viewer: Anyone<AnyScope>, app: Data<App>) -> Answer {
    match (app.settings().domain_blocks, viewer.person()) {
        (ShownTo::Everybody, _) | (ShownTo::Users, Some(_)) => {}
        (ShownTo::Users, None) => return Err(ApiError::NO_TOKEN),
        (ShownTo::Nobody, _) => return Err(ApiError::NotFound),
    }
    let (blocks, _) = service::domains::all(&app).await?;
    let shown: Vec<DomainBlock> = blocks
        .iter()
        .filter(|block| block.severity != Severity::Noop)
        .map(DomainBlock::from)
        .collect();
    json(shown)
}

async fn extended_description(app: Data<App>) -> Answer {
    json(e::ExtendedDescription {
        updated_at: (),
        content: instance::html(&app, &app.settings().description),
    })
}
