//! Hashtags from before they were found by one spelling: each is renamed, or becomes one with that which has its name.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::text::fold_tag;

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::dialect::full_text;
use crate::schema::{status_index_queue, status_tags, tags, tags_to_fold, trend_reviews};

/// What is said of a tag, to be said of another one, of which it may be said already.
const MOVED: [&str; 4] = [
    "INSERT INTO status_tags (tag_id, status_id, spelt) \
     SELECT $1, status_id, spelt FROM status_tags WHERE tag_id = $2 ON CONFLICT DO NOTHING",
    "UPDATE tag_follows SET tag_id = $1 WHERE tag_id = $2 \
     AND account_id NOT IN (SELECT account_id FROM tag_follows WHERE tag_id = $1)",
    "UPDATE featured_tags SET tag_id = $1 WHERE tag_id = $2 \
     AND account_id NOT IN (SELECT account_id FROM featured_tags WHERE tag_id = $1)",
    "UPDATE trend_reviews SET subject_id = $1 WHERE kind = 0 AND subject_id = $2 \
     AND NOT EXISTS (SELECT 1 FROM trend_reviews WHERE kind = 0 AND subject_id = $1)",
];

/// Whether there are any.
pub fn are_to_fold(conn: &mut DbConnection) -> QueryResult<bool> {
    let first: Option<i64> = tags_to_fold::table
        .limit(1)
        .select(tags_to_fold::tag_id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// Takes up to `limit` of them, with all that carry them; false if there is none, or while another process does the same.
pub fn fold_some(conn: &mut DbConnection, limit: i64) -> QueryResult<bool> {
    if !full_text::hold(conn)? {
        return Ok(false);
    }
    let ids: Vec<i64> = tags_to_fold::table
        .limit(limit)
        .select(tags_to_fold::tag_id)
        .load(conn)?;
    let rows: Vec<(i64, String)> = tags::table
        .filter(among(tags::id, ids.iter().copied()))
        .select((tags::id, tags::name))
        .load(conn)?;
    for (id, name) in rows {
        fold(conn, id, &name)?;
    }
    let is_any = !ids.is_empty();
    diesel::delete(tags_to_fold::table.filter(among(tags_to_fold::tag_id, ids))).execute(conn)?;
    Ok(is_any)
}

fn fold(conn: &mut DbConnection, id: i64, name: &str) -> QueryResult<()> {
    let key = fold_tag(name);
    if key == name {
        return Ok(());
    }
    let uses = || status_tags::table.filter(status_tags::tag_id.eq(id));
    each!(conn, c => uses()
        .select(status_tags::status_id)
        .insert_into(status_index_queue::table)
        .into_columns(status_index_queue::status_id)
        .execute(c))?;
    diesel::update(uses())
        .set(status_tags::spelt.eq(name))
        .execute(conn)?;
    let same: Option<i64> = tags::table
        .filter(tags::name.eq(&key))
        .select(tags::id)
        .first(conn)
        .optional()?;
    if let Some(same) = same {
        return join(conn, id, same);
    }
    diesel::update(tags::table.find(id))
        .set((tags::name.eq(&key), tags::display_name.eq(name)))
        .execute(conn)
        .map(drop)
}

/// Makes a tag one with another.
fn join(conn: &mut DbConnection, id: i64, same: i64) -> QueryResult<()> {
    for statement in MOVED {
        let query = diesel::sql_query(statement)
            .bind::<BigInt, _>(same)
            .bind::<BigInt, _>(id);
        each!(conn, c => query.execute(c))?;
    }
    let review = trend_reviews::table
        .filter(trend_reviews::kind.eq(0_i16))
        .filter(trend_reviews::subject_id.eq(id));
    diesel::delete(review).execute(conn)?;
    diesel::delete(tags::table.find(id)).execute(conn).map(drop)
}
