//! What was found.
//! <https://docs.joinmastodon.org/entities/Search/>

use serde::Serialize;
use utoipa::ToSchema;

use super::account::Account;
use super::status::Status;
use super::tag::Tag;

#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Search {
    pub accounts: Vec<Account>,
    pub statuses: Vec<Status>,
    pub hashtags: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchV1 {
    pub accounts: Vec<Account>,
    pub statuses: Vec<Status>,
    pub hashtags: Vec<String>,
}
