//! What authors of practice were asked for, and what they want for all of theirs.

use diesel::prelude::*;
use domain::{AccountId, StatusId};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{practice_reminders, practice_settings};

/// What somebody wants for all their practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeSettings {
    /// Of what says none itself: id of a concept, and the address of the licence.
    pub licence: Option<(String, String)>,
    /// Whether they are asked for what is missing.
    pub reminders: bool,
}

impl Default for PracticeSettings {
    fn default() -> Self {
        Self {
            licence: None,
            reminders: true,
        }
    }
}

/// What somebody wants. One row by key.
pub fn settings(conn: &mut DbConnection, account: AccountId) -> QueryResult<PracticeSettings> {
    let found: Option<(Option<String>, Option<String>, bool)> = practice_settings::table
        .find(account.0)
        .select((
            practice_settings::licence,
            practice_settings::licence_url,
            practice_settings::reminders,
        ))
        .first(conn)
        .optional()?;
    Ok(
        found.map_or_else(PracticeSettings::default, |(id, url, reminders)| {
            PracticeSettings {
                licence: id.zip(url),
                reminders,
            }
        }),
    )
}

/// Writes what somebody wants.
pub fn set_settings(
    conn: &mut DbConnection,
    account: AccountId,
    settings: &PracticeSettings,
) -> QueryResult<()> {
    forget_settings(conn, account)?;
    let (licence, licence_url) = settings.licence.clone().unzip();
    diesel::insert_into(practice_settings::table)
        .values((
            practice_settings::account_id.eq(account.0),
            practice_settings::licence.eq(licence),
            practice_settings::licence_url.eq(licence_url),
            practice_settings::reminders.eq(settings.reminders),
        ))
        .execute(conn)
        .map(drop)
}

/// Forgets what somebody wanted.
pub fn forget_settings(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(practice_settings::table.find(account.0))
        .execute(conn)
        .map(drop)
}

/// Notes that somebody was asked by a message for what a status lacks; false if they were before.
pub fn note(
    conn: &mut DbConnection,
    status: StatusId,
    message: StatusId,
    account: AccountId,
) -> QueryResult<bool> {
    let row = (
        practice_reminders::status_id.eq(status.0),
        practice_reminders::message_id.eq(message.0),
        practice_reminders::account_id.eq(account.0),
    );
    each!(conn, c => diesel::insert_into(practice_reminders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Whether the author of a status was asked for what it lacks. One row by key.
pub fn is_noted(conn: &mut DbConnection, status: StatusId) -> QueryResult<bool> {
    let found: Option<i64> = practice_reminders::table
        .find(status.0)
        .select(practice_reminders::status_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The status that somebody was last asked about. The end of a range of an index.
pub fn last_asked(conn: &mut DbConnection, account: AccountId) -> QueryResult<Option<StatusId>> {
    let found: Option<i64> = each!(conn, c => practice_reminders::table
        .filter(practice_reminders::account_id.eq(account.0))
        .order(practice_reminders::message_id.desc())
        .select(practice_reminders::status_id)
        .first(c)
        .optional())?;
    Ok(found.map(StatusId))
}

/// The status that somebody was last asked about by one of these messages. A range of an index.
pub fn asked_about(
    conn: &mut DbConnection,
    account: AccountId,
    thread: &[StatusId],
) -> QueryResult<Option<StatusId>> {
    let messages =
        crate::listed::listed(practice_reminders::message_id, thread.iter().map(|id| id.0));
    let found: Option<i64> = each!(conn, c => practice_reminders::table
        .filter(practice_reminders::account_id.eq(account.0))
        .filter(messages)
        .order(practice_reminders::message_id.desc())
        .select(practice_reminders::status_id)
        .first(c)
        .optional())?;
    Ok(found.map(StatusId))
}
