//! Hashtags. Where figures are hidden, so is how much they are used.
//! <https://docs.joinmastodon.org/entities/Tag/>

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tag {
    pub id: String,
    pub name: String,
    pub url: String,
    /// The last seven days, today first; none where figures are hidden.
    pub history: Vec<TagHistory>,
    /// Only for somebody signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub following: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub featuring: Option<bool>,
}

/// How much something was used on a day.
/// <https://docs.joinmastodon.org/entities/Tag/#history>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TagHistory {
    /// Seconds since 1970.
    pub day: String,
    pub uses: String,
    pub accounts: String,
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
