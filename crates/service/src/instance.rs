//! What this server is, in numbers of its own.

use storage::backlog::Backlogs;

use crate::views::{self, AccountView};
use crate::{App, Result};

/// Under which the address of the server is kept.
const HOME: &str = "public_url";

/// Figures that every server tells of itself.
#[derive(Debug, Clone)]
pub struct Facts {
    pub users: i64,
    pub active_month: i64,
    pub active_half_year: i64,
    /// Public statuses written here.
    pub statuses: i64,
    /// Other servers met.
    pub domains: i64,
    pub contact: Option<AccountView>,
}

/// The figures, at most a minute old: counting takes longer the more there is.
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
        Ok(Facts {
            users: storage::accounts::count_local(conn)?,
            active_month: storage::users::count_seen_since(conn, since(30))?,
            active_half_year: storage::users::count_seen_since(conn, since(180))?,
            statuses: storage::statuses::count_local_public(conn)?,
            domains: storage::instances::count(conn)?,
            contact: contact
                .filter(|row| !row.is_gone())
                .map(|row| views::account(app, None, row)),
        })
    })
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
