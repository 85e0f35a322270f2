//! A status in another language.
//! <https://docs.joinmastodon.org/entities/Translation/>

use domain::{MediaId, PollId};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Translation {
    pub content: String,
    pub spoiler_text: String,
    #[schema(required)]
    pub poll: Option<TranslatedPoll>,
    /// Those that are described.
    pub media_attachments: Vec<TranslatedAttachment>,
    pub detected_source_language: String,
    pub language: String,
    pub provider: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TranslatedPoll {
    #[schema(value_type = String)]
    pub id: PollId,
    pub options: Vec<TranslatedOption>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TranslatedOption {
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TranslatedAttachment {
    #[schema(value_type = String)]
    pub id: MediaId,
    pub description: String,
}
