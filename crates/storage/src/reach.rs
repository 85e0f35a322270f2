//! Where a status or a profile of ours is known besides the servers of followers, and of those whom a status names.

use diesel::prelude::*;
use domain::{AccountId, NetworkPostState, StatusId};

use crate::DbConnection;
use crate::schema::{accounts, favourites, follows, mentions, network_posts, quotes, statuses};

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
/// the followers of those of ours who passed it on, or of networks that did until a steward took it out (not of answers, which
/// they did not pass on to all). Six range scans of indexes.
pub fn of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<String>> {
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
    let readers_before = network_posts::table
        .inner_join(statuses::table)
        .inner_join(follows::table.on(follows::account_id.eq(network_posts::network_id)))
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(network_posts::status_id.eq(status.0))
        .filter(network_posts::state.eq(i16::from(NetworkPostState::Removed)))
        .filter(statuses::in_reply_to_uri.is_null())
        .filter(follows::pending.eq(false));
    found.extend(elsewhere!(readers_before, conn)?);
    Ok(each_once(found))
}

/// The inboxes, one for each server, of those elsewhere whom an account follows, or mentioned in statuses from `since` on.
pub fn of_profile(
    conn: &mut DbConnection,
    account: AccountId,
    since: StatusId,
) -> QueryResult<Vec<String>> {
    let followed = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::account_id)))
        .filter(follows::follower_id.eq(account.0));
    let mut found = elsewhere!(followed, conn)?;
    let mentioned = mentions::table
        .inner_join(statuses::table)
        .inner_join(accounts::table.on(accounts::id.eq(mentions::account_id)))
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::id.ge(since.0));
    found.extend(elsewhere!(mentioned, conn)?);
    Ok(each_once(found))
}

fn each_once(found: Vec<(Option<String>, String)>) -> Vec<String> {
    let mut inboxes: Vec<String> = found
        .into_iter()
        .map(|(shared, own)| shared.unwrap_or(own))
        .collect();
    inboxes.sort_unstable();
    inboxes.dedup();
    inboxes
}
