//! Hashtags from before they were found by one spelling: each is renamed, or becomes one with that which has its name.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::text::fold_tag;

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::dialect::full_text;
use crate::schema::{status_index_queue, status_tags, tags, tags_to_fold, trend_reviews};

/// Posts that are called otherwise in one transaction: others wait for it, and PostgreSQL ends what takes long.
const POSTS: usize = 2_000;

/// What is said of a tag, to be said of another one, of which it may be said already.
const MOVED: [&str; 3] = [
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

/// Takes up to `limit` of them, with what carries them; false if there is none, or while another process does the same.
pub fn fold_some(conn: &mut DbConnection, limit: i64) -> QueryResult<bool> {
    if !full_text::hold(conn)? {
        return Ok(false);
    }
    let rows: Vec<(i64, String)> = tags_to_fold::table
        .inner_join(tags::table.on(tags::id.eq(tags_to_fold::tag_id)))
        .limit(limit)
        .select((tags::id, tags::name))
        .load(conn)?;
    let is_any = !rows.is_empty();
    let (mut folded, mut room) = (Vec::new(), POSTS);
    for (id, name) in rows {
        if !fold(conn, id, &name, &mut room)? {
            break;
        }
        folded.push(id);
    }
    diesel::delete(tags_to_fold::table.filter(among(tags_to_fold::tag_id, folded)))
        .execute(conn)?;
    Ok(is_any)
}

/// False while there are posts left that carry it.
fn fold(conn: &mut DbConnection, id: i64, name: &str, room: &mut usize) -> QueryResult<bool> {
    let key = fold_tag(name);
    if key == name {
        return Ok(true);
    }
    let same: Option<i64> = tags::table
        .filter(tags::name.eq(&key))
        .select(tags::id)
        .first(conn)
        .optional()?;
    let posts = unfolded(conn, id, same.is_some(), *room)?;
    if !posts.is_empty() {
        spell(conn, id, name, &posts)?;
        if let Some(same) = same {
            carry_over(conn, (id, same), name, &posts)?;
        }
    }
    *room = room.saturating_sub(posts.len());
    if *room == 0 {
        return Ok(false);
    }
    match same {
        Some(same) => join(conn, id, same)?,
        None => {
            diesel::update(tags::table.find(id))
                .set((tags::name.eq(&key), tags::display_name.eq(name)))
                .execute(conn)?;
        }
    }
    Ok(true)
}

/// The first posts that carry a tag and were not seen to yet: all of those still there where they are to carry another one.
fn unfolded(conn: &mut DbConnection, tag: i64, all: bool, limit: usize) -> QueryResult<Vec<i64>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let carrying = status_tags::table
        .filter(status_tags::tag_id.eq(tag))
        .order(status_tags::status_id)
        .limit(limit)
        .select(status_tags::status_id);
    if all {
        carrying.load(conn)
    } else {
        carrying.filter(status_tags::spelt.is_null()).load(conn)
    }
}

/// Notes how these posts spell a tag, and that they are found otherwise.
fn spell(conn: &mut DbConnection, tag: i64, name: &str, posts: &[i64]) -> QueryResult<()> {
    let these = || {
        status_tags::table
            .filter(status_tags::tag_id.eq(tag))
            .filter(among(status_tags::status_id, posts.iter().copied()))
    };
    each!(conn, c => these()
        .select(status_tags::status_id)
        .insert_into(status_index_queue::table)
        .into_columns(status_index_queue::status_id)
        .execute(c))?;
    diesel::update(these())
        .set(status_tags::spelt.eq(name))
        .execute(conn)
        .map(drop)
}

/// These posts carry another tag in the place of one, unless they carry both.
fn carry_over(
    conn: &mut DbConnection,
    (id, same): (i64, i64),
    name: &str,
    posts: &[i64],
) -> QueryResult<()> {
    let rows: Vec<_> = posts
        .iter()
        .map(|post| {
            (
                status_tags::tag_id.eq(same),
                status_tags::status_id.eq(*post),
                status_tags::spelt.eq(Some(name)),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(status_tags::table).values(rows).on_conflict_do_nothing().execute(c))?;
    let before = status_tags::table
        .filter(status_tags::tag_id.eq(id))
        .filter(among(status_tags::status_id, posts.iter().copied()));
    diesel::delete(before).execute(conn).map(drop)
}

/// Makes a tag one with another, which has its posts.
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
