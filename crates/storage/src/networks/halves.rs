//! Halves of the keys of networks, until those for whom they are have seen them.

use diesel::prelude::*;
use domain::{AccountId, Time};

use crate::DbConnection;
use crate::schema::network_halves;

/// Keeps a half for somebody, in the place of an earlier one that they have not seen.
pub fn keep_half(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
    half: &str,
    now: Time,
) -> QueryResult<()> {
    diesel::delete(network_halves::table.find((network.0, account.0))).execute(conn)?;
    diesel::insert_into(network_halves::table)
        .values((
            network_halves::network_id.eq(network.0),
            network_halves::account_id.eq(account.0),
            network_halves::half.eq(half),
            network_halves::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Whether a half is kept for somebody. One row by key.
pub fn has_half(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        network_halves::table.find((network.0, account.0)),
    ))
    .get_result(conn)
}

/// The half that is kept for somebody, which is kept no longer: of two who ask at once one gets it.
pub fn take_half(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<Option<String>> {
    let half: Option<String> = network_halves::table
        .find((network.0, account.0))
        .select(network_halves::half)
        .first(conn)
        .optional()?;
    let taken = diesel::delete(network_halves::table.find((network.0, account.0))).execute(conn)?;
    Ok(half.filter(|_| taken == 1))
}
