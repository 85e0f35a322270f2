//! What only moderators and administrators see.
//! <https://docs.joinmastodon.org/entities/Admin_Account/>

use domain::{AccountId, ReportId, Time};
use serde::Serialize;
use service::domains;
use service::moderation::{AdminAccountView, AdminReportView};
use utoipa::ToSchema;

use super::domain_block::digest;
use super::instance::Rule;
use super::time::{moment, moment_or_null};
use super::{Account, Collection, CustomEmoji, Empty, Null, Role, Status};

/// Somebody, with what moderators know of them. No addresses of devices are kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminAccount {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub username: String,
    #[schema(required)]
    pub domain: Option<String>,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// Null of people elsewhere, as the next two and the role are.
    #[schema(required)]
    pub email: Option<String>,
    #[schema(required)]
    pub locale: Option<String>,
    #[schema(required)]
    pub invite_request: Option<String>,
    #[schema(schema_with = crate::openapi::null)]
    pub ip: Null,
    #[schema(schema_with = crate::openapi::empty_list)]
    pub ips: Empty,
    pub confirmed: bool,
    pub approved: bool,
    pub disabled: bool,
    pub silenced: bool,
    pub suspended: bool,
    pub sensitized: bool,
    #[schema(required)]
    pub role: Option<Role>,
    /// Only of those who came by an invitation of somebody who is still here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub invited_by_account_id: Option<AccountId>,
    pub account: Account,
}

impl From<AdminAccountView> for AdminAccount {
    fn from(view: AdminAccountView) -> Self {
        let AdminAccountView {
            account,
            user,
            invited_by,
            may_invite,
        } = view;
        let row = &account.account;
        Self {
            id: row.id,
            username: row.username.clone(),
            domain: row.host.clone(),
            created_at: row.created_at,
            confirmed: user
                .as_ref()
                .is_some_and(|user| user.confirmed_at.is_some()),
            approved: user.as_ref().is_some_and(|user| user.approved_at.is_some()),
            disabled: user.as_ref().is_some_and(|user| user.disabled_at.is_some()),
            silenced: row.silenced_at.is_some(),
            suspended: row.suspended_at.is_some(),
            sensitized: row.sensitized_at.is_some(),
            role: user.as_ref().map(|user| Role::of(user.role, may_invite)),
            invited_by_account_id: invited_by,
            email: user.as_ref().map(|user| user.email.clone()),
            locale: user.as_ref().map(|user| user.locale.clone()),
            invite_request: user
                .map(|user| user.reason)
                .filter(|reason| !reason.is_empty()),
            ip: (),
            ips: [],
            account: account.into(),
        }
    }
}

/// A custom emoji, as GoToSocial shows it to administrators.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminEmoji {
    #[serde(flatten)]
    pub emoji: CustomEmoji,
    pub id: String,
    /// Only those from elsewhere can be.
    pub disabled: bool,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
    /// Bytes of both pictures; null of those that were taken in before this was noted.
    #[schema(required)]
    pub total_file_size: Option<i64>,
    pub content_type: String,
    pub uri: String,
}

/// <https://docs.joinmastodon.org/entities/Admin_DomainBlock/>
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminDomainBlock {
    pub id: String,
    pub domain: String,
    pub digest: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    pub severity: &'static str,
    pub reject_media: bool,
    pub reject_reports: bool,
    #[schema(required)]
    pub private_comment: Option<String>,
    #[schema(required)]
    pub public_comment: Option<String>,
    pub obfuscate: bool,
}

impl From<domains::DomainBlock> for AdminDomainBlock {
    fn from(block: domains::DomainBlock) -> Self {
        Self {
            id: block.id.to_string(),
            digest: digest(&block.host),
            domain: block.host,
            created_at: block.created_at,
            severity: block.severity.name(),
            reject_media: block.reject_media,
            reject_reports: block.reject_reports,
            private_comment: block.private_comment,
            public_comment: block.public_comment,
            obfuscate: block.obfuscate,
        }
    }
}

/// <https://docs.joinmastodon.org/entities/Admin_DomainAllow/>
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminDomainAllow {
    pub id: String,
    pub domain: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

impl From<domains::DomainAllow> for AdminDomainAllow {
    fn from(allow: domains::DomainAllow) -> Self {
        Self {
            id: allow.id.to_string(),
            domain: allow.host,
            created_at: allow.created_at,
        }
    }
}

/// <https://docs.joinmastodon.org/entities/Admin_Report/>
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminReport {
    #[schema(value_type = String)]
    pub id: ReportId,
    pub action_taken: bool,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub action_taken_at: Option<Time>,
    pub category: &'static str,
    pub comment: String,
    pub forwarded: bool,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
    pub account: AdminAccount,
    pub target_account: AdminAccount,
    #[schema(required)]
    pub assigned_account: Option<AdminAccount>,
    #[schema(required)]
    pub action_taken_by_account: Option<AdminAccount>,
    pub statuses: Vec<Status>,
    pub rules: Vec<Rule>,
    pub collections: Vec<Collection>,
}

impl From<AdminReportView> for AdminReport {
    fn from(view: AdminReportView) -> Self {
        let report = view.report;
        Self {
            id: report.id,
            action_taken: report.resolved_at.is_some(),
            action_taken_at: report.resolved_at,
            category: report.category.name(),
            comment: report.comment,
            forwarded: report.forwarded,
            created_at: report.created_at,
            updated_at: report.updated_at,
            account: view.by.into(),
            target_account: view.target.into(),
            assigned_account: view.assigned.map(Into::into),
            action_taken_by_account: view.resolved_by.map(Into::into),
            statuses: view.statuses.into_iter().map(Into::into).collect(),
            rules: view
                .rules
                .into_iter()
                .map(|(number, text)| Rule::new(number, text))
                .collect(),
            collections: view.collections.into_iter().map(Into::into).collect(),
        }
    }
}
