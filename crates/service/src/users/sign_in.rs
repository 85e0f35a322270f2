//! Signing in on our pages.

use std::net::IpAddr;

use domain::{UserId, household};
use storage::DbConnection;
use storage::users::User;

use super::sign_up::resend_confirmation;
use super::{check_may_sign_in, normal_email, second_factor};
use crate::oauth::Person;
use crate::passwords::{self, random_token, token_hash};
use crate::{App, Error, Result};

const SESSION_DAYS: i64 = 30;
/// Failures of one account, and of one address, in one window.
const FAILURES: (i64, i64) = (10, 20);
const WINDOW_MINUTES: i64 = 15;

/// For so long a right password waits for its code.
const CODE_MINUTES: i64 = 10;

/// Somebody's session in a browser.
#[derive(Clone)]
pub struct Session {
    /// For the cookie; only its hash is stored.
    pub token: String,
    pub person: Person,
}

/// What a right password leads to.
#[derive(Clone)]
pub enum Entry {
    Open(Box<Session>),
    /// Their phone's code or a passkey is asked for: `token` stands for the password for ten minutes.
    CodeOwed {
        token: String,
    },
}

/// Signs somebody in by e-mail address or user name; `browser` is shown to them among their sessions.
///
/// Unknown people and wrong passwords take as long and sound the same; too many of either are refused
/// for a while, per account and per address.
pub async fn sign_in(
    app: &App,
    login: &str,
    password: &str,
    from: IpAddr,
    browser: &str,
) -> Result<Entry> {
    let user = prove(app, login, password, from).await?;
    if user.confirmed_at.is_none() {
        // Who knows the password gets the link once more.
        resend_confirmation(app, &user.email).await?;
    }
    let browser = browser.to_owned();
    app.transaction(move |app, conn| {
        let person = who_may_sign_in(conn, user.id)?;
        if second_factor::is_on(conn, user.id)? {
            let token = random_token();
            let until = app.now() + chrono::Duration::minutes(CODE_MINUTES);
            storage::second_factors::insert_pending(conn, &token_hash(&token), user.id, until)?;
            return Ok(Entry::CodeOwed { token });
        }
        open(app, conn, person, browser)
            .map(Box::new)
            .map(Entry::Open)
    })
    .await
}

/// Signs in who owed a code. [`Error::NotFound`] if it is too late; wrong codes count like wrong passwords.
pub async fn sign_in_with_code(
    app: &App,
    token: &str,
    code: &str,
    from: IpAddr,
    browser: &str,
) -> Result<Session> {
    let user = whose_password(app, token).await?;
    let (code, browser) = (code.to_owned(), browser.to_owned());
    let opened = prove_with(app, Subjects::code(user, from), move |app, conn| {
        if !second_factor::answer(app, conn, user, &code)? {
            return Ok(None);
        }
        storage::second_factors::delete_pending(conn, user)?;
        let person = who_may_sign_in(conn, user)?;
        open(app, conn, person, browser).map(Some)
    });
    opened
        .await?
        .ok_or_else(|| Error::Invalid("This code is not right, or was used already.".to_owned()))
}

/// Who owes something after the password. [`Error::NotFound`] if it is too late.
pub(super) async fn whose_password(app: &App, token: &str) -> Result<UserId> {
    let hash = token_hash(token);
    app.read(move |app, conn| {
        let found = storage::second_factors::pending(conn, &hash, app.now())?;
        found.ok_or(Error::NotFound)
    })
    .await
}

/// By what somebody can answer whose password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub phone: bool,
    pub passkey: bool,
}

/// What is owed after the password. [`Error::NotFound`] if it is too late.
pub async fn owed(app: &App, token: &str) -> Result<Owed> {
    let user = whose_password(app, token).await?;
    app.read(move |_, conn| {
        Ok(Owed {
            phone: second_factor::has_phone(conn, user)?,
            passkey: storage::passkeys::count(conn, user)? > 0,
        })
    })
    .await
}

pub(super) fn who_may_sign_in(conn: &mut DbConnection, user: UserId) -> Result<Person> {
    let (user, account) = storage::users::find(conn, user)?.ok_or(Error::NotFound)?;
    let person = Person { user, account };
    check_may_sign_in(&person)?;
    Ok(person)
}

pub(super) fn open(
    app: &App,
    conn: &mut DbConnection,
    person: Person,
    browser: String,
) -> Result<Session> {
    let token = random_token();
    let row = storage::sessions::Session {
        token_hash: token_hash(&token),
        user_id: person.user.id,
        created_at: app.now(),
        expires_at: app.now() + chrono::Duration::days(SESSION_DAYS),
        used_at: Some(app.now()),
        browser,
    };
    storage::sessions::insert(conn, row)?;
    Ok(Session { token, person })
}

