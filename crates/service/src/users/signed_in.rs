//! Where somebody is signed in, and what may use their account.

use std::collections::BTreeMap;

use domain::{ApplicationId, Scopes, Time};

use crate::oauth::Person;
use crate::passwords::token_hash;
use crate::{App, Error, Result};

/// Tokens that are looked through; far more than anybody has.
const TOKENS: i64 = 1_000;

/// Somebody's session in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// What it is ended by. Nobody can sign in with it.
    pub id: String,
    /// Such as `Firefox, Linux`; empty where it was not said.
    pub browser: String,
    pub since: Time,
    /// To a day.
    pub used: Time,
    pub is_this: bool,
}

/// A client program that somebody let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizedApplication {
    pub id: ApplicationId,
    pub name: String,
    pub website: Option<String>,
    pub scopes: Scopes,
    /// When it was let in first, of what still holds.
    pub since: Time,
    /// To a day; none: not since this is noted.
    pub used: Option<Time>,
}

/// A person's sessions and the programs they let in, the newest first.
pub async fn signed_in(
    app: &App,
    person: &Person,
    token: &str,
) -> Result<(Vec<OpenSession>, Vec<AuthorizedApplication>)> {
    let (user, here) = (person.user.id, token_hash(token));
    app.read(move |app, conn| {
        let sessions = storage::sessions::of_user(conn, user, app.now())?
            .into_iter()
            .map(|row| OpenSession {
                is_this: row.token_hash == here,
                used: row.used_at.unwrap_or(row.created_at),
                id: row.token_hash,
                browser: row.browser,
                since: row.created_at,
            })
            .collect();
        let mut applications: BTreeMap<i64, AuthorizedApplication> = BTreeMap::new();
        for (token, application) in storage::applications::tokens_of_user(conn, user, TOKENS)? {
            let scopes: Scopes = token
                .scopes
                .parse()
                .map_err(|_| Error::Internal("a stored token has unknown scopes".to_owned()))?;
            let line =
                applications
                    .entry(application.id.0)
                    .or_insert_with(|| AuthorizedApplication {
                        id: application.id,
                        name: application.name,
                        website: application.website,
                        scopes,
                        since: token.created_at,
                        used: token.used_at,
                    });
            line.scopes = line.scopes.union(scopes);
            line.since = line.since.min(token.created_at);
            line.used = line.used.max(token.used_at);
        }
        Ok((sessions, applications.into_values().rev().collect()))
    })
    .await
}

/// Ends one of a person's own sessions.
pub async fn end_session(app: &App, person: &Person, id: &str) -> Result<()> {
    let (user, id) = (person.user.id, id.replace('\0', ""));
    app.transaction(move |_, conn| {
        if storage::sessions::delete_own(conn, &id, user)? {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    })
    .await
}

/// Ends all sessions of a person but the one of `token`.
pub async fn end_other_sessions(app: &App, person: &Person, token: &str) -> Result<()> {
    let (user, here) = (person.user.id, token_hash(token));
    app.transaction(move |_, conn| {
        storage::second_factors::delete_pending(conn, user)?;
        Ok(storage::sessions::delete_others(conn, &here, user)?)
    })
    .await
}

/// Takes back what a person let a program do. Its streams end with the next event, its pushed messages at once.
pub async fn revoke_application(
    app: &App,
    person: &Person,
    application: ApplicationId,
) -> Result<()> {
    let user = person.user.id;
    app.transaction(move |app, conn| {
        let revoked = storage::applications::revoke_tokens_of_application(
            conn,
            user,
            application,
            app.now(),
        )?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        Ok(())
    })
    .await
}
