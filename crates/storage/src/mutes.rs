//! Of whom somebody wants to hear nothing, and of which threads to be told nothing.

use diesel::prelude::*;
use domain::{AccountId, Page, StatusId, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::schema::{accounts, conversation_mutes, mentions, mutes, users};

/// `account_id` wants to hear nothing of `target_id`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mutes, treat_none_as_default_value = false)]
pub struct Mute {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub target_id: AccountId,
    /// Whether no notifications are wanted either.
    pub notifications: bool,
    pub expires_at: Option<Time>,
    pub created_at: Time,
}

/// Adds a mute in place of an earlier one.
pub fn replace(conn: &mut DbConnection, mute: Mute) -> QueryResult<()> {
    delete(conn, mute.account_id, mute.target_id)?;
    diesel::insert_into(mutes::table)
        .values(mute)
        .execute(conn)
        .map(drop)
}

/// Takes a mute away: true if there was one.
pub fn delete(conn: &mut DbConnection, account: AccountId, target: AccountId) -> QueryResult<bool> {
    let mute = mutes::table
        .filter(mutes::account_id.eq(account.0))
        .filter(mutes::target_id.eq(target.0));
    diesel::delete(mute).execute(conn).map(|rows| rows > 0)
}

/// The mutes of these by an account that hold at `now`. A range of the unique index for each.
pub fn among_targets(
    conn: &mut DbConnection,
    account: AccountId,
    targets: &[AccountId],
    now: Time,
) -> QueryResult<Vec<Mute>> {
    let targets = listed(mutes::target_id, targets.iter().map(|id| id.0));
    each!(conn, c => mutes::table
        .filter(mutes::account_id.eq(account.0))
        .filter(targets)
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
        .select(Mute::as_select())
        .load(c))
}

/// The mutes of somebody by people who live here that hold at `now`, of those whose ids come after `after`, by these ids.
pub fn by_our_people(
    conn: &mut DbConnection,
    target: AccountId,
    after: AccountId,
    limit: i64,
    now: Time,
) -> QueryResult<Vec<Mute>> {
    each!(conn, c => mutes::table
        .inner_join(users::table.on(users::account_id.eq(mutes::account_id)))
        .filter(mutes::target_id.eq(target.0))
        .filter(mutes::account_id.gt(after.0))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
        .order(mutes::account_id.asc())
        .limit(limit)
        .select(Mute::as_select())
        .load(c))
}

/// Who of `readers` has muted one of `targets`, or somebody whom the status mentions.
/// A range of the index on `(target_id, account_id)` for each.
pub fn muters(
    conn: &mut DbConnection,
    targets: &[AccountId],
    mentioned_in: StatusId,
    readers: &[AccountId],
    now: Time,
) -> QueryResult<Vec<AccountId>> {
    let mut found: Vec<i64> = Vec::new();
    for readers in readers.chunks(crate::CHUNK / 2) {
        let mentioned = mentions::table
            .filter(mentions::status_id.eq(mentioned_in.0))
            .select(mentions::account_id);
        let targets = listed(mutes::target_id, targets.iter().map(|id| id.0));
        let readers = listed(mutes::account_id, readers.iter().map(|id| id.0));
        found.extend(each!(conn, c => mutes::table
            .filter(targets.or(mutes::target_id.eq_any(mentioned)))
            .filter(readers)
            .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
            .select(mutes::account_id)
            .load::<i64>(c))?);
    }
    Ok(found.into_iter().map(AccountId).collect())
}

/// Who of `readers` has muted one of `targets`. A range of the index on `(target_id, account_id)` for each.
pub fn muting(
    conn: &mut DbConnection,
    targets: &[AccountId],
    readers: &[AccountId],
    now: Time,
) -> QueryResult<Vec<AccountId>> {
    let mut found: Vec<i64> = Vec::new();
    for readers in readers.chunks(crate::CHUNK) {
        let targets = listed(mutes::target_id, targets.iter().map(|id| id.0));
        let readers = listed(mutes::account_id, readers.iter().map(|id| id.0));
        found.extend(each!(conn, c => mutes::table
            .filter(targets)
            .filter(readers)
            .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
            .select(mutes::account_id)
            .load::<i64>(c))?);
    }
    Ok(found.into_iter().map(AccountId).collect())
}

/// One page of those whom an account mutes, with the mute's id as cursor and its end.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
    now: Time,
) -> QueryResult<Vec<(i64, Option<Time>, Account)>> {
    let query = mutes::table
        .inner_join(accounts::table.on(accounts::id.eq(mutes::target_id)))
        .filter(mutes::account_id.eq(account.0))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
        .select((mutes::id, mutes::expires_at, Account::as_select()));
    load_page!(query, mutes::id, page, conn)
}

/// Mutes a thread, by the id of its first status.
pub fn mute_conversation(
    conn: &mut DbConnection,
    account: AccountId,
    conversation: StatusId,
) -> QueryResult<()> {
    let row = (
        conversation_mutes::account_id.eq(account.0),
        conversation_mutes::conversation_id.eq(conversation.0),
    );
    each!(conn, c => diesel::insert_into(conversation_mutes::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Lets a thread be heard again.
pub fn unmute_conversation(
    conn: &mut DbConnection,
    account: AccountId,
    conversation: StatusId,
) -> QueryResult<()> {
    diesel::delete(conversation_mutes::table.find((account.0, conversation.0)))
        .execute(conn)
        .map(drop)
}
