//! A file to which a status links and that is never shown in it: ours, and not Mastodon's.

use domain::MediaId;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Document {
    #[schema(value_type = String)]
    pub id: MediaId,
    /// As whoever keeps it finds it among their files.
    pub name: String,
    /// A media type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes; null where its server does not say.
    #[schema(required)]
    pub size: Option<i64>,
    #[schema(required)]
    pub url: Option<String>,
}
