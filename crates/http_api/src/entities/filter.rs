//! Filters, in the shapes of both versions, and what they do to a status.
//! <https://docs.joinmastodon.org/entities/Filter/>, <https://docs.joinmastodon.org/entities/V1_Filter/>

use domain::filter::Contexts;
use domain::{FilterAction, FilterId, StatusId, Time};
use serde::Serialize;
use service::filters::{FilterView, Filtered};
use utoipa::ToSchema;

use super::time::moment_or_null;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Filter {
    #[schema(value_type = String)]
    pub id: FilterId,
    pub title: String,
    #[schema(value_type = Vec<String>)]
    pub context: Vec<&'static str>,
    pub filter_action: &'static str,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub expires_at: Option<Time>,
    /// Not in a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<FilterKeyword>)]
    pub keywords: Option<Vec<FilterKeyword>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<FilterStatus>)]
    pub statuses: Option<Vec<FilterStatus>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FilterKeyword {
    pub id: String,
    pub keyword: String,
    pub whole_word: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FilterStatus {
    pub id: String,
    #[schema(value_type = String)]
    pub status_id: StatusId,
}

/// That a status meets a filter.
/// <https://docs.joinmastodon.org/entities/FilterResult/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FilterResult {
    pub filter: Filter,
    #[schema(required)]
    pub keyword_matches: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<String>>, required)]
    pub status_matches: Option<Vec<StatusId>>,
}

/// One word of a filter, as the first version of the API knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FilterV1 {
    pub id: String,
    pub phrase: String,
    #[schema(value_type = Vec<String>)]
    pub context: Vec<&'static str>,
    pub whole_word: bool,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub expires_at: Option<Time>,
    pub irreversible: bool,
}

impl From<&service::filters::Row> for Filter {
    fn from(row: &service::filters::Row) -> Self {
        Self {
            id: row.id,
            title: row.title.clone(),
            context: Contexts(row.contexts).names(),
            filter_action: row.action.name(),
            expires_at: row.expires_at,
            keywords: None,
            statuses: None,
        }
    }
}

impl From<FilterView> for Filter {
    fn from(view: FilterView) -> Self {
        Self {
            keywords: Some(view.keywords.into_iter().map(Into::into).collect()),
            statuses: Some(view.statuses.into_iter().map(Into::into).collect()),
            ..Self::from(&view.filter)
        }
    }
}

impl From<service::filters::Keyword> for FilterKeyword {
    fn from(row: service::filters::Keyword) -> Self {
        Self {
            id: row.id.to_string(),
            keyword: row.keyword,
            whole_word: row.whole_word,
        }
    }
}

impl From<service::filters::FilteredStatus> for FilterStatus {
    fn from(row: service::filters::FilteredStatus) -> Self {
        Self {
            id: row.id.to_string(),
            status_id: row.status_id,
        }
    }
}

impl From<Filtered> for FilterResult {
    fn from(filtered: Filtered) -> Self {
        Self {
            filter: Filter::from(filtered.filter.as_ref()),
            keyword_matches: (!filtered.keywords.is_empty()).then_some(filtered.keywords),
            status_matches: filtered.status.map(|id| vec![id]),
        }
    }
}

impl FilterV1 {
    #[must_use]
    pub fn new(view: &FilterView, keyword: &service::filters::Keyword) -> Self {
        Self {
            id: keyword.id.to_string(),
            phrase: keyword.keyword.clone(),
            context: Contexts(view.filter.contexts).names(),
            whole_word: keyword.whole_word,
            expires_at: view.filter.expires_at,
            irreversible: view.filter.action == FilterAction::Hide,
        }
    }
}
