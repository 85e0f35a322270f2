//! What this server is, in the older shape.
//! <https://docs.joinmastodon.org/entities/V1_Instance/>

use serde::Serialize;
use utoipa::ToSchema;

use super::account::Account;
use super::instance::{MediaLimits, PollLimits, Rule, StatusLimits};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InstanceV1 {
    pub uri: String,
    pub title: String,
    pub short_description: String,
    pub description: String,
    pub email: String,
    pub version: String,
    pub urls: UrlsV1,
    pub stats: Stats,
    #[schema(required)]
    pub thumbnail: Option<String>,
    pub languages: Vec<String>,
    pub registrations: bool,
    pub approval_required: bool,
    pub invites_enabled: bool,
    pub configuration: ConfigurationV1,
    #[schema(required)]
    pub contact_account: Option<Account>,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UrlsV1 {
    pub streaming_api: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stats {
    pub user_count: i64,
    pub status_count: i64,
    pub domain_count: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConfigurationV1 {
    pub accounts: AccountLimitsV1,
    pub statuses: StatusLimits,
    pub media_attachments: MediaLimits,
    pub polls: PollLimits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountLimitsV1 {
    pub max_featured_tags: usize,
}
