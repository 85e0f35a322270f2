//! Letters that people have sent, also to addresses of others: nobody is to be buried under them.

use storage::DbConnection;

use crate::passwords::token_hash;
use crate::{App, Result};

/// So many go to one address, and are sent at one person's wish, in an hour.
const LETTERS: i64 = 5;

/// Counts one more letter to an address: false if it is one too many.
pub(super) fn may_go_to(app: &App, conn: &mut DbConnection, email: &str) -> Result<bool> {
    may_go(app, conn, &format!("letter:{}", token_hash(email)))
}

/// Counts one more letter under that name: false if it is one too many.
pub(super) fn may_go(app: &App, conn: &mut DbConnection, subject: &str) -> Result<bool> {
    let until = app.now() + chrono::Duration::hours(1);
    storage::sessions::count_failure(conn, subject, app.now(), until)?;
    let sent = storage::sessions::failures(conn, subject, app.now())?;
    Ok(sent.is_none_or(|(count, _)| count <= LETTERS))
}
