//! Signing in on our pages: sessions, links sent by mail, and failures counted.

use diesel::prelude::*;
use domain::{Time, UserId};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{mail_tokens, sessions, sign_in_failures};

/// Begins a session.
pub fn insert(
    conn: &mut DbConnection,
    token_hash: &str,
    user: UserId,
    now: Time,
    until: Time,
) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::user_id.eq(user.0),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(until),
        ))
        .execute(conn)
        .map(drop)
}

/// Whose session it is, if it still lasts.
pub fn user_of(
    conn: &mut DbConnection,
    token_hash: &str,
    now: Time,
) -> QueryResult<Option<UserId>> {
    sessions::table
        .find(token_hash)
        .filter(sessions::expires_at.gt(now))
        .select(sessions::user_id)
        .first(conn)
        .optional()
        .map(|id| id.map(UserId))
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
}

impl From<MailPurpose> for i16 {
    fn from(purpose: MailPurpose) -> Self {
        match purpose {
            MailPurpose::Confirmation => 0,
            MailPurpose::PasswordReset => 1,
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
    diesel::insert_into(mail_tokens::table)
        .values((
            mail_tokens::token_hash.eq(token_hash),
            mail_tokens::user_id.eq(user.0),
            mail_tokens::purpose.eq(i16::from(purpose)),
            mail_tokens::expires_at.eq(until),
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

/// Uses up a link sent by mail: whose it was, if it was still good.
pub fn take_mail_token(
    conn: &mut DbConnection,
    token_hash: &str,
    purpose: MailPurpose,
    now: Time,
) -> QueryResult<Option<UserId>> {
    let good = mail_tokens::table
        .find(token_hash)
        .filter(mail_tokens::purpose.eq(i16::from(purpose)))
        .filter(mail_tokens::expires_at.gt(now));
    let user: Option<i64> = good.select(mail_tokens::user_id).first(conn).optional()?;
    diesel::delete(mail_tokens::table.find(token_hash)).execute(conn)?;
    Ok(user.map(UserId))
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
