//! Passkeys: keys that a device keeps for somebody, who signs in with them instead of a password, or after it.
//! <https://www.w3.org/TR/webauthn-3/>
//!
//! The device is asked a question, which waits in the database for its one answer: docs/adr/0170.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Time, UserId, household};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use storage::DbConnection;
use storage::passkeys::{Ceremony, Passkey as Row, Purpose};
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::sign_in::{Session, Subjects, open, prove_with, who_may_sign_in, whose_password};
use super::{prove_again, second_factor};
use crate::error::invalid;
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::passwords::{random_token, token_hash};
use crate::{App, Error, Result, mail};

/// Passkeys of one person.
const MOST: i64 = 20;
/// Characters of what somebody calls one.
const NAME: usize = 50;
/// Characters of what a device calls one: base64url of 1,023 bytes (WebAuthn, section 7.1).
const CREDENTIAL_ID: usize = 1_364;
/// For so long a device may take to answer.
const MINUTES: i64 = 5;
/// Questions to whoever it is that wait for an answer, of the whole server. Of somebody known there is one of each kind.
const WAITING: i64 = 10_000;
/// Questions from one address in a quarter of an hour: behind one there may be a whole school.
const FROM_ONE_ADDRESS: i64 = 300;

/// One of somebody's passkeys, as they see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: i64,
    pub name: String,
    pub since: Time,
    pub used: Option<Time>,
}

/// A question for a device.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// Goes with the answer; only its hash is stored.
    pub token: String,
    /// What `navigator.credentials` takes, with bytes as base64url.
    pub options: Value,
}

/// A device's answer to a question.
#[derive(Debug, Clone)]
pub struct Answer {
    pub token: String,
    /// JSON, with bytes as base64url.
    pub credential: String,
}

/// Whether browsers offer passkeys for this server: only where it has a name.
#[must_use]
pub fn are_possible(app: &App) -> bool {
    app.settings().public_url.domain().is_some()
}

fn relying_party(app: &App) -> Result<Webauthn> {
    let settings = app.settings();
    let url = &settings.public_url;
    let id = url.domain().ok_or(Error::NotFound)?;
    let minutes = u64::try_from(MINUTES).unwrap_or_default();
    let party = WebauthnBuilder::new(id, url).map_err(|error| broken(&error))?;
    party
        .rp_name(&settings.title)
        .timeout(Duration::from_secs(minutes * 60))
        .build()
        .map_err(|error| broken(&error))
}

fn broken(error: &WebauthnError) -> Error {
    Error::Internal(format!("passkeys: {error:?}"))
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::Internal(format!("passkeys: {error}"))
}

fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| unreadable(&error))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

/// What a device knows somebody by: their number, which says nothing of them.
fn handle(user: UserId) -> Uuid {
    Uuid::from_u64_pair(0, u64::from_be_bytes(user.0.to_be_bytes()))
}

fn id_of(credential: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential)
}

fn refused() -> Error {
    Error::Invalid(
        "This passkey was not accepted, or it took too long. Please try again.".to_owned(),
    )
}

/// Somebody's passkeys, the oldest first.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Known>> {
    let user = person.user.id;
    let known = |row: Row| Known {
        id: row.id,
        name: row.name,
        since: row.created_at,
        used: row.used_at,
    };
    app.read(move |_, conn| {
        let rows = storage::passkeys::of_user(conn, user)?;
        Ok(rows.into_iter().map(known).collect())
    })
    .await
}

/// Puts a question to a device.
fn ask(
    app: &App,
    conn: &mut DbConnection,
    user: Option<UserId>,
    purpose: Purpose,
    state: &impl Serialize,
    options: &impl Serialize,
) -> Result<Question> {
    storage::passkeys::prune(conn, app.now())?;
    if user.is_none() && storage::passkeys::count_open(conn)? >= WAITING {
        return Err(Error::TooMany);
    }
    let token = random_token();
    let ceremony = Ceremony {
        token_hash: token_hash(&token),
        user_id: user,
        purpose,
        state: written(state)?,
        expires_at: app.now() + chrono::Duration::minutes(MINUTES),
    };
    storage::passkeys::begin(conn, ceremony)?;
    let options = serde_json::to_value(options).map_err(|error| unreadable(&error))?;
    Ok(Question { token, options })
}

