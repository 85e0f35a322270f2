//! Where a status of ours is known besides the servers of its author's followers and of those whom it names.

use diesel::prelude::*;
use domain::StatusId;

use crate::DbConnection;
use crate::schema::{accounts, favourites, follows, quotes, statuses};

/// The shared and own inboxes of those of a query's accounts who live elsewhere.
macro_rules! elsewhere {
    ($query:expr, $conn:expr) => {
        $query
            .filter(accounts::host.is_not_null())
            .filter(accounts::suspended_at.is_null())
            .filter(accounts::deleted_at.is_null())
            .select((accounts::shared_inbox_uri, accounts::inbox_uri))
            .distinct()
            .load::<(Option<String>, String)>($conn)
    };
}

/// The inboxes, one for each server, of those elsewhere who like a status, quote it, answered it or passed it on, and of
/// the followers of those of ours who passed it on. Five range scans of indexes.
pub fn inboxes(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<String>> {
    let likes = favourites::table
        .inner_join(accounts::table)
        .filter(favourites::status_id.eq(status.0));
    let mut found = elsewhere!(likes, conn)?;
    let quoting = quotes::table
        .inner_join(accounts::table.on(accounts::id.eq(quotes::account_id)))
        .filter(quotes::quoted_status_id.eq(status.0));
    found.extend(elsewhere!(quoting, conn)?);
    let answers = statuses::table
        .inner_join(accounts::table)
        .filter(statuses::in_reply_to_id.eq(status.0))
        .filter(statuses::deleted_at.is_null());
    found.extend(elsewhere!(answers, conn)?);
    let boosts = statuses::table
        .inner_join(accounts::table)
        .filter(statuses::reblog_of_id.eq(status.0))
        .filter(statuses::deleted_at.is_null());
    found.extend(elsewhere!(boosts, conn)?);
    let readers_of_boosts = statuses::table
        .inner_join(follows::table.on(follows::account_id.eq(statuses::account_id)))
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(statuses::reblog_of_id.eq(status.0))
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::local)
        .filter(follows::pending.eq(false));
    found.extend(elsewhere!(readers_of_boosts, conn)?);
    let mut inboxes: Vec<String> = found
        .into_iter()
        .map(|(shared, own)| shared.unwrap_or(own))
        .collect();
    inboxes.sort_unstable();
    inboxes.dedup();
    Ok(inboxes)
}
