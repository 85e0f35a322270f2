//! The key by which push services know this server (VAPID, RFC 8292).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::nid::Nid;
use openssl::pkey::Private;

use crate::{App, Error, Result};

/// Where the private half is kept.
const PLACE: &str = "push_key";

/// One pair of keys for the whole server, made once.
pub struct ServerKey {
    pub private: EcKey<Private>,
    public: Vec<u8>,
}

impl ServerKey {
    /// The public half as the client API shows it: base64url with padding, as Mastodon.
    #[must_use]
    pub fn shown(&self) -> String {
        URL_SAFE.encode(&self.public)
    }

    /// The public half as push services are told it: base64url.
    #[must_use]
    pub fn sent(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    fn of(pem: &str) -> Result<Self> {
        let private = EcKey::private_key_from_pem(pem.as_bytes())?;
        let mut context = BigNumContext::new()?;
        let public = private.public_key().to_bytes(
            private.group(),
            PointConversionForm::UNCOMPRESSED,
            &mut context,
        )?;
        Ok(Self { private, public })
    }
}

/// The key of this server; made when it is first needed.
pub async fn server_key(app: &App) -> Result<Arc<ServerKey>> {
    if let Some(key) = app.push_key().get() {
        return Ok(key.clone());
    }
    let stored = app
        .read(|_, conn| Ok(storage::server_state::get(conn, PLACE)?))
        .await?;
    let pem = match stored {
        Some(pem) => pem,
        None => {
            let made = generate()?;
            app.transaction(move |_, conn| Ok(storage::server_state::keep(conn, PLACE, &made)?))
                .await?
        }
    };
    let key = Arc::new(ServerKey::of(&pem)?);
    Ok(app.push_key().get_or_init(|| key).clone())
}

fn generate() -> Result<String> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let pem = EcKey::generate(&group)?.private_key_to_pem()?;
    String::from_utf8(pem).map_err(|error| Error::Internal(error.to_string()))
}
