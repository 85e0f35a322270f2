//! Between the wire and our own words.

pub(crate) mod actor;
mod card;
pub(crate) mod collection;
pub(crate) mod echo;
pub(crate) mod emoji;
mod file;
mod film;
pub(crate) mod lineage;
pub(crate) mod note;
pub(crate) mod poll;
mod practice;
pub(crate) mod quote;
mod stamp;
mod words;

#[cfg(test)]
mod tests;

use domain::Time;

/// A moment as ActivityStreams writes it.
pub(crate) fn moment(time: Time) -> String {
    time.and_utc()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
