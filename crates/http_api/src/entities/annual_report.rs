//! What somebody did in a year.
//! <https://docs.joinmastodon.org/entities/AnnualReport/>

use domain::{AccountId, StatusId};
use serde::Serialize;
use service::annual_reports::{Figures, Hashtag, Month, TopStatuses};
use utoipa::ToSchema;

use super::{Account, Null, Status};

/// Reports, with all whom and what they name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnnualReports {
    pub annual_reports: Vec<AnnualReport>,
    pub accounts: Vec<Account>,
    pub statuses: Vec<Status>,
}

/// What a notification says of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualReportEvent {
    /// A number in words, as in Mastodon.
    pub year: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnnualReport {
    pub year: i32,
    pub data: AnnualFigures,
    pub schema_version: u8,
    /// Nobody else sees it.
    #[schema(schema_with = crate::openapi::null)]
    pub share_url: Null,
    #[schema(value_type = String)]
    pub account_id: AccountId,
}

/// What Mastodon's second version says; the first also compared with others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnnualFigures {
    /// `lurker`, `booster`, `pollster`, `replier` or `oracle`.
    pub archetype: String,
    pub time_series: Vec<AnnualMonth>,
    pub top_hashtags: Vec<AnnualHashtag>,
    pub top_statuses: AnnualTopStatuses,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualMonth {
    /// From 1 on.
    pub month: u32,
    pub statuses: i64,
    pub followers: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualHashtag {
    pub name: String,
    pub count: i64,
}

/// Ids of public posts with which others did something most often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualTopStatuses {
    #[schema(value_type = Option<String>, required)]
    pub by_reblogs: Option<StatusId>,
    #[schema(value_type = Option<String>, required)]
    pub by_favourites: Option<StatusId>,
    #[schema(value_type = Option<String>, required)]
    pub by_replies: Option<StatusId>,
}

/// How a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnnualReportState {
    /// `available`, `generating`, `eligible` or `ineligible`.
    pub state: &'static str,
}

impl From<Figures> for AnnualFigures {
    fn from(figures: Figures) -> Self {
        Self {
            archetype: figures.archetype,
            time_series: figures.time_series.into_iter().map(Into::into).collect(),
            top_hashtags: figures.top_hashtags.into_iter().map(Into::into).collect(),
            top_statuses: figures.top_statuses.into(),
        }
    }
}

impl From<Month> for AnnualMonth {
    fn from(month: Month) -> Self {
        Self {
            month: month.month,
            statuses: month.statuses,
            followers: month.followers,
        }
    }
}

impl From<Hashtag> for AnnualHashtag {
    fn from(hashtag: Hashtag) -> Self {
        Self {
            name: hashtag.name,
            count: hashtag.count,
        }
    }
}

impl From<TopStatuses> for AnnualTopStatuses {
    fn from(top: TopStatuses) -> Self {
        Self {
            by_reblogs: top.by_reblogs,
            by_favourites: top.by_favourites,
            by_replies: top.by_replies,
        }
    }
}
