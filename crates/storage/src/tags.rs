//! Hashtags.

use diesel::prelude::*;
use domain::{StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::schema::{status_tags, tags};

/// Notes that a status carries these tags, in lower case; `ids` gives ids to those not seen before.
pub fn insert(
    conn: &mut DbConnection,
    status: StatusId,
    names: &[String],
    now: Time,
    mut ids: impl FnMut() -> i64,
) -> QueryResult<()> {
    if names.is_empty() {
        return Ok(());
    }
    let new: Vec<_> = names
        .iter()
        .map(|name| {
            (
                tags::id.eq(ids()),
                tags::name.eq(name),
                tags::created_at.eq(now),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(tags::table).values(new).on_conflict_do_nothing().execute(c))?;
    let known: Vec<i64> = tags::table
        .filter(among(tags::name, names))
        .select(tags::id)
        .load(conn)?;
    let rows: Vec<_> = known
        .into_iter()
        .map(|tag| {
            (
                status_tags::tag_id.eq(tag),
                status_tags::status_id.eq(status.0),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(status_tags::table).values(rows).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// The id of the tag of this name, in lower case, which is added if nobody used it yet; `id` gives its id then.
pub fn ensure(
    conn: &mut DbConnection,
    name: &str,
    now: Time,
    id: impl FnOnce() -> i64,
) -> QueryResult<i64> {
    let new = (
        tags::id.eq(id()),
        tags::name.eq(name),
        tags::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(tags::table).values(new).on_conflict_do_nothing().execute(c))?;
    tags::table
        .filter(tags::name.eq(name))
        .select(tags::id)
        .first(conn)
}

/// Forgets the tags of a status; answers their ids.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<i64>> {
    let rows = status_tags::table.filter(status_tags::status_id.eq(status.0));
    each!(conn, c => diesel::delete(rows).returning(status_tags::tag_id).get_results(c))
}

/// The names of the tags of these ids.
pub fn names(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<String>> {
    tags::table
        .filter(among(tags::id, ids.iter().copied()))
        .select(tags::name)
        .load(conn)
}

/// The tags of these names that were ever used, each with its id.
pub fn known(conn: &mut DbConnection, names: &[String]) -> QueryResult<Vec<(i64, String)>> {
    tags::table
        .filter(among(tags::name, names))
        .select((tags::id, tags::name))
        .load(conn)
}

/// The tags of these ids, with their names.
pub fn with_ids(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<(i64, String)>> {
    tags::table
        .filter(among(tags::id, ids.iter().copied()))
        .select((tags::id, tags::name))
        .load(conn)
}

/// The names of the tags of these statuses.
pub fn of_statuses(
    conn: &mut DbConnection,
    ids: &[StatusId],
) -> QueryResult<Vec<(StatusId, String)>> {
    let ids = listed(status_tags::status_id, ids.iter().map(|id| id.0));
    let rows: Vec<(i64, String)> = each!(conn, c => status_tags::table
        .inner_join(tags::table)
        .filter(ids)
        .order((status_tags::status_id, tags::id))
        .select((status_tags::status_id, tags::name))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (StatusId(id), name))
        .collect())
}

/// The ids of the tags of these names, of those that were ever used.
pub fn with_names(conn: &mut DbConnection, names: &[String]) -> QueryResult<Vec<i64>> {
    tags::table
        .filter(among(tags::name, names))
        .select(tags::id)
        .load(conn)
}

/// Tags whose name begins with `prefix`, by name. A range of the unique index.
pub fn with_prefix(
    conn: &mut DbConnection,
    prefix: &str,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<String>> {
    let end = format!("{prefix}\u{10FFFF}");
    tags::table
        .filter(tags::name.ge(prefix))
        .filter(tags::name.lt(end))
        .order(tags::name)
        .limit(limit)
        .offset(offset)
        .select(tags::name)
        .load(conn)
}
