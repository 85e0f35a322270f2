//! What somebody is told.
//! <https://docs.joinmastodon.org/entities/Notification/>

use domain::{NotificationId, Time};
use serde::Serialize;

use super::account::Account;
use super::status::Status;
use super::time::moment;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notification {
    pub id: NotificationId,
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(serialize_with = "moment")]
    pub created_at: Time,
    /// `ungrouped-ID`.
    pub group_key: String,
    pub account: Account,
    /// Only of the kinds that are about a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}
