//! Signing up.

use std::net::IpAddr;

use chrono::{Months, NaiveDate};
use domain::{ApplicationId, IpSeverity, Role, Scopes, UserId};
use storage::DbConnection;
use storage::sessions::MailPurpose;

use super::{NewPerson, RESERVED, insert, invites, letters, normal_email};
use crate::error::{Mistake, invalid};
use crate::jobs::{Job, enqueue};
use crate::moderation::{email_blocks, ip_blocks};
use crate::notify::{About, notify};
use crate::oauth::{IssuedToken, Person, issue};
use crate::passwords::{self, random_token, token_hash};
use crate::{App, Error, RegistrationMode, Result, mail};

/// A link in a mail is good for so long.
const CONFIRMATION_DAYS: i64 = 7;

/// What somebody says who wants an account.
#[derive(Clone, Default)]
pub struct SignUp {
    pub username: String,
    pub email: String,
    pub password: String,
    /// To the rules.
    pub agreement: bool,
    pub locale: String,
    pub reason: Option<String>,
    pub invite: Option<String>,
    /// Such as 1987-06-05. Looked at where there is a minimum age, and never stored.
    pub date_of_birth: Option<String>,
    /// Where they are.
    pub from: Option<IpAddr>,
}

/// What is still missing before somebody can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ready,
    Unconfirmed,
    Unapproved,
}

/// Somebody who signed up.
#[derive(Debug, Clone)]
pub struct SignedUp {
    pub person: Person,
    pub state: State,
}

/// Makes an account for whoever asks, as far as the server's registration mode lets them.
pub async fn sign_up(app: &App, form: SignUp) -> Result<SignedUp> {
    let new = prepare(app, form).await?;
    let person = app
        .transaction(move |app, conn| store(app, conn, new))
        .await?;
    Ok(SignedUp {
        state: state(&person),
        person,
    })
}

/// As [`sign_up`], for an app that goes on with the token at once.
pub async fn sign_up_with_token(
    app: &App,
    application: ApplicationId,
    scopes: Scopes,
    form: SignUp,
) -> Result<IssuedToken> {
    let new = prepare(app, form).await?;
    app.transaction(move |app, conn| {
        let person = store(app, conn, new)?;
        issue(app, conn, application, Some(person.user.id), scopes)
    })
    .await
}

fn state(person: &Person) -> State {
    match (person.user.confirmed_at, person.user.approved_at) {
        (None, _) => State::Unconfirmed,
        (_, None) => State::Unapproved,
        _ => State::Ready,
    }
}

/// A form that was found good, its password hashed.
struct Prepared {
    form: SignUp,
    email: String,
    password_hash: String,
}

async fn prepare(app: &App, form: SignUp) -> Result<Prepared> {
    let registrations = app.settings().registrations;
    if registrations.mode == RegistrationMode::Closed {
        return Err(closed());
    }
    let mut mistakes = Vec::new();
    let mut mistake = |field, code, text: &str| {
        mistakes.push(Mistake {
            field,
            code,
            text: text.to_owned(),
        });
    };
    let lower = form.username.to_lowercase();
    if form.username.is_empty() {
        mistake("username", "ERR_BLANK", "can't be blank");
    } else if !domain::handle::is_local_username(&form.username) {
        mistake(
            "username",
            "ERR_INVALID",
            "must contain only letters, numbers and underscores, at most 30",
        );
    } else if RESERVED.contains(&lower.as_str()) {
        mistake("username", "ERR_RESERVED", "is reserved");
    }
    let email = normal_email(&form.email);
    if form.email.trim().is_empty() {
        mistake("email", "ERR_BLANK", "can't be blank");
    } else if email.is_none() {
        mistake("email", "ERR_INVALID", "is invalid");
    }
    if form.password.is_empty() {
        mistake("password", "ERR_BLANK", "can't be blank");
    } else if let Err(weak) = passwords::check(&form.password) {
        mistake("password", "ERR_TOO_SHORT", &weak.to_string());
    }
    if !form.agreement {
        mistake("agreement", "ERR_ACCEPTED", "must be accepted");
    }
    if let Some(years) = registrations.minimum_age {
        let born = form.date_of_birth.as_deref().map_or("", str::trim);
        if let Err((code, text)) = check_age(born, years, app.now().date()) {
            mistake("date_of_birth", code, text);
        }
    }
    let reason = form.reason.as_deref().map(str::trim).unwrap_or_default();
    let invited = form
        .invite
        .as_deref()
        .is_some_and(|code| !code.trim().is_empty());
    // An invitation stands for the approval, and so for its reason.
    let needs_reason = registrations.mode == RegistrationMode::Approval
        && registrations.reason_required
        && !invited;
    if needs_reason && reason.is_empty() {
        mistake("reason", "ERR_BLANK", "can't be blank");
    }
    if reason.chars().count() > 2_000 {
        mistake("reason", "ERR_TOO_LONG", "is too long");
    }
    if registrations.mode == RegistrationMode::Invite && !invited {
        mistake("invite", "ERR_BLANK", "can't be blank");
    }
    let (Some(email), true) = (email, mistakes.is_empty()) else {
        return Err(validation(mistakes));
    };
    let password_hash = passwords::hash(form.password.clone()).await?;
    Ok(Prepared {
        form,
        email,
        password_hash,
    })
}

