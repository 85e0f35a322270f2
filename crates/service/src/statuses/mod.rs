//! Statuses: writing, changing, removing and reading them, and what people do with them.

mod boost;
mod compose;
mod deeds;
mod edit;
mod publish;
mod read;
mod remove;
mod write;

pub use boost::{boost, unboost};
pub use compose::unexpected_mentions;
pub use deeds::{
    bookmark, bookmarks, favourite, favourited_by, favourites, mute, pin, reblogged_by, unbookmark,
    unfavourite, unmute, unpin,
};
pub use edit::{MediaChange, StatusChange, edit};
pub use publish::{NewStatus, publish};
pub use read::{Context, context, history, source, view, with_ids};
pub use remove::{delete, delete_with_media};

pub(crate) use boost::original;
pub(crate) use boost::{add_boost, remove_boost};
pub(crate) use deeds::{drop_bookmark, keep};
pub(crate) use edit::{keep_version, own};
pub(crate) use publish::AFTER_MEDIA;
pub(crate) use read::in_order;
pub(crate) use remove::remove;
pub(crate) use write::{Draft, NEWS, arrive, insert, insert_quietly, tell_mentioned, tell_of_edit};
