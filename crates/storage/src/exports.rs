//! What somebody takes along: pages of rows as they are written into files.

use diesel::prelude::*;
use domain::{AccountId, Page, Time};

use crate::DbConnection;
use crate::follows::Follow;
use crate::paging::load_page;
use crate::schema::{accounts, follows, list_accounts, lists, mutes};

/// A user name, and the host of somebody elsewhere.
pub type Name = (String, Option<String>);

/// One page of the follows of an account that were answered with yes. A range of the index on `(follower_id, id)`.
pub fn following(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(Follow, Name)>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::account_id)))
        .filter(follows::follower_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(accounts::deleted_at.is_null())
        .select((Follow::as_select(), (accounts::username, accounts::host)));
    load_page!(query, follows::id, page, conn)
}

/// One page of the mutes of an account, with each one's id and whether notifications are muted too.
pub fn mutes(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
    now: Time,
) -> QueryResult<Vec<(i64, bool, Name)>> {
    let query = mutes::table
        .inner_join(accounts::table.on(accounts::id.eq(mutes::target_id)))
        .filter(mutes::account_id.eq(account.0))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
        .filter(accounts::deleted_at.is_null())
        .select((
            mutes::id,
            mutes::notifications,
            (accounts::username, accounts::host),
        ));
    load_page!(query, mutes::id, page, conn)
}

/// One page of the people in all lists of an account, with the row's id and the list's title.
pub fn listed(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, String, Name)>> {
    let query = list_accounts::table
        .inner_join(lists::table)
        .inner_join(accounts::table.on(accounts::id.eq(list_accounts::target_id)))
        .filter(lists::account_id.eq(account.0))
        .filter(accounts::deleted_at.is_null())
        .select((
            list_accounts::id,
            lists::title,
            (accounts::username, accounts::host),
        ));
    load_page!(query, list_accounts::id, page, conn)
}
