//! The request that brings a message to a push service: RFC 8030, signed as in RFC 8292, or as it was in its draft 01.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use openssl::ecdsa::EcdsaSig;
use openssl::sha::sha256;
use serde_json::json;
use service::App;
use service::push::{LIFE, Message, ServerKey};
use url::Url;

use super::encryption::{Once, Receiver, drafted, standard};

/// For how long a signature is good; at most a day, so that clocks may differ.
const SIGNED_FOR: TimeDelta = TimeDelta::hours(12);

/// The message cannot be made: its subscription is none.
#[derive(Debug, thiserror::Error)]
#[error("the message cannot be encrypted")]
pub(super) struct Unsendable;

impl From<openssl::error::ErrorStack> for Unsendable {
    fn from(_: openssl::error::ErrorStack) -> Self {
        Self
    }
}

impl From<service::Error> for Unsendable {
    fn from(_: service::Error) -> Self {
        Self
    }
}

impl From<base64::DecodeError> for Unsendable {
    fn from(_: base64::DecodeError) -> Self {
        Self
    }
}

pub(super) struct Request {
    pub(super) endpoint: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Encrypts and signs a message.
pub(super) fn request(
    app: &App,
    server: &ServerKey,
    message: &Message,
) -> Result<Request, Unsendable> {
    let subscription = &message.subscription;
    let endpoint = Url::parse(&subscription.endpoint).map_err(|_| Unsendable)?;
    let point = URL_SAFE_NO_PAD.decode(&subscription.p256dh)?;
    let auth = URL_SAFE_NO_PAD.decode(&subscription.auth)?;
    let key = service::push::receiver_key(&point)?;
    let receiver = Receiver {
        key: &key,
        point: &point,
        auth: &auth,
    };
    let text = text(message);
    let token = token(app, server, &endpoint)?;
    let known_as = server.sent();
    let once = Once::new()?;
    let mut headers = HeaderMap::new();
    let body = if subscription.standard {
        put(&mut headers, header::CONTENT_ENCODING, "aes128gcm")?;
        put(
            &mut headers,
            header::AUTHORIZATION,
            &format!("vapid t={token}, k={known_as}"),
        )?;
        standard(text.as_bytes(), &receiver, &once)?
    } else {
        let message = drafted(text.as_bytes(), &receiver, &once)?;
        let salt = URL_SAFE_NO_PAD.encode(message.salt);
        let sender = URL_SAFE_NO_PAD.encode(message.point);
        put(&mut headers, header::CONTENT_ENCODING, "aesgcm")?;
        put(
            &mut headers,
            HeaderName::from_static("encryption"),
            &format!("salt={salt}"),
        )?;
        put(
            &mut headers,
            HeaderName::from_static("crypto-key"),
            &format!("dh={sender};p256ecdsa={known_as}"),
        )?;
        put(
            &mut headers,
            header::AUTHORIZATION,
            &format!("WebPush {token}"),
        )?;
        message.body
    };
    put(
        &mut headers,
        header::CONTENT_TYPE,
        "application/octet-stream",
    )?;
    let life = LIFE.num_seconds().to_string();
    put(&mut headers, HeaderName::from_static("ttl"), &life)?;
    put(&mut headers, HeaderName::from_static("urgency"), "normal")?;
    // What is sent twice after a crash is kept once by a push service that could not pass it on yet.
    let topic = message.push.notification_id.to_string();
    put(&mut headers, HeaderName::from_static("topic"), &topic)?;
    Ok(Request {
        endpoint,
        headers,
        body: body.into(),
    })
}

/// What the app reads, in Mastodon's shape: the id is a number there.
fn text(message: &Message) -> String {
    json!({
        "access_token": message.subscription.access_token,
        "preferred_locale": message.locale,
        "notification_id": message.push.notification_id.0,
        "notification_type": message.kind.name(),
        "icon": message.icon,
        "title": message.title,
        "body": message.body,
    })
    .to_string()
}

/// A JSON Web Token by which the push service knows us (RFC 8292, section 2).
fn token(app: &App, server: &ServerKey, endpoint: &Url) -> Result<String, Unsendable> {
    let settings = app.settings();
    let contact = match settings.contact_email.as_str() {
        "" => settings.public_url.to_string(),
        address => format!("mailto:{address}"),
    };
    // The real time, whatever the clock of the rest of the program says: the push service compares it with its own.
    let until = (Utc::now() + SIGNED_FOR).timestamp();
    let claims = json!({
        "aud": endpoint.origin().ascii_serialization(),
        "exp": until,
        "sub": contact,
    });
    let head = json!({ "typ": "JWT", "alg": "ES256" });
    let encoded = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encoded(head), encoded(claims));
    let signature = EcdsaSig::sign(&sha256(signed.as_bytes()), &server.private)?;
    let signature = [
        signature.r().to_vec_padded(32)?,
        signature.s().to_vec_padded(32)?,
    ]
    .concat();
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), Unsendable> {
    headers.insert(name, HeaderValue::from_str(value).map_err(|_| Unsendable)?);
    Ok(())
}
