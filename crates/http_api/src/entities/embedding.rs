//! A status for the pages of others.
//! <https://oembed.com>

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Embedding {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub version: &'static str,
    pub title: String,
    pub author_name: String,
    pub author_url: String,
    pub provider_name: String,
    pub provider_url: String,
    /// Seconds.
    pub cache_age: u32,
    /// The words themselves, without a script.
    pub html: String,
    pub width: i64,
    #[schema(required)]
    pub height: Option<i64>,
}
