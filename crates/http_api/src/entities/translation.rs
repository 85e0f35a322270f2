//! A status in another language.
//! <https://docs.joinmastodon.org/entities/Translation/>

use domain::{MediaId, PollId};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Translation {
    pub content: String,
    pub spoiler_text: String,
    pub poll: Option<TranslatedPoll>,
    /// Those that are described.
    pub media_attachments: Vec<TranslatedAttachment>,
    pub detected_source_language: String,
    pub language: String,
    pub provider: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranslatedPoll {
    pub id: PollId,
    pub options: Vec<TranslatedOption>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranslatedOption {
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranslatedAttachment {
    pub id: MediaId,
    pub description: String,
}
