//! Telling people of what was decided about them, or about others with whom they had to do.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use domain::{
    AccountId, NotificationId, NotificationKind, SeveranceCause, StatusId, WarningAction,
};
use storage::DbConnection;
use storage::decisions::{Severance, Warning};
use storage::follows::Follow;
use storage::notifications::Notification;

use crate::oauth::Person;
use crate::{App, Result, notifications};

/// What ends within this time for one reason is told as one: a server is taken leave of in pieces.
const TOGETHER: TimeDelta = TimeDelta::days(1);

/// Ends of follows that are shown to somebody.
const SHOWN: i64 = 100;

/// How follows by and of somebody ended without their doing, newest first.
pub async fn severed(app: &App, person: &Person) -> Result<Vec<Severance>> {
    let me = person.id();
    app.read(move |_, conn| Ok(storage::decisions::severances_of(conn, me, SHOWN)?))
        .await
}

/// Notes what moderators did to somebody, and because of what, for them to read; answers the number of the warning.
pub(crate) fn note(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    action: WarningAction,
    text: String,
    because: Vec<StatusId>,
) -> Result<i64> {
    let warning = Warning {
        id: app.next_id(),
        account_id: account,
        action,
        text,
        created_at: app.now(),
        appeal: None,
        appealed_at: None,
        decided_at: None,
        overruled: false,
        status_ids: because,
    };
    let id = warning.id;
    storage::decisions::insert_warning(conn, warning)?;
    Ok(id)
}

/// Tells those of our people whose follows have ended, how many they were. `about` is whom the decision is about, if it is
/// one person: they are not told.
pub(crate) fn tell_severed(
    app: &App,
    conn: &mut DbConnection,
    ended: &[Follow],
    cause: SeveranceCause,
    target: &str,
    about: Option<AccountId>,
) -> Result<()> {
    let ended = || ended.iter().filter(|follow| !follow.pending);
    let mut people: Vec<AccountId> = ended()
        .flat_map(|follow| [follow.follower_id, follow.account_id])
        .collect();
    people.sort_unstable();
    people.dedup();
    let ours = storage::accounts::with_ids(conn, &people)?
        .into_iter()
        .filter(|row| row.is_local() && Some(row.id) != about);
    let mut lost: BTreeMap<AccountId, (i64, i64)> = ours.map(|row| (row.id, (0, 0))).collect();
    for follow in ended() {
        if let Some((followers, _)) = lost.get_mut(&follow.account_id) {
            *followers += 1;
        }
        if let Some((_, following)) = lost.get_mut(&follow.follower_id) {
            *following += 1;
        }
    }
    for (account, (followers, following)) in lost {
        let severance = Severance {
            id: app.next_id(),
            account_id: account,
            cause,
            target_name: target.to_owned(),
            followers,
            following,
            created_at: app.now(),
        };
        let event = severance.id;
        // What ends for one reason at the same moment is told as one, too.
        storage::accounts::hold(conn, account)?;
        if storage::decisions::add_severance(conn, severance, app.now() - TOGETHER)? {
            tell(
                app,
                conn,
                account,
                NotificationKind::SeveredRelationships,
                event,
            )?;
        }
    }
    Ok(())
}

/// A line from the server, once for each event, which shows the reader as whose deed it is, as Mastodon does.
pub(crate) fn tell(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    kind: NotificationKind,
    event: i64,
) -> Result<()> {
    let line = Notification {
        id: NotificationId(app.next_id()),
        account_id: account,
        from_account_id: account,
        kind,
        status_id: None,
        created_at: app.now(),
        report_id: None,
        event_id: Some(event),
        filtered: false,
    };
    notifications::write(app, conn, &line).map(drop)
}

/// What lines are about that tell of decisions.
#[derive(Default)]
pub(crate) struct Decisions {
    warnings: HashMap<i64, Warning>,
    severances: HashMap<i64, Severance>,
}

/// What these lines are about, where it is a decision. No query if none is.
pub(crate) fn of(conn: &mut DbConnection, rows: &[Notification]) -> Result<Decisions> {
    let of_kind = |kind| -> Vec<i64> {
        let rows = rows.iter().filter(|row| row.kind == kind);
        rows.filter_map(|row| row.event_id).collect()
    };
    let mut found = Decisions::default();
    let warnings = of_kind(NotificationKind::ModerationWarning);
    if !warnings.is_empty() {
        let rows = storage::decisions::warnings(conn, &warnings)?;
        found.warnings = rows.into_iter().map(|row| (row.id, row)).collect();
    }
    let severances = of_kind(NotificationKind::SeveredRelationships);
    if !severances.is_empty() {
        let rows = storage::decisions::severances(conn, &severances)?;
        found.severances = rows.into_iter().map(|row| (row.id, row)).collect();
    }
    Ok(found)
}

impl Decisions {
    /// What a line is about.
    pub(crate) fn take(&mut self, row: &Notification) -> (Option<Warning>, Option<Severance>) {
        let Some(id) = row.event_id else {
            return (None, None);
        };
        match row.kind {
            NotificationKind::ModerationWarning => (self.warnings.remove(&id), None),
            NotificationKind::SeveredRelationships => (None, self.severances.remove(&id)),
            _ => (None, None),
        }
    }
}
