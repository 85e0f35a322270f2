//! Hashtags. There are no trends here, so the history is empty.
//! <https://docs.joinmastodon.org/entities/Tag/>

use serde::Serialize;

use super::Empty;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tag {
    pub id: String,
    pub name: String,
    pub url: String,
    pub history: Empty,
    /// Only for somebody signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub following: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub featuring: Option<bool>,
}
