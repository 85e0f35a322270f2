//! What administrators do about people, from the command line.

use domain::{AccountKind, Role, WarningAction};
use storage::DbConnection;
use storage::accounts::Account;

use super::own::set_password_hash;
use super::sign_up::{send_confirmation, tell_moderators};
use super::{NewPerson, insert, new_account, normal_email};
use crate::error::invalid;
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::moderation::note_command;
use crate::oauth::Person;
use crate::passwords::{self, random_token};
use crate::{App, Error, Result, decisions, mail, networks};

/// Somebody an administrator makes an account for.
#[derive(Clone)]
pub struct NewUser {
    pub username: String,
    pub email: String,
    /// Made up if none is given.
    pub password: Option<String>,
    pub role: Role,
    /// Where mail is set and addresses must be confirmed: whether this one is without a letter.
    pub confirmed: bool,
}

/// Whether an account could be made, as far as it can be told without looking whether the name is taken.
pub fn check_new(new: &NewUser) -> Result<()> {
    check_username(&new.username)?;
    check_email(&new.email)?;
    match &new.password {
        Some(password) => {
            passwords::check(password).map_err(|weak| invalid(format!("Password {weak}")))
        }
        None => Ok(()),
    }
}

/// Makes an account; answers the password too.
pub async fn create(app: &App, new: NewUser) -> Result<(Person, String)> {
    check_new(&new)?;
    let email = check_email(&new.email)?;
    let password = new.password.unwrap_or_else(random_token);
    let password_hash = passwords::hash(password.clone()).await?;
    let person = app
        .transaction(move |app, conn| {
            if storage::accounts::with_handle_key(conn, &new.username.to_lowercase())?.is_some() {
                return Err(invalid("Username has already been taken"));
            }
            if storage::users::with_email(conn, &email)?.is_some() {
                return Err(invalid("E-mail address has already been taken"));
            }
            let now = app.now();
            let confirms = app.settings().registrations.confirm_email && app.mailer().is_set();
            let confirmed = new.confirmed || !confirms;
            let person = insert(
                app,
                conn,
                NewPerson {
                    username: new.username,
                    email,
                    password_hash,
                    role: new.role,
                    locale: "en".to_owned(),
                    reason: String::new(),
                    invite_id: None,
                    confirmed_at: confirmed.then_some(now),
                    approved_at: Some(now),
                },
            )?;
            if !confirmed {
                send_confirmation(app, conn, &person)?;
            }
            Ok(person)
        })
        .await?;
    Ok((person, password))
}

/// Somebody who waits for approval, whoever may sign up here: for trials. Nobody can sign in there.
pub(crate) async fn create_waiting(
    app: &App,
    username: String,
    email: String,
    reason: String,
) -> Result<Person> {
    let password_hash = passwords::hash(random_token()).await?;
    app.transaction(move |app, conn| {
        let new = NewPerson {
            username,
            email,
            password_hash,
            role: Role::User,
            locale: "en".to_owned(),
            reason,
            invite_id: None,
            confirmed_at: Some(app.now()),
            approved_at: None,
        };
        let person = insert(app, conn, new)?;
        tell_moderators(app, conn, &person)?;
        Ok(person)
    })
    .await
}

/// Whether somebody may be called so.
fn check_username(name: &str) -> Result<()> {
    if domain::handle::is_local_username(name) {
        Ok(())
    } else {
        Err(invalid(
            "Username must contain only letters, numbers and underscores, at most 30",
        ))
    }
}

/// An e-mail address as it is stored, if it is one.
fn check_email(email: &str) -> Result<String> {
    normal_email(email).ok_or_else(|| invalid("E-mail address is invalid"))
}

/// All who have an account, by user name.
pub async fn list(app: &App) -> Result<Vec<Person>> {
    app.read(|_, conn| {
        let rows = storage::users::all(conn)?;
        Ok(rows
            .into_iter()
            .map(|(user, account)| Person { user, account })
            .collect())
    })
    .await
}

/// The person of that user name.
pub async fn find(app: &App, username: &str) -> Result<Person> {
    let username = username.to_owned();
    app.read(move |_, conn| named(conn, &username)).await
}

fn named(conn: &mut DbConnection, username: &str) -> Result<Person> {
    let account = storage::accounts::with_handle_key(conn, &username.to_lowercase())?
        .filter(Account::is_local)
        .ok_or(Error::NotFound)?;
    let user = storage::users::of_account(conn, account.id)?.ok_or(Error::NotFound)?;
    Ok(Person { user, account })
}

/// Sets a password, and ends all sessions and tokens of the person.
pub async fn set_password(app: &App, username: &str, password: Option<String>) -> Result<String> {
    let password = password.unwrap_or_else(random_token);
    passwords::check(&password).map_err(|weak| invalid(format!("Password {weak}")))?;
    let hash = passwords::hash(password.clone()).await?;
    let username = username.to_owned();
    app.transaction(move |app, conn| {
        let user = named(conn, &username)?.user.id;
        set_password_hash(conn, user, hash)?;
        storage::sessions::delete_of_user(conn, user)?;
        Ok(storage::applications::revoke_tokens_of_user(
            conn,
            user,
            app.now(),
        )?)
    })
    .await?;
    Ok(password)
}

