//! Use cases on real databases, by a clock of their own where time matters.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up has failed"
)]

mod archives;
mod at_once;
mod burdened;
mod documents;
mod emojis;
mod entering;
mod files;
mod films;
mod history;
mod leaving;
mod pages;
mod pictures;
mod polls;
mod scheduled;
mod secrets;
mod streaming;