/// Whether somebody who is signed in knows their password, as what cannot be undone asks for: guesses count as when
/// signing in.
pub async fn prove_again(app: &App, person: &Person, password: &str, from: IpAddr) -> Result<()> {
    prove(app, &person.account.username, password, from)
        .await
        .map(drop)
}

/// What failures are counted for: whose account, and where from.
pub(super) struct Subjects([String; 2]);

/// Where failures come from.
fn place(from: IpAddr) -> String {
    format!("address:{}", household(from))
}

impl Subjects {
    pub(super) fn code(user: UserId, from: IpAddr) -> Self {
        Self([format!("code:{user}"), place(from)])
    }

    /// Of somebody who does not say who they are before they have answered.
    pub(super) fn passkey(credential_id: &str, from: IpAddr) -> Self {
        let hash = token_hash(credential_id);
        Self([format!("passkey:{hash}"), place(from)])
    }

    /// One failure more, until it is known that it was none: true if it is one too many.
    fn count(&self, app: &App, conn: &mut DbConnection) -> Result<bool> {
        let until = app.now() + chrono::Duration::minutes(WINDOW_MINUTES);
        let mut tired = false;
        for (subject, limit) in self.0.iter().zip([FAILURES.0, FAILURES.1]) {
            storage::sessions::count_failure(conn, subject, app.now(), until)?;
            let failures = storage::sessions::failures(conn, subject, app.now())?;
            tired |= failures.is_some_and(|(count, _)| count > limit);
        }
        Ok(tired)
    }

    fn forget(&self, conn: &mut DbConnection) -> Result<()> {
        let [account, address] = &self.0;
        storage::sessions::clear_failures(conn, account)?;
        Ok(storage::sessions::take_failure_back(conn, address)?)
    }
}

/// Does what a code opens, if it is right; a wrong one (`None`) counts as a failure.
pub(super) async fn prove_with<T: Send + 'static>(
    app: &App,
    subjects: Subjects,
    work: impl FnOnce(&App, &mut DbConnection) -> Result<Option<T>> + Send + 'static,
) -> Result<Option<T>> {
    // Counted before the code is looked at, or many guesses at one moment would all pass.
    let (subjects, tired) = app
        .transaction(move |app, conn| {
            let tired = subjects.count(app, conn)?;
            Ok((subjects, tired))
        })
        .await?;
    if tired {
        return Err(Error::TooMany);
    }
    app.transaction(move |app, conn| {
        let done = work(app, conn)?;
        if done.is_some() {
            subjects.forget(conn)?;
        }
        Ok(done)
    })
    .await
}

/// Who has that password.
async fn prove(app: &App, login: &str, password: &str, from: IpAddr) -> Result<User> {
    let login = login.trim().replace('\0', "").to_lowercase();
    // Counted before the password is looked at, or many guesses at one moment would all pass.
    let (user, subjects, tired) = app
        .transaction(move |app, conn| {
            let user = find(conn, &login)?;
            // However they are called: by name or by address.
            let account = match &user {
                Some(user) => format!("user:{}", user.id),
                None => format!("login:{}", token_hash(&login)),
            };
            let subjects = Subjects([account, place(from)]);
            let tired = subjects.count(app, conn)?;
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
    app.transaction(move |_, conn| subjects.forget(conn))
        .await?;
    Ok(user)
}

fn find(conn: &mut DbConnection, login: &str) -> Result<Option<User>> {
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

/// Whose session it is, if it lasts and they may still sign in; they may be barred.
pub async fn session(app: &App, token: &str) -> Result<Option<Person>> {
    let hash = token_hash(token);
    let found = app
        .read(move |app, conn| {
            let Some(session) = storage::sessions::find(conn, &hash, app.now())? else {
                return Ok(None);
            };
            let person = storage::users::find(conn, session.user_id)?;
            Ok(person.map(|person| (person, session)))
        })
        .await?;
    let Some(((user, account), session)) = found else {
        return Ok(None);
    };
    let person = Person { user, account };
    if check_may_sign_in(&person).is_err() {
        return Ok(None);
    }
    note_used(app, session).await;
    Ok(Some(person))
}

/// Reading goes on where this cannot be written.
async fn note_used(app: &App, session: storage::sessions::Session) {
    let now = app.now();
    let since = session.used_at.unwrap_or(session.created_at);
    if now - since < chrono::Duration::days(1) {
        return;
    }
    let noted = app
        .transaction(move |_, conn| Ok(storage::sessions::used(conn, &session.token_hash, now)?))
        .await;
    if let Err(error) = noted {
        tracing::debug!(%error, "it was not noted that a session was used");
    }
}

/// Ends a session.
pub async fn sign_out(app: &App, token: &str) -> Result<()> {
    let hash = token_hash(token);
    app.transaction(move |_, conn| Ok(storage::sessions::delete(conn, &hash)?))
        .await
}
