//! Hashtags. There are no trends here, so the history is empty.
//! <https://docs.joinmastodon.org/entities/Tag/>

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::Empty;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tag {
    pub id: String,
    pub name: String,
    pub url: String,
    #[schema(schema_with = crate::openapi::empty_list)]
    pub history: Empty,
    /// Only for somebody signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub following: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub featuring: Option<bool>,
}

/// A hashtag on a profile.
/// <https://docs.joinmastodon.org/entities/FeaturedTag/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeaturedTag {
    pub id: String,
    pub name: String,
    pub url: String,
    pub statuses_count: String,
    #[schema(value_type = Option<String>, format = Date, required)]
    pub last_status_at: Option<NaiveDate>,
}
