//! Somebody whom one may want to follow.
//! <https://docs.joinmastodon.org/entities/Suggestion/>

use serde::Serialize;
use utoipa::ToSchema;

use super::Account;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    /// As it was called before there were several.
    pub source: &'static str,
    #[schema(value_type = Vec<String>)]
    pub sources: [&'static str; 1],
    pub account: Account,
}
