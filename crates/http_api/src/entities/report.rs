//! <https://docs.joinmastodon.org/entities/Report/>

use domain::{ReportId, StatusId, Time};
use serde::Serialize;
use service::reports::ReportView;

use super::time::{moment, moment_or_null};
use super::{Account, Empty};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub id: ReportId,
    pub action_taken: bool,
    #[serde(serialize_with = "moment_or_null")]
    pub action_taken_at: Option<Time>,
    pub category: &'static str,
    pub comment: String,
    pub forwarded: bool,
    #[serde(serialize_with = "moment")]
    pub created_at: Time,
    pub status_ids: Vec<StatusId>,
    pub rule_ids: Vec<String>,
    pub collection_ids: Empty,
    pub target_account: Account,
}

impl From<ReportView> for Report {
    fn from(view: ReportView) -> Self {
        let report = view.report;
        Self {
            id: report.id,
            action_taken: report.resolved_at.is_some(),
            action_taken_at: report.resolved_at,
            category: report.category.name(),
            comment: report.comment,
            forwarded: report.forwarded,
            created_at: report.created_at,
            status_ids: report.status_ids,
            rule_ids: report.rule_ids.iter().map(u32::to_string).collect(),
            collection_ids: [],
            target_account: Account::from(view.target),
        }
    }
}
