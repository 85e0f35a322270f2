//! How two people stand to each other.
//! <https://docs.joinmastodon.org/entities/Relationship/>

use domain::{AccountId, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::Account;
use super::time::moment_or_null;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Relationship {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub following: bool,
    pub showing_reblogs: bool,
    pub notifying: bool,
    #[schema(required)]
    pub languages: Option<Vec<String>>,
    pub followed_by: bool,
    pub blocking: bool,
    pub blocked_by: bool,
    pub muting: bool,
    pub muting_notifications: bool,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub muting_expires_at: Option<Time>,
    pub requested: bool,
    pub requested_by: bool,
    pub domain_blocking: bool,
    pub endorsed: bool,
    pub note: String,
}

/// Somebody whom one mutes.
/// <https://docs.joinmastodon.org/entities/Account/#MutedAccount>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MutedAccount {
    #[serde(flatten)]
    pub account: Account,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub mute_expires_at: Option<Time>,
}

/// Who of those whom one follows follows somebody.
/// <https://docs.joinmastodon.org/entities/FamiliarFollowers/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FamiliarFollowers {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub accounts: Vec<Account>,
}
