//! How two people stand to each other.
//! <https://docs.joinmastodon.org/entities/Relationship/>

use domain::AccountId;
use serde::Serialize;

use super::Null;

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
    pub muting_expires_at: Null,
    pub requested: bool,
    pub requested_by: bool,
    pub domain_blocking: bool,
    pub endorsed: bool,
    pub note: String,
}
