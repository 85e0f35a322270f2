//! What moderators decide about people.
//! <https://docs.joinmastodon.org/methods/admin/accounts/>

use domain::{AccountId, NotificationKind, Page, ReportId, SeveranceCause, WarningAction};
use storage::DbConnection;
use storage::accounts::Account;
use storage::users::User;

use super::{AdminAccountView, handle, note, show};
use crate::error::invalid;
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::{
    App, Error, Paged, Result, decisions, follows, incoming, mail, networks, users, views,
};

pub use storage::moderation::{Standing, Wanted};

/// Characters of what somebody is told.
const TEXT: usize = 5_000;

/// What may be imposed on somebody, and lifted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sanction {
    /// All they post is shown as sensitive.
    Sensitive,
    /// They cannot sign in.
    Disable,
    /// Only those who follow them see what they post.
    Silence,
    /// Nothing of theirs is shown, and they cannot sign in. Who lives elsewhere is followed no more, and not told.
    Suspend,
}

impl Sanction {
    fn name(self) -> &'static str {
        match self {
            Self::Sensitive => "sensitive",
            Self::Disable => "disable",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
        }
    }

    fn as_told(self) -> WarningAction {
        match self {
            Self::Sensitive => WarningAction::Sensitive,
            Self::Disable => WarningAction::Disable,
            Self::Silence => WarningAction::Silence,
            Self::Suspend => WarningAction::Suspend,
        }
    }

    /// What was imposed on somebody who was told so; none if they were only told.
    pub(super) fn told_as(action: WarningAction) -> Option<Self> {
        match action {
            WarningAction::None => None,
            WarningAction::Sensitive => Some(Self::Sensitive),
            WarningAction::Disable => Some(Self::Disable),
            WarningAction::Silence => Some(Self::Silence),
            WarningAction::Suspend => Some(Self::Suspend),
        }
    }

    /// Whether it is imposed on somebody now.
    pub(super) fn is_on(self, account: &Account, user: Option<&User>) -> bool {
        let since = match self {
            Self::Sensitive => account.sensitized_at,
            Self::Disable => user.and_then(|user| user.disabled_at),
            Self::Silence => account.silenced_at,
            Self::Suspend => account.suspended_at,
        };
        since.is_some()
    }
}

/// A decision about somebody.
#[derive(Debug, Clone)]
pub struct Measure {
    /// None: they are only told.
    pub sanction: Option<Sanction>,
    /// Which is settled by it, besides all that wait about somebody on whom something is imposed.
    pub report: Option<ReportId>,
    /// What they are told.
    pub text: String,
    /// Whether they are told: in their notifications and, where mail is set, by letter.
    pub letter: bool,
}

