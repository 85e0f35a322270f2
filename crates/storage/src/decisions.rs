//! What moderators, and blocks of whole servers, did to somebody: told once, and kept to be read again.

use diesel::prelude::*;
use domain::{AccountId, SeveranceCause, Time, WarningAction};

use crate::DbConnection;
use crate::among::among;
use crate::schema::{account_warnings, severances};

/// A decision about somebody, in the words that they are told.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_warnings)]
pub struct Warning {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub action: WarningAction,
    pub text: String,
    pub created_at: Time,
}

/// Follows of somebody that ended by a decision about the other, or about a whole server.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = severances)]
pub struct Severance {
    pub id: i64,
    /// Whose follows they were.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub cause: SeveranceCause,
    /// A host, or `name@host`.
    pub target_name: String,
    /// How many followed the account.
    pub followers: i64,
    /// How many the account followed.
    pub following: i64,
    pub created_at: Time,
}

/// Adds a warning.
pub fn insert_warning(conn: &mut DbConnection, warning: Warning) -> QueryResult<()> {
    diesel::insert_into(account_warnings::table)
        .values(warning)
        .execute(conn)
        .map(drop)
}

/// The warnings of these ids, in no order.
pub fn warnings(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<Warning>> {
    account_warnings::table
        .filter(among(account_warnings::id, ids.iter().copied()))
        .select(Warning::as_select())
        .load(conn)
}

/// Adds a severance to one of the same account, cause and target that is not older than `since`, or writes it: true if it
/// was written.
pub fn add_severance(
    conn: &mut DbConnection,
    severance: Severance,
    since: Time,
) -> QueryResult<bool> {
    let same = severances::table
        .filter(severances::account_id.eq(severance.account_id.0))
        .filter(severances::cause.eq(i16::from(severance.cause)))
        .filter(severances::target_name.eq(&severance.target_name))
        .filter(severances::created_at.ge(since));
    let added = diesel::update(same)
        .set((
            severances::followers.eq(severances::followers + severance.followers),
            severances::following.eq(severances::following + severance.following),
        ))
        .execute(conn)?;
    if added > 0 {
        return Ok(false);
    }
    diesel::insert_into(severances::table)
        .values(severance)
        .execute(conn)?;
    Ok(true)
}

/// The severances of these ids, in no order.
pub fn severances(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<Severance>> {
    severances::table
        .filter(among(severances::id, ids.iter().copied()))
        .select(Severance::as_select())
        .load(conn)
}

/// Forgets all that was decided about an account, and which follows of it ended so.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    let own = account_warnings::table.filter(account_warnings::account_id.eq(account.0));
    diesel::delete(own).execute(conn)?;
    let own = severances::table.filter(severances::account_id.eq(account.0));
    diesel::delete(own).execute(conn).map(drop)
}
