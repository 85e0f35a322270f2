//! People as others see them, and as they see themselves.
//! <https://docs.joinmastodon.org/entities/Account/>

use chrono::NaiveDate;
use domain::{AccountId, Time, Visibility};
use serde::Serialize;
use utoipa::ToSchema;

use super::quote::Approval;
use super::time::{moment, moment_or_null};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Account {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub username: String,
    pub acct: String,
    pub display_name: String,
    pub locked: bool,
    pub bot: bool,
    #[schema(required)]
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub group: bool,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    pub note: String,
    pub url: String,
    pub uri: String,
    pub avatar: String,
    pub avatar_static: String,
    pub avatar_description: String,
    pub header: String,
    pub header_static: String,
    pub header_description: String,
    pub followers_count: i64,
    pub following_count: i64,
    pub statuses_count: i64,
    #[schema(value_type = Option<String>, format = Date, required)]
    pub last_status_at: Option<NaiveDate>,
    #[schema(required)]
    pub hide_collections: Option<bool>,
    pub show_media: bool,
    pub show_media_replies: bool,
    pub show_featured: bool,
    /// Only of those who live here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub noindex: Option<bool>,
    pub emojis: Vec<CustomEmoji>,
    /// Only of those who live here; the roles that are shown to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<AccountRole>)]
    pub roles: Option<Vec<AccountRole>>,
    pub fields: Vec<Field>,
    pub feature_approval: Approval,
    /// Only of those who moved away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Box<Account>, no_recursion)]
    pub moved: Option<Box<Account>>,
    /// Sent only when true, as the next two are.
    #[serde(skip_serializing_if = "is_false")]
    pub suspended: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub limited: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub memorial: bool,
}

/// Somebody's own account, with what only they may know.
/// <https://docs.joinmastodon.org/entities/Account/#CredentialAccount>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CredentialAccount {
    #[serde(flatten)]
    pub account: Account,
    pub source: Source,
    pub role: Role,
}

/// What the owner wrote, before it became HTML, and how new posts begin.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Source {
    #[schema(value_type = String)]
    pub privacy: Visibility,
    pub sensitive: bool,
    #[schema(required)]
    pub language: Option<String>,
    pub note: String,
    pub fields: Vec<Field>,
    pub follow_requests_count: i64,
    #[schema(required)]
    pub hide_collections: Option<bool>,
    #[schema(required)]
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub attribution_domains: Vec<String>,
    pub quote_policy: &'static str,
    /// How posts are written unless an app says otherwise, as in GoToSocial.
    pub status_content_type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Field {
    pub name: String,
    pub value: String,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub verified_at: Option<Time>,
}

/// <https://docs.joinmastodon.org/entities/CustomEmoji/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CustomEmoji {
    pub shortcode: String,
    pub url: String,
    pub static_url: String,
    pub visible_in_picker: bool,
    #[schema(required)]
    pub category: Option<String>,
}

/// A role as others see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountRole {
    pub id: String,
    pub name: String,
    pub color: String,
}

/// One's own role.
/// <https://docs.joinmastodon.org/entities/Role/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Role {
    pub id: String,
    pub name: String,
    pub color: String,
    /// A bit mask as a decimal string.
    pub permissions: String,
    pub highlighted: bool,
    pub collection_limit: i64,
}

fn is_false(said: &bool) -> bool {
    !said
}
