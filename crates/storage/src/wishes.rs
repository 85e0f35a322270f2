//! What kinds of wishes people have about what they read. Most have none, and one query finds that.

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::AccountId;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{account_domain_blocks, lists, mutes, users};

/// Which of their wishes must be looked at before something is shown to somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wishes {
    pub has_exclusive_lists: bool,
    pub blocks_servers: bool,
    pub mutes: bool,
}

/// The kinds of wishes of an account. One look into the index of each.
pub fn of(conn: &mut DbConnection, account: AccountId) -> QueryResult<Wishes> {
    let lists = lists::table
        .filter(lists::account_id.eq(account.0))
        .filter(lists::exclusive);
    let hosts =
        account_domain_blocks::table.filter(account_domain_blocks::account_id.eq(account.0));
    let muted = mutes::table.filter(mutes::account_id.eq(account.0));
    let found: Option<(bool, bool, bool)> = each!(conn, c => users::table
        .filter(users::account_id.eq(account.0))
        .select((exists(lists), exists(hosts), exists(muted)))
        .first(c)
        .optional())?;
    let (has_exclusive_lists, blocks_servers, mutes) = found.unwrap_or_default();
    Ok(Wishes {
        has_exclusive_lists,
        blocks_servers,
        mutes,
    })
}
