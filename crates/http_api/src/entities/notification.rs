//! What somebody is told.
//! <https://docs.joinmastodon.org/entities/Notification/>

use domain::{AccountId, NotificationId, NotificationRule, StatusId, Time};
use serde::Serialize;
use service::grouped::GroupView;
use service::notification_requests::{PolicyView, RequestView};
use service::notifications::headline;
use service::views::NotificationView;
use utoipa::ToSchema;

use super::Null;
use super::account::Account;
use super::annual_report::AnnualReportEvent;
use super::collection::Collection;
use super::decision::{AccountWarning, RelationshipSeveranceEvent};
use super::report::Report;
use super::status::Status;
use super::time::moment;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Notification {
    #[schema(value_type = String)]
    pub id: NotificationId,
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    pub group_key: String,
    pub account: Account,
    /// Only of the kinds that are about a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Status)]
    pub status: Option<Status>,
    /// Only of reports, which moderators are told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Report)]
    pub report: Option<Report>,
    /// Only of follows that ended by a decision about others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RelationshipSeveranceEvent)]
    pub event: Option<RelationshipSeveranceEvent>,
    /// Only of what moderators decided about the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AccountWarning)]
    pub moderation_warning: Option<AccountWarning>,
    /// Only of being in somebody's collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Collection)]
    pub collection: Option<Collection>,
    /// Only of one's year in posts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AnnualReportEvent)]
    pub annual_report: Option<AnnualReportEvent>,
    /// Only for an app that says which kinds it knows, and does not know this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = NotificationFallback)]
    pub fallback: Option<NotificationFallback>,
}

/// A kind of notification in words.
/// <https://docs.joinmastodon.org/entities/NotificationFallback/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotificationFallback {
    pub title: String,
    pub summary: &'static str,
    #[schema(value_type = Option<String>, required)]
    pub details: Null,
}

/// <https://docs.joinmastodon.org/methods/grouped_notifications/#GroupedNotificationsResults>
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Groups {
    pub accounts: Vec<Account>,
    /// Only where they are asked for: those of whom a picture is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<PartialAccountWithAvatar>)]
    pub partial_accounts: Option<Vec<PartialAccountWithAvatar>>,
    pub statuses: Vec<Status>,
    pub notification_groups: Vec<Group>,
}

/// Somebody among many, of whom only the picture is shown.
/// <https://docs.joinmastodon.org/entities/PartialAccountWithAvatar/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartialAccountWithAvatar {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub acct: String,
    pub url: String,
    pub avatar: String,
    pub avatar_static: String,
    pub avatar_description: String,
    pub locked: bool,
    pub bot: bool,
}

/// What one person did, or several with one thing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Group {
    pub group_key: String,
    pub notifications_count: usize,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A number, as in Mastodon.
    pub most_recent_notification_id: i64,
    #[schema(value_type = String)]
    pub page_min_id: NotificationId,
    #[schema(value_type = String)]
    pub page_max_id: NotificationId,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub latest_page_notification_at: Time,
    #[schema(value_type = Vec<String>)]
    pub sample_account_ids: Vec<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub status_id: Option<StatusId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Report)]
    pub report: Option<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RelationshipSeveranceEvent)]
    pub event: Option<RelationshipSeveranceEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AccountWarning)]
    pub moderation_warning: Option<AccountWarning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Collection)]
    pub collection: Option<Collection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AnnualReportEvent)]
    pub annual_report: Option<AnnualReportEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = NotificationFallback)]
    pub fallback: Option<NotificationFallback>,
}

/// Which deeds of others are told at once, held back, or dropped.
/// <https://docs.joinmastodon.org/entities/NotificationPolicy/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotificationPolicy {
    pub for_not_following: &'static str,
    pub for_not_followers: &'static str,
    pub for_new_accounts: &'static str,
    pub for_private_mentions: &'static str,
    pub for_limited_accounts: &'static str,
    pub for_bots: &'static str,
    pub summary: PolicySummary,
}

/// The same as Mastodon's first apps with it know it: held back or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotificationPolicyV1 {
    pub filter_not_following: bool,
    pub filter_not_followers: bool,
    pub filter_new_accounts: bool,
    pub filter_private_mentions: bool,
    pub summary: PolicySummary,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicySummary {
    pub pending_requests_count: i64,
    pub pending_notifications_count: i64,
}

/// Somebody whose deeds are held back.
/// <https://docs.joinmastodon.org/entities/NotificationRequest/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NotificationRequest {
    pub id: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
    /// A number in words, as in Mastodon.
    pub notifications_count: String,
    pub account: Account,
    #[schema(required)]
    pub last_status: Option<Status>,
}

/// How much is new, up to the number that was asked for.
/// <https://docs.joinmastodon.org/methods/notifications/#unread-count>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnreadCount {
    pub count: usize,
}

/// Whether all that was accepted is told by now.
/// <https://docs.joinmastodon.org/methods/notifications/#requests-merged>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Merged {
    pub merged: bool,
}

