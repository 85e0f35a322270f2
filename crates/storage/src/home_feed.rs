//! Home timelines, fanned out when a status is written.

use diesel::dsl::not;
use diesel::prelude::*;
use domain::text::fold_tag;
use domain::{AccountId, Page, StatusId};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{follows, home_feed, status_tags, statuses, tag_follows, tags};
use crate::statuses::Status;

/// A status in somebody's home timeline. Blocks and mutes look at both authors.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = home_feed, treat_none_as_default_value = false)]
pub struct Entry {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub author_id: AccountId,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub reblog_of_id: Option<StatusId>,
    /// The boosted status' author.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub reblogged_id: Option<AccountId>,
}

/// Puts a status into home timelines; where it is already, nothing changes.
pub fn insert(conn: &mut DbConnection, entries: Vec<Entry>) -> QueryResult<()> {
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        let rows: Vec<Entry> = entries.by_ref().take(crate::CHUNK).collect();
        each!(conn, c => diesel::insert_into(home_feed::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// One page of a home timeline, without those whom its reader reads `apart`. A range of the primary key, and each
/// status by its own.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    apart: &[AccountId],
    page: &Page,
) -> QueryResult<Vec<Status>> {
    each!(conn, c => {
        let query = home_feed::table
            .inner_join(statuses::table)
            .filter(home_feed::account_id.eq(account.0))
            .filter(statuses::deleted_at.is_null())
            .select(Status::as_select());
        if apart.is_empty() {
            return load_page!(query, home_feed::status_id, page, c);
        }
        let apart = among(home_feed::author_id, apart.iter().map(|id| id.0));
        load_page!(query.filter(not(apart)), home_feed::status_id, page, c)
    })
}

/// Which of these readers have `status` in their home timeline. A row by key for each.
pub fn readers(
    conn: &mut DbConnection,
    readers: &[AccountId],
    status: StatusId,
) -> QueryResult<Vec<AccountId>> {
    let mut found: Vec<i64> = Vec::new();
    for readers in readers.chunks(crate::CHUNK) {
        found.extend(
            home_feed::table
                .filter(among(home_feed::account_id, readers.iter().map(|id| id.0)))
                .filter(home_feed::status_id.eq(status.0))
                .select(home_feed::account_id)
                .load::<i64>(conn)?,
        );
    }
    Ok(found.into_iter().map(AccountId).collect())
}

/// Which of these readers have `status`, or a boost of it, in their home timeline.
pub fn holders(
    conn: &mut DbConnection,
    of: &[AccountId],
    status: StatusId,
) -> QueryResult<Vec<AccountId>> {
    let mut found = readers(conn, of, status)?;
    for readers in of.chunks(crate::CHUNK) {
        let boosts: Vec<i64> = home_feed::table
            .filter(among(home_feed::account_id, readers.iter().map(|id| id.0)))
            .filter(home_feed::reblog_of_id.eq(status.0))
            .filter(home_feed::reblog_of_id.is_not_null())
            .select(home_feed::account_id)
            .load(conn)?;
        found.extend(boosts.into_iter().map(AccountId));
    }
    Ok(found)
}

/// Takes a status out of all home timelines; answers whose these are.
pub fn delete_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<AccountId>> {
    let rows = home_feed::table.filter(home_feed::status_id.eq(status.0));
    let readers: Vec<i64> = each!(conn, c => diesel::delete(rows)
        .returning(home_feed::account_id)
        .get_results(c))?;
    Ok(readers.into_iter().map(AccountId).collect())
}

/// Takes all that `author` wrote, or that is a boost of what `author` wrote, out of a home timeline.
pub fn delete_author(
    conn: &mut DbConnection,
    account: AccountId,
    author: AccountId,
) -> QueryResult<()> {
    let theirs = home_feed::table
        .filter(home_feed::account_id.eq(account.0))
        .filter(
            home_feed::author_id.eq(author.0).or(home_feed::reblogged_id
                .eq(author.0)
                .and(home_feed::reblogged_id.is_not_null())),
        );
    diesel::delete(theirs).execute(conn).map(drop)
}

/// Takes out of a home timeline what is there for a tag alone: by others whom its reader does not follow, and with no other tag
/// that they follow.
pub fn delete_tag(conn: &mut DbConnection, account: AccountId, name: &str) -> QueryResult<()> {
    let followed = follows::table
        .filter(follows::follower_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .select(follows::account_id);
    let by_strangers: Vec<i64> = each!(conn, c => home_feed::table
        .filter(home_feed::account_id.eq(account.0))
        .filter(home_feed::author_id.ne(account.0))
        .filter(home_feed::author_id.ne_all(followed))
        .select(home_feed::status_id)
        .load::<i64>(c))?;
    for ids in by_strangers.chunks(crate::CHUNK) {
        let mut tagged: Vec<i64> = status_tags::table
            .inner_join(tags::table)
            .filter(among(status_tags::status_id, ids.iter().copied()))
            .filter(tags::name.eq(fold_tag(name)))
            .select(status_tags::status_id)
            .load(conn)?;
        let with_others: Vec<i64> = status_tags::table
            .inner_join(tag_follows::table.on(tag_follows::tag_id.eq(status_tags::tag_id)))
            .filter(among(status_tags::status_id, tagged.iter().copied()))
            .filter(tag_follows::account_id.eq(account.0))
            .select(status_tags::status_id)
            .load(conn)?;
        tagged.retain(|id| !with_others.contains(id));
        let gone = home_feed::table
            .filter(home_feed::account_id.eq(account.0))
            .filter(among(home_feed::status_id, tagged));
        diesel::delete(gone).execute(conn)?;
    }
    Ok(())
}

/// Puts the newest `limit` posts of `author` that a follower may see into a home timeline, also those with which they went on.
pub fn backfill(
    conn: &mut DbConnection,
    account: AccountId,
    author: AccountId,
    limit: i64,
) -> QueryResult<()> {
    let rows: Vec<i64> = statuses::table
        .filter(statuses::account_id.eq(author.0))
        .filter(statuses::visibility.le(i16::from(domain::Visibility::FollowersOnly)))
        .filter(statuses::reblog_of_id.is_null())
        .filter(
            statuses::in_reply_to_uri
                .is_null()
                .or(statuses::in_reply_to_account_id.eq(statuses::account_id.nullable())),
        )
        .filter(statuses::deleted_at.is_null())
        .order(statuses::id.desc())
        .limit(limit)
        .select(statuses::id)
        .load(conn)?;
    let entry = |id: i64| Entry {
        account_id: account,
        status_id: StatusId(id),
        author_id: author,
        reblog_of_id: None,
        reblogged_id: None,
    };
    insert(conn, rows.into_iter().map(entry).collect())
}

/// Cuts a home timeline to its newest `keep` rows.
pub fn trim(conn: &mut DbConnection, account: AccountId, keep: i64) -> QueryResult<()> {
    let oldest: Option<i64> = home_feed::table
        .filter(home_feed::account_id.eq(account.0))
        .order(home_feed::status_id.desc())
        .offset(keep)
        .limit(1)
        .select(home_feed::status_id)
        .first(conn)
        .optional()?;
    let Some(oldest) = oldest else { return Ok(()) };
    let surplus = home_feed::table
        .filter(home_feed::account_id.eq(account.0))
        .filter(home_feed::status_id.le(oldest));
    diesel::delete(surplus).execute(conn).map(drop)
}
