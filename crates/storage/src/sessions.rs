//! Signing in on our pages: sessions, links sent by mail, and failures counted.

use diesel::prelude::*;
use domain::{Time, UserId};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{mail_tokens, sessions, sign_in_failures};

/// Somebody signed in on our pages.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Session {
    pub token_hash: String,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub user_id: UserId,
    pub created_at: Time,
    pub expires_at: Time,
    /// To a day.
    pub used_at: Option<Time>,
    /// Such as `Firefox, Linux`; empty where it was not said.
    pub browser: String,
}

/// Begins a session.
pub fn insert(conn: &mut DbConnection, session: Session) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values(session)
        .execute(conn)
        .map(drop)
}

/// A session, if it still lasts.
pub fn find(conn: &mut DbConnection, token_hash: &str, now: Time) -> QueryResult<Option<Session>> {
    sessions::table
        .find(token_hash)
        .filter(sessions::expires_at.gt(now))
        .select(Session::as_select())
        .first(conn)
        .optional()
}

/// The sessions of a user that still last, newest first. One range of an index.
pub fn of_user(conn: &mut DbConnection, user: UserId, now: Time) -> QueryResult<Vec<Session>> {
    sessions::table
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::expires_at.gt(now))
        .order(sessions::created_at.desc())
        .select(Session::as_select())
        .load(conn)
}

/// Notes that a session was used.
pub fn used(conn: &mut DbConnection, token_hash: &str, now: Time) -> QueryResult<()> {
    diesel::update(sessions::table.find(token_hash))
        .set(sessions::used_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Ends a session of that user: false if they have no such one.
pub fn delete_own(conn: &mut DbConnection, token_hash: &str, user: UserId) -> QueryResult<bool> {
    let own = sessions::table
        .find(token_hash)
        .filter(sessions::user_id.eq(user.0));
    diesel::delete(own).execute(conn).map(|rows| rows == 1)
}

/// Ends all sessions of a user but this one.
pub fn delete_others(conn: &mut DbConnection, token_hash: &str, user: UserId) -> QueryResult<()> {
    let others = sessions::table
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::token_hash.ne(token_hash));
    diesel::delete(others).execute(conn).map(drop)
}

/// Ends a session.
pub fn delete(conn: &mut DbConnection, token_hash: &str) -> QueryResult<()> {
    diesel::delete(sessions::table.find(token_hash))
        .execute(conn)
        .map(drop)
}

/// Ends all sessions of a user.
pub fn delete_of_user(conn: &mut DbConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user.0)))
        .execute(conn)
        .map(drop)
}

/// What a link sent by mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPurpose {
    Confirmation,
    PasswordReset,
    /// Confirms the address that is to take the place of another.
    NewAddress,
}

impl From<MailPurpose> for i16 {
    fn from(purpose: MailPurpose) -> Self {
        match purpose {
            MailPurpose::Confirmation => 0,
            MailPurpose::PasswordReset => 1,
            MailPurpose::NewAddress => 2,
        }
    }
}

/// Remembers a link sent by mail.
pub fn insert_mail_token(
    conn: &mut DbConnection,
    token_hash: &str,
    user: UserId,
    purpose: MailPurpose,
    until: Time,
) -> QueryResult<()> {
    insert_link(conn, token_hash, user, purpose, until, None)
}

/// Remembers a link sent to the address that is to take the place of a user's.
pub fn insert_address_token(
    conn: &mut DbConnection,
    token_hash: &str,
    user: UserId,
    email: &str,
    until: Time,
) -> QueryResult<()> {
    let purpose = MailPurpose::NewAddress;
    insert_link(conn, token_hash, user, purpose, until, Some(email))
}

fn insert_link(
    conn: &mut DbConnection,
    token_hash: &str,
    user: UserId,
    purpose: MailPurpose,
    until: Time,
    email: Option<&str>,
) -> QueryResult<()> {
    diesel::insert_into(mail_tokens::table)
        .values((
            mail_tokens::token_hash.eq(token_hash),
            mail_tokens::user_id.eq(user.0),
            mail_tokens::purpose.eq(i16::from(purpose)),
            mail_tokens::expires_at.eq(until),
            mail_tokens::email.eq(email),
        ))
        .execute(conn)
        .map(drop)
}