/// Sets what somebody may do for others.
pub async fn set_role(app: &App, username: &str, role: Role) -> Result<()> {
    let username = username.to_owned();
    app.transaction(move |app, conn| {
        let person = named(conn, &username)?;
        storage::users::set_role(conn, person.user.id, role)?;
        noted(app, conn, &person, &format!("make {}", role.name()))
    })
    .await
}

/// Notes what is done about somebody on the command line.
fn noted(app: &App, conn: &mut DbConnection, person: &Person, action: &str) -> Result<()> {
    note_command(app, conn, action, format!("@{}", person.account.username))
}

/// Lets somebody in who waits for it, and tells them where mail is set.
pub async fn approve(app: &App, username: &str) -> Result<()> {
    let username = username.to_owned();
    app.transaction(move |app, conn| {
        let person = named(conn, &username)?;
        if person.user.approved_at.is_some() {
            return Ok(());
        }
        noted(app, conn, &person, "approve")?;
        let_in(app, conn, person)
    })
    .await
}

pub(crate) fn let_in(app: &App, conn: &mut DbConnection, waiting: Person) -> Result<()> {
    let Person { user, account } = waiting;
    storage::users::set_approved(conn, user.id, app.now())?;
    if app.mailer().is_set() {
        let link = app.addresses().join("/sign-in");
        let message = mail::approved(&user.email, &app.settings().title, &account.username, &link);
        enqueue(app, conn, &Job::Mail(message))?;
    }
    Ok(())
}

/// Takes somebody's e-mail address for confirmed.
pub async fn confirm_by_hand(app: &App, username: &str) -> Result<()> {
    let username = username.to_owned();
    app.transaction(move |app, conn| {
        let user = named(conn, &username)?.user;
        if user.confirmed_at.is_some() {
            return Ok(());
        }
        Ok(storage::users::set_confirmed(conn, user.id, app.now())?)
    })
    .await
}

/// Suspends somebody, which hides all they wrote and ends their sessions, or a network; or lifts it.
pub async fn suspend(app: &App, username: &str, suspended: bool) -> Result<()> {
    let username = username.to_owned();
    app.transaction(move |app, conn| {
        let key = username.to_lowercase();
        let account = storage::accounts::with_handle_key(conn, &key)?.filter(Account::is_local);
        let account = account.filter(|account| account.deleted_at.is_none());
        if let Some(account) = account
            && storage::networks::find(conn, account.id)?.is_some()
        {
            return networks::set_suspended(app, conn, account.id, suspended);
        }
        let person = named(conn, &username)?;
        set_suspended(app, conn, &person, suspended)?;
        if !suspended {
            return noted(app, conn, &person, "lift suspend");
        }
        if person.account.suspended_at.is_none() {
            // They can read it, and disagree.
            let (action, because) = (WarningAction::Suspend, Vec::new());
            decisions::note(app, conn, person.id(), action, String::new(), because)?;
        }
        noted(app, conn, &person, "suspend")
    })
    .await
}

pub(crate) fn set_suspended(
    app: &App,
    conn: &mut DbConnection,
    person: &Person,
    suspended: bool,
) -> Result<()> {
    let now = app.now();
    let account = person.id();
    storage::accounts::set_suspended(conn, account, suspended.then_some(now), now)?;
    if suspended {
        storage::sessions::delete_of_user(conn, person.user.id)?;
    }
    federate(app, conn, Outgoing::UpdateProfile { account })
}

/// Makes the actor of the server itself, if it is not there yet.
pub async fn ensure_instance_actor(app: &App) -> Result<Account> {
    let made = app
        .transaction(|app, conn| {
            let uri = app.addresses().instance_actor();
            if let Some(account) = storage::accounts::with_uri(conn, &uri)? {
                return Ok(account);
            }
            let mut account =
                new_account(app, app.settings().host.as_str(), AccountKind::Application);
            account.inbox_uri = format!("{uri}/inbox");
            account.outbox_uri = format!("{uri}/outbox");
            account.followers_uri = format!("{uri}/followers");
            account.following_uri = format!("{uri}/following");
            account.featured_uri = None;
            account.url = app.addresses().join("/about");
            account.locked = true;
            account.uri = uri;
            storage::accounts::insert(conn, account.clone())?;
            Ok(account)
        })
        .await;
    match made {
        // Another process was quicker.
        Err(Error::Conflict(_)) => instance_actor(app).await,
        other => other,
    }
}

/// The actor of the server itself.
pub async fn instance_actor(app: &App) -> Result<Account> {
    app.read(|app, conn| {
        let uri = app.addresses().instance_actor();
        storage::accounts::with_uri(conn, &uri)?.ok_or(Error::NotFound)
    })
    .await
}
