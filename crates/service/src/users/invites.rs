//! Invitations: links by which people sign up whom nobody has to approve.

use domain::{Page, Role, Time};
use storage::DbConnection;
use storage::invites::Invite;

use super::check_may_enter;
use super::sign_up::closed;
use crate::error::invalid;
use crate::moderation::note;
use crate::oauth::Person;
use crate::passwords::hex;
use crate::{App, Error, Paged, RegistrationMode, Result};

/// Invitations of one person that are good at the same time.
const MOST: i64 = 100;
/// People whom one invitation may bring.
const USES: i64 = 1_000;
/// Days for which one may be good.
const DAYS: i64 = 365;
/// Invitations on one page.
const SHOWN: i64 = 40;
/// Random bytes of a code, which is letters and digits: apps know an invitation by that.
const CODE: usize = 16;

/// An invitation, as those see it who may end it.
#[derive(Debug, Clone)]
pub struct InviteView {
    pub id: i64,
    /// Where whoever has it signs up.
    pub link: String,
    /// User name; none: whoever looks after the server.
    pub by: Option<String>,
    pub uses: i64,
    pub max_uses: Option<i64>,
    pub expires_at: Option<Time>,
    pub created_at: Time,
    /// Whether somebody can still sign up with it.
    pub is_good: bool,
}

/// Whether somebody of this role may invite others.
#[must_use]
pub fn may_make(app: &App, role: Role) -> bool {
    let registrations = app.settings().registrations;
    role >= registrations.invites_from && registrations.mode != RegistrationMode::Closed
}

/// Whether somebody of this role sees what others made, and may end it.
#[must_use]
pub fn may_manage(role: Role) -> bool {
    role >= Role::Moderator
}

fn check_may_make(app: &App, person: &Person) -> Result<()> {
    if may_make(app, person.user.role) {
        Ok(())
    } else {
        Err(Error::Forbidden("You may not invite others".to_owned()))
    }
}

/// Where whoever has the code signs up: the address that Mastodon's apps ask for it.
fn link(app: &App, code: &str) -> String {
    app.addresses().join(&format!("/invite/{code}"))
}

/// Makes an invitation of whoever looks after the server; answers its link.
pub async fn create(app: &App, uses: Option<i64>, days: Option<i64>) -> Result<String> {
    check_bounds(uses, days)?;
    let invite = new(app, uses, days);
    let link = link(app, &invite.code);
    app.transaction(move |_, conn| Ok(storage::invites::insert(conn, invite)?))
        .await?;
    Ok(link)
}

fn check_bounds(uses: Option<i64>, days: Option<i64>) -> Result<()> {
    if uses.is_some_and(|uses| !(1..=USES).contains(&uses)) {
        return Err(invalid(format!("Uses must be 1 to {USES}")));
    }
    if days.is_some_and(|days| !(1..=DAYS).contains(&days)) {
        return Err(invalid(format!("Days must be 1 to {DAYS}")));
    }
    Ok(())
}

fn new(app: &App, uses: Option<i64>, days: Option<i64>) -> Invite {
    Invite {
        id: app.next_id(),
        code: hex(&rand::random::<[u8; CODE]>()),
        user_id: None,
        max_uses: uses,
        uses: 0,
        expires_at: days.map(|days| app.now() + chrono::Duration::days(days)),
        created_at: app.now(),
    }
}

/// Makes an invitation of one's own.
pub async fn create_own(
    app: &App,
    person: &Person,
    uses: Option<i64>,
    days: Option<i64>,
) -> Result<()> {
    check_may_make(app, person)?;
    check_bounds(uses, days)?;
    let (user, account) = (person.user.id, person.id());
    app.transaction(move |app, conn| {
        // Those that are made at the same moment are counted one after the other.
        storage::accounts::hold(conn, account)?;
        if storage::invites::count_good(conn, user, app.now())? >= MOST {
            return Err(invalid(format!(
                "There are {MOST} invitations already: end one first"
            )));
        }
        let invite = Invite {
            user_id: Some(user),
            ..new(app, uses, days)
        };
        Ok(storage::invites::insert(conn, invite)?)
    })
    .await
}

