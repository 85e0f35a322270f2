//! How far somebody has read.

use diesel::prelude::*;
use domain::{Time, UserId};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::markers;

/// The place up to which a timeline was read.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = markers)]
pub struct Marker {
    pub timeline: String,
    pub last_read_id: i64,
    /// How often it was moved.
    pub version: i64,
    pub updated_at: Time,
}

/// The markers of a user for these timelines.
pub fn find(
    conn: &mut DbConnection,
    user: UserId,
    timelines: &[String],
) -> QueryResult<Vec<Marker>> {
    markers::table
        .filter(markers::user_id.eq(user.0))
        .filter(among(markers::timeline, timelines))
        .select(Marker::as_select())
        .load(conn)
}

/// Moves a marker.
pub fn set(
    conn: &mut DbConnection,
    user: UserId,
    timeline: &str,
    last_read_id: i64,
    now: Time,
) -> QueryResult<()> {
    let row = (
        markers::user_id.eq(user.0),
        markers::timeline.eq(timeline),
        markers::last_read_id.eq(last_read_id),
        markers::version.eq(0),
        markers::updated_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(markers::table)
        .values(row)
        .on_conflict((markers::user_id, markers::timeline))
        .do_update()
        .set((
            markers::last_read_id.eq(last_read_id),
            markers::version.eq(markers::version + 1),
            markers::updated_at.eq(now),
        ))
        .execute(c))
    .map(drop)
}
