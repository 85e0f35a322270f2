//! Work in the background that an app waits for.
//! <https://docs.joinmastodon.org/entities/AsyncRefresh/>

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AsyncRefresh {
    pub async_refresh: Work,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Work {
    pub id: String,
    /// `running` or `finished`.
    pub status: &'static str,
    /// How many posts it has found by now.
    pub result_count: i64,
}