/// One page of one's own invitations, newest first, or of everybody's. [`Error::NotFound`] for who may not see them.
pub async fn page(
    app: &App,
    person: &Person,
    of_all: bool,
    before: Option<i64>,
) -> Result<Paged<InviteView>> {
    let role = person.user.role;
    if (of_all && !may_manage(role)) || !(may_make(app, role) || may_manage(role)) {
        return Err(Error::NotFound);
    }
    let user = person.user.id;
    let page = Page {
        max_id: before,
        ..Page::newest(SHOWN)
    };
    app.read(move |app, conn| {
        let rows = if of_all {
            storage::invites::page(conn, &page)?
        } else {
            storage::invites::page_of_user(conn, user, &page)?
        };
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(shown(app, conn, rows)?, cursors, &page))
    })
    .await
}

/// As they are shown, in the same order. Two queries.
fn shown(app: &App, conn: &mut DbConnection, rows: Vec<Invite>) -> Result<Vec<InviteView>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let inviters = storage::invites::inviters(conn, &ids)?;
    let accounts: Vec<domain::AccountId> = inviters.values().copied().collect();
    let accounts = storage::accounts::with_ids(conn, &accounts)?;
    let name = |invite: i64| {
        let id = inviters.get(&invite)?;
        let account = accounts.iter().find(|account| account.id == *id)?;
        Some(account.username.clone())
    };
    let now = app.now();
    let view = |row: Invite| InviteView {
        by: name(row.id),
        is_good: is_open(&row, now),
        link: link(app, &row.code),
        id: row.id,
        uses: row.uses,
        max_uses: row.max_uses,
        expires_at: row.expires_at,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Ends an invitation: one's own, or as a moderator any.
pub async fn end(app: &App, person: &Person, id: i64) -> Result<()> {
    let person = person.clone();
    app.transaction(move |app, conn| {
        let invite = storage::invites::find(conn, id)?.ok_or(Error::NotFound)?;
        let is_own = invite.user_id == Some(person.user.id);
        if !is_own && !may_manage(person.user.role) {
            return Err(Error::NotFound);
        }
        let now = app.now();
        if invite.expires_at.is_some_and(|end| end <= now) {
            return Ok(());
        }
        storage::invites::end(conn, id, now)?;
        if is_own {
            return Ok(());
        }
        note(app, conn, &person, "end invitation", id.to_string())
    })
    .await
}

/// Whether somebody could sign up with this code now. [`Error::NotFound`] if there is none such,
/// [`Error::Unauthorized`] if it is not good any more.
pub async fn check(app: &App, code: String) -> Result<()> {
    if app.settings().registrations.mode == RegistrationMode::Closed {
        return Err(closed());
    }
    let code = code.replace('\0', "");
    app.read(move |app, conn| {
        let invite = storage::invites::with_code(conn, &code)?.ok_or(Error::NotFound)?;
        if is_open(&invite, app.now()) && may_still_invite(app, conn, &invite)? {
            Ok(())
        } else {
            Err(Error::Unauthorized("This invite is not valid"))
        }
    })
    .await
}

/// Uses an invitation once, if it is good, and whoever made it may still invite: its number.
pub(super) fn use_once(app: &App, conn: &mut DbConnection, code: &str) -> Result<Option<i64>> {
    let Some(invite) = storage::invites::use_once(conn, code, app.now())? else {
        return Ok(None);
    };
    Ok(may_still_invite(app, conn, &invite)?.then_some(invite.id))
}

fn is_open(invite: &Invite, now: Time) -> bool {
    invite.expires_at.is_none_or(|end| end > now)
        && invite.max_uses.is_none_or(|most| invite.uses < most)
}

/// Whoever looks after the server always may.
fn may_still_invite(app: &App, conn: &mut DbConnection, invite: &Invite) -> Result<bool> {
    let Some(inviter) = invite.user_id else {
        return Ok(true);
    };
    let Some((user, account)) = storage::users::find(conn, inviter)? else {
        return Ok(false);
    };
    let inviter = Person { user, account };
    Ok(check_may_enter(&inviter).is_ok() && may_make(app, inviter.user.role))
}
