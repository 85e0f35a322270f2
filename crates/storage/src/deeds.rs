//! What somebody did with statuses: favourites, bookmarks, boosts and muted threads at once.

use diesel::prelude::*;
use diesel::sql_types::SmallInt;
use domain::{AccountId, StatusId};

use crate::DbConnection;
use crate::connection::each;
use crate::listed::listed;
use crate::schema::{bookmarks, conversation_mutes, favourites, statuses};

/// What can be done with a status and seen on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    Favourite,
    Bookmark,
    Boost,
    /// Its thread is muted.
    Mute,
}

const FAVOURITE: i16 = 0;
const BOOKMARK: i16 = 1;
const BOOST: i16 = 2;
const MUTE: i16 = 3;

/// What an account did with these statuses, in no order. One statement, each row by a unique index.
pub fn of(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[StatusId],
) -> QueryResult<Vec<(Deed, StatusId)>> {
    let found = of_many(conn, &[account], ids)?;
    Ok(found.into_iter().map(|(_, deed, id)| (deed, id)).collect())
}

/// The same of many accounts. A statement for a thousand of them.
pub fn of_many(
    conn: &mut DbConnection,
    accounts: &[AccountId],
    ids: &[StatusId],
) -> QueryResult<Vec<(AccountId, Deed, StatusId)>> {
    let mut found = Vec::new();
    for accounts in accounts.chunks(crate::CHUNK) {
        found.extend(of_some(conn, accounts, ids)?);
    }
    Ok(found)
}

fn of_some(
    conn: &mut DbConnection,
    accounts: &[AccountId],
    ids: &[StatusId],
) -> QueryResult<Vec<(AccountId, Deed, StatusId)>> {
    let accounts = || accounts.iter().map(|id| id.0);
    let ids = || ids.iter().map(|id| id.0);
    let kind = |number: i16| number.into_sql::<SmallInt>();
    let favourited = favourites::table
        .filter(listed(favourites::account_id, accounts()))
        .filter(listed(favourites::status_id, ids()))
        .select((
            favourites::account_id,
            kind(FAVOURITE),
            favourites::status_id,
        ));
    let bookmarked = bookmarks::table
        .filter(listed(bookmarks::account_id, accounts()))
        .filter(listed(bookmarks::status_id, ids()))
        .select((bookmarks::account_id, kind(BOOKMARK), bookmarks::status_id));
    let boosted = statuses::table
        .filter(listed(statuses::account_id, accounts()))
        .filter(listed(statuses::reblog_of_id, ids()))
        .filter(statuses::reblog_of_id.is_not_null())
        .filter(statuses::deleted_at.is_null())
        .select((
            statuses::account_id,
            kind(BOOST),
            statuses::reblog_of_id.assume_not_null(),
        ));
    let muted = conversation_mutes::table
        .inner_join(
            statuses::table.on(statuses::conversation_id.eq(conversation_mutes::conversation_id)),
        )
        .filter(listed(conversation_mutes::account_id, accounts()))
        .filter(listed(statuses::id, ids()))
        .select((conversation_mutes::account_id, kind(MUTE), statuses::id));
    let rows: Vec<(i64, i16, i64)> = each!(conn, c => favourited
        .union_all(bookmarked)
        .union_all(boosted)
        .union_all(muted)
        .load(c))?;
    let deed = |kind| match kind {
        FAVOURITE => Deed::Favourite,
        BOOKMARK => Deed::Bookmark,
        BOOST => Deed::Boost,
        _ => Deed::Mute,
    };
    Ok(rows
        .into_iter()
        .map(|(account, kind, id)| (AccountId(account), deed(kind), StatusId(id)))
        .collect())
}
