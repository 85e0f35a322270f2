//! Lists of people.
//! <https://docs.joinmastodon.org/entities/List/>

use domain::ListId;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct List {
    #[schema(value_type = String)]
    pub id: ListId,
    pub title: String,
    pub replies_policy: &'static str,
    pub exclusive: bool,
}

impl From<service::lists::List> for List {
    fn from(list: service::lists::List) -> Self {
        Self {
            id: list.id,
            title: list.title,
            replies_policy: list.replies_policy.name(),
            exclusive: list.exclusive,
        }
    }
}
