//! Of which servers somebody wants to hear nothing.

use diesel::prelude::*;
use domain::{AccountId, Page, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::follows::Follow;
use crate::paging::load_page;
use crate::schema::{
    account_domain_blocks, accounts, follows, home_feed, notification_permissions, notifications,
};

/// `account_id` wants to hear nothing of the people of `host`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_domain_blocks)]
pub struct AccountDomainBlock {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub host: String,
    pub created_at: Time,
}

/// Adds a block: true unless it was there.
pub fn insert(conn: &mut DbConnection, block: AccountDomainBlock) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(account_domain_blocks::table)
        .values(block)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Takes a block away.
pub fn delete(conn: &mut DbConnection, account: AccountId, host: &str) -> QueryResult<()> {
    let block = account_domain_blocks::table
        .filter(account_domain_blocks::account_id.eq(account.0))
        .filter(account_domain_blocks::host.eq(host));
    diesel::delete(block).execute(conn).map(drop)
}

/// One page of the hosts that somebody blocked, with the block's id as cursor.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, String)>> {
    let query = account_domain_blocks::table
        .filter(account_domain_blocks::account_id.eq(account.0))
        .select((account_domain_blocks::id, account_domain_blocks::host));
    load_page!(query, account_domain_blocks::id, page, conn)
}

/// All hosts that somebody blocked. A range of the unique index.
pub fn hosts(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    account_domain_blocks::table
        .filter(account_domain_blocks::account_id.eq(account.0))
        .select(account_domain_blocks::host)
        .load(conn)
}

/// Who of `readers` blocked `host`. A range of the index on `(host, account_id)`.
pub fn blockers(
    conn: &mut DbConnection,
    host: &str,
    readers: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let mut found: Vec<i64> = Vec::new();
    for readers in readers.chunks(crate::CHUNK) {
        found.extend(
            account_domain_blocks::table
                .filter(account_domain_blocks::host.eq(host))
                .filter(among(
                    account_domain_blocks::account_id,
                    readers.iter().map(|id| id.0),
                ))
                .select(account_domain_blocks::account_id)
                .load::<i64>(conn)?,
        );
    }
    Ok(found.into_iter().map(AccountId).collect())
}

/// All follows between somebody and the people of `host`, both ways.
pub fn follows_with(
    conn: &mut DbConnection,
    account: AccountId,
    host: &str,
) -> QueryResult<Vec<Follow>> {
    let mut found: Vec<Follow> = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::account_id)))
        .filter(follows::follower_id.eq(account.0))
        .filter(accounts::host.eq(host))
        .select(Follow::as_select())
        .load(conn)?;
    found.extend(
        follows::table
            .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
            .filter(follows::account_id.eq(account.0))
            .filter(accounts::host.eq(host))
            .select(Follow::as_select())
            .load::<Follow>(conn)?,
    );
    Ok(found)
}

/// Takes all that people of `host` told or wrote out of somebody's notifications and home timeline.
pub fn clear(conn: &mut DbConnection, account: AccountId, host: &str) -> QueryResult<()> {
    let people = || {
        accounts::table
            .filter(accounts::host.eq(host))
            .select(accounts::id)
    };
    let told = notifications::table
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::from_account_id.eq_any(people()));
    diesel::delete(told).execute(conn)?;
    let heard = notification_permissions::table
        .filter(notification_permissions::account_id.eq(account.0))
        .filter(notification_permissions::from_account_id.eq_any(people()));
    diesel::delete(heard).execute(conn)?;
    let read = home_feed::table.filter(home_feed::account_id.eq(account.0));
    diesel::delete(read.filter(home_feed::author_id.eq_any(people()))).execute(conn)?;
    let repeated = home_feed::reblogged_id
        .is_not_null()
        .and(home_feed::reblogged_id.assume_not_null().eq_any(people()));
    diesel::delete(read.filter(repeated))
        .execute(conn)
        .map(drop)
}
