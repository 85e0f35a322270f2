//! How two people stand to each other.
//! <https://docs.joinmastodon.org/entities/Relationship/>

use domain::{AccountId, Time};
use serde::Serialize;

use super::Account;
use super::time::moment_or_null;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relationship {
    pub id: AccountId,
    pub following: bool,
    pub showing_reblogs: bool,
    pub notifying: bool,
    pub languages: Option<Vec<String>>,
    pub followed_by: bool,
    pub blocking: bool,
    pub blocked_by: bool,
    pub muting: bool,
    pub muting_notifications: bool,
    #[serde(serialize_with = "moment_or_null")]
    pub muting_expires_at: Option<Time>,
    pub requested: bool,
    pub requested_by: bool,
    pub domain_blocking: bool,
    pub endorsed: bool,
    pub note: String,
}

/// Somebody whom one mutes.
/// <https://docs.joinmastodon.org/entities/Account/#MutedAccount>
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MutedAccount {
    #[serde(flatten)]
    pub account: Account,
    #[serde(serialize_with = "moment_or_null")]
    pub mute_expires_at: Option<Time>,
}

/// Who of those whom one follows follows somebody.
/// <https://docs.joinmastodon.org/entities/FamiliarFollowers/>
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FamiliarFollowers {
    pub id: AccountId,
    pub accounts: Vec<Account>,
}
