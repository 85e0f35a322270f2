//! Telling client programs at once what their users are told: Web Push.
//! <https://docs.joinmastodon.org/methods/push/>

mod key;
mod owed;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::{NotificationKind, PushPolicy, TokenId, limits};
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use storage::push_subscriptions::Subscription;
use url::Url;

use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Error, Result};

pub use key::{ServerKey, server_key};
pub use owed::{LIFE, Message, messages};

pub(crate) use owed::{expire, owe};

/// Bytes of an endpoint.
const ENDPOINT: usize = 2_048;
/// Bytes of the receiver's secret.
const AUTH: usize = 16;
/// Bytes of a point of P-256, uncompressed.
const POINT: usize = 65;

/// Where a client program wants messages to be sent, and which.
#[derive(Debug, Clone, Default)]
pub struct NewSubscription {
    pub endpoint: String,
    /// Base64, in either alphabet.
    pub p256dh: String,
    pub auth: String,
    /// RFC 8291; else the draft before it.
    pub standard: bool,
    pub wishes: Wishes,
}

/// Which messages a client program wants.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    pub alerts: Vec<NotificationKind>,
    pub policy: PushPolicy,
}

/// A subscription as its client program sees it.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    pub subscription: Subscription,
    /// Our public key, base64url.
    pub server_key: String,
}

impl SubscriptionView {
    #[must_use]
    pub fn wants(&self, kind: NotificationKind) -> bool {
        let name = kind.name();
        self.subscription.alerts.iter().any(|alert| alert == name)
    }
}

/// Begins the subscription of a token, in place of the one it had. `access_token` is the token itself.
pub async fn subscribe(
    app: &App,
    person: &Person,
    token: TokenId,
    access_token: String,
    new: NewSubscription,
) -> Result<SubscriptionView> {
    let (endpoint, host) = endpoint(app, &new.endpoint)?;
    let p256dh = decoded(&new.p256dh)
        .filter(|bytes| receiver_key(bytes).is_ok())
        .ok_or_else(|| invalid("Key p256dh is invalid"))?;
    let auth = decoded(&new.auth)
        .filter(|bytes| bytes.len() == AUTH)
        .ok_or_else(|| invalid("Key auth is invalid"))?;
    let subscription = Subscription {
        token_id: token,
        account_id: person.id(),
        access_token,
        endpoint,
        host,
        p256dh: URL_SAFE_NO_PAD.encode(p256dh),
        auth: URL_SAFE_NO_PAD.encode(auth),
        standard: new.standard,
        alerts: names(&new.wishes.alerts),
        policy: new.wishes.policy,
        created_at: app.now(),
    };
    let row = subscription.clone();
    app.transaction(move |_, conn| {
        storage::push_subscriptions::put(conn, &row)?;
        let most = limits::PUSH_SUBSCRIPTIONS;
        Ok(storage::push_subscriptions::trim(
            conn,
            row.account_id,
            most,
        )?)
    })
    .await?;
    view(app, subscription).await
}

/// The subscription of a token.
pub async fn subscription(app: &App, token: TokenId) -> Result<SubscriptionView> {
    let found = app
        .read(move |_, conn| Ok(storage::push_subscriptions::find(conn, token)?))
        .await?;
    view(app, found.ok_or(Error::NotFound)?).await
}

/// Changes which messages a subscription wants.
pub async fn change(app: &App, token: TokenId, wishes: Wishes) -> Result<SubscriptionView> {
    let changed = app
        .transaction(move |_, conn| {
            let mut row = storage::push_subscriptions::find(conn, token)?.ok_or(Error::NotFound)?;
            row.alerts = names(&wishes.alerts);
            row.policy = wishes.policy;
            storage::push_subscriptions::put(conn, &row)?;
            Ok(row)
        })
        .await?;
    view(app, changed).await
}

/// Ends the subscription of a token, if there is one.
pub async fn unsubscribe(app: &App, token: TokenId) -> Result<()> {
    app.transaction(move |_, conn| Ok(storage::push_subscriptions::delete(conn, token).map(drop)?))
        .await
}

/// The key of a receiver: a point of P-256, uncompressed.
pub fn receiver_key(bytes: &[u8]) -> Result<PKey<Public>> {
    if bytes.len() != POINT {
        return Err(invalid("Key p256dh is invalid"));
    }
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, bytes, &mut context)?;
    let key = EcKey::from_public_key(&group, &point)?;
    key.check_key()?;
    Ok(PKey::from_ec_key(key)?)
}

async fn view(app: &App, subscription: Subscription) -> Result<SubscriptionView> {
    Ok(SubscriptionView {
        subscription,
        server_key: server_key(app).await?.shown(),
    })
}

fn names(alerts: &[NotificationKind]) -> Vec<String> {
    alerts.iter().map(|kind| kind.name().to_owned()).collect()
}

/// The endpoint and its host. Whether anything may be sent to that host is seen when it is.
fn endpoint(app: &App, text: &str) -> Result<(String, String)> {
    let refused = || invalid("Endpoint is not a valid URL");
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| refused())?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && app.settings().any_hosts);
    let credentials = !url.username().is_empty() || url.password().is_some();
    if !secure || credentials || url.as_str().len() > ENDPOINT {
        return Err(refused());
    }
    let host = url.host_str().ok_or_else(refused)?;
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let host = format!("{host}{port}");
    // Apps compare it with what they sent; no more than the path may have been added.
    let written = url
        .as_str()
        .strip_suffix('/')
        .filter(|short| *short == text);
    Ok((written.unwrap_or(url.as_str()).to_owned(), host))
}

/// What is base64 in the alphabet of addresses or the other, with or without padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let text = text.trim().replace('+', "-").replace('/', "_");
    if text.len() > 200 {
        return None;
    }
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_either_alphabet() {
        for text in ["-_8=", "-_8", "+/8=", " +/8 "] {
            assert_eq!(decoded(text), Some(vec![251, 255]), "{text}");
        }
        for text in ["*", "a", &"a".repeat(400)] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn only_points_of_the_curve_are_keys() {
        // RFC 8291, section 5.
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let good = decoded(good).unwrap();
        assert!(receiver_key(&good).is_ok());
        let mut off = good.clone();
        *off.last_mut().unwrap() ^= 1;
        assert!(receiver_key(&off).is_err());
        assert!(receiver_key(&good[..33]).is_err());
        assert!(receiver_key(&[0]).is_err());
        assert!(receiver_key(&[4; 65]).is_err());
    }
}
