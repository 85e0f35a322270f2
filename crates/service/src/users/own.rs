//! What people change of how they sign in: a forgotten password, another one, another address.

use std::net::IpAddr;

use domain::{UserId, household};
use storage::DbConnection;
use storage::sessions::MailPurpose;

use super::{letters, normal_email, prove_again};
use crate::jobs::{Job, enqueue};
use crate::moderation::email_blocks;
use crate::oauth::Person;
use crate::passwords::{self, random_token, token_hash};
use crate::{App, Error, Result, mail};

/// A link to choose a new password is good for so long.
const RESET_HOURS: i64 = 1;
/// So often is one asked for, for one address of mail, and from one place, in an hour.
const RESETS: (i64, i64) = (5, 20);
/// A link to a new address is good for so long.
const ADDRESS_DAYS: i64 = 7;

/// Somebody says that they forgot their password. Whether the address is known is looked up later, by a job, so that
/// nothing here tells it. [`Error::Unavailable`] where no mail is set.
pub async fn ask_for_reset(app: &App, email: &str, from: IpAddr) -> Result<()> {
    if !app.mailer().is_set() {
        return Err(Error::Unavailable("mail is not set up".to_owned()));
    }
    let Some(email) = normal_email(email) else {
        return Err(Error::Invalid("This is no e-mail address.".to_owned()));
    };
    let tired = app
        .transaction(move |app, conn| {
            let mut count = |subject: String| {
                let until = app.now() + chrono::Duration::hours(1);
                storage::sessions::count_failure(conn, &subject, app.now(), until)?;
                let asked = storage::sessions::failures(conn, &subject, app.now())?;
                Ok::<_, Error>(asked.map_or(0, |(count, _)| count))
            };
            let of_address = count(format!("reset:{}", token_hash(&email)))?;
            let tired = count(format!("reset-from:{}", household(from)))? > RESETS.1;
            if !tired && of_address <= RESETS.0 {
                enqueue(app, conn, &Job::SendReset { email })?;
            }
            Ok(tired)
        })
        .await?;
    if tired { Err(Error::TooMany) } else { Ok(()) }
}

/// Sends the link, if somebody has that address. Links sent before are then worthless.
pub(crate) async fn send_reset(app: &App, email: &str) -> Result<()> {
    let email = email.to_owned();
    app.transaction(move |app, conn| {
        let Some(user) = storage::users::with_email(conn, &email)? else {
            return Ok(());
        };
        let Some((user, account)) = storage::users::find(conn, user.id)? else {
            return Ok(());
        };
        if account.deleted_at.is_some() || !app.mailer().is_set() {
            return Ok(());
        }
        let person = Person { user, account };
        let purpose = MailPurpose::PasswordReset;
        storage::sessions::delete_mail_tokens(conn, person.user.id, purpose)?;
        let token = random_token();
        let until = app.now() + chrono::Duration::hours(RESET_HOURS);
        let hash = token_hash(&token);
        storage::sessions::insert_mail_token(conn, &hash, person.user.id, purpose, until)?;
        let link = app
            .addresses()
            .join(&format!("/password/reset?token={token}"));
        let server = &app.settings().title;
        let letter = mail::password_reset(&email, server, &person.account.username, &link);
        enqueue(app, conn, &Job::Mail(letter))
    })
    .await
}

/// Whether a link to choose a new password is still good.
pub async fn is_reset_good(app: &App, token: &str) -> Result<bool> {
    let hash = token_hash(token);
    app.read(move |app, conn| {
        let purpose = MailPurpose::PasswordReset;
        let owner = storage::sessions::owner_of_mail_token(conn, &hash, purpose, app.now())?;
        Ok(owner.is_some())
    })
    .await
}

/// Sets the password of whoever got the link, once; their sessions and tokens end, as in Mastodon. A second factor
/// stays. [`Error::NotFound`] if the link was used or has run out.
pub async fn reset(app: &App, token: &str, password: &str) -> Result<()> {
    check(password)?;
    if !is_reset_good(app, token).await? {
        return Err(Error::NotFound);
    }
    let password_hash = passwords::hash(password.to_owned()).await?;
    let hash = token_hash(token);
    app.transaction(move |app, conn| {
        let purpose = MailPurpose::PasswordReset;
        let user = storage::sessions::take_mail_token(conn, &hash, purpose, app.now())?
            .ok_or(Error::NotFound)?;
        let person = set_password_hash(conn, user, password_hash)?;
        storage::sessions::delete_of_user(conn, user)?;
        storage::applications::revoke_tokens_of_user(conn, user, app.now())?;
        tell_of_new_password(app, conn, &person)
    })
    .await
}

fn check(password: &str) -> Result<()> {
    passwords::check(password).map_err(|weak| Error::Invalid(format!("The password {weak}.")))
}