/// Whether somebody born then is old enough today: if not, why, in Mastodon's words.
fn check_age(
    born: &str,
    years: u32,
    today: NaiveDate,
) -> std::result::Result<(), (&'static str, &'static str)> {
    if born.is_empty() {
        return Err(("ERR_BLANK", "can't be blank"));
    }
    let Ok(born) = NaiveDate::parse_from_str(born, "%Y-%m-%d") else {
        return Err(("ERR_INVALID", "is invalid"));
    };
    let birthday = born.checked_add_months(Months::new(years.saturating_mul(12)));
    if birthday.is_some_and(|day| day <= today) {
        Ok(())
    } else {
        Err(("ERR_BELOW_LIMIT", "is below the age limit"))
    }
}

pub(super) fn closed() -> Error {
    Error::Forbidden("This server does not take new sign-ups at the moment".to_owned())
}

fn validation(details: Vec<Mistake>) -> Error {
    let sentence = |mistake: &Mistake| format!("{} {}", label(mistake.field), mistake.text);
    let message = format!(
        "Validation failed: {}",
        details.iter().map(sentence).collect::<Vec<_>>().join(", ")
    );
    Error::Validation { message, details }
}

/// `date_of_birth` as people read it.
fn label(field: &str) -> String {
    let mut letters = field.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect::<String>().replace('_', " ")
}

fn store(app: &App, conn: &mut DbConnection, new: Prepared) -> Result<Person> {
    let Prepared {
        form,
        email,
        password_hash,
    } = new;
    let network = match form.from {
        Some(address) => ip_blocks::about(conn, address, app.now())?,
        None => None,
    };
    if network >= Some(IpSeverity::SignUpBlock) {
        return Err(closed());
    }
    if email_blocks::is_blocked(conn, &email)? {
        return Err(validation(vec![Mistake {
            field: "email",
            code: "ERR_BLOCKED",
            text: "cannot be used here".to_owned(),
        }]));
    }
    let taken = |field| Mistake {
        field,
        code: "ERR_TAKEN",
        text: "has already been taken".to_owned(),
    };
    let mut mistakes = Vec::new();
    if storage::accounts::with_handle_key(conn, &form.username.to_lowercase())?.is_some() {
        mistakes.push(taken("username"));
    }
    if storage::users::with_email(conn, &email)?.is_some() {
        mistakes.push(taken("email"));
    }
    if !mistakes.is_empty() {
        return Err(validation(mistakes));
    }
    let registrations = app.settings().registrations;
    let invite_id = match form.invite.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(code) => {
            // Whoever brings a code counts on it, whatever the mode.
            let used = invites::use_once(app, conn, &code.replace('\0', ""))?;
            Some(used.ok_or_else(unusable_invite)?)
        }
    };
    let needs_approval = (registrations.mode == RegistrationMode::Approval || network.is_some())
        && invite_id.is_none();
    let needs_confirmation = registrations.confirm_email && app.mailer().is_set();
    let now = app.now();
    let person = insert(
        app,
        conn,
        NewPerson {
            username: form.username,
            email,
            password_hash,
            role: Role::User,
            locale: locale(&form.locale),
            reason: form.reason.unwrap_or_default().replace('\0', ""),
            invite_id,
            confirmed_at: (!needs_confirmation).then_some(now),
            approved_at: (!needs_approval).then_some(now),
        },
    )?;
    if needs_confirmation {
        send_confirmation(app, conn, &person)?;
    } else {
        tell_moderators(app, conn, &person)?;
    }
    Ok(person)
}

fn unusable_invite() -> Error {
    validation(vec![Mistake {
        field: "invite",
        code: "ERR_INVALID",
        text: "is not valid, was used up or has run out".to_owned(),
    }])
}

/// A code such as `en` or `pt-BR`; `en` for what is none.
fn locale(asked: &str) -> String {
    let good = (2..=12).contains(&asked.len())
        && asked
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if good {
        asked.to_owned()
    } else {
        "en".to_owned()
    }
}