/// One page of those who are asked for.
pub async fn page(
    app: &App,
    person: &Person,
    wanted: Wanted,
    page: Page,
) -> Result<Paged<AdminAccountView>> {
    let me = person.id();
    app.read_long(move |app, conn| {
        let rows = storage::moderation::accounts(conn, &wanted, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        Ok(Paged::new(show(app, conn, me, rows)?, cursors, &page))
    })
    .await
}

/// Somebody as moderators see them.
pub async fn find(app: &App, person: &Person, id: AccountId) -> Result<AdminAccountView> {
    let me = person.id();
    app.read(move |app, conn| {
        existing(conn, id)?;
        view(app, conn, me, id)
    })
    .await
}

/// Imposes something on somebody, tells them and whose follows ended by it, and settles the reports about them, or the one
/// that led to a mere warning.
pub async fn act(app: &App, by: &Person, id: AccountId, measure: Measure) -> Result<()> {
    let by = by.clone();
    if measure.text.chars().count() > TEXT {
        return Err(invalid(format!(
            "Text is too long (maximum is {TEXT} characters)"
        )));
    }
    app.transaction(move |app, conn| {
        let (account, user) = target(conn, &by, id)?;
        match measure.sanction {
            Some(sanction) => impose(app, conn, &account, user.as_ref(), sanction)?,
            None if user.is_none() => return Err(invalid("Type is not included in the list")),
            None => {}
        }
        let action = measure.sanction.map_or("warn", Sanction::name);
        note(app, conn, &by, action, handle(&account))?;
        let because = match measure.report {
            Some(report) => super::reports::settle(app, conn, &by, report, id)?.status_ids,
            None => Vec::new(),
        };
        if measure.sanction.is_some() {
            super::reports::settle_all(app, conn, &by, id)?;
        }
        let Some(user) = user else {
            return Ok(());
        };
        let text = measure.text.replace('\0', "");
        let told = measure
            .sanction
            .map_or(WarningAction::None, Sanction::as_told);
        // Who is not told of it can read it all the same, and disagree.
        let warning = decisions::note(app, conn, id, told, text.clone(), because)?;
        if !measure.letter {
            return Ok(());
        }
        decisions::tell(app, conn, id, NotificationKind::ModerationWarning, warning)?;
        if app.mailer().is_set() {
            let name = &account.username;
            let link = app
                .addresses()
                .join(&format!("/disputes/strikes/{warning}"));
            let letter = mail::sanctioned(
                &user.email,
                &app.settings().title,
                name,
                measure.sanction,
                &text,
                &link,
            );
            enqueue(app, conn, &Job::Mail(letter))?;
        }
        Ok(())
    })
    .await
}

/// Lifts what was imposed on somebody.
pub async fn lift(
    app: &App,
    by: &Person,
    id: AccountId,
    sanction: Sanction,
) -> Result<AdminAccountView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let (account, user) = target(conn, &by, id)?;
        lift_from(app, conn, &account, user, sanction)?;
        let action = format!("lift {}", sanction.name());
        note(app, conn, &by, &action, handle(&account))?;
        view(app, conn, by.id(), id)
    })
    .await
}

/// Lifts what was imposed on somebody; who may, was asked before.
pub(super) fn lift_from(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    user: Option<User>,
    sanction: Sanction,
) -> Result<()> {
    let id = account.id;
    match (sanction, user) {
        (Sanction::Sensitive, _) => storage::accounts::set_sensitized(conn, id, None)?,
        (Sanction::Silence, _) => storage::accounts::set_silenced(conn, id, None)?,
        (Sanction::Suspend, _) if account.suspended_by_home => return Err(not_allowed()),
        (Sanction::Suspend, Some(user)) => {
            let person = Person {
                user,
                account: account.clone(),
            };
            users::set_suspended(app, conn, &person, false)?;
        }
        (Sanction::Suspend, None) if account.is_local() => {
            networks::set_suspended(app, conn, id, false)?;
        }
        (Sanction::Suspend, None) => {
            storage::accounts::set_suspended_elsewhere(conn, id, None, false)?;
        }
        (Sanction::Disable, Some(user)) => storage::users::set_disabled(conn, user.id, None)?,
        (Sanction::Disable, None) => return Err(not_allowed()),
    }
    Ok(())
}

/// Lets somebody in who waits for it.
pub async fn approve(app: &App, by: &Person, id: AccountId) -> Result<AdminAccountView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let waiting = waiting(conn, id)?;
        let name = handle(&waiting.account);
        users::let_in(app, conn, waiting)?;
        note(app, conn, &by, "approve", name)?;
        view(app, conn, by.id(), id)
    })
    .await
}

/// Turns somebody away who waits to be let in: as if they had never come.
pub async fn reject(app: &App, by: &Person, id: AccountId) -> Result<AdminAccountView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let waiting = waiting(conn, id)?;
        let shown = view(app, conn, by.id(), id)?;
        storage::users::delete_of_account(conn, id)?;
        storage::accounts::delete(conn, id)?;
        note(app, conn, &by, "reject", handle(&waiting.account))?;
        Ok(shown)
    })
    .await
}

