//! What this server is and allows.
//! <https://docs.joinmastodon.org/entities/Instance/>

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::Null;
use super::account::Account;
use super::time::moment;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Instance {
    pub domain: String,
    pub title: String,
    pub version: String,
    pub source_url: String,
    pub description: String,
    pub usage: Usage,
    pub thumbnail: Thumbnail,
    pub icon: Vec<Icon>,
    pub languages: Vec<String>,
    pub configuration: Configuration,
    pub registrations: Registrations,
    pub api_versions: ApiVersions,
    #[schema(schema_with = crate::openapi::null)]
    pub wrapstodon: Null,
    pub contact: Contact,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    pub users: ActiveUsers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActiveUsers {
    pub active_month: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Thumbnail {
    pub url: String,
    #[schema(schema_with = crate::openapi::null)]
    pub blurhash: Null,
    #[schema(value_type = BTreeMap<String, String>)]
    pub versions: BTreeMap<&'static str, String>,
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Icon {
    pub src: String,
    /// `36x36`
    pub size: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Configuration {
    pub urls: Urls,
    pub vapid: Vapid,
    pub accounts: AccountLimits,
    pub statuses: StatusLimits,
    pub media_attachments: MediaLimits,
    pub polls: PollLimits,
    pub translation: Translation,
    pub timelines_access: TimelinesAccess,
    pub limited_federation: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Urls {
    /// `wss://…`, or `ws://…` without TLS.
    pub streaming: String,
    #[schema(schema_with = crate::openapi::null)]
    pub status: Null,
    #[schema(required)]
    pub about: Option<String>,
    pub privacy_policy: String,
    #[schema(required)]
    pub terms_of_service: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Vapid {
    pub public_key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountLimits {
    pub max_display_name_length: usize,
    pub max_note_length: usize,
    pub max_avatar_description_length: usize,
    pub max_header_description_length: usize,
    pub max_featured_tags: usize,
    pub max_pinned_statuses: i64,
    pub max_profile_fields: usize,
    pub profile_field_name_limit: usize,
    pub profile_field_value_limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusLimits {
    pub max_characters: usize,
    pub max_media_attachments: usize,
    pub characters_reserved_per_url: usize,
    /// How posts may be written, as in GoToSocial.
    #[schema(value_type = Vec<String>)]
    pub supported_mime_types: [&'static str; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MediaLimits {
    pub description_limit: usize,
    #[schema(value_type = Vec<String>)]
    pub supported_mime_types: &'static [&'static str],
    pub image_size_limit: usize,
    pub image_matrix_limit: u64,
    pub video_size_limit: usize,
    pub video_frame_rate_limit: u32,
    pub video_matrix_limit: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PollLimits {
    pub max_options: usize,
    pub max_characters_per_option: usize,
    pub min_expiration: i64,
    pub max_expiration: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = InstanceTranslation)]
pub struct Translation {
    pub enabled: bool,
}

/// Who may read which timeline: `public`, `authenticated` or `disabled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimelinesAccess {
    pub live_feeds: FeedAccess,
    pub hashtag_feeds: FeedAccess,
    pub trending_link_feeds: FeedAccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedAccess {
    pub local: &'static str,
    pub remote: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Registrations {
    pub enabled: bool,
    pub approval_required: bool,
    pub reason_required: bool,
    #[schema(required)]
    pub message: Option<String>,
    /// Years.
    #[schema(required)]
    pub min_age: Option<u32>,
    #[schema(required)]
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiVersions {
    /// What apps may rely on; never more than is there.
    pub mastodon: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Contact {
    pub email: String,
    #[schema(required)]
    pub account: Option<Account>,
}

/// <https://docs.joinmastodon.org/entities/Rule/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Rule {
    pub id: String,
    pub text: String,
    pub hint: String,
    pub translations: Translations,
}

impl Rule {
    /// A rule is called by its number.
    #[must_use]
    pub fn new(number: u32, text: String) -> Self {
        Self {
            id: number.to_string(),
            text,
            hint: String::new(),
            translations: Translations {},
        }
    }
}

/// Rules are kept in one language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Translations {}

/// How much went on in a week; numbers as text, as Mastodon has them.
/// <https://docs.joinmastodon.org/methods/instance/#activity>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Activity {
    /// Seconds since 1970.
    pub week: String,
    pub statuses: String,
    pub logins: String,
    pub registrations: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Language {
    pub code: &'static str,
    pub name: &'static str,
}

/// An invitation with which somebody can sign up, as Mastodon 4.6 tells it; its documentation does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invitation {
    pub invite_code: String,
    /// Where the server says whether, and how, one signs up.
    pub instance_api_url: String,
}

/// <https://docs.joinmastodon.org/entities/PrivacyPolicy/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PrivacyPolicy {
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
    pub content: String,
}

/// <https://docs.joinmastodon.org/entities/TermsOfService/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TermsOfService {
    #[schema(value_type = String, format = Date)]
    pub effective_date: NaiveDate,
    pub effective: bool,
    pub content: String,
    #[schema(schema_with = crate::openapi::null)]
    pub succeeded_by: Null,
}

/// <https://docs.joinmastodon.org/entities/ExtendedDescription/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExtendedDescription {
    /// When it changed is not known: it stands in the configuration.
    #[schema(schema_with = crate::openapi::null)]
    pub updated_at: Null,
    /// HTML.
    pub content: String,
}
