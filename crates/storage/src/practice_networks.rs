//! Networks, here and elsewhere, by whose rule all that they pass on is practice, and which networks passed a status on.

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{AccountId, AccountKind, StatusId};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{accounts, mentions, practice_networks, statuses};

/// Networks of one status.
const NETWORKS: i64 = 20;
/// What networks passed on of some statuses.
const PASSED_ON: i64 = 2_000;

/// Writes whether that is a network's rule.
pub fn set(conn: &mut DbConnection, network: AccountId, is_rule: bool) -> QueryResult<()> {
    let rows = if is_rule {
        let row = practice_networks::account_id.eq(network.0);
        each!(conn, c => diesel::insert_into(practice_networks::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))
    } else {
        diesel::delete(practice_networks::table.find(network.0)).execute(conn)
    };
    rows.map(drop)
}

/// Whether that is a network's rule. One row by key.
pub fn is_rule(conn: &mut DbConnection, network: AccountId) -> QueryResult<bool> {
    diesel::select(exists(practice_networks::table.find(network.0))).get_result(conn)
}

/// Those of these accounts whose rule it is.
pub fn among_accounts(conn: &mut DbConnection, ids: &[AccountId]) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = practice_networks::table
        .filter(among(
            practice_networks::account_id,
            ids.iter().map(|id| id.0),
        ))
        .select(practice_networks::account_id)
        .load(conn)?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Whether such a network passed on a status that mentions it: what a stranger's group passes on becomes nothing else by it.
/// As many looks by key as somebody is mentioned.
pub fn passed_on(conn: &mut DbConnection, status: StatusId) -> QueryResult<bool> {
    each!(conn, c => {
        let boosts = mentions::table
            .inner_join(
                practice_networks::table
                    .on(practice_networks::account_id.eq(mentions::account_id)),
            )
            .inner_join(statuses::table.on(statuses::account_id.eq(mentions::account_id)))
            .filter(mentions::status_id.eq(status.0))
            .filter(statuses::reblog_of_id.eq(status.0))
            .filter(statuses::deleted_at.is_null())
            .select(statuses::id);
        diesel::select(exists(boosts)).get_result(c)
    })
}

/// The groups that passed a status on. By the index on `reblog_of_id`.
pub fn of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = each!(conn, c => statuses::table
        .inner_join(accounts::table)
        .filter(statuses::reblog_of_id.eq(status.0))
        .filter(statuses::deleted_at.is_null())
        .filter(accounts::kind.eq(i16::from(AccountKind::Group)))
        .order(statuses::account_id)
        .limit(NETWORKS)
        .select(statuses::account_id)
        .load(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// The groups that passed these statuses on, each with what it passed on. By the index on `reblog_of_id`.
pub fn of_statuses(
    conn: &mut DbConnection,
    ids: &[StatusId],
) -> QueryResult<Vec<(StatusId, AccountId)>> {
    let found: Vec<(Option<i64>, i64)> = each!(conn, c => statuses::table
        .inner_join(accounts::table)
        .filter(among(statuses::reblog_of_id, ids.iter().map(|id| Some(id.0))))
        .filter(statuses::deleted_at.is_null())
        .filter(accounts::kind.eq(i16::from(AccountKind::Group)))
        .limit(PASSED_ON)
        .select((statuses::reblog_of_id, statuses::account_id))
        .load(c))?;
    Ok(found
        .into_iter()
        .filter_map(|(status, network)| Some((StatusId(status?), AccountId(network))))
        .collect())
}
