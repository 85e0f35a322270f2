//! What was decided about somebody, or about others with whom they had to do.

use domain::{StatusId, Time};
use serde::Serialize;
use service::moderation::appeals::State;
use service::views::{Severance, Warning};
use utoipa::ToSchema;

use super::account::Account;
use super::time::moment;

/// <https://docs.joinmastodon.org/entities/AccountWarning/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountWarning {
    pub id: String,
    pub action: &'static str,
    pub text: String,
    /// What was reported, if a report led to it.
    #[schema(value_type = Option<Vec<String>>, required)]
    pub status_ids: Option<Vec<StatusId>>,
    pub target_account: Account,
    /// What the person says against it, on the page of the warning.
    #[schema(required)]
    pub appeal: Option<Appeal>,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

/// <https://docs.joinmastodon.org/entities/Appeal/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Appeal {
    pub text: String,
    /// `pending`, `approved` or `rejected`.
    pub state: &'static str,
}

/// <https://docs.joinmastodon.org/entities/RelationshipSeveranceEvent/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RelationshipSeveranceEvent {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whom it was are not kept.
    pub purged: bool,
    pub target_name: String,
    pub followers_count: i64,
    pub following_count: i64,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

impl AccountWarning {
    #[must_use]
    pub fn of(warning: Warning, account: Account) -> Self {
        let state = State::of(&warning);
        Self {
            id: warning.id.to_string(),
            action: warning.action.name(),
            text: warning.text,
            status_ids: Some(warning.status_ids).filter(|ids| !ids.is_empty()),
            target_account: account,
            appeal: state.map(|state| Appeal {
                text: warning.appeal.unwrap_or_default(),
                state: state.name(),
            }),
            created_at: warning.created_at,
        }
    }
}

impl From<Severance> for RelationshipSeveranceEvent {
    fn from(row: Severance) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.cause.name(),
            purged: true,
            target_name: row.target_name,
            followers_count: row.followers,
            following_count: row.following,
            created_at: row.created_at,
        }
    }
}