/// Removes for good all that somebody wrote who is suspended.
pub async fn delete(app: &App, by: &Person, id: AccountId) -> Result<AdminAccountView> {
    let by = by.clone();
    let (shown, local) = app
        .transaction(move |app, conn| {
            let (account, _) = target(conn, &by, id)?;
            if account.suspended_at.is_none() {
                return Err(not_allowed());
            }
            let shown = view(app, conn, by.id(), id)?;
            if !account.is_local() {
                incoming::leave(app, conn, &account)?;
            }
            note(app, conn, &by, "delete", handle(&account))?;
            Ok((shown, account.is_local()))
        })
        .await?;
    if local {
        users::leave(app, id).await?;
    }
    Ok(shown)
}

fn not_allowed() -> Error {
    Error::Forbidden("This action is not allowed".to_owned())
}

fn view(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    id: AccountId,
) -> Result<AdminAccountView> {
    let row = storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?;
    let found = show(app, conn, viewer, vec![row])?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// Somebody who is still here, elsewhere or as one who signs in, or a network: not the server itself.
fn existing(conn: &mut DbConnection, id: AccountId) -> Result<(Account, Option<User>)> {
    let account = storage::accounts::find(conn, id)?
        .filter(|row| row.deleted_at.is_none())
        .ok_or(Error::NotFound)?;
    let user = storage::users::of_account(conn, id)?;
    if account.is_local() && user.is_none() && storage::networks::find(conn, id)?.is_none() {
        return Err(Error::NotFound);
    }
    Ok((account, user))
}

/// Nobody decides about those who may do as much as themselves.
pub(super) fn target(
    conn: &mut DbConnection,
    by: &Person,
    id: AccountId,
) -> Result<(Account, Option<User>)> {
    let (account, user) = existing(conn, id)?;
    if user.as_ref().is_some_and(|user| user.role >= by.user.role) {
        return Err(not_allowed());
    }
    Ok((account, user))
}

/// Somebody who waits to be let in. Held: nobody turns them away while somebody else lets them in.
fn waiting(conn: &mut DbConnection, id: AccountId) -> Result<Person> {
    storage::accounts::hold(conn, id)?;
    let (account, user) = existing(conn, id)?;
    match user {
        Some(user) if user.approved_at.is_none() => Ok(Person { user, account }),
        _ => Err(not_allowed()),
    }
}

fn impose(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    user: Option<&User>,
    sanction: Sanction,
) -> Result<()> {
    let now = app.now();
    match (sanction, user) {
        (Sanction::Sensitive, _) => {
            storage::accounts::set_sensitized(conn, account.id, Some(now))?;
        }
        (Sanction::Silence, _) => storage::accounts::set_silenced(conn, account.id, Some(now))?,
        (Sanction::Disable, None) => return Err(invalid("Type is not included in the list")),
        (Sanction::Disable, Some(user)) => {
            storage::users::set_disabled(conn, user.id, Some(now))?;
            storage::sessions::delete_of_user(conn, user.id)?;
        }
        (Sanction::Suspend, Some(user)) => {
            let person = Person {
                user: user.clone(),
                account: account.clone(),
            };
            users::set_suspended(app, conn, &person, true)?;
        }
        (Sanction::Suspend, None) if account.is_local() => {
            networks::set_suspended(app, conn, account.id, true)?;
        }
        (Sanction::Suspend, None) => {
            storage::accounts::set_suspended_elsewhere(conn, account.id, Some(now), false)?;
            let ended = storage::follows::all_of(conn, account.id)?;
            for follow in &ended {
                follows::remove(conn, follow.follower_id, follow.account_id)?;
            }
            incoming::remove_deeds_later(app, conn, account.id)?;
            let (cause, name) = (
                SeveranceCause::AccountSuspension,
                views::acct(&account.username, account.host.as_deref()),
            );
            decisions::tell_severed(app, conn, &ended, cause, &name, Some(account.id))?;
        }
    }
    Ok(())
}
