//! What whoever looks after the server has to tell.
//! <https://docs.joinmastodon.org/entities/Announcement/>

use domain::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::time::{moment, moment_or_null};
use super::{CustomEmoji, Empty, Mention, StatusTag};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Announcement {
    pub id: String,
    pub content: String,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub starts_at: Option<Time>,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub ends_at: Option<Time>,
    pub all_day: bool,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub published_at: Time,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
    pub read: bool,
    pub mentions: Vec<Mention>,
    #[schema(schema_with = crate::openapi::empty_list)]
    pub statuses: Empty,
    pub tags: Vec<StatusTag>,
    pub emojis: Vec<CustomEmoji>,
    pub reactions: Vec<Reaction>,
}

/// <https://docs.joinmastodon.org/entities/Reaction/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reaction {
    pub name: String,
    pub count: i64,
    pub me: bool,
    /// Only of custom emoji, as the next is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub static_url: Option<String>,
}
