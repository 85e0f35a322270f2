//! Telling people what others did.

use domain::{
    AccountId, CollectionId, NotificationId, NotificationKind, NotificationRule, StatusId,
};
use storage::DbConnection;
use storage::notifications::Notification;

use crate::notification_requests::{hold_back, rule};
use crate::{App, Result, notifications};

/// What a line is about, if it is not a person.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About {
    Nothing,
    Status(StatusId),
    Collection(CollectionId),
}

impl From<Option<StatusId>> for About {
    fn from(status: Option<StatusId>) -> Self {
        status.map_or(Self::Nothing, Self::Status)
    }
}

/// Writes a line into somebody's notifications, unless they or the other have blocked, or they have muted the other, the
/// other's server or the thread. What their rules hold back is written too, and shown when they look for it.
pub(crate) fn notify(
    app: &App,
    conn: &mut DbConnection,
    to: AccountId,
    from: AccountId,
    kind: NotificationKind,
    about: impl Into<About>,
) -> Result<()> {
    let (status, event) = match about.into() {
        About::Nothing => (None, None),
        About::Status(id) => (Some(id), None),
        About::Collection(id) => (None, Some(id.0)),
    };
    if to == from {
        return Ok(());
    }
    let standing = storage::standing::of(conn, to, from, status, app.now())?;
    let Some(standing) = standing.filter(|it| !it.is_blocked && !it.is_muted) else {
        return Ok(());
    };
    let rule = rule(app, conn, &standing, to, kind, status)?;
    if rule == NotificationRule::Drop {
        return Ok(());
    }
    let filtered = rule == NotificationRule::Filter;
    let row = Notification {
        id: NotificationId(app.next_id()),
        account_id: to,
        from_account_id: from,
        kind,
        status_id: status,
        created_at: app.now(),
        report_id: None,
        event_id: event,
        filtered,
    };
    if notifications::write(app, conn, &row)? && filtered {
        // Of what somebody likes or passes on the words are another's.
        let is_said = matches!(kind, NotificationKind::Mention | NotificationKind::Quote);
        hold_back(app, conn, to, from, status.filter(|_| is_said))?;
    }
    Ok(())
}
