//! How far somebody has read.

pub use storage::markers::Marker;

use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Result};

/// Timelines that can be marked.
const TIMELINES: [&str; 2] = ["home", "notifications"];

/// The viewer's markers for these timelines.
pub async fn find(app: &App, person: &Person, timelines: Vec<String>) -> Result<Vec<Marker>> {
    let user = person.user.id;
    app.read(move |_, conn| Ok(storage::markers::find(conn, user, &timelines)?))
        .await
}

/// Moves markers; answers those that were moved.
pub async fn set(app: &App, person: &Person, places: Vec<(String, i64)>) -> Result<Vec<Marker>> {
    if places
        .iter()
        .any(|(timeline, _)| !TIMELINES.contains(&timeline.as_str()))
    {
        return Err(invalid("Timeline is not included in the list"));
    }
    let user = person.user.id;
    app.transaction(move |app, conn| {
        for (timeline, id) in &places {
            storage::markers::set(conn, user, timeline, *id, app.now())?;
        }
        let timelines: Vec<String> = places.into_iter().map(|(timeline, _)| timeline).collect();
        Ok(storage::markers::find(conn, user, &timelines)?)
    })
    .await
}
