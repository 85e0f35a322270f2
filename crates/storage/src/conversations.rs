//! Threads of direct statuses, for each of ours who takes part.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;
use domain::{AccountId, Page, StatusId, Visibility};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::schema::{conversations, mentions, notifications, statuses};
use crate::statuses::Status;

/// A thread of direct statuses as one of ours has it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversations)]
pub struct Conversation {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// The id of the first status of the thread.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub conversation_id: StatusId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub last_status_id: StatusId,
    pub unread: bool,
}

/// Notes that something was said; what was said before the newest changes nothing.
pub fn note(conn: &mut DbConnection, conversation: Conversation) -> QueryResult<()> {
    let newer = conversations::last_status_id.lt(excluded(conversations::last_status_id));
    each!(conn, c => diesel::query_dsl::methods::FilterDsl::filter(
        diesel::insert_into(conversations::table)
            .values(conversation)
            .on_conflict((conversations::account_id, conversations::conversation_id))
            .do_update()
            .set((
                conversations::last_status_id.eq(excluded(conversations::last_status_id)),
                conversations::unread.eq(excluded(conversations::unread)),
            )),
        newer,
    )
    .execute(c))
    .map(drop)
}

/// One page of an account's conversations with what was said last, newest first. A range of the index on
/// `(account_id, last_status_id)`.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(Conversation, Status)>> {
    let query = conversations::table
        .inner_join(statuses::table.on(statuses::id.eq(conversations::last_status_id)))
        .filter(conversations::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .select((Conversation::as_select(), Status::as_select()));
    load_page!(query, conversations::last_status_id, page, conn)
}

/// One conversation of an account's.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    id: i64,
) -> QueryResult<Option<(Conversation, Status)>> {
    conversations::table
        .inner_join(statuses::table.on(statuses::id.eq(conversations::last_status_id)))
        .filter(conversations::id.eq(id))
        .filter(conversations::account_id.eq(account.0))
        .select((Conversation::as_select(), Status::as_select()))
        .first(conn)
        .optional()
}

/// A thread as these accounts have it. A row of the unique index for each.
pub fn of_accounts(
    conn: &mut DbConnection,
    accounts: &[AccountId],
    thread: StatusId,
) -> QueryResult<Vec<Conversation>> {
    let accounts = among(conversations::account_id, accounts.iter().map(|id| id.0));
    each!(conn, c => conversations::table
        .filter(accounts)
        .filter(conversations::conversation_id.eq(thread.0))
        .select(Conversation::as_select())
        .load(c))
}

/// Notes whether a conversation has something to read.
pub fn mark(conn: &mut DbConnection, id: i64, unread: bool) -> QueryResult<()> {
    diesel::update(conversations::table.find(id))
        .set(conversations::unread.eq(unread))
        .execute(conn)
        .map(drop)
}

/// Removes a conversation until something more is said.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(conversations::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Takes off an account's list the conversations in whose last word somebody takes part. Two rows for each that it has.
pub fn delete_with(
    conn: &mut DbConnection,
    account: AccountId,
    other: AccountId,
) -> QueryResult<()> {
    let named = mentions::table
        .filter(mentions::status_id.eq(conversations::last_status_id))
        .filter(mentions::account_id.eq(other.0));
    let ids: Vec<i64> = conversations::table
        .inner_join(statuses::table.on(statuses::id.eq(conversations::last_status_id)))
        .filter(conversations::account_id.eq(account.0))
        .filter(statuses::account_id.eq(other.0).or(exists(named)))
        .select(conversations::id)
        .load(conn)?;
    diesel::delete(conversations::table.filter(among(conversations::id, ids)))
        .execute(conn)
        .map(drop)
}

/// The conversations in which this was said last.
pub fn ending_with(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<Conversation>> {
    conversations::table
        .filter(conversations::last_status_id.eq(status.0))
        .select(Conversation::as_select())
        .load(conn)
}

/// What was said last is deleted, and before it came `last`; where there is nothing, the conversation goes. Not where
/// something more was said meanwhile.
pub fn end_with(
    conn: &mut DbConnection,
    id: i64,
    deleted: StatusId,
    last: Option<StatusId>,
) -> QueryResult<()> {
    let ends_so = conversations::table
        .find(id)
        .filter(conversations::last_status_id.eq(deleted.0));
    match last {
        Some(last) => diesel::update(ends_so)
            .set(conversations::last_status_id.eq(last.0))
            .execute(conn),
        None => diesel::delete(ends_so).execute(conn),
    }
    .map(drop)
}

/// The newest direct status of a thread that an account wrote or is mentioned in, without what is held back from them. A scan
/// of the thread.
pub fn newest(
    conn: &mut DbConnection,
    account: AccountId,
    conversation: StatusId,
) -> QueryResult<Option<StatusId>> {
    let to_them = mentions::table
        .filter(mentions::account_id.eq(account.0))
        .select(mentions::status_id);
    let held_back = notifications::table
        .filter(notifications::status_id.eq(statuses::id.nullable()))
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::filtered);
    let id: Option<i64> = statuses::table
        .filter(statuses::conversation_id.eq(conversation.0))
        .filter(statuses::visibility.eq(i16::from(Visibility::Direct)))
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::held_at.is_null())
        .filter(
            statuses::account_id
                .eq(account.0)
                .or(statuses::id.eq_any(to_them)),
        )
        .filter(not(exists(held_back)))
        .order(statuses::id.desc())
        .select(statuses::id)
        .first(conn)
        .optional()?;
    Ok(id.map(StatusId))
}

/// Whether `by` wrote something to `to` directly in a thread. A scan of the thread.
pub fn has_said(
    conn: &mut DbConnection,
    thread: StatusId,
    by: AccountId,
    to: AccountId,
) -> QueryResult<bool> {
    let said = statuses::table
        .inner_join(mentions::table.on(mentions::status_id.eq(statuses::id)))
        .filter(statuses::conversation_id.eq(thread.0))
        .filter(statuses::account_id.eq(by.0))
        .filter(statuses::visibility.eq(i16::from(Visibility::Direct)))
        .filter(statuses::deleted_at.is_null())
        .filter(mentions::account_id.eq(to.0))
        .filter(mentions::silent.eq(false));
    diesel::select(exists(said)).get_result(conn)
}