/// Makes all links of that purpose that were sent to a user worthless.
pub fn delete_mail_tokens(
    conn: &mut DbConnection,
    user: UserId,
    purpose: MailPurpose,
) -> QueryResult<()> {
    let sent = mail_tokens::table
        .filter(mail_tokens::user_id.eq(user.0))
        .filter(mail_tokens::purpose.eq(i16::from(purpose)));
    diesel::delete(sent).execute(conn).map(drop)
}

/// Whose a link sent by mail is, if it is still good. It stays so.
pub fn owner_of_mail_token(
    conn: &mut DbConnection,
    token_hash: &str,
    purpose: MailPurpose,
    now: Time,
) -> QueryResult<Option<UserId>> {
    link(conn, token_hash, purpose, now).map(|found| found.map(|(user, _)| user))
}

/// Uses up a link sent by mail: whose it was, if it was still good. Once, also at one moment.
pub fn take_mail_token(
    conn: &mut DbConnection,
    token_hash: &str,
    purpose: MailPurpose,
    now: Time,
) -> QueryResult<Option<UserId>> {
    take_link(conn, token_hash, purpose, now).map(|found| found.map(|(user, _)| user))
}

/// The same for a new address: whose it is to be, and which.
pub fn take_address_token(
    conn: &mut DbConnection,
    token_hash: &str,
    now: Time,
) -> QueryResult<Option<(UserId, String)>> {
    let found = take_link(conn, token_hash, MailPurpose::NewAddress, now)?;
    Ok(found.and_then(|(user, email)| Some((user, email?))))
}

type Link = (UserId, Option<String>);

fn link(
    conn: &mut DbConnection,
    token_hash: &str,
    purpose: MailPurpose,
    now: Time,
) -> QueryResult<Option<Link>> {
    let found: Option<(i64, Option<String>)> = mail_tokens::table
        .find(token_hash)
        .filter(mail_tokens::purpose.eq(i16::from(purpose)))
        .filter(mail_tokens::expires_at.gt(now))
        .select((mail_tokens::user_id, mail_tokens::email))
        .first(conn)
        .optional()?;
    Ok(found.map(|(user, email)| (UserId(user), email)))
}

fn take_link(
    conn: &mut DbConnection,
    token_hash: &str,
    purpose: MailPurpose,
    now: Time,
) -> QueryResult<Option<Link>> {
    let found = link(conn, token_hash, purpose, now)?;
    let taken = diesel::delete(mail_tokens::table.find(token_hash)).execute(conn)?;
    Ok(found.filter(|_| taken == 1))
}

/// Counts one more failure of `subject` in the window that ends at `until`.
pub fn count_failure(
    conn: &mut DbConnection,
    subject: &str,
    now: Time,
    until: Time,
) -> QueryResult<()> {
    diesel::delete(sign_in_failures::table.filter(sign_in_failures::expires_at.le(now)))
        .execute(conn)?;
    let row = (
        sign_in_failures::subject.eq(subject),
        sign_in_failures::failures.eq(1),
        sign_in_failures::expires_at.eq(until),
    );
    each!(conn, c => diesel::insert_into(sign_in_failures::table)
        .values(row)
        .on_conflict(sign_in_failures::subject)
        .do_update()
        .set(sign_in_failures::failures.eq(sign_in_failures::failures + 1))
        .execute(c))
    .map(drop)
}

/// The failures of `subject` in the current window, and when it ends.
pub fn failures(
    conn: &mut DbConnection,
    subject: &str,
    now: Time,
) -> QueryResult<Option<(i64, Time)>> {
    sign_in_failures::table
        .find(subject)
        .filter(sign_in_failures::expires_at.gt(now))
        .select((sign_in_failures::failures, sign_in_failures::expires_at))
        .first(conn)
        .optional()
}

/// Counts one failure of `subject` less.
pub fn take_failure_back(conn: &mut DbConnection, subject: &str) -> QueryResult<()> {
    diesel::update(sign_in_failures::table.find(subject))
        .set(sign_in_failures::failures.eq(sign_in_failures::failures - 1))
        .execute(conn)
        .map(drop)
}

/// Forgets the failures of `subject`.
pub fn clear_failures(conn: &mut DbConnection, subject: &str) -> QueryResult<()> {
    diesel::delete(sign_in_failures::table.find(subject))
        .execute(conn)
        .map(drop)
}

/// Removes what has run out. Kept cheap by being done often.
pub fn prune(conn: &mut DbConnection, now: Time) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
    diesel::delete(mail_tokens::table.filter(mail_tokens::expires_at.le(now)))
        .execute(conn)
        .map(drop)
}
