//! Telling people what others did.

use domain::{
    AccountId, CollectionId, NotificationId, NotificationKind, NotificationRule, Role, StatusId,
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

/// Tells somebody of a deed, as [`tell`] does.
pub(crate) fn notify(
    app: &App,
    conn: &mut DbConnection,
    to: AccountId,
    from: AccountId,
    kind: NotificationKind,
    about: impl Into<About>,
) -> Result<()> {
    tell(app, conn, to, from, kind, about).map(drop)
}

/// Writes a line into somebody's notifications, unless they or the other have blocked, or they have muted the other, the
/// other's server or the thread, or it mentions them together with somebody whom they blocked or muted. What their rules
/// hold back is written too, and shown when they look for it. True for what they see at once.
pub(crate) fn tell(
    app: &App,
    conn: &mut DbConnection,
    to: AccountId,
    from: AccountId,
    kind: NotificationKind,
    about: impl Into<About>,
) -> Result<bool> {
    let (status, event) = match about.into() {
        About::Nothing => (None, None),
        About::Status(id) => (Some(id), None),
        About::Collection(id) => (None, Some(id.0)),
    };
    if to == from {
        return Ok(false);
    }
    let standing = storage::standing::of(conn, to, from, status, app.now())?;
    let Some(standing) = standing.filter(|it| !it.is_blocked) else {
        return Ok(false);
    };
    let is_mention = kind == NotificationKind::Mention;
    let mut rule = if standing.is_muted {
        NotificationRule::Drop
    } else {
        rule(app, conn, &standing, to, kind, status)?
    };
    if is_mention
        && rule != NotificationRule::Drop
        && let Some(status) = status
        && storage::standing::minds_company(conn, to, status, app.now())?
    {
        rule = NotificationRule::Drop;
    }
    // Who looks after the server has to be heard.
    if is_mention && rule != NotificationRule::Accept && looks_after(conn, from, to)? {
        rule = NotificationRule::Accept;
    }
    if rule == NotificationRule::Drop {
        return Ok(false);
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
    Ok(!filtered)
}

/// Whether somebody moderates this server, and has more rights here than the other.
fn looks_after(conn: &mut DbConnection, from: AccountId, to: AccountId) -> Result<bool> {
    let users = storage::users::of_accounts(conn, &[from, to])?;
    let role = |id: AccountId| {
        let user = users.iter().find(|user| user.account_id == id);
        user.map_or(Role::User, |user| user.role)
    };
    Ok(role(from) > role(to))
}
