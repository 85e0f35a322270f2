//! People who sign in here.

use diesel::prelude::*;
use domain::{AccountId, ContentType, QuotePolicy, Role, Time, UserId, Visibility};

use crate::DbConnection;
use crate::accounts::Account;
use crate::among::among;
use crate::connection::each;
use crate::schema::{accounts, seen_weeks, users};

/// Somebody who signs in here; has one account.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct User {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: UserId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// Lower case.
    pub email: String,
    pub password_hash: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub role: Role,
    pub locale: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub default_visibility: Visibility,
    pub default_sensitive: bool,
    pub default_language: Option<String>,
    pub reason: String,
    pub invite_id: Option<i64>,
    pub confirmed_at: Option<Time>,
    pub approved_at: Option<Time>,
    pub disabled_at: Option<Time>,
    pub last_seen_at: Time,
    pub created_at: Time,
    #[diesel(deserialize_as = i32, serialize_as = i32)]
    pub default_quote_policy: QuotePolicy,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub default_content_type: ContentType,
}

/// Adds a user.
///
/// # Errors
/// If the address is taken.
pub fn insert(conn: &mut DbConnection, user: User) -> QueryResult<()> {
    diesel::insert_into(users::table)
        .values(user)
        .execute(conn)
        .map(drop)
}

/// The user of that id and the account.
pub fn find(conn: &mut DbConnection, id: UserId) -> QueryResult<Option<(User, Account)>> {
    users::table
        .inner_join(accounts::table)
        .filter(users::id.eq(id.0))
        .select((User::as_select(), Account::as_select()))
        .first(conn)
        .optional()
}

/// The user of an account.
pub fn of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Option<User>> {
    users::table
        .filter(users::account_id.eq(account.0))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// Whether somebody of ours wants to be asked before an adaptation of theirs is confirmed. One row by unique index.
pub fn asks_before_adaptation(conn: &mut DbConnection, account: AccountId) -> QueryResult<bool> {
    let said = users::table
        .filter(users::account_id.eq(account.0))
        .select(users::ask_before_adaptation)
        .first(conn)
        .optional()?;
    Ok(said.unwrap_or(false))
}

/// Writes whether somebody wants to be asked.
pub fn set_ask_before_adaptation(
    conn: &mut DbConnection,
    account: AccountId,
    ask: bool,
) -> QueryResult<()> {
    diesel::update(users::table.filter(users::account_id.eq(account.0)))
        .set(users::ask_before_adaptation.eq(ask))
        .execute(conn)
        .map(drop)
}

/// The users of these accounts, in no order. One row by unique index each.
pub fn of_accounts(conn: &mut DbConnection, ids: &[AccountId]) -> QueryResult<Vec<User>> {
    let ids = among(users::account_id, ids.iter().map(|id| id.0));
    each!(conn, c => users::table
        .filter(ids)
        .select(User::as_select())
        .load(c))
}

/// Those of these accounts whose owners signed up and have not confirmed their address, or wait for a moderator's yes.
/// One row by unique index each.
pub fn not_let_in(conn: &mut DbConnection, ids: &[AccountId]) -> QueryResult<Vec<AccountId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = among(users::account_id, ids.iter().map(|id| id.0));
    let found: Vec<i64> = each!(conn, c => users::table
        .filter(ids)
        .filter(users::confirmed_at.is_null().or(users::approved_at.is_null()))
        .select(users::account_id)
        .load::<i64>(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// The user of an e-mail address, in lower case.
pub fn with_email(conn: &mut DbConnection, email: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(users::email.eq(email))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// All users and their accounts, by user name.
pub fn all(conn: &mut DbConnection) -> QueryResult<Vec<(User, Account)>> {
    users::table
        .inner_join(accounts::table)
        .order(accounts::handle_key)
        .select((User::as_select(), Account::as_select()))
        .load(conn)
}

/// Removes whoever signs in to an account, with sessions and tokens.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(users::table.filter(users::account_id.eq(account.0)))
        .execute(conn)
        .map(drop)
}

/// Writes what a user may do for others. Each thing about a user is written by itself: whoever wrote all of it would
/// take back what somebody else changes at the same moment, such as that nobody can sign in any more.
pub fn set_role(conn: &mut DbConnection, id: UserId, role: Role) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::role.eq(i16::from(role)))
        .execute(conn)
        .map(drop)
}

/// Writes since when the address is known to be the user's.
pub fn set_confirmed(conn: &mut DbConnection, id: UserId, at: Time) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::confirmed_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Writes since when the user is let in.
pub fn set_approved(conn: &mut DbConnection, id: UserId, at: Time) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::approved_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Writes how somebody posts where they do not say.
pub fn set_defaults(conn: &mut DbConnection, user: &User) -> QueryResult<()> {
    diesel::update(users::table.find(user.id.0))
        .set((
            users::default_visibility.eq(i16::from(user.default_visibility)),
            users::default_sensitive.eq(user.default_sensitive),
            users::default_language.eq(&user.default_language),
            users::default_quote_policy.eq(i32::from(user.default_quote_policy)),
            users::default_content_type.eq(i16::from(user.default_content_type)),
        ))
        .execute(conn)
        .map(drop)
}

/// Writes another address.
pub fn set_email(conn: &mut DbConnection, id: UserId, email: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::email.eq(email))
        .execute(conn)
        .map(drop)
}

/// Writes a new password.
pub fn set_password_hash(conn: &mut DbConnection, id: UserId, hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::password_hash.eq(hash))
        .execute(conn)
        .map(drop)
}

/// Writes since when somebody cannot sign in; None: they can.
pub fn set_disabled(conn: &mut DbConnection, id: UserId, since: Option<Time>) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::disabled_at.eq(since))
        .execute(conn)
        .map(drop)
}

/// Notes that the user was here, in the week that began at `week`. Which weeks began before `forgotten` is not kept.
pub fn seen(
    conn: &mut DbConnection,
    id: UserId,
    at: Time,
    week: Time,
    forgotten: Time,
) -> QueryResult<()> {
    diesel::update(users::table.find(id.0))
        .set(users::last_seen_at.eq(at))
        .execute(conn)?;
    diesel::delete(seen_weeks::table.filter(seen_weeks::week.lt(forgotten))).execute(conn)?;
    let row = (seen_weeks::week.eq(week), seen_weeks::user_id.eq(id.0));
    each!(conn, c => diesel::insert_into(seen_weeks::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// How many users were here since `time`.
pub fn count_seen_since(conn: &mut DbConnection, time: Time) -> QueryResult<i64> {
    users::table
        .filter(users::last_seen_at.ge(time))
        .count()
        .get_result(conn)
}

/// The accounts of moderators and above, who are told of sign-ups.
pub fn moderators(conn: &mut DbConnection) -> QueryResult<Vec<AccountId>> {
    let ids: Vec<i64> = users::table
        .filter(users::role.ge(i16::from(Role::Moderator)))
        .select(users::account_id)
        .load(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}
