//! Hashtags. Each has one row, however it is typed: it is found by [`fold_tag`], which is its `name`, and shown as whoever used it
//! first spelt it; that of a status as its author did (docs/adr/0580).

mod folding;

use diesel::prelude::*;
use domain::text::fold_tag;
use domain::{StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::schema::{status_tags, tags};

pub use folding::{are_to_fold, fold_some};

/// What is kept of a spelling: nothing, if the name is spelt so.
fn spelling<'a>(key: &str, spelt: &'a str) -> Option<&'a str> {
    (spelt != key).then_some(spelt)
}

fn keys(names: &[String]) -> Vec<String> {
    names.iter().map(|name| fold_tag(name)).collect()
}

/// Notes that a status carries these tags, as they are spelt there; `ids` gives ids to those not seen before.
pub fn insert(
    conn: &mut DbConnection,
    status: StatusId,
    names: &[String],
    now: Time,
    mut ids: impl FnMut() -> i64,
) -> QueryResult<()> {
    let mut spelt: Vec<(String, &str)> = Vec::new();
    for name in names {
        let key = fold_tag(name);
        if spelt.iter().all(|(known, _)| *known != key) {
            spelt.push((key, name.as_str()));
        }
    }
    if spelt.is_empty() {
        return Ok(());
    }
    let new: Vec<_> = spelt
        .iter()
        .map(|(key, name)| {
            (
                tags::id.eq(ids()),
                tags::name.eq(key),
                tags::created_at.eq(now),
                tags::display_name.eq(spelling(key, name)),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(tags::table).values(new).on_conflict_do_nothing().execute(c))?;
    let known: Vec<(i64, String)> = tags::table
        .filter(among(tags::name, spelt.iter().map(|(key, _)| key)))
        .select((tags::id, tags::name))
        .load(conn)?;
    let rows: Vec<_> = known
        .iter()
        .map(|(tag, key)| {
            let name = spelt.iter().find(|(known, _)| known == key);
            (
                status_tags::tag_id.eq(*tag),
                status_tags::status_id.eq(status.0),
                status_tags::spelt.eq(name.and_then(|(key, name)| spelling(key, name))),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(status_tags::table).values(rows).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// The id of the tag of this name, which is added if nobody used it yet; `id` gives its id then.
pub fn ensure(
    conn: &mut DbConnection,
    name: &str,
    now: Time,
    id: impl FnOnce() -> i64,
) -> QueryResult<i64> {
    let key = fold_tag(name);
    let new = (
        tags::id.eq(id()),
        tags::name.eq(&key),
        tags::created_at.eq(now),
        tags::display_name.eq(spelling(&key, name)),
    );
    each!(conn, c => diesel::insert_into(tags::table).values(new).on_conflict_do_nothing().execute(c))?;
    tags::table
        .filter(tags::name.eq(&key))
        .select(tags::id)
        .first(conn)
}

/// Forgets the tags of a status; answers their ids.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<i64>> {
    let rows = status_tags::table.filter(status_tags::status_id.eq(status.0));
    each!(conn, c => diesel::delete(rows).returning(status_tags::tag_id).get_results(c))
}

/// The names by which the tags of these ids are found.
pub fn names(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<String>> {
    tags::table
        .filter(among(tags::id, ids.iter().copied()))
        .select(tags::name)
        .load(conn)
}

/// The tags of these names that were ever used, each with its id and the name by which it is found.
pub fn known(conn: &mut DbConnection, names: &[String]) -> QueryResult<Vec<(i64, String)>> {
    tags::table
        .filter(among(tags::name, keys(names)))
        .select((tags::id, tags::name))
        .load(conn)
}

/// The tags of these ids, as they are shown.
pub fn with_ids(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<(i64, String)>> {
    let rows: Vec<(i64, String, Option<String>)> = tags::table
        .filter(among(tags::id, ids.iter().copied()))
        .select((tags::id, tags::name, tags::display_name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, spelt)| (id, spelt.unwrap_or(name)))
        .collect())
}

/// A tag as it is shown, if it was ever used. One row by unique index.
pub fn shown(conn: &mut DbConnection, name: &str) -> QueryResult<Option<String>> {
    let row: Option<(String, Option<String>)> = tags::table
        .filter(tags::name.eq(fold_tag(name)))
        .select((tags::name, tags::display_name))
        .first(conn)
        .optional()?;
    Ok(row.map(|(name, spelt)| spelt.unwrap_or(name)))
}

/// The tags of these statuses, as they are spelt there.
pub fn of_statuses(
    conn: &mut DbConnection,
    ids: &[StatusId],
) -> QueryResult<Vec<(StatusId, String)>> {
    let ids = listed(status_tags::status_id, ids.iter().map(|id| id.0));
    let rows: Vec<(i64, String, Option<String>)> = each!(conn, c => status_tags::table
        .inner_join(tags::table)
        .filter(ids)
        .order((status_tags::status_id, tags::id))
        .select((status_tags::status_id, tags::name, status_tags::spelt))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(id, name, spelt)| (StatusId(id), spelt.unwrap_or(name)))
        .collect())
}

/// The ids of the tags of these names, of those that were ever used.
pub fn with_names(conn: &mut DbConnection, names: &[String]) -> QueryResult<Vec<i64>> {
    tags::table
        .filter(among(tags::name, keys(names)))
        .select(tags::id)
        .load(conn)
}

/// Tags whose name begins with `prefix`, by name, as they are shown. A range of the unique index.
pub fn with_prefix(
    conn: &mut DbConnection,
    prefix: &str,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<String>> {
    let prefix = fold_tag(prefix);
    let end = format!("{prefix}\u{10FFFF}");
    let rows: Vec<(String, Option<String>)> = tags::table
        .filter(tags::name.ge(prefix))
        .filter(tags::name.lt(end))
        .order(tags::name)
        .limit(limit)
        .offset(offset)
        .select((tags::name, tags::display_name))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(name, spelt)| spelt.unwrap_or(name))
        .collect())
}
