//! What moderators, and blocks of whole servers, did to somebody: told once, and kept to be read again.

use diesel::prelude::*;
use domain::{AccountId, SeveranceCause, StatusId, Time, WarningAction};

use crate::DbConnection;
use crate::among::among;
use crate::row::JsonList;
use crate::schema::{account_warnings, severances};

/// A decision about somebody, in the words that they are told.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_warnings, treat_none_as_default_value = false)]
pub struct Warning {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub action: WarningAction,
    pub text: String,
    pub created_at: Time,
    /// What they say against it.
    pub appeal: Option<String>,
    pub appealed_at: Option<Time>,
    /// When moderators looked at it again.
    pub decided_at: Option<Time>,
    /// Whether they found then that it was wrong.
    pub overruled: bool,
    /// What the report was about that led to it.
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub status_ids: Vec<StatusId>,
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

/// The warnings of an account, newest first. The index on `account_id`.
pub fn of_account(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<Warning>> {
    account_warnings::table
        .filter(account_warnings::account_id.eq(account.0))
        .order(account_warnings::id.desc())
        .limit(limit)
        .select(Warning::as_select())
        .load(conn)
}

/// Writes what somebody says against a warning: true unless they said something before.
pub fn appeal(
    conn: &mut DbConnection,
    id: i64,
    account: AccountId,
    text: &str,
    now: Time,
) -> QueryResult<bool> {
    let own = account_warnings::table
        .find(id)
        .filter(account_warnings::account_id.eq(account.0))
        .filter(account_warnings::appealed_at.is_null());
    diesel::update(own)
        .set((
            account_warnings::appeal.eq(text),
            account_warnings::appealed_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Warnings against which something was said that nobody has decided on, oldest first. An index has only these.
pub fn appeals(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<Warning>> {
    account_warnings::table
        .filter(account_warnings::appealed_at.is_not_null())
        .filter(account_warnings::decided_at.is_null())
        .order(account_warnings::id)
        .limit(limit)
        .select(Warning::as_select())
        .load(conn)
}

/// Decides on what was said against a warning: true unless that is done, or nothing was said.
pub fn decide(conn: &mut DbConnection, id: i64, overruled: bool, now: Time) -> QueryResult<bool> {
    let waiting = account_warnings::table
        .find(id)
        .filter(account_warnings::appealed_at.is_not_null())
        .filter(account_warnings::decided_at.is_null());
    diesel::update(waiting)
        .set((
            account_warnings::decided_at.eq(now),
            account_warnings::overruled.eq(overruled),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
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

/// How follows of an account ended, newest first. The index on `account_id`.
pub fn severances_of(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<Severance>> {
    severances::table
        .filter(severances::account_id.eq(account.0))
        .order(severances::id.desc())
        .limit(limit)
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
