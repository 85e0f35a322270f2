//! What proves somebody besides their password: codes of a phone (RFC 6238), and recovery codes.

use diesel::prelude::*;
use domain::{Time, UserId};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{pending_sign_ins, recovery_codes, second_factors};

/// A secret from which codes are made.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factors, treat_none_as_default_value = false)]
pub struct SecondFactor {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub user_id: UserId,
    /// Base32.
    pub secret: String,
    /// None while it is being set up.
    pub confirmed_at: Option<Time>,
    /// Half minutes since 1970 of the last code that was used.
    pub last_step: i64,
    pub created_at: Time,
}

/// The second factor of a user, confirmed or not. One row by key.
pub fn find(conn: &mut DbConnection, user: UserId) -> QueryResult<Option<SecondFactor>> {
    second_factors::table
        .find(user.0)
        .select(SecondFactor::as_select())
        .first(conn)
        .optional()
}

/// Begins to set one up, in place of another that was not confirmed.
///
/// # Errors
/// If there is a confirmed one.
pub fn begin(conn: &mut DbConnection, factor: SecondFactor) -> QueryResult<()> {
    let unconfirmed = second_factors::table
        .find(factor.user_id.0)
        .filter(second_factors::confirmed_at.is_null());
    diesel::delete(unconfirmed).execute(conn)?;
    diesel::insert_into(second_factors::table)
        .values(factor)
        .execute(conn)
        .map(drop)
}

/// Takes the one that is being set up into use: false if there is none.
pub fn confirm(conn: &mut DbConnection, user: UserId, now: Time) -> QueryResult<bool> {
    let unconfirmed = second_factors::table
        .find(user.0)
        .filter(second_factors::confirmed_at.is_null());
    diesel::update(unconfirmed)
        .set(second_factors::confirmed_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Uses the code of that half minute: true for the one who comes first. One atomic update.
pub fn use_step(conn: &mut DbConnection, user: UserId, step: i64) -> QueryResult<bool> {
    let unused = second_factors::table
        .find(user.0)
        .filter(second_factors::last_step.lt(step));
    diesel::update(unused)
        .set(second_factors::last_step.eq(step))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes the secret away: true if there was one.
pub fn delete(conn: &mut DbConnection, user: UserId) -> QueryResult<bool> {
    diesel::delete(second_factors::table.find(user.0))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes all recovery codes away.
pub fn delete_recovery_codes(conn: &mut DbConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.0)))
        .execute(conn)
        .map(drop)
}

/// Writes new recovery codes in place of the old ones.
pub fn replace_recovery_codes(
    conn: &mut DbConnection,
    user: UserId,
    hashes: &[String],
) -> QueryResult<()> {
    delete_recovery_codes(conn, user)?;
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::user_id.eq(user.0),
                recovery_codes::code_hash.eq(hash),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(recovery_codes::table).values(rows).execute(c)).map(drop)
}

/// Uses up a recovery code: true if it was a good one.
pub fn use_recovery_code(conn: &mut DbConnection, user: UserId, hash: &str) -> QueryResult<bool> {
    diesel::delete(recovery_codes::table.find((user.0, hash)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// How many recovery codes are left.
pub fn count_recovery_codes(conn: &mut DbConnection, user: UserId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user.0))
        .count()
        .get_result(conn)
}

/// Remembers somebody whose password was right.
pub fn insert_pending(
    conn: &mut DbConnection,
    token_hash: &str,
    user: UserId,
    until: Time,
) -> QueryResult<()> {
    diesel::insert_into(pending_sign_ins::table)
        .values((
            pending_sign_ins::token_hash.eq(token_hash),
            pending_sign_ins::user_id.eq(user.0),
            pending_sign_ins::expires_at.eq(until),
        ))
        .execute(conn)
        .map(drop)
}

/// Who owes a code, if there is still time for it.
pub fn pending(
    conn: &mut DbConnection,
    token_hash: &str,
    now: Time,
) -> QueryResult<Option<UserId>> {
    pending_sign_ins::table
        .find(token_hash)
        .filter(pending_sign_ins::expires_at.gt(now))
        .select(pending_sign_ins::user_id)
        .first(conn)
        .optional()
        .map(|id| id.map(UserId))
}

/// Forgets all who owe a code of that user.
pub fn delete_pending(conn: &mut DbConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::user_id.eq(user.0)))
        .execute(conn)
        .map(drop)
}

/// Removes what has run out.
pub fn prune(conn: &mut DbConnection, now: Time) -> QueryResult<()> {
    diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::expires_at.le(now)))
        .execute(conn)
        .map(drop)
}