/// Asks a device to make a passkey; for who knows the password.
pub async fn begin(app: &App, person: &Person, password: &str, from: IpAddr) -> Result<Question> {
    let party = relying_party(app)?;
    prove_again(app, person, password, from).await?;
    let person = person.clone();
    app.transaction(move |app, conn| {
        let user = person.user.id;
        let rows = storage::passkeys::of_user(conn, user)?;
        has_room(i64::try_from(rows.len()).unwrap_or(i64::MAX))?;
        let known = rows.iter().map(|row| -> Result<CredentialID> {
            let passkey: Passkey = read(&row.data)?;
            Ok(passkey.cred_id().clone())
        });
        let known = known.collect::<Result<Vec<_>>>()?;
        let name = &person.account.username;
        let shown = match person.account.display_name.as_str() {
            "" => name.as_str(),
            shown => shown,
        };
        let (mut options, state) = party
            .start_passkey_registration(handle(user), name, shown, Some(known))
            .map_err(|error| broken(&error))?;
        // One that is kept on the device, so that nobody needs to type who they are.
        if let Some(wanted) = options.public_key.authenticator_selection.as_mut() {
            wanted.resident_key = Some(ResidentKeyRequirement::Required);
            wanted.require_resident_key = true;
        }
        ask(app, conn, Some(user), Purpose::Register, &state, &options)
    })
    .await
}

fn has_room(count: i64) -> Result<()> {
    if count < MOST {
        Ok(())
    } else {
        Err(invalid(format!("There are {MOST} passkeys already")))
    }
}

/// Takes a new passkey in. Answers recovery codes, which are shown once, if it is the first thing that is asked for after
/// the password.
pub async fn finish(
    app: &App,
    person: &Person,
    answer: Answer,
    name: &str,
) -> Result<Option<Vec<String>>> {
    let party = relying_party(app)?;
    let name = name.trim().replace('\0', "");
    if name.chars().count() > NAME {
        return Err(invalid(format!(
            "Name is too long (maximum is {NAME} characters)"
        )));
    }
    let name = if name.is_empty() {
        "Passkey".to_owned()
    } else {
        name
    };
    let person = person.clone();
    let done = app.transaction(move |app, conn| {
        let user = person.user.id;
        let Some(made) = made(app, conn, &party, user, &answer)? else {
            // The question is used up all the same.
            return Ok(None);
        };
        let is_first = !second_factor::is_on(conn, user)?;
        has_room(storage::passkeys::count(conn, user)?)?;
        let credential_id = id_of(made.cred_id());
        if credential_id.len() > CREDENTIAL_ID
            || storage::passkeys::with_credential(conn, &credential_id)?.is_some()
        {
            return Ok(None);
        }
        let row = Row {
            id: app.next_id(),
            user_id: user,
            credential_id,
            name,
            data: written(&made)?,
            created_at: app.now(),
            used_at: None,
        };
        storage::passkeys::insert(conn, row.clone())?;
        tell_of(app, conn, &person, &row.name)?;
        if is_first {
            second_factor::new_recovery_codes(conn, user).map(|codes| Some(Some(codes)))
        } else {
            Ok(Some(None))
        }
    });
    done.await?.ok_or_else(refused)
}

