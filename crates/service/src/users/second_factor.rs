//! What is asked for after the password: a code of a phone, or a passkey, and the recovery codes that stand for both.

use std::net::IpAddr;

use domain::UserId;
use storage::DbConnection;
use storage::second_factors::SecondFactor;

use super::admin::find;
use super::prove_again;
use super::sign_in::{Subjects, prove_with};
use crate::error::invalid;
use crate::oauth::Person;
use crate::passwords::token_hash;
use crate::{App, Error, Result, totp};

const RECOVERY_CODES: usize = 10;

/// How far somebody is with the codes of a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Off {
        /// None where nothing is asked for after the password; passkeys may be.
        recovery_codes: Option<i64>,
    },
    /// Waits for its first code.
    BeingSetUp(Invitation),
    On {
        recovery_codes: i64,
    },
}

/// What a phone needs to make codes. Shown until the first code, and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Base32.
    pub secret: String,
    /// `otpauth://totp/…`, as phones read it from a picture.
    pub uri: String,
}

fn invitation(app: &App, person: &Person, secret: String) -> Invitation {
    let host = app.settings().host.to_string().replace(':', "%3A");
    let name = &person.account.username;
    let uri = format!("otpauth://totp/{host}:{name}?secret={secret}&issuer={host}");
    Invitation { secret, uri }
}

/// How far it is.
pub async fn standing(app: &App, person: &Person) -> Result<Standing> {
    let user = person.user.id;
    let found = app
        .read(move |_, conn| {
            let left = storage::second_factors::count_recovery_codes(conn, user)?;
            let passkeys = storage::passkeys::count(conn, user)?;
            let factor = storage::second_factors::find(conn, user)?;
            Ok((factor, left, passkeys > 0))
        })
        .await?;
    Ok(match found {
        (None, left, has_passkeys) => Standing::Off {
            recovery_codes: has_passkeys.then_some(left),
        },
        (Some(factor), recovery_codes, _) if factor.confirmed_at.is_some() => {
            Standing::On { recovery_codes }
        }
        (Some(factor), ..) => Standing::BeingSetUp(invitation(app, person, factor.secret)),
    })
}

/// Begins to set one up, in place of another that was begun; for who knows the password.
pub async fn begin(app: &App, person: &Person, password: &str, from: IpAddr) -> Result<()> {
    prove_again(app, person, password, from).await?;
    let user = person.user.id;
    app.transaction(move |app, conn| {
        if has_phone(conn, user)? {
            return Err(invalid("Two-factor authentication is on already"));
        }
        let factor = SecondFactor {
            user_id: user,
            secret: totp::new_secret(),
            confirmed_at: None,
            last_step: 0,
            created_at: app.now(),
        };
        Ok(storage::second_factors::begin(conn, factor)?)
    })
    .await
}

/// Whether something is asked for after the password.
pub(super) fn is_on(conn: &mut DbConnection, user: UserId) -> Result<bool> {
    Ok(has_phone(conn, user)? || storage::passkeys::count(conn, user)? > 0)
}

