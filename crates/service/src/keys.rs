//! The keys with which our accounts sign.

use domain::AccountId;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use storage::DbConnection;
use storage::accounts::Account;
use storage::keys::Key;

use crate::{App, Error, Result};

/// Bits; what every other server can check.
const RSA_BITS: u32 = 2_048;
/// Ends of the addresses of keys.
const MAIN: &str = "#main-key";
const PROOFS: &str = "#ed25519-key";

/// What one of our accounts signs with.
#[derive(Debug, Clone)]
pub struct Keys {
    /// RSA: requests.
    pub main: Key,
    /// Ed25519: what is sent, so that others can pass it on.
    pub proof: Key,
}

/// Both keys of one of our accounts, made when they are first needed.
pub async fn both(app: &App, account: AccountId) -> Result<Keys> {
    let main = of_account(app, account).await?;
    let stored = app.read(move |_, conn| Ok(for_proofs(storage::keys::of_account(conn, account)?)));
    let proof = match stored.await? {
        Some(proof) => proof,
        None => {
            app.transaction(move |app, conn| proof_key(app, conn, account))
                .await?
        }
    };
    Ok(Keys { main, proof })
}

/// The Ed25519 key of one of our accounts, made if it is not there: that takes no time.
pub fn proof_key(app: &App, conn: &mut DbConnection, account: AccountId) -> Result<Key> {
    let stored = |conn: &mut DbConnection| storage::keys::of_account(conn, account).map(for_proofs);
    if let Some(key) = stored(conn)? {
        return Ok(key);
    }
    let account = storage::accounts::hold(conn, account)?
        .filter(Account::is_local)
        .ok_or(Error::NotFound)?;
    // Whoever waited for the same account's key finds it now.
    if let Some(key) = stored(conn)? {
        return Ok(key);
    }
    let key = PKey::generate_ed25519()?;
    let key = Key {
        uri: format!("{}{PROOFS}", account.uri),
        account_id: account.id,
        public_pem: text(key.public_key_to_pem()?)?,
        private_pem: Some(text(key.private_key_to_pem_pkcs8()?)?),
        created_at: app.now(),
    };
    storage::keys::insert(conn, key.clone())?;
    Ok(key)
}

/// The RSA key of one of our accounts; made when it is first needed, since that takes a while.
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
                uri: format!("{}{MAIN}", account.uri),
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
    app.read(move |_, conn| main_stored(conn, account)).await
}

/// The RSA key of an account, if it is made.
pub(crate) fn main_stored(conn: &mut DbConnection, account: AccountId) -> Result<Option<Key>> {
    Ok(newest(storage::keys::of_account(conn, account)?))
}

/// Whether a public key is that of a private one.
pub(crate) fn fits(private_pem: &str, public_pem: &str) -> bool {
    let private = PKey::private_key_from_pem(private_pem.as_bytes());
    let public = PKey::public_key_from_pem(public_pem.as_bytes());
    matches!((private, public), (Ok(private), Ok(public)) if private.public_eq(&public))
}

/// Address and PEM of both public keys of an account that signs as ours do.
pub(crate) fn public(uri: &str, main: &str, proof: &str) -> Result<Vec<(String, String)>> {
    let mut keys = Vec::new();
    for (end, private) in [(MAIN, main), (PROOFS, proof)] {
        let key = PKey::private_key_from_pem(private.as_bytes())?;
        keys.push((format!("{uri}{end}"), text(key.public_key_to_pem()?)?));
    }
    Ok(keys)
}

/// Keeps both private keys of an account elsewhere, which goes on here: with them it says so itself.
pub(crate) fn adopt(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    main: &str,
    proof: &str,
) -> Result<()> {
    let keys = public(&account.uri, main, proof)?;
    for ((uri, public_pem), private_pem) in keys.into_iter().zip([main, proof]) {
        let key = Key {
            uri,
            account_id: account.id,
            public_pem,
            private_pem: Some(private_pem.to_owned()),
            created_at: app.now(),
        };
        storage::keys::put(conn, key)?;
    }
    Ok(())
}

fn newest(keys: Vec<Key>) -> Option<Key> {
    keys.into_iter()
        .find(|key| key.private_pem.is_some() && !key.uri.ends_with(PROOFS))
}

fn for_proofs(keys: Vec<Key>) -> Option<Key> {
    keys.into_iter()
        .find(|key| key.private_pem.is_some() && key.uri.ends_with(PROOFS))
}

fn generate() -> Result<(String, String)> {
    let key = PKey::from_rsa(Rsa::generate(RSA_BITS)?)?;
    Ok((
        text(key.public_key_to_pem()?)?,
        text(key.private_key_to_pem_pkcs8()?)?,
    ))
}

fn text(pem: Vec<u8>) -> Result<String> {
    String::from_utf8(pem).map_err(|error| Error::Internal(error.to_string()))
}