/// The passkey that a device made, if it was asked to and did it rightly.
fn made(
    app: &App,
    conn: &mut DbConnection,
    party: &Webauthn,
    user: UserId,
    answer: &Answer,
) -> Result<Option<Passkey>> {
    let Some((asked, state)) = taken(app, conn, answer, Purpose::Register)? else {
        return Ok(None);
    };
    let Ok(credential) = serde_json::from_str::<RegisterPublicKeyCredential>(&answer.credential)
    else {
        return Ok(None);
    };
    if asked != Some(user) {
        return Ok(None);
    }
    let state: PasskeyRegistration = read(&state)?;
    let made = party.finish_passkey_registration(&credential, &state);
    Ok(made
        .inspect_err(|error| tracing::debug!(?error, "a new passkey was refused"))
        .ok())
}

fn taken(
    app: &App,
    conn: &mut DbConnection,
    answer: &Answer,
    purpose: Purpose,
) -> Result<Option<(Option<UserId>, String)>> {
    let hash = token_hash(&answer.token);
    Ok(storage::passkeys::take(conn, &hash, purpose, app.now())?)
}

fn tell_of(app: &App, conn: &mut DbConnection, person: &Person, name: &str) -> Result<()> {
    if !app.mailer().is_set() {
        return Ok(());
    }
    let server = &app.settings().title;
    let letter = mail::passkey_added(&person.user.email, server, &person.account.username, name);
    enqueue(app, conn, &Job::Mail(letter))
}

/// Removes a passkey; for who knows the password.
pub async fn remove(
    app: &App,
    person: &Person,
    id: i64,
    password: &str,
    from: IpAddr,
) -> Result<()> {
    prove_again(app, person, password, from).await?;
    let user = person.user.id;
    app.transaction(move |_, conn| {
        if !storage::passkeys::delete(conn, id, user)? {
            return Err(Error::NotFound);
        }
        second_factor::forget_what_is_not_asked(conn, user)
    })
    .await
}

/// Asks whoever it is for one of their passkeys.
pub async fn ask_anybody(app: &App, from: IpAddr) -> Result<Question> {
    let party = relying_party(app)?;
    app.transaction(move |app, conn| {
        let subject = format!("questions:{}", household(from));
        let until = app.now() + chrono::Duration::minutes(15);
        storage::sessions::count_failure(conn, &subject, app.now(), until)?;
        let asked = storage::sessions::failures(conn, &subject, app.now())?;
        if asked.is_some_and(|(count, _)| count > FROM_ONE_ADDRESS) {
            return Err(Error::TooMany);
        }
        let (mut options, state) = party
            .start_discoverable_authentication()
            .map_err(|error| broken(&error))?;
        // They pressed a button for it.
        options.mediation = None;
        ask(app, conn, None, Purpose::SignIn, &state, &options)
    })
    .await
}

/// Signs in by a passkey alone: the device has made sure that it is they.
pub async fn sign_in(app: &App, answer: Answer, from: IpAddr, browser: &str) -> Result<Session> {
    let party = relying_party(app)?;
    let credential: PublicKeyCredential =
        serde_json::from_str(&answer.credential).map_err(|_| refused())?;
    let credential_id = id_of(credential.get_credential_id());
    let subjects = Subjects::passkey(&credential_id, from);
    let browser = browser.to_owned();
    let opened = prove_with(app, subjects, move |app, conn| {
        let Some((_, state)) = taken(app, conn, &answer, Purpose::SignIn)? else {
            return Ok(None);
        };
        let Some(row) = storage::passkeys::with_credential(conn, &credential_id)? else {
            return Ok(None);
        };
        if !names(&credential, row.user_id, true) {
            return Ok(None);
        }
        let state: DiscoverableAuthentication = read(&state)?;
        let passkey: Passkey = read(&row.data)?;
        let keys = [DiscoverableKey::from(&passkey)];
        let result = party.finish_discoverable_authentication(&credential, state, &keys);
        if !is_accepted(app, conn, &row, passkey, result)? {
            return Ok(None);
        }
        let person = who_may_sign_in(conn, row.user_id)?;
        open(app, conn, person, browser).map(Some)
    });
    opened.await?.ok_or_else(refused)
}

