//! What reported statuses said that were deleted before a moderator looked at them.

use diesel::prelude::*;
use domain::{StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::reported_words;

/// What a status said.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reported_words)]
pub struct Words {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    /// HTML.
    pub content: String,
    pub spoiler_text: String,
    pub kept_at: Time,
}

/// Keeps what a status said, unless that is kept already.
pub fn keep(conn: &mut DbConnection, words: Words) -> QueryResult<()> {
    each!(conn, c => diesel::insert_into(reported_words::table)
        .values(words)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// What these statuses said, as far as that is kept.
pub fn of(conn: &mut DbConnection, statuses: &[StatusId]) -> QueryResult<Vec<Words>> {
    if statuses.is_empty() {
        return Ok(Vec::new());
    }
    reported_words::table
        .filter(among(
            reported_words::status_id,
            statuses.iter().map(|id| id.0),
        ))
        .select(Words::as_select())
        .load(conn)
}

/// Removes what was kept before `time`.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(reported_words::table.filter(reported_words::kept_at.lt(time)))
        .execute(conn)
        .map(drop)
}
