//! What other servers tell us, after their word was checked: each a transaction, each harmless when told twice.

mod accounts;
mod deeds;
mod relations;
mod statuses;

pub use accounts::{RemoteAccount, delete_account, upsert_account};
pub use deeds::{receive_boost, receive_favourite, undo_boost, undo_favourite};
pub use relations::{
    follow_accepted, follow_rejected, receive_block, receive_follow, undo_block, undo_follow,
};
pub use statuses::{RemoteMedia, RemoteStatus, delete_status, receive_status, update_status};
