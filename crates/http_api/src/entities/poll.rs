//! Questions with answers to choose from.
//! <https://docs.joinmastodon.org/entities/Poll/>

use domain::{PollId, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::account::CustomEmoji;
use super::time::moment_or_null;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Poll {
    #[schema(value_type = String)]
    pub id: PollId,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub expires_at: Option<Time>,
    pub expired: bool,
    pub multiple: bool,
    pub votes_count: i64,
    #[schema(required)]
    pub voters_count: Option<i64>,
    pub options: Vec<PollOption>,
    pub emojis: Vec<CustomEmoji>,
    /// Only for somebody signed in, as the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub voted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<i16>)]
    pub own_votes: Option<Vec<i16>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PollOption {
    pub title: String,
    /// None while counts are hidden.
    #[schema(required)]
    pub votes_count: Option<i64>,
}
