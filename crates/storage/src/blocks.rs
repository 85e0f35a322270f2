//! Who wants nothing to do with whom.

use diesel::prelude::*;
use domain::{AccountId, Page, StatusId, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::schema::{accounts, blocks, mentions, users};

/// `account_id` has blocked `target_id`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = blocks, treat_none_as_default_value = false)]
pub struct Block {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub target_id: AccountId,
    pub uri: String,
    pub created_at: Time,
}

/// Adds a block.
pub fn insert(conn: &mut DbConnection, block: Block) -> QueryResult<()> {
    diesel::insert_into(blocks::table)
        .values(block)
        .execute(conn)
        .map(drop)
}

/// The block of `target` by `account`.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    target: AccountId,
) -> QueryResult<Option<Block>> {
    blocks::table
        .filter(blocks::account_id.eq(account.0))
        .filter(blocks::target_id.eq(target.0))
        .select(Block::as_select())
        .first(conn)
        .optional()
}

/// The block whose activity has this id.
pub fn with_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Block>> {
    blocks::table
        .filter(blocks::uri.eq(uri))
        .select(Block::as_select())
        .first(conn)
        .optional()
}

/// Takes a block away, and says what it was.
pub fn delete(
    conn: &mut DbConnection,
    account: AccountId,
    target: AccountId,
) -> QueryResult<Option<Block>> {
    let found = find(conn, account, target)?;
    if let Some(block) = &found {
        diesel::delete(blocks::table.find(block.id)).execute(conn)?;
    }
    Ok(found)
}

/// Blocks between `account` and any of `others`, both ways. A range of one index for each way.
pub fn between(
    conn: &mut DbConnection,
    account: AccountId,
    others: &[AccountId],
) -> QueryResult<Vec<Block>> {
    let ids: Vec<i64> = others.iter().map(|id| id.0).collect();
    let theirs = blocks::account_id
        .eq(account.0)
        .and(listed(blocks::target_id, ids.clone()));
    let of_them = blocks::target_id
        .eq(account.0)
        .and(listed(blocks::account_id, ids));
    each!(conn, c => blocks::table
        .filter(theirs.or(of_them))
        .select(Block::as_select())
        .load(c))
}

/// Who of `readers` has blocked somebody whom a status mentions. A range of the index on `target_id` for each.
pub fn blockers_of_mentioned(
    conn: &mut DbConnection,
    status: StatusId,
    readers: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let mut found: Vec<i64> = Vec::new();
    for readers in readers.chunks(crate::CHUNK) {
        let mentioned = mentions::table
            .filter(mentions::status_id.eq(status.0))
            .select(mentions::account_id);
        let readers = listed(blocks::account_id, readers.iter().map(|id| id.0));
        found.extend(each!(conn, c => blocks::table
            .filter(blocks::target_id.eq_any(mentioned))
            .filter(readers)
            .select(blocks::account_id)
            .load::<i64>(c))?);
    }
    Ok(found.into_iter().map(AccountId).collect())
}

/// The blocks of somebody by people who live here, of those whose ids come after `after`, by these ids.
pub fn by_our_people(
    conn: &mut DbConnection,
    target: AccountId,
    after: AccountId,
    limit: i64,
) -> QueryResult<Vec<Block>> {
    each!(conn, c => blocks::table
        .inner_join(users::table.on(users::account_id.eq(blocks::account_id)))
        .filter(blocks::target_id.eq(target.0))
        .filter(blocks::account_id.gt(after.0))
        .order(blocks::account_id.asc())
        .limit(limit)
        .select(Block::as_select())
        .load(c))
}

/// One page of those whom `account` has blocked.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, Account)>> {
    let query = blocks::table
        .inner_join(accounts::table.on(accounts::id.eq(blocks::target_id)))
        .filter(blocks::account_id.eq(account.0))
        .select((blocks::id, Account::as_select()));
    load_page!(query, blocks::id, page, conn)
}
