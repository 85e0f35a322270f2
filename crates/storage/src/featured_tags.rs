//! Hashtags that people show on their profiles.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use domain::text::fold_tag;
use domain::{AccountId, Time, Visibility};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{featured_tags, status_tags, statuses, tags};

/// A hashtag on a profile, and how its owner uses it where everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeaturedTag {
    pub id: i64,
    pub name: String,
    pub statuses: i64,
    pub last_status_at: Option<Time>,
}

/// The hashtags of a profile, as they were chosen. Two queries.
pub fn of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<FeaturedTag>> {
    let rows: Vec<(i64, i64, String, Option<String>)> = featured_tags::table
        .inner_join(tags::table)
        .filter(featured_tags::account_id.eq(account.0))
        .order(featured_tags::id)
        .select((featured_tags::id, tags::id, tags::name, tags::display_name))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|(_, tag, ..)| *tag).collect();
    let uses = uses(conn, account, &ids)?;
    let use_of = |tag: i64| uses.iter().find(|(id, _, _)| *id == tag);
    Ok(rows
        .into_iter()
        .map(|(id, tag, name, spelt)| FeaturedTag {
            id,
            name: spelt.unwrap_or(name),
            statuses: use_of(tag).map_or(0, |(_, count, _)| *count),
            last_status_at: use_of(tag).and_then(|(_, _, last)| *last),
        })
        .collect())
}

/// The names by which the hashtags of a profile are found.
pub fn names(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    featured_tags::table
        .inner_join(tags::table)
        .filter(featured_tags::account_id.eq(account.0))
        .select(tags::name)
        .load(conn)
}

/// How often an account used these tags in open posts, and when last.
fn uses(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[i64],
) -> QueryResult<Vec<(i64, i64, Option<Time>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let open = [Visibility::Public, Visibility::Unlisted].map(i16::from);
    each!(conn, c => status_tags::table
        .inner_join(statuses::table)
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .filter(among(statuses::visibility, open))
        .filter(among(status_tags::tag_id, ids.iter().copied()))
        .group_by(status_tags::tag_id)
        .select((status_tags::tag_id, count_star(), max(statuses::created_at)))
        .load(c))
}

/// Puts a tag on a profile: false if it is there. `ids` gives ids to new rows.
pub fn insert(
    conn: &mut DbConnection,
    account: AccountId,
    name: &str,
    now: Time,
    mut ids: impl FnMut() -> i64,
) -> QueryResult<bool> {
    let tag = crate::tags::ensure(conn, name, now, &mut ids)?;
    let row = (
        featured_tags::id.eq(ids()),
        featured_tags::account_id.eq(account.0),
        featured_tags::tag_id.eq(tag),
        featured_tags::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(featured_tags::table).values(row).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// The id under which a profile has this tag.
pub fn with_name(
    conn: &mut DbConnection,
    account: AccountId,
    name: &str,
) -> QueryResult<Option<i64>> {
    featured_tags::table
        .inner_join(tags::table)
        .filter(featured_tags::account_id.eq(account.0))
        .filter(tags::name.eq(fold_tag(name)))
        .select(featured_tags::id)
        .first(conn)
        .optional()
}

/// Takes a tag off a profile, and says which it was.
pub fn delete(conn: &mut DbConnection, account: AccountId, id: i64) -> QueryResult<Option<String>> {
    let own = featured_tags::table
        .inner_join(tags::table)
        .filter(featured_tags::id.eq(id))
        .filter(featured_tags::account_id.eq(account.0));
    let row: Option<(String, Option<String>)> = own
        .select((tags::name, tags::display_name))
        .first(conn)
        .optional()?;
    if row.is_some() {
        diesel::delete(featured_tags::table.find(id)).execute(conn)?;
    }
    Ok(row.map(|(name, spelt)| spelt.unwrap_or(name)))
}

/// The tags that an account used most in open posts, without those on its profile.
pub fn suggestions(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<String>> {
    let open = [Visibility::Public, Visibility::Unlisted].map(i16::from);
    let featured = featured_tags::table
        .filter(featured_tags::account_id.eq(account.0))
        .select(featured_tags::tag_id);
    let rows: Vec<(String, Option<String>, i64)> = each!(conn, c => status_tags::table
        .inner_join(statuses::table)
        .inner_join(tags::table)
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .filter(among(statuses::visibility, open))
        .filter(status_tags::tag_id.ne_all(featured))
        .group_by(tags::name)
        .order((count_star().desc(), tags::name))
        .limit(limit)
        .select((tags::name, max(tags::display_name), count_star()))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(name, spelt, _)| spelt.unwrap_or(name))
        .collect())
}
