//! From what is typed to HTML, from foreign HTML to safe HTML, and from HTML to plain words.

mod blocks;
mod flow;
pub mod format;
pub mod markdown;
mod plain;
pub mod sanitise;
mod tags;
mod tidy;

pub use flow::flow;
pub use plain::plain_text;
pub use tags::{Tag, Tags, tags};