pub(super) fn send_confirmation(app: &App, conn: &mut DbConnection, person: &Person) -> Result<()> {
    let token = random_token();
    let until = app.now() + chrono::Duration::days(CONFIRMATION_DAYS);
    storage::sessions::insert_mail_token(
        conn,
        &token_hash(&token),
        person.user.id,
        MailPurpose::Confirmation,
        until,
    )?;
    let link = app.addresses().join(&format!("/confirm?token={token}"));
    let message = mail::confirmation(
        &person.user.email,
        &app.settings().title,
        &person.account.username,
        &link,
    );
    enqueue(app, conn, &Job::Mail(message))
}

/// Tells moderators of somebody who signed up, as Mastodon does; where their yes is needed, by letter too.
pub(super) fn tell_moderators(app: &App, conn: &mut DbConnection, person: &Person) -> Result<()> {
    let by_letter = person.user.approved_at.is_none() && app.mailer().is_set();
    for moderator in storage::users::moderators(conn)? {
        notify(
            app,
            conn,
            moderator,
            person.account.id,
            domain::NotificationKind::SignUp,
            About::Nothing,
        )?;
        if by_letter && let Some(user) = storage::users::of_account(conn, moderator)? {
            let name = &person.account.username;
            let message = mail::awaiting_approval(
                &user.email,
                &app.settings().title,
                name,
                &person.user.reason,
            );
            enqueue(app, conn, &Job::Mail(message))?;
        }
    }
    Ok(())
}

/// Somebody followed the link in the mail. [`Error::NotFound`] if it was used or has run out.
pub async fn confirm(app: &App, token: &str) -> Result<()> {
    let hash = token_hash(token);
    app.transaction(move |app, conn| {
        let user: UserId =
            storage::sessions::take_mail_token(conn, &hash, MailPurpose::Confirmation, app.now())?
                .ok_or(Error::NotFound)?;
        let (user, account) = storage::users::find(conn, user)?.ok_or(Error::NotFound)?;
        if user.confirmed_at.is_none() {
            storage::users::set_confirmed(conn, user.id, app.now())?;
            tell_moderators(app, conn, &Person { user, account })?;
        }
        Ok(())
    })
    .await
}

/// Sends the link once more.
pub(super) async fn resend_confirmation(app: &App, email: &str) -> Result<()> {
    let Some(email) = normal_email(email) else {
        return Ok(());
    };
    app.transaction(move |app, conn| {
        let Some(user) = storage::users::with_email(conn, &email)? else {
            return Ok(());
        };
        let Some((user, account)) = storage::users::find(conn, user.id)? else {
            return Ok(());
        };
        let is_owed = user.confirmed_at.is_none() && app.mailer().is_set();
        if is_owed && letters::may_go_to(app, conn, &user.email)? {
            send_confirmation(app, conn, &Person { user, account })?;
        }
        Ok(())
    })
    .await
}

/// Sends a newcomer the link once more, to another address if they name one. Links sent before are then worthless:
/// they would confirm an address that nobody has looked at.
pub async fn ask_again_for_confirmation(
    app: &App,
    person: &Person,
    email: Option<&str>,
) -> Result<()> {
    if person.user.confirmed_at.is_some() {
        return Err(Error::Forbidden(
            "This method is only available while the e-mail is awaiting confirmation".to_owned(),
        ));
    }
    if !app.mailer().is_set() {
        return Err(Error::Unavailable("mail is not set up".to_owned()));
    }
    let email = match email {
        Some(email) => Some(normal_email(email).ok_or_else(|| invalid("Email is invalid"))?),
        None => None,
    };
    let mut person = person.clone();
    app.transaction(move |app, conn| {
        if let Some(email) = email.filter(|email| *email != person.user.email) {
            if storage::users::with_email(conn, &email)?.is_some() {
                return Err(invalid("Email has already been taken"));
            }
            if email_blocks::is_blocked(conn, &email)? {
                return Err(invalid("Email cannot be used here"));
            }
            person.user.email = email;
            storage::users::set_email(conn, person.user.id, &person.user.email)?;
            let purpose = MailPurpose::Confirmation;
            storage::sessions::delete_mail_tokens(conn, person.user.id, purpose)?;
        }
        if !letters::may_go_to(app, conn, &person.user.email)? {
            return Err(Error::TooMany);
        }
        send_confirmation(app, conn, &person)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_old_enough_from_their_birthday_on() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        for (born, code) in [
            ("2010-11-30", None),
            ("1950-02-28", None),
            ("2010-12-01", Some("ERR_BELOW_LIMIT")),
            ("2030-01-01", Some("ERR_BELOW_LIMIT")),
            ("", Some("ERR_BLANK")),
            ("2010-02-30", Some("ERR_INVALID")),
            ("+262142-12-31", Some("ERR_BELOW_LIMIT")),
            ("30.11.2010", Some("ERR_INVALID")),
        ] {
            let checked = check_age(born, 16, today).err().map(|(code, _)| code);
            assert_eq!(checked, code, "{born}");
        }
    }
}
