//! The family tree of a post; of this server only.

use domain::{StatusId, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::time::{moment, moment_or_null};

/// All that a post comes from, and all that came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Lineage {
    /// Key of the post that was asked for.
    pub focus: String,
    /// Oldest first.
    pub nodes: Vec<LineageNode>,
    pub edges: Vec<LineageEdge>,
    /// Whether there is more than is shown.
    pub truncated: bool,
    /// For the author of the post only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LineageCounts)]
    pub counts: Option<LineageCounts>,
}

/// One post of a tree. Of what is not for the reader there is no more than that something stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineageNode {
    /// Its name in this answer.
    pub key: String,
    /// `shown`, `hidden` or `deleted`.
    pub state: &'static str,
    #[schema(value_type = Option<String>, required)]
    pub id: Option<StatusId>,
    #[schema(required)]
    pub uri: Option<String>,
    #[schema(required)]
    pub url: Option<String>,
    #[schema(required)]
    pub title: Option<String>,
    #[schema(required)]
    pub language: Option<String>,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub created_at: Option<Time>,
    #[schema(required)]
    pub account: Option<LineageAuthor>,
}

/// Who wrote a post of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineageAuthor {
    pub id: String,
    pub acct: String,
    pub display_name: String,
    pub url: String,
}

/// That one post comes from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineageEdge {
    pub id: String,
    /// Key of the source.
    pub source: String,
    /// Key of what comes from it.
    pub derived: String,
    /// `adaptation`, `tried` or `adopted`.
    pub kind: &'static str,
    /// `claimed` or `confirmed`.
    pub state: &'static str,
    /// What the later post says of it; may be empty.
    pub context: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// Whether the reader may confirm or refuse it.
    pub may_decide: bool,
}

/// How many came of a post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineageCounts {
    pub adaptation: i64,
    pub tried: i64,
    pub adopted: i64,
}

/// What somebody chose about adaptations of what they write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineageSettings {
    /// They are asked before one is confirmed, whatever the licence says.
    pub ask_first: bool,
}
