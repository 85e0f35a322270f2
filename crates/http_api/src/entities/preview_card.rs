//! What the page is about to which a post links.
//! <https://docs.joinmastodon.org/entities/PreviewCard/>

use domain::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::account::Account;
use super::tag::TagHistory;
use super::time::moment_or_null;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PreviewCard {
    pub url: String,
    pub title: String,
    pub description: String,
    #[schema(required)]
    pub language: Option<String>,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub author_name: String,
    pub author_url: String,
    pub provider_name: String,
    pub provider_url: String,
    /// A frame, of films and the like; nothing else of other sites is HTML here.
    pub html: String,
    pub width: i32,
    pub height: i32,
    #[schema(required)]
    pub image: Option<String>,
    pub image_description: String,
    /// Of a photo.
    pub embed_url: String,
    #[schema(required)]
    pub blurhash: Option<String>,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub published_at: Option<Time>,
    pub authors: Vec<CardAuthor>,
    /// Only for somebody signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub missing_attribution: Option<bool>,
}

/// A page to which many link.
/// <https://docs.joinmastodon.org/entities/PreviewCard/#trends-link>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrendsLink {
    #[serde(flatten)]
    pub card: PreviewCard,
    /// The last seven days, today first; none where figures are hidden.
    pub history: Vec<TagHistory>,
}

/// <https://docs.joinmastodon.org/entities/PreviewCard/#PreviewCardAuthor>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CardAuthor {
    pub name: String,
    pub url: String,
    #[schema(required)]
    pub account: Option<Account>,
}
