//! What this server is, in numbers of its own.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Weekday};
use domain::Time;
use serde::{Deserialize, Serialize};
use storage::DbConnection;
use storage::backlog::Backlogs;

use crate::text::format::{Rel, to_html};
use crate::views::{self, AccountView};
use crate::{App, Error, Result};

/// For how many weeks is told how much went on.
pub(crate) const WEEKS: i64 = 12;
/// How many servers are found at once.
const FOUND: i64 = 10;

/// Under which the address of the server is kept.
const HOME: &str = "public_url";
/// Under which terms of service are kept.
const TERMS: &str = "terms";

const PRIVACY: &str = include_str!("privacy_policy.txt");

/// What every server tells of itself. By numbers of theirs schools could be ranked: where numbers are hidden these are 0.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub users: i64,
    pub active_month: i64,
    pub active_half_year: i64,
    /// Public statuses written here.
    pub statuses: i64,
    /// Other servers met.
    pub domains: i64,
    pub contact: Option<AccountView>,
    /// Whether there are terms of service.
    pub has_terms: bool,
    /// Newest first.
    pub weeks: Vec<Week>,
}

/// How much went on here in a week.
#[derive(Debug, Clone, Copy)]
pub struct Week {
    /// Monday, 00:00 UTC.
    pub begins: Time,
    /// Public ones.
    pub statuses: i64,
    /// People who were here.
    pub logins: i64,
    pub registrations: i64,
}

/// The beginning of the week of a moment.
pub(crate) fn week_of(time: Time) -> Time {
    let days = i64::from(time.weekday().days_since(Weekday::Mon));
    time.date().and_time(NaiveTime::MIN) - TimeDelta::days(days)
}

/// The facts, at most a minute old: counting takes longer the more there is.
pub async fn facts(app: &App) -> Result<Facts> {
    let now = app.now();
    if let Some(facts) = app.counted(now) {
        return Ok(facts);
    }
    let facts = count(app).await?;
    app.remember_counted(now, facts.clone());
    Ok(facts)
}

async fn count(app: &App) -> Result<Facts> {
    app.read_long(|app, conn| {
        let now = app.now();
        let since = |days| now - chrono::Duration::days(days);
        let contact = match &app.settings().contact_account {
            Some(name) => storage::accounts::with_handle_key(conn, &name.to_lowercase())?,
            None => None,
        };
        let facts = Facts {
            contact: contact
                .filter(|row| !row.is_gone())
                .map(|row| views::account(app, None, row)),
            has_terms: app.settings().house.terms.is_some() || kept_terms(app, conn)?.is_some(),
            weeks: quiet_weeks(week_of(now)),
            ..Facts::default()
        };
        if !app.settings().show_counts {
            return Ok(facts);
        }
        Ok(Facts {
            users: storage::accounts::count_local(conn)?,
            active_month: storage::users::count_seen_since(conn, since(30))?,
            active_half_year: storage::users::count_seen_since(conn, since(180))?,
            statuses: storage::statuses::count_local_public(conn)?,
            domains: storage::instances::count(conn)?,
            weeks: busy_weeks(conn, facts.weeks)?,
            ..facts
        })
    })
    .await
}

/// The last weeks, as if nothing had gone on.
fn quiet_weeks(newest: Time) -> Vec<Week> {
    let week = |back| Week {
        begins: newest - TimeDelta::weeks(back),
        statuses: 0,
        logins: 0,
        registrations: 0,
    };
    (0..WEEKS).map(week).collect()
}

/// How much went on in these weeks: three counts for each.
fn busy_weeks(conn: &mut DbConnection, weeks: Vec<Week>) -> Result<Vec<Week>> {
    let count = |Week { begins, .. }: Week| -> Result<Week> {
        let ends = begins + TimeDelta::weeks(1);
        let (from, until) = (App::first_id_from(begins), App::first_id_from(ends));
        Ok(Week {
            begins,
            statuses: storage::activity::public_statuses(conn, from, until)?,
            logins: storage::activity::logins(conn, begins)?,
            registrations: storage::activity::registrations(conn, begins, ends)?,
        })
    };
    weeks.into_iter().map(count).collect()
}

