//! What somebody is told.
//! <https://docs.joinmastodon.org/entities/Notification/>

use domain::{AccountId, NotificationId, StatusId, Time};
use serde::Serialize;

use super::account::Account;
use super::report::Report;
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
    /// Only of reports, which moderators are told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// <https://docs.joinmastodon.org/methods/grouped_notifications/#GroupedNotificationsResults>
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Groups {
    pub accounts: Vec<Account>,
    pub statuses: Vec<Status>,
    pub notification_groups: Vec<Group>,
}

/// What several people did with one thing; here always one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    pub group_key: String,
    pub notifications_count: i64,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub most_recent_notification_id: NotificationId,
    pub page_min_id: NotificationId,
    pub page_max_id: NotificationId,
    #[serde(serialize_with = "moment")]
    pub latest_page_notification_at: Time,
    pub sample_account_ids: Vec<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_id: Option<StatusId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

impl Groups {
    /// Each notification as a group, each account and status once.
    pub fn of(notifications: impl Iterator<Item = Notification>) -> Self {
        let mut groups = Self::default();
        for one in notifications {
            groups.notification_groups.push(Group {
                group_key: one.group_key,
                notifications_count: 1,
                kind: one.kind,
                most_recent_notification_id: one.id,
                page_min_id: one.id,
                page_max_id: one.id,
                latest_page_notification_at: one.created_at,
                sample_account_ids: vec![one.account.id],
                status_id: one.status.as_ref().map(|status| status.id),
                report: one.report,
            });
            if !groups
                .accounts
                .iter()
                .any(|known| known.id == one.account.id)
            {
                groups.accounts.push(one.account);
            }
            if let Some(status) = one.status
                && !groups.statuses.iter().any(|known| known.id == status.id)
            {
                groups.statuses.push(status);
            }
        }
        groups
    }
}
