//! Times as apps parse them: `2026-11-24T01:00:00.000Z`, always with milliseconds.
//! <https://docs.joinmastodon.org/api/datetime-format/>

use chrono::SecondsFormat;
use domain::Time;
use serde::Serializer;

/// For `#[serde(serialize_with)]`.
///
/// # Errors
/// Only what the serializer returns.
pub fn moment<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    let text = time.and_utc().to_rfc3339_opts(SecondsFormat::Millis, true);
    serializer.serialize_str(&text)
}

/// The same for a time that may be missing: null.
///
/// # Errors
/// Only what the serializer returns.
pub fn moment_or_null<S: Serializer>(
    time: &Option<Time>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => moment(time, serializer),
        None => serializer.serialize_none(),
    }
}
