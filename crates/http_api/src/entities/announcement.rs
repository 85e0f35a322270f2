//! What whoever looks after the server has to tell.
//! <https://docs.joinmastodon.org/entities/Announcement/>

use domain::Time;
use serde::Serialize;

use super::time::{moment, moment_or_null};
use super::{CustomEmoji, Empty, StatusTag};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Announcement {
    pub id: String,
    pub content: String,
    #[serde(serialize_with = "moment_or_null")]
    pub starts_at: Option<Time>,
    #[serde(serialize_with = "moment_or_null")]
    pub ends_at: Option<Time>,
    pub all_day: bool,
    #[serde(serialize_with = "moment")]
    pub published_at: Time,
    #[serde(serialize_with = "moment")]
    pub updated_at: Time,
    pub read: bool,
    pub mentions: Empty,
    pub statuses: Empty,
    pub tags: Vec<StatusTag>,
    pub emojis: Vec<CustomEmoji>,
    pub reactions: Vec<Reaction>,
}

/// <https://docs.joinmastodon.org/entities/Reaction/>
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reaction {
    pub name: String,
    pub count: i64,
    pub me: bool,
    /// Only of custom emoji, as the next is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_url: Option<String>,
}
