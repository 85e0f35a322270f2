//! Threads of direct statuses.
//! <https://docs.joinmastodon.org/entities/Conversation/>

use serde::Serialize;
use service::conversations::ConversationView;
use utoipa::ToSchema;

use super::{Account, Status};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conversation {
    pub id: String,
    pub unread: bool,
    pub accounts: Vec<Account>,
    pub last_status: Status,
}

impl From<ConversationView> for Conversation {
    fn from(view: ConversationView) -> Self {
        Self {
            id: view.id.to_string(),
            unread: view.unread,
            accounts: view.accounts.into_iter().map(Into::into).collect(),
            last_status: view.last_status.into(),
        }
    }
}
