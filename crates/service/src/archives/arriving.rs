//! Who may send an archive: it is asked before a byte of it is read.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::AccountId;
use storage::{DbConnection, imports};

use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Result};

/// Who sends an archive to this process at the moment.
#[derive(Debug, Default)]
pub(crate) struct Arriving(Mutex<HashSet<AccountId>>);

impl Arriving {
    fn people(&self) -> MutexGuard<'_, HashSet<AccountId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's turn to send an archive, which ends when this is dropped.
#[must_use]
pub struct Turn {
    app: App,
    owner: AccountId,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.app.arriving().people().remove(&self.owner);
    }
}

/// Gives somebody the turn to send an archive. [`Error::Invalid`](crate::Error::Invalid) while they send another one, or
/// another one is worked off.
pub async fn turn(app: &App, person: &Person) -> Result<Turn> {
    let me = person.id();
    let is_first = app.arriving().people().insert(me);
    if !is_first {
        return Err(invalid(
            "Another archive is being sent: please wait until that is done",
        ));
    }
    let turn = Turn {
        app: app.clone(),
        owner: me,
    };
    app.read(move |_, conn| check_none_waits(conn, me)).await?;
    Ok(turn)
}

/// One archive of an account after the other.
pub(super) fn check_none_waits(conn: &mut DbConnection, owner: AccountId) -> Result<()> {
    if imports::count_unfinished(conn, owner, true)? > 0 {
        return Err(invalid(
            "Another archive is still being worked off: please wait until that is done",
        ));
    }
    Ok(())
}
