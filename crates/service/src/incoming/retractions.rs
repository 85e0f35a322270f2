//! What was taken back, possibly before it came. Only the word of the one who did it counts.

use chrono::TimeDelta;
use domain::AccountId;
use storage::DbConnection;

use crate::{App, Result};

/// For how long: other servers try for about as long to tell what they have to tell.
pub(crate) const REMEMBERED: TimeDelta = TimeDelta::days(7);
/// How many, whoever fills them in.
pub(crate) const KEPT: i64 = 1_000_000;

pub(super) fn remember(app: &App, conn: &mut DbConnection, by: AccountId, uri: &str) -> Result<()> {
    Ok(storage::retractions::insert(conn, uri, by, app.now())?)
}

/// What somebody took back is there again: false if it is not known that they did.
pub(super) fn forget(conn: &mut DbConnection, by: AccountId, uri: &str) -> Result<bool> {
    Ok(storage::retractions::delete(conn, uri, by)?)
}

pub(super) fn is_taken_back(conn: &mut DbConnection, by: AccountId, uri: &str) -> Result<bool> {
    Ok(storage::retractions::contains(conn, uri, by)?)
}