/// Whether a phone makes codes.
pub(super) fn has_phone(conn: &mut DbConnection, user: UserId) -> Result<bool> {
    let factor = storage::second_factors::find(conn, user)?;
    Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Takes it into use, if the phone makes the right codes. Answers the recovery codes, which are shown once.
pub async fn confirm(app: &App, person: &Person, code: &str, from: IpAddr) -> Result<Vec<String>> {
    let user = person.user.id;
    let code = digits(code);
    prove_with(app, Subjects::code(user, from), move |app, conn| {
        let Some(factor) = storage::second_factors::find(conn, user)? else {
            return Ok(None);
        };
        if factor.confirmed_at.is_some() || !use_code(app, conn, &factor, &code)? {
            return Ok(None);
        }
        if !storage::second_factors::confirm(conn, user, app.now())? {
            return Ok(None);
        }
        new_recovery_codes(conn, user).map(Some)
    })
    .await?
    .ok_or_else(wrong_code)
}

/// New recovery codes in place of the old ones; for who knows the password.
pub async fn renew_recovery_codes(
    app: &App,
    person: &Person,
    password: &str,
    from: IpAddr,
) -> Result<Vec<String>> {
    prove_again(app, person, password, from).await?;
    let user = person.user.id;
    app.transaction(move |_, conn| {
        if is_on(conn, user)? {
            new_recovery_codes(conn, user)
        } else {
            Err(Error::NotFound)
        }
    })
    .await
}

/// Turns the codes of the phone off; for who knows the password. Passkeys stay.
pub async fn turn_off(app: &App, person: &Person, password: &str, from: IpAddr) -> Result<()> {
    prove_again(app, person, password, from).await?;
    let user = person.user.id;
    app.transaction(move |_, conn| {
        storage::second_factors::delete(conn, user)?;
        forget_what_is_not_asked(conn, user)
    })
    .await
}

/// Whoever owes something has to begin anew; without a second factor nothing stands for it.
pub(super) fn forget_what_is_not_asked(conn: &mut DbConnection, user: UserId) -> Result<()> {
    storage::second_factors::delete_pending(conn, user)?;
    if !is_on(conn, user)? {
        storage::second_factors::delete_recovery_codes(conn, user)?;
    }
    Ok(())
}

/// Takes phone, passkeys and codes from somebody who lost them: true if there were any, or a phone was being set up.
pub async fn lift(app: &App, username: &str) -> Result<bool> {
    let user = find(app, username).await?.user.id;
    app.transaction(move |_, conn| {
        let had_passkeys = storage::passkeys::delete_of_user(conn, user)?;
        let had_phone = storage::second_factors::delete(conn, user)?;
        forget_what_is_not_asked(conn, user)?;
        Ok(had_passkeys || had_phone)
    })
    .await
}

fn wrong_code() -> Error {
    Error::Invalid("This code is not right, or was used already.".to_owned())
}

fn digits(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace())
        .take(64)
        .collect()
}

fn use_code(app: &App, conn: &mut DbConnection, factor: &SecondFactor, code: &str) -> Result<bool> {
    match totp::step_of(&factor.secret, code, app.now())? {
        Some(step) => Ok(storage::second_factors::use_step(
            conn,
            factor.user_id,
            step,
        )?),
        None => Ok(false),
    }
}

/// Uses a code of the phone, or a recovery code: whether it was a good one.
pub(super) fn answer(app: &App, conn: &mut DbConnection, user: UserId, code: &str) -> Result<bool> {
    let code = digits(code);
    if code.len() == 6 {
        let factor = storage::second_factors::find(conn, user)?;
        return match factor.filter(|factor| factor.confirmed_at.is_some()) {
            Some(factor) => use_code(app, conn, &factor, &code),
            None => Ok(false),
        };
    }
    if !is_on(conn, user)? {
        return Ok(false);
    }
    let hash = token_hash(&plain(&code));
    Ok(storage::second_factors::use_recovery_code(
        conn, user, &hash,
    )?)
}

/// A recovery code as it is hashed, however it was written down.
fn plain(code: &str) -> String {
    code.replace('-', "").to_lowercase()
}

/// 80 random bits each, so that a plain hash keeps them.
pub(super) fn new_recovery_codes(conn: &mut DbConnection, user: UserId) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| in_fours(&totp::base32(&rand::random::<[u8; 10]>()).to_lowercase()))
        .collect();
    let hashes: Vec<String> = codes.iter().map(|code| token_hash(&plain(code))).collect();
    storage::second_factors::replace_recovery_codes(conn, user, &hashes)?;
    Ok(codes)
}

fn in_fours(code: &str) -> String {
    let mut text = String::new();
    for (place, letter) in code.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_written() {
        assert_eq!(in_fours("abcdefghijklmnop"), "abcd-efgh-ijkl-mnop");
        assert_eq!(plain(&digits(" ABCD-efgh ijklmnop")), "abcdefghijklmnop");
    }
}
