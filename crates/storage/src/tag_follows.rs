//! Hashtags that people follow.

use diesel::prelude::*;
use domain::text::fold_tag;
use domain::{AccountId, Page, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::schema::{status_tags, tag_follows, tags};

/// Follows a tag by its id; one that is followed stays so.
pub fn insert(
    conn: &mut DbConnection,
    id: i64,
    account: AccountId,
    tag: i64,
    now: Time,
) -> QueryResult<()> {
    let row = (
        tag_follows::id.eq(id),
        tag_follows::account_id.eq(account.0),
        tag_follows::tag_id.eq(tag),
        tag_follows::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(tag_follows::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Follows a tag no more.
pub fn delete(conn: &mut DbConnection, account: AccountId, name: &str) -> QueryResult<()> {
    let tag = tags::table
        .filter(tags::name.eq(fold_tag(name)))
        .select(tags::id);
    let follow = tag_follows::table
        .filter(tag_follows::account_id.eq(account.0))
        .filter(tag_follows::tag_id.eq_any(tag));
    diesel::delete(follow).execute(conn).map(drop)
}

/// How many tags an account follows.
pub fn count(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    tag_follows::table
        .filter(tag_follows::account_id.eq(account.0))
        .count()
        .get_result(conn)
}

/// Which of these names an account follows, by the names by which they are found.
pub fn among_names(
    conn: &mut DbConnection,
    account: AccountId,
    names: &[String],
) -> QueryResult<Vec<String>> {
    let names = among(tags::name, names.iter().map(|name| fold_tag(name)));
    each!(conn, c => tag_follows::table
        .inner_join(tags::table)
        .filter(tag_follows::account_id.eq(account.0))
        .filter(names)
        .select(tags::name)
        .load(c))
}

/// One page of the tags that an account follows, as they are shown.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, String)>> {
    let query = tag_follows::table
        .inner_join(tags::table)
        .filter(tag_follows::account_id.eq(account.0))
        .select((tag_follows::id, tags::name, tags::display_name));
    let rows: QueryResult<Vec<(i64, String, Option<String>)>> =
        load_page!(query, tag_follows::id, page, conn);
    let shown = |(id, name, spelt): (i64, String, Option<String>)| (id, spelt.unwrap_or(name));
    Ok(rows?.into_iter().map(shown).collect())
}

/// Who follows a tag of this status. A range of one index for each tag.
pub fn followers(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = tag_follows::table
        .inner_join(status_tags::table.on(status_tags::tag_id.eq(tag_follows::tag_id)))
        .filter(status_tags::status_id.eq(status.0))
        .select(tag_follows::account_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().map(AccountId).collect())
}
