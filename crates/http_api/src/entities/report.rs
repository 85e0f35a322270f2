//! <https://docs.joinmastodon.org/entities/Report/>

use domain::{CollectionId, ReportId, StatusId, Time};
use serde::Serialize;
use service::reports::ReportView;
use utoipa::ToSchema;

use super::Account;
use super::time::{moment, moment_or_null};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Report {
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
    #[schema(value_type = Vec<String>)]
    pub status_ids: Vec<StatusId>,
    pub rule_ids: Vec<String>,
    #[schema(value_type = Vec<String>)]
    pub collection_ids: Vec<CollectionId>,
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
            collection_ids: report.collection_ids,
            target_account: Account::from(view.target),
        }
    }
}