/// Asks somebody whose password was right for one of their passkeys. [`Error::NotFound`] if it is too late or they have none.
pub async fn ask_after_password(app: &App, pending: &str) -> Result<Question> {
    let party = relying_party(app)?;
    let user = whose_password(app, pending).await?;
    app.transaction(move |app, conn| {
        let rows = storage::passkeys::of_user(conn, user)?;
        let passkeys = rows.iter().map(|row| read(&row.data));
        let passkeys = passkeys.collect::<Result<Vec<Passkey>>>()?;
        if passkeys.is_empty() {
            return Err(Error::NotFound);
        }
        let (options, state) = party
            .start_passkey_authentication(&passkeys)
            .map_err(|error| broken(&error))?;
        ask(
            app,
            conn,
            Some(user),
            Purpose::SecondFactor,
            &state,
            &options,
        )
    })
    .await
}

/// Signs in who owed a passkey. [`Error::NotFound`] if it is too late; wrong answers count like wrong codes.
pub async fn sign_in_after_password(
    app: &App,
    pending: &str,
    answer: Answer,
    from: IpAddr,
    browser: &str,
) -> Result<Session> {
    let party = relying_party(app)?;
    let user = whose_password(app, pending).await?;
    let browser = browser.to_owned();
    let opened = prove_with(app, Subjects::code(user, from), move |app, conn| {
        let Some((asked, state)) = taken(app, conn, &answer, Purpose::SecondFactor)? else {
            return Ok(None);
        };
        let Ok(credential) = serde_json::from_str::<PublicKeyCredential>(&answer.credential) else {
            return Ok(None);
        };
        if asked != Some(user) || !names(&credential, user, false) {
            return Ok(None);
        }
        // Looked up anew: it may have been removed since it was asked for.
        let credential_id = id_of(credential.get_credential_id());
        let row = storage::passkeys::with_credential(conn, &credential_id)?;
        let Some(row) = row.filter(|row| row.user_id == user) else {
            return Ok(None);
        };
        let state: PasskeyAuthentication = read(&state)?;
        let result = party.finish_passkey_authentication(&credential, &state);
        let passkey: Passkey = read(&row.data)?;
        if !is_accepted(app, conn, &row, passkey, result)? {
            return Ok(None);
        }
        storage::second_factors::delete_pending(conn, user)?;
        let person = who_may_sign_in(conn, user)?;
        open(app, conn, person, browser).map(Some)
    });
    opened.await?.ok_or_else(refused)
}

/// Whether the device says that it is that person; it may say nothing where the password said so.
fn names(credential: &PublicKeyCredential, user: UserId, must: bool) -> bool {
    match credential.get_user_unique_id() {
        Some(said) => said == handle(user).as_bytes(),
        None => !must,
    }
}

/// Notes how often the passkey was used, if it was used rightly. One whose count goes back may be a copy.
fn is_accepted(
    app: &App,
    conn: &mut DbConnection,
    row: &Row,
    mut passkey: Passkey,
    result: std::result::Result<AuthenticationResult, WebauthnError>,
) -> Result<bool> {
    let result = match result {
        Ok(result) => result,
        Err(WebauthnError::CredentialPossibleCompromise) => {
            tracing::warn!(
                user = row.user_id.0,
                "a passkey was refused: there may be a copy of it"
            );
            return Ok(false);
        }
        Err(error) => {
            tracing::debug!(?error, "a passkey was refused");
            return Ok(false);
        }
    };
    // It was asked with what was known then; another use may have come in between.
    if passkey.update_credential(&result) != Some(true) && result.needs_update() {
        return Ok(false);
    }
    let after = written(&passkey)?;
    Ok(storage::passkeys::used(
        conn,
        row.id,
        &row.data,
        &after,
        app.now(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_knows_each_person_by_another_handle() {
        assert_eq!(handle(UserId(1)), handle(UserId(1)));
        assert_ne!(handle(UserId(1)), handle(UserId(2)));
        assert_eq!(
            handle(UserId(258)).as_bytes(),
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]
        );
    }
}
