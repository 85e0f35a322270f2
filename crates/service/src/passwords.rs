//! Passwords (argon2id) and the random words that stand for sessions, tokens and codes.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Characters.
const SHORTEST: usize = 8;
/// Bytes: more would only cost time.
const LONGEST: usize = 128;

/// What the OWASP cheat sheet asks of argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1_024, 2, 1, None).unwrap_or_default(),
    )
}

/// Few at a time: each needs a core and 19 MiB, and a flood of sign-ins must not take them all.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// In hand or waiting: about a second's work. More are refused rather than let wait for ever longer.
static ADMITTED: Semaphore = Semaphore::const_new(64);

/// A password that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooWeak {
    #[error("is too short (minimum is {SHORTEST} characters)")]
    Short,
    #[error("is too long (maximum is {LONGEST} bytes)")]
    Long,
}

/// Whether a password may be chosen.
///
/// # Errors
/// If it is too short or too long.
pub fn check(password: &str) -> std::result::Result<(), TooWeak> {
    if password.chars().count() < SHORTEST {
        return Err(TooWeak::Short);
    }
    if password.len() > LONGEST {
        Err(TooWeak::Long)
    } else {
        Ok(())
    }
}

/// The hash of a password, for storing.
pub async fn hash(password: String) -> Result<String> {
    on_a_thread(move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())
            .map_err(|error| Error::Internal(error.to_string()))?;
        let hash = argon2()
            .hash_password(password.as_bytes(), &salt)
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether it is the password of that hash. [`Error::Unavailable`] when too many are being checked.
pub async fn verify(password: String, hash: String) -> Result<bool> {
    on_a_thread(move || {
        let Ok(hash) = PasswordHash::new(&hash) else {
            return Ok(false);
        };
        Ok(password.len() <= LONGEST
            && argon2().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

/// Takes as long as [`verify`], so that nobody learns who has an account.
pub async fn verify_nobody(password: String) -> Result<()> {
    static NOBODY: LazyLock<String> = LazyLock::new(|| {
        let salt = SaltString::encode_b64(&[0; 16]);
        let hash = salt.and_then(|salt| {
            argon2()
                .hash_password(b"nobody", &salt)
                .map(|hash| hash.to_string())
        });
        hash.unwrap_or_default()
    });
    verify(password, NOBODY.clone()).await.map(drop)
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let _place = ADMITTED
        .try_acquire()
        .map_err(|_| Error::Unavailable("too many passwords are being checked".to_owned()))?;
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}

/// 256 random bits as 43 characters that may stand in an address.
#[must_use]
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token: whoever reads the database cannot use it.
#[must_use]
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_is_right() {
        let hash = hash("correct horse".to_owned()).await.unwrap();
        let is = |password: &str, hash: &str| verify(password.to_owned(), hash.to_owned());
        assert!(is("correct horse", &hash).await.unwrap());
        assert!(!is("correct horsf", &hash).await.unwrap());
        assert!(!is("correct horse", "not a hash").await.unwrap());
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
    }

    #[tokio::test]
    async fn a_flood_of_passwords_is_refused_and_none_is_called_wrong() {
        let hash = hash("correct horse".to_owned()).await.unwrap();
        let checks = (0..200).map(|_| verify("correct horse".to_owned(), hash.clone()));
        let checked = futures_util::future::join_all(checks).await;
        let right = checked.iter().filter(|it| matches!(it, Ok(true))).count();
        let refused = checked
            .iter()
            .filter(|it| matches!(it, Err(Error::Unavailable(_))))
            .count();
        assert!(right > 0 && refused > 0, "{right} {refused}");
        assert_eq!(right + refused, 200);
        assert!(verify("correct horse".to_owned(), hash).await.unwrap());
    }

    #[test]
    fn lengths_are_bounded_both_ways() {
        assert_eq!(check("short"), Err(TooWeak::Short));
        assert_eq!(check(&"x".repeat(129)), Err(TooWeak::Long));
        assert_eq!(check("long enough"), Ok(()));
    }

    #[test]
    fn tokens_differ_and_fit_into_an_address() {
        let (a, b) = (random_token(), random_token());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert!(
            a.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        );
    }
}
