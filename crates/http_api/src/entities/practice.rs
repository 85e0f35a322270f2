//! What a post says of a resource that it passes on: ours, and not Mastodon's.

use serde::Serialize;
use utoipa::ToSchema;

/// A practice post's resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Practice {
    /// Empty if there is none.
    pub title: String,
    pub stages: Vec<PracticeTerm>,
    pub subjects: Vec<PracticeTerm>,
    pub kinds: Vec<PracticeTerm>,
    #[schema(required)]
    pub licence: Option<PracticeLicence>,
    /// What others would need to find and use it: `title`, `stage`, `subject`, `licence`; only for the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>)]
    pub missing: Option<Vec<&'static str>>,
}

/// A term of the vocabulary at `/vocab`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PracticeTerm {
    pub id: String,
    pub label: String,
}

/// What may be done with a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PracticeLicence {
    pub id: String,
    pub label: String,
    pub url: String,
}
