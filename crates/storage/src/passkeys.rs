//! Passkeys, and the questions put to devices that were not answered yet.

use diesel::prelude::*;
use domain::{Time, UserId};

use crate::DbConnection;
use crate::row::Optional;
use crate::schema::{passkey_ceremonies, passkeys};

/// A key that a device keeps for somebody.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys, treat_none_as_default_value = false)]
pub struct Passkey {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub user_id: UserId,
    /// Base64url.
    pub credential_id: String,
    /// As its owner calls it.
    pub name: String,
    /// JSON: the public key, the counter, what the device said of itself.
    pub data: String,
    pub created_at: Time,
    pub used_at: Option<Time>,
}

/// What a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Register,
    SignIn,
    SecondFactor,
}

impl From<Purpose> for i16 {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Register => 0,
            Purpose::SignIn => 1,
            Purpose::SecondFactor => 2,
        }
    }
}

/// A question put to a device.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = passkey_ceremonies, treat_none_as_default_value = false)]
pub struct Ceremony {
    pub token_hash: String,
    /// None where whoever answers says who they are.
    #[diesel(serialize_as = Optional)]
    pub user_id: Option<UserId>,
    #[diesel(serialize_as = i16)]
    pub purpose: Purpose,
    /// JSON: the challenge and what else has to fit.
    pub state: String,
    pub expires_at: Time,
}

/// Adds a passkey.
///
/// # Errors
/// If it is known already, whose ever it is.
pub fn insert(conn: &mut DbConnection, passkey: Passkey) -> QueryResult<()> {
    diesel::insert_into(passkeys::table)
        .values(passkey)
        .execute(conn)
        .map(drop)
}

/// The passkeys of a user, in the order in which they came. One range of an index.
pub fn of_user(conn: &mut DbConnection, user: UserId) -> QueryResult<Vec<Passkey>> {
    passkeys::table
        .filter(passkeys::user_id.eq(user.0))
        .order(passkeys::id)
        .select(Passkey::as_select())
        .load(conn)
}

/// How many passkeys a user has.
pub fn count(conn: &mut DbConnection, user: UserId) -> QueryResult<i64> {
    passkeys::table
        .filter(passkeys::user_id.eq(user.0))
        .count()
        .get_result(conn)
}

/// The passkey that a device calls so. One row by unique index.
pub fn with_credential(
    conn: &mut DbConnection,
    credential_id: &str,
) -> QueryResult<Option<Passkey>> {
    passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .select(Passkey::as_select())
        .first(conn)
        .optional()
}

/// Notes that a passkey was used: false if another use came first and changed it. One atomic update.
pub fn used(
    conn: &mut DbConnection,
    id: i64,
    before: &str,
    after: &str,
    now: Time,
) -> QueryResult<bool> {
    let unchanged = passkeys::table.find(id).filter(passkeys::data.eq(before));
    diesel::update(unchanged)
        .set((passkeys::data.eq(after), passkeys::used_at.eq(now)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Removes a passkey of that user: false if they have no such one.
pub fn delete(conn: &mut DbConnection, id: i64, user: UserId) -> QueryResult<bool> {
    let own = passkeys::table
        .find(id)
        .filter(passkeys::user_id.eq(user.0));
    diesel::delete(own).execute(conn).map(|rows| rows == 1)
}

/// Removes all passkeys of a user, and what was asked of them: whether there was a passkey.
pub fn delete_of_user(conn: &mut DbConnection, user: UserId) -> QueryResult<bool> {
    let asked = passkey_ceremonies::table.filter(passkey_ceremonies::user_id.eq(user.0));
    diesel::delete(asked).execute(conn)?;
    diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user.0)))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Remembers a question, in place of the one of that user that was put for the same.
pub fn begin(conn: &mut DbConnection, ceremony: Ceremony) -> QueryResult<()> {
    if let Some(user) = ceremony.user_id {
        let earlier = passkey_ceremonies::table
            .filter(passkey_ceremonies::user_id.eq(user.0))
            .filter(passkey_ceremonies::purpose.eq(i16::from(ceremony.purpose)));
        diesel::delete(earlier).execute(conn)?;
    }
    diesel::insert_into(passkey_ceremonies::table)
        .values(ceremony)
        .execute(conn)
        .map(drop)
}

/// How many questions wait for an answer that were put to whoever it is. A range of an index.
pub fn count_open(conn: &mut DbConnection) -> QueryResult<i64> {
    passkey_ceremonies::table
        .filter(passkey_ceremonies::user_id.is_null())
        .count()
        .get_result(conn)
}

/// Takes a question back to look at its answer: to whom it was put, and what has to fit, if there is still time. Once,
/// also at one moment.
pub fn take(
    conn: &mut DbConnection,
    token_hash: &str,
    purpose: Purpose,
    now: Time,
) -> QueryResult<Option<(Option<UserId>, String)>> {
    let found: Option<(Option<i64>, String)> = passkey_ceremonies::table
        .find(token_hash)
        .filter(passkey_ceremonies::purpose.eq(i16::from(purpose)))
        .filter(passkey_ceremonies::expires_at.gt(now))
        .select((passkey_ceremonies::user_id, passkey_ceremonies::state))
        .first(conn)
        .optional()?;
    let taken = diesel::delete(passkey_ceremonies::table.find(token_hash)).execute(conn)?;
    Ok(found
        .filter(|_| taken == 1)
        .map(|(user, state)| (user.map(UserId), state)))
}

/// Removes what has run out.
pub fn prune(conn: &mut DbConnection, now: Time) -> QueryResult<()> {
    let late = passkey_ceremonies::table.filter(passkey_ceremonies::expires_at.le(now));
    diesel::delete(late).execute(conn).map(drop)
}