impl Notification {
    /// With words, where an app says which kinds it knows and this is a rare one that it does not.
    #[must_use]
    pub fn for_app(view: NotificationView, known: Option<&[String]>) -> Self {
        let kind = view.notification.kind;
        let mut entity = Self::from(view);
        let is_known = known.is_none_or(|known| known.iter().any(|name| name == kind.name()));
        if kind.is_rare() && !is_known {
            let account = &entity.account;
            let name = match account.display_name.as_str() {
                "" => &account.username,
                name => name,
            };
            entity.fallback = Some(NotificationFallback {
                title: headline(kind, name),
                summary: "Your app does not show this kind of notification yet",
                details: (),
            });
        }
        entity
    }
}

impl From<Account> for PartialAccountWithAvatar {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            acct: account.acct,
            url: account.url,
            avatar: account.avatar,
            avatar_static: account.avatar_static,
            avatar_description: account.avatar_description,
            locked: account.locked,
            bot: account.bot,
        }
    }
}

impl Groups {
    /// Only the newest person of each group is told in full.
    #[must_use]
    pub fn with_partial_accounts(mut self) -> Self {
        let newest: Vec<AccountId> = self
            .notification_groups
            .iter()
            .filter_map(|group| group.sample_account_ids.first().copied())
            .collect();
        let (full, partial): (Vec<Account>, Vec<Account>) = self
            .accounts
            .into_iter()
            .partition(|account| newest.contains(&account.id));
        self.accounts = full;
        self.partial_accounts = Some(partial.into_iter().map(Into::into).collect());
        self
    }

    /// Each account and status once; `known` is what an app says that it knows.
    pub fn of(groups: impl IntoIterator<Item = GroupView>, known: Option<&[String]>) -> Self {
        let mut all = Self::default();
        for view in groups {
            let mut group = Group {
                group_key: view.group.to_string(),
                notifications_count: view.count,
                kind: "",
                most_recent_notification_id: view.newest.0,
                page_min_id: view.oldest,
                page_max_id: view.newest,
                latest_page_notification_at: Time::MIN,
                sample_account_ids: Vec::new(),
                status_id: None,
                report: None,
                event: None,
                moderation_warning: None,
                collection: None,
                annual_report: None,
                fallback: None,
            };
            for one in view
                .samples
                .into_iter()
                .map(|view| Notification::for_app(view, known))
            {
                group.kind = one.kind;
                group.latest_page_notification_at =
                    group.latest_page_notification_at.max(one.created_at);
                group.sample_account_ids.push(one.account.id);
                group.report = group.report.or(one.report);
                group.event = group.event.or(one.event);
                group.moderation_warning = group.moderation_warning.or(one.moderation_warning);
                group.collection = group.collection.or(one.collection);
                group.annual_report = group.annual_report.or(one.annual_report);
                group.fallback = group.fallback.or(one.fallback);
                if !all.accounts.iter().any(|known| known.id == one.account.id) {
                    all.accounts.push(one.account);
                }
                if let Some(status) = one.status {
                    group.status_id = Some(status.id);
                    if !all.statuses.iter().any(|known| known.id == status.id) {
                        all.statuses.push(status);
                    }
                }
            }
            all.notification_groups.push(group);
        }
        all
    }
}

impl From<PolicyView> for NotificationPolicy {
    fn from(view: PolicyView) -> Self {
        Self {
            for_not_following: view.policy.for_not_following.name(),
            for_not_followers: view.policy.for_not_followers.name(),
            for_new_accounts: view.policy.for_new_accounts.name(),
            for_private_mentions: view.policy.for_private_mentions.name(),
            for_limited_accounts: view.policy.for_limited_accounts.name(),
            for_bots: view.policy.for_bots.name(),
            summary: PolicySummary::of(&view),
        }
    }
}

impl From<PolicyView> for NotificationPolicyV1 {
    fn from(view: PolicyView) -> Self {
        let is_filtered = |rule: NotificationRule| rule != NotificationRule::Accept;
        Self {
            filter_not_following: is_filtered(view.policy.for_not_following),
            filter_not_followers: is_filtered(view.policy.for_not_followers),
            filter_new_accounts: is_filtered(view.policy.for_new_accounts),
            filter_private_mentions: is_filtered(view.policy.for_private_mentions),
            summary: PolicySummary::of(&view),
        }
    }
}

impl PolicySummary {
    fn of(view: &PolicyView) -> Self {
        Self {
            pending_requests_count: view.requests,
            pending_notifications_count: view.notifications,
        }
    }
}

impl From<RequestView> for NotificationRequest {
    fn from(view: RequestView) -> Self {
        Self {
            id: view.request.id.to_string(),
            created_at: view.request.created_at,
            updated_at: view.request.updated_at,
            notifications_count: view.held.to_string(),
            account: view.account.into(),
            last_status: view.last_status.map(Into::into),
        }
    }
}
