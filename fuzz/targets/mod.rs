//! What is fuzzed: each function takes any bytes, gives them to what reads such from outside, and panics where that does not
//! keep its word. `fuzz/run` has them run long, the server's tests (`tests/stories/fuzzing.rs`) for a moment each.

mod archive;
mod command;
mod document;
mod film;
mod handle;
mod html;
mod ids;
mod key;
mod link;
mod list;
mod oembed;
mod office;
mod origin;
mod page;
mod params;
mod picture;
mod practice;
mod question;
mod signature;
mod status_text;
mod webfinger;

use std::future::Future;
use std::io::Write;
use std::sync::LazyLock;

use service::Error;
use tempfile::NamedTempFile;
use tokio::runtime::{Builder, Runtime};

pub use archive::archive;
pub use command::command;
pub use document::document;
pub use film::film;
pub use handle::handle;
pub use html::html;
pub use ids::ids;
pub use key::key;
pub use link::link;
pub use list::list;
pub use oembed::oembed;
pub use office::office;
pub use origin::origin;
pub use page::page;
pub use params::params;
pub use picture::picture;
pub use practice::practice;
pub use question::question;
pub use signature::signature;
pub use status_text::status_text;
pub use webfinger::webfinger;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().unwrap());

fn wait<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}

/// A file with this in it, which goes away with what is returned.
fn on_disk(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// What was taken in; none if it was refused, for which no other reason counts than what was sent.
fn taken<T>(done: Result<T, Error>) -> Option<T> {
    match done {
        Ok(taken) => Some(taken),
        Err(Error::Invalid(_)) => None,
        Err(error) => panic!("{error:?}"),
    }
}
