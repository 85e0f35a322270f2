//! Disagreeing with what moderators decided about oneself, and their second look at it.
//! <https://docs.joinmastodon.org/entities/Appeal/>

use chrono::TimeDelta;
use domain::{AccountId, Role, Time};
use storage::DbConnection;
use storage::decisions::{self, Warning};

use super::accounts::{Sanction, lift_from, target};
use super::{handle, note};
use crate::error::invalid;
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::views::{self, AccountView};
use crate::{App, Error, Result, mail};

/// For so long somebody may disagree, as in Mastodon.
const TIME: TimeDelta = TimeDelta::days(20);
/// Characters of what they say, as in Mastodon.
pub const TEXT: usize = 2_000;
/// Decisions, or appeals, that are shown.
const SHOWN: i64 = 100;

/// How an appeal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Approved,
    Rejected,
}

impl State {
    /// None where nothing was said against the decision.
    #[must_use]
    pub fn of(warning: &Warning) -> Option<Self> {
        warning.appealed_at?;
        Some(match (warning.decided_at, warning.overruled) {
            (None, _) => Self::Pending,
            (Some(_), true) => Self::Approved,
            (Some(_), false) => Self::Rejected,
        })
    }

    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// An appeal that waits, as moderators see it.
#[derive(Debug, Clone)]
pub struct AppealView {
    pub warning: Warning,
    /// Who disagrees.
    pub account: AccountView,
}

/// What was decided about somebody, as they are told, newest first.
pub async fn own(app: &App, person: &Person) -> Result<Vec<Warning>> {
    let me = person.id();
    app.read(move |_, conn| Ok(decisions::of_account(conn, me, SHOWN)?))
        .await
}

/// One of these.
pub async fn find(app: &App, person: &Person, id: i64) -> Result<Warning> {
    let person = person.clone();
    app.read(move |_, conn| find_own(conn, &person, id)).await
}

/// Whether somebody may still say something against a decision.
#[must_use]
pub fn may_appeal(app: &App, warning: &Warning) -> bool {
    is_open(warning, app.now())
}

fn is_open(warning: &Warning, now: Time) -> bool {
    warning.appealed_at.is_none() && now - warning.created_at <= TIME
}

fn find_own(conn: &mut DbConnection, person: &Person, id: i64) -> Result<Warning> {
    let found = decisions::warnings(conn, &[id])?.pop();
    found
        .filter(|warning| warning.account_id == person.id())
        .ok_or(Error::NotFound)
}

/// Says something against a decision, once, and tells moderators by letter.
pub async fn appeal(app: &App, person: &Person, id: i64, text: &str) -> Result<()> {
    let text = text.trim().replace('\0', "");
    if text.is_empty() {
        return Err(invalid("Please say why you disagree"));
    }
    if text.chars().count() > TEXT {
        return Err(invalid(format!(
            "That is too long (maximum is {TEXT} characters)"
        )));
    }
    let person = person.clone();
    app.transaction(move |app, conn| {
        let warning = find_own(conn, &person, id)?;
        let now = app.now();
        let is_said =
            is_open(&warning, now) && decisions::appeal(conn, id, person.id(), &text, now)?;
        if !is_said {
            return Err(invalid("Nothing more can be said against this decision"));
        }
        if !app.mailer().is_set() {
            return Ok(());
        }
        let moderators = storage::users::moderators(conn)?;
        let link = app.addresses().join("/admin/disputes/appeals");
        for user in storage::users::of_accounts(conn, &moderators)? {
            let (server, name) = (&app.settings().title, &person.account.username);
            let letter = mail::appealed(&user.email, server, name, &text, &link);
            enqueue(app, conn, &Job::Mail(letter))?;
        }
        Ok(())
    })
    .await
}

/// Whether somebody sees what others say against decisions.
#[must_use]
pub fn may_see(person: &Person) -> bool {
    person.user.role >= Role::Moderator
}

fn check_may_see(person: &Person) -> Result<()> {
    if may_see(person) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// The appeals that wait, oldest first. [`Error::NotFound`] for who is no moderator.
pub async fn waiting(app: &App, by: &Person) -> Result<Vec<AppealView>> {
    check_may_see(by)?;
    let me = by.id();
    app.read(move |app, conn| {
        let rows = decisions::appeals(conn, SHOWN)?;
        let ids: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
        // Those who are suspended, too.
        let accounts = storage::accounts::with_ids(conn, &ids)?;
        let view = |warning: Warning| {
            let mut accounts = accounts.iter();
            let account = accounts.find(|row| row.id == warning.account_id)?.clone();
            let account = views::account(app, Some(me), account);
            Some(AppealView { warning, account })
        };
        Ok(rows.into_iter().filter_map(view).collect())
    })
    .await
}

/// Decides an appeal. Whoever is right is rid of what was imposed on them; either way they are told by letter.
pub async fn decide(app: &App, by: &Person, id: i64, is_right: bool) -> Result<()> {
    check_may_see(by)?;
    let by = by.clone();
    app.transaction(move |app, conn| {
        let found = decisions::warnings(conn, &[id])?.pop();
        let warning = found.ok_or(Error::NotFound)?;
        let (account, user) = target(conn, &by, warning.account_id)?;
        if !decisions::decide(conn, id, is_right, app.now())? {
            return Err(Error::NotFound);
        }
        let sanction = Sanction::told_as(warning.action).filter(|_| is_right);
        if let Some(sanction) = sanction
            && sanction.is_on(&account, user.as_ref())
        {
            lift_from(app, conn, &account, user.clone(), sanction)?;
        }
        let action = if is_right {
            "approve appeal"
        } else {
            "reject appeal"
        };
        note(app, conn, &by, action, handle(&account))?;
        if let Some(user) = user.filter(|_| app.mailer().is_set()) {
            let (server, name) = (&app.settings().title, &account.username);
            let letter = mail::appeal_decided(&user.email, server, name, is_right);
            enqueue(app, conn, &Job::Mail(letter))?;
        }
        Ok(())
    })
    .await
}
