//! Subject networks. Mastodon has no such thing: all of it is below `/api/staffroom/v1`.

use domain::{AccountId, StatusId, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::time::moment;
use super::{Account, Status};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Network {
    /// That of its account.
    #[schema(value_type = String)]
    pub id: AccountId,
    pub account: Account,
    pub title: String,
    /// HTML.
    pub description: String,
    /// Plain text.
    pub rules: String,
    /// `others_wait`, `members` or `steward_approval`.
    pub posting: &'static str,
    /// `open`, `by_approval` or `closed`.
    pub membership: &'static str,
    /// By name; in a list of networks none.
    pub stewards: Vec<Account>,
    /// Whether you are one of them.
    pub is_steward: bool,
    /// Whether all that it passes on is practice, with or without the hashtag.
    pub posts_are_practice: bool,
}

/// What began a thread of a network.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NetworkPost {
    /// That of the status.
    #[schema(value_type = String)]
    pub id: StatusId,
    pub status: Status,
    /// `waiting`, `announced`, `refused` or `removed`.
    pub state: &'static str,
    pub pinned: bool,
    pub answered: bool,
    #[schema(value_type = Option<String>, required)]
    pub answer_id: Option<StatusId>,
}

/// Something that two stewards have to want.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NetworkProposal {
    pub number: i32,
    /// `add_steward`, `remove_steward`, `ban`, `unban`, `change_rules`, `move`, `share_key`, `posts_are_practice` or `move_back`.
    pub kind: &'static str,
    #[schema(required)]
    pub target: Option<Account>,
    #[schema(required)]
    pub proposed_by: Option<Account>,
    /// New rules; of `posts_are_practice`, `yes` or `no`.
    pub rules: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

/// What came of something, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkAnswer {
    pub message: String,
}

/// What another server has to know, besides both halves of its key, to go on with a network. Nothing of it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedNetwork {
    /// By which other servers know it.
    pub id: String,
    pub name: String,
    pub title: String,
    /// As typed.
    pub description: String,
    pub rules: String,
    /// All that it passes on is practice.
    pub posts_are_practice: bool,
    pub posting: String,
    pub membership: String,
    /// Handles.
    pub stewards: Vec<String>,
    /// PEM.
    pub public_key: String,
    /// Of the servers on which its followers live.
    pub inboxes: Vec<String>,
    /// Ids of those who live on other servers.
    pub members: Vec<String>,
    /// When it moved last, RFC 3339.
    pub moved_at: Option<String>,
}

/// Half of the key of a network. One alone says nothing.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkHalf {
    pub half: String,
}