/// Whoever knows an older link or owes a code for the old password has to begin anew; so does whoever knew that password
/// and wished for another address.
pub(super) fn set_password_hash(
    conn: &mut DbConnection,
    user: UserId,
    hash: String,
) -> Result<Person> {
    let (mut user, account) = storage::users::find(conn, user)?.ok_or(Error::NotFound)?;
    user.password_hash = hash;
    storage::users::set_password_hash(conn, user.id, &user.password_hash)?;
    for purpose in [MailPurpose::PasswordReset, MailPurpose::NewAddress] {
        storage::sessions::delete_mail_tokens(conn, user.id, purpose)?;
    }
    storage::second_factors::delete_pending(conn, user.id)?;
    storage::sessions::clear_failures(conn, &format!("user:{}", user.id))?;
    Ok(Person { user, account })
}

fn tell_of_new_password(app: &App, conn: &mut DbConnection, person: &Person) -> Result<()> {
    if !app.mailer().is_set() {
        return Ok(());
    }
    let server = &app.settings().title;
    let letter = mail::password_changed(&person.user.email, server, &person.account.username);
    enqueue(app, conn, &Job::Mail(letter))
}

/// Changes one's password, if one knows the old one. Sessions other than the one of `session` end; programs stay.
pub async fn change_password(
    app: &App,
    person: &Person,
    old: &str,
    new: &str,
    session: &str,
    from: IpAddr,
) -> Result<()> {
    check(new)?;
    prove_again(app, person, old, from).await?;
    let password_hash = passwords::hash(new.to_owned()).await?;
    let (user, here) = (person.user.id, token_hash(session));
    app.transaction(move |app, conn| {
        let person = set_password_hash(conn, user, password_hash)?;
        storage::sessions::delete_others(conn, &here, user)?;
        tell_of_new_password(app, conn, &person)
    })
    .await
}

/// What became of a wish for another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewAddress {
    Set,
    /// A letter with a link went there.
    Asked,
}

/// Changes one's e-mail address, if one knows the password: at once where no mail is set, else when the link in a
/// letter to the new address was followed.
pub async fn change_email(
    app: &App,
    person: &Person,
    password: &str,
    email: &str,
    from: IpAddr,
) -> Result<NewAddress> {
    let email = normal_email(email)
        .ok_or_else(|| Error::Invalid("This is no e-mail address.".to_owned()))?;
    prove_again(app, person, password, from).await?;
    let (user, name) = (person.user.id, person.account.username.clone());
    app.transaction(move |app, conn| {
        check_is_free(conn, &email)?;
        if !app.mailer().is_set() {
            set_email(conn, user, email)?;
            return Ok(NewAddress::Set);
        }
        let wishes = format!("new-address:{user}");
        if !letters::may_go(app, conn, &wishes)? || !letters::may_go_to(app, conn, &email)? {
            return Err(Error::TooMany);
        }
        storage::sessions::delete_mail_tokens(conn, user, MailPurpose::NewAddress)?;
        let token = random_token();
        let until = app.now() + chrono::Duration::days(ADDRESS_DAYS);
        storage::sessions::insert_address_token(conn, &token_hash(&token), user, &email, until)?;
        let link = app
            .addresses()
            .join(&format!("/confirm/address?token={token}"));
        let letter = mail::new_address(&email, &app.settings().title, &name, &link);
        enqueue(app, conn, &Job::Mail(letter))?;
        Ok(NewAddress::Asked)
    })
    .await
}

fn check_is_free(conn: &mut DbConnection, email: &str) -> Result<()> {
    if storage::users::with_email(conn, email)?.is_some() || email_blocks::is_blocked(conn, email)?
    {
        return Err(Error::Invalid(
            "This address cannot be used here, or somebody uses it already.".to_owned(),
        ));
    }
    Ok(())
}

/// Answers the address so far. Links to a new password that were sent there are then worthless.
fn set_email(conn: &mut DbConnection, user: UserId, email: String) -> Result<(String, Person)> {
    let (mut user, account) = storage::users::find(conn, user)?.ok_or(Error::NotFound)?;
    let old = std::mem::replace(&mut user.email, email);
    storage::users::set_email(conn, user.id, &user.email)?;
    storage::sessions::delete_mail_tokens(conn, user.id, MailPurpose::PasswordReset)?;
    Ok((old, Person { user, account }))
}

/// Somebody followed the link to their new address; the old one is told. [`Error::NotFound`] if the link was used or
/// has run out, `Invalid` if somebody else took the address meanwhile.
pub async fn confirm_new_address(app: &App, token: &str) -> Result<()> {
    let hash = token_hash(token);
    app.transaction(move |app, conn| {
        let (user, email) = storage::sessions::take_address_token(conn, &hash, app.now())?
            .ok_or(Error::NotFound)?;
        check_is_free(conn, &email)?;
        let (old, person) = set_email(conn, user, email)?;
        if app.mailer().is_set() {
            let (server, name) = (&app.settings().title, &person.account.username);
            let letter = mail::address_changed(&old, server, name, &person.user.email);
            enqueue(app, conn, &Job::Mail(letter))?;
        }
        Ok(())
    })
    .await
}
