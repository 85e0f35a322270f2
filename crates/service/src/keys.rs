//! The keys with which our accounts sign.

use domain::AccountId;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use storage::keys::Key;

use crate::{App, Error, Result};

/// Bits; what every other server can check.
const RSA_BITS: u32 = 2_048;

/// The newest key of one of our accounts; made when it is first needed, since that takes a while.
pub async fn of_account(app: &App, account: AccountId) -> Result<Key> {
    if let Some(key) = stored(app, account).await? {
        return Ok(key);
    }
    let (public_pem, private_pem) = tokio::task::spawn_blocking(generate)
        .await
        .map_err(|error| Error::Internal(error.to_string()))??;
    let made = app
        .transaction(move |app, conn| {
            let account = storage::accounts::find(conn, account)?.ok_or(Error::NotFound)?;
            if !account.is_local() {
                return Err(Error::NotFound);
            }
            // Whoever waited for the same account's key finds it now.
            if let Some(key) = newest(storage::keys::of_account(conn, account.id)?) {
                return Ok(key);
            }
            let key = Key {
                uri: format!("{}#main-key", account.uri),
                account_id: account.id,
                public_pem,
                private_pem: Some(private_pem),
                created_at: app.now(),
            };
            storage::keys::insert(conn, key.clone())?;
            Ok(key)
        })
        .await;
    match made {
        // Another process was quicker.
        Err(Error::Conflict(_)) => stored(app, account).await?.ok_or(Error::NotFound),
        other => other,
    }
}

async fn stored(app: &App, account: AccountId) -> Result<Option<Key>> {
    app.read(move |_, conn| Ok(newest(storage::keys::of_account(conn, account)?)))
        .await
}

fn newest(keys: Vec<Key>) -> Option<Key> {
    keys.into_iter().find(|key| key.private_pem.is_some())
}

fn generate() -> Result<(String, String)> {
    let key = PKey::from_rsa(Rsa::generate(RSA_BITS)?)?;
    let text =
        |pem: Vec<u8>| String::from_utf8(pem).map_err(|error| Error::Internal(error.to_string()));
    Ok((
        text(key.public_key_to_pem()?)?,
        text(key.private_key_to_pem_pkcs8()?)?,
    ))
}
