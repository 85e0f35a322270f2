//! Signing in on our pages.

use std::net::IpAddr;

use storage::users::User;

use super::sign_up::resend_confirmation;
use super::{check_may_enter, normal_email};
use crate::oauth::Person;
use crate::passwords::{self, random_token, token_hash};
use crate::{App, Error, Result};

const SESSION_DAYS: i64 = 30;
/// Failures of one account, and of one address, in one window.
const FAILURES: (i64, i64) = (10, 20);
const WINDOW_MINUTES: i64 = 15;

/// Somebody's session in a browser.
#[derive(Clone)]
pub struct Session {
    /// For the cookie; only its hash is stored.
    pub token: String,
    pub person: Person,
}

/// Signs somebody in by e-mail address or user name.
///
/// Unknown people and wrong passwords take as long and sound the same; too many of either are refused
/// for a while, per account and per address.
pub async fn sign_in(app: &App, login: &str, password: &str, from: IpAddr) -> Result<Session> {
    let user = prove(app, login, password, from).await?;
    if user.confirmed_at.is_none() {
        // Who knows the password gets the link once more.
        resend_confirmation(app, &user.email).await?;
    }
    let token = random_token();
    let hash = token_hash(&token);
    let person = app
        .transaction(move |app, conn| {
            let (user, account) = storage::users::find(conn, user.id)?.ok_or(Error::NotFound)?;
            let person = Person { user, account };
            check_may_enter(&person)?;
            let until = app.now() + chrono::Duration::days(SESSION_DAYS);
            storage::sessions::insert(conn, &hash, person.user.id, app.now(), until)?;
            Ok(person)
        })
        .await?;
    Ok(Session { token, person })
}

/// Whether somebody who is signed in knows their password, as what cannot be undone asks for: guesses count as when
/// signing in.
pub async fn prove_again(app: &App, person: &Person, password: &str, from: IpAddr) -> Result<()> {
    prove(app, &person.account.username, password, from)
        .await
        .map(drop)
}

/// Who has that password.
async fn prove(app: &App, login: &str, password: &str, from: IpAddr) -> Result<User> {
    let login = login.trim().replace('\0', "").to_lowercase();
    // Counted before the password is looked at, or many guesses at one moment would all pass.
    let (user, subjects, tired) = app
        .transaction(move |app, conn| {
            let until = app.now() + chrono::Duration::minutes(WINDOW_MINUTES);
            let user = find(conn, &login)?;
            // However they are called: by name or by address.
            let account = match &user {
                Some(user) => format!("user:{}", user.id),
                None => format!("login:{}", token_hash(&login)),
            };
            let subjects = [account, format!("address:{from}")];
            let mut tired = false;
            for (subject, limit) in subjects.iter().zip([FAILURES.0, FAILURES.1]) {
                storage::sessions::count_failure(conn, subject, app.now(), until)?;
                let failures = storage::sessions::failures(conn, subject, app.now())?;
                tired |= failures.is_some_and(|(count, _)| count > limit);
            }
            Ok((user, subjects, tired))
        })
        .await?;
    if tired {
        return Err(Error::TooMany);
    }
    let good = match &user {
        Some(user) => passwords::verify(password.to_owned(), user.password_hash.clone()).await?,
        None => {
            passwords::verify_nobody(password.to_owned()).await?;
            false
        }
    };
    let Some(user) = user.filter(|_| good) else {
        return Err(Error::Invalid(
            "Invalid e-mail address or password.".to_owned(),
        ));
    };
    let [account_subject, address_subject] = subjects;
    app.transaction(move |_, conn| {
        storage::sessions::clear_failures(conn, &account_subject)?;
        Ok(storage::sessions::take_failure_back(
            conn,
            &address_subject,
        )?)
    })
    .await?;
    Ok(user)
}

fn find(conn: &mut storage::DbConnection, login: &str) -> Result<Option<User>> {
    if login.contains('@') {
        return match normal_email(login) {
            Some(email) => Ok(storage::users::with_email(conn, &email)?),
            None => Ok(None),
        };
    }
    match storage::accounts::with_handle_key(conn, login)? {
        Some(account) if account.is_local() => Ok(storage::users::of_account(conn, account.id)?),
        _ => Ok(None),
    }
}

/// Whose session it is, if it lasts and they may still come in.
pub async fn session(app: &App, token: &str) -> Result<Option<Person>> {
    let hash = token_hash(token);
    let found = app
        .read(move |app, conn| {
            let Some(user) = storage::sessions::user_of(conn, &hash, app.now())? else {
                return Ok(None);
            };
            Ok(storage::users::find(conn, user)?)
        })
        .await?;
    Ok(found
        .map(|(user, account)| Person { user, account })
        .filter(|person| check_may_enter(person).is_ok()))
}

/// Ends a session.
pub async fn sign_out(app: &App, token: &str) -> Result<()> {
    let hash = token_hash(token);
    app.transaction(move |_, conn| Ok(storage::sessions::delete(conn, &hash)?))
        .await
}
