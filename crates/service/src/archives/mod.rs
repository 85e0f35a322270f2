//! All that somebody wrote, as a ZIP file in Mastodon's form; and posts out of such a file, taken over here.
//! <https://docs.joinmastodon.org/user/moving/#export>

mod arriving;
mod entry;
mod export;
mod import;
mod making;
mod opened;
mod taking;
mod work;

pub(crate) use arriving::Arriving;
pub use arriving::{Turn, turn};
pub use export::{Documents, ask, newest, open};
pub(crate) use export::{forget, prune};
pub use import::{FILE_BYTES, Remark, begin, recent, report, submit};
pub use making::make;
pub(crate) use opened::read_through;
pub(crate) use work::{give_up, work};

use crate::{Error, Result};

/// Of the files in the media store, which are of no type that is served to anybody.
const EXTENSION: &str = "archive";

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// Does what keeps a thread busy apart from those who wait for something.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(internal)
}
