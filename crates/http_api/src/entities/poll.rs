//! Questions with answers to choose from.
//! <https://docs.joinmastodon.org/entities/Poll/>

use domain::{PollId, Time};
use serde::Serialize;

use super::account::CustomEmoji;
use super::time::moment_or_null;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Poll {
    pub id: PollId,
    #[serde(serialize_with = "moment_or_null")]
    pub expires_at: Option<Time>,
    pub expired: bool,
    pub multiple: bool,
    pub votes_count: i64,
    pub voters_count: Option<i64>,
    pub options: Vec<PollOption>,
    pub emojis: Vec<CustomEmoji>,
    /// Only for somebody signed in, as the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_votes: Option<Vec<i16>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PollOption {
    pub title: String,
    /// None while counts are hidden.
    pub votes_count: Option<i64>,
}