/// What becomes of what people say here, as HTML, and when that was last changed. Where nobody wrote it down, what this
/// program keeps.
#[must_use]
pub fn privacy_policy(app: &App) -> (String, Time) {
    match &app.settings().house.privacy_policy {
        Some((text, changed)) => (html(app, text), *changed),
        None => {
            let written = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap_or_default();
            (
                html(app, PRIVACY.trim_end()),
                written.and_time(NaiveTime::MIN),
            )
        }
    }
}

/// The terms of service.
#[derive(Debug, Clone)]
pub struct Terms {
    pub html: String,
    pub holds_from: NaiveDate,
    /// Whether they hold already.
    pub holds: bool,
}

/// Terms of service as they are written, where the configuration names none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NewTerms {
    pub text: String,
    pub holds_from: NaiveDate,
}

/// The terms of service: those of the configuration, or those that are kept.
pub async fn terms(app: &App) -> Result<Option<Terms>> {
    match &app.settings().house.terms {
        Some((text, holds_from)) => Ok(Some(in_force(app, text, *holds_from))),
        None => app.read(kept_terms).await,
    }
}

fn kept_terms(app: &App, conn: &mut DbConnection) -> Result<Option<Terms>> {
    let Some(kept) = storage::server_state::get(conn, TERMS)? else {
        return Ok(None);
    };
    let kept: NewTerms =
        serde_json::from_str(&kept).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Some(in_force(app, &kept.text, kept.holds_from)))
}

/// Keeps terms of service, unless there are some; answers those that hold.
pub(crate) async fn keep_terms(app: &App, new: NewTerms) -> Result<Terms> {
    if let Some(terms) = terms(app).await? {
        return Ok(terms);
    }
    let kept = serde_json::to_string(&new).map_err(|error| Error::Internal(error.to_string()))?;
    app.transaction(move |_, conn| {
        storage::server_state::keep(conn, TERMS, &kept)?;
        Ok(())
    })
    .await?;
    terms(app).await?.ok_or(Error::NotFound)
}

fn in_force(app: &App, text: &str, holds_from: NaiveDate) -> Terms {
    Terms {
        html: html(app, text),
        holds_from,
        holds: holds_from <= app.now().date(),
    }
}

/// What the administrator wrote, as HTML; people are not looked up.
#[must_use]
pub fn html(app: &App, text: &str) -> String {
    let tag = |name: &str| app.addresses().tag(name);
    to_html(text, app.settings().hosts(), Rel::Foreign, |_| None, tag)
}

/// The names of other servers met that begin so.
pub async fn peers_with_prefix(app: &App, prefix: &str) -> Result<Vec<String>> {
    let prefix = prefix.trim().to_lowercase().replace('\0', "");
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    app.read(move |_, conn| Ok(storage::instances::hosts_with_prefix(conn, &prefix, FOUND)?))
        .await
}

/// The names of other servers met.
pub async fn peers(app: &App) -> Result<Vec<String>> {
    app.read_long(|_, conn| Ok(storage::instances::hosts(conn)?))
        .await
}

/// The address that this server's data was first used with, as [`crate::Addresses::base`]; the first to ask writes it.
///
/// Accounts, posts and keys are known to others by it, so it cannot change.
pub async fn home(app: &App) -> Result<String> {
    let known = known_home(app).await?;
    match known {
        Some(known) => Ok(known),
        None => {
            app.transaction(|app, conn| {
                let ours = app.addresses().base();
                // Data of an earlier version does not say it outright.
                let first = match storage::accounts::first_local_uri(conn)? {
                    Some(uri) => base_of(&uri).unwrap_or_else(|| ours.to_owned()),
                    None => ours.to_owned(),
                };
                Ok(storage::server_state::keep(conn, HOME, &first)?)
            })
            .await
        }
    }
}

/// [`home`], if it was written.
pub async fn known_home(app: &App) -> Result<Option<String>> {
    app.read(|_, conn| Ok(storage::server_state::get(conn, HOME)?))
        .await
}

fn base_of(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    Some(url.origin().ascii_serialization()).filter(|base| base != "null")
}

/// What waits to be done, if the database answers and keeps what is written.
pub async fn is_ready(app: &App) -> Result<Backlogs> {
    app.transaction(|app, conn| {
        let now = app.now();
        Ok(storage::sessions::count_failure(conn, "a probe", now, now)?)
    })
    .await?;
    backlogs(app).await
}

/// What waits to be done.
pub async fn backlogs(app: &App) -> Result<Backlogs> {
    app.read(|app, conn| Ok(storage::backlog::waiting(conn, app.now())?))
        .await
}
