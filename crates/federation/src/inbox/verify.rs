//! Whether an activity comes from whom it says.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use service::App;
use storage::accounts::Account;

use super::Rejection;
use crate::fetch::{Budget, known_account, read_database};
use crate::origin::Origin;
use crate::protocol::read::{self, kind};
use crate::signatures::{Check, Checked, PublicKey, check};
use crate::{Federation, Refusal};

/// Checks the signature and whose key made it. None for somebody unknown who says they are gone.
pub(super) async fn verify(
    request: &HttpRequest,
    body: &Bytes,
    activity: &Value,
    actor: &str,
    app: &App,
    federation: &Federation,
) -> Result<Option<()>, Rejection> {
    let unauthorized = |reason: &str| Rejection::new(StatusCode::UNAUTHORIZED, reason);
    let origin =
        Origin::of(&app.settings().public_url).ok_or_else(|| unauthorized("we have no address"))?;
    let headers = headers(request);
    let path_and_query = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let checked = check(&Check {
        method: request.method().as_str(),
        path_and_query,
        headers: &headers,
        body: Some(body),
        origin: &origin,
        now: app.now(),
        max_age: TimeDelta::from_std(federation.settings().signature_max_age)
            .unwrap_or(TimeDelta::hours(12)),
    })
    .map_err(|error| unauthorized(&error.to_string()))?;
    if Origin::parse(checked.key_id()) != Origin::parse(actor) || Origin::parse(actor).is_none() {
        return Err(unauthorized("the key is not one of the actor's server"));
    }
    if Origin::parse(actor).as_ref() == Some(&origin) {
        return Err(unauthorized("our own people do not come this way"));
    }
    let known = known_account(app, actor).await?;
    if known.is_none() && is_farewell(activity, actor) {
        return Ok(None);
    }
    if known
        .as_ref()
        .is_some_and(|account| account.suspended_at.is_some())
    {
        return Err(Rejection::new(StatusCode::FORBIDDEN, "suspended"));
    }
    if let Some(account) = &known
        && signed_by(app, &checked, account).await?
    {
        return Ok(Some(()));
    }
    // Unknown, or with a new key: the actor's own server says which keys are theirs.
    if known.is_some() {
        if federation.0.refreshed.contains_key(actor) {
            return Err(unauthorized("the signature was made by another key"));
        }
        federation.0.refreshed.insert(actor.to_owned(), ());
    }
    let account = match federation.fetch_actor(app, &Budget::new(), actor).await {
        Ok(account) => account,
        Err(_) if is_farewell(activity, actor) => return Ok(None),
        Err(Refusal::Transient(reason)) => return Err(Refusal::Transient(reason).into()),
        Err(refusal) => {
            return Err(unauthorized(&format!(
                "the actor could not be fetched: {refusal}"
            )));
        }
    };
    if signed_by(app, &checked, &account).await? {
        return Ok(Some(()));
    }
    Err(unauthorized("the signature was made by another key"))
}

/// Somebody says that they are gone, whose document therefore is gone too.
fn is_farewell(activity: &Value, actor: &str) -> bool {
    kind(activity) == "Delete" && read::id(activity, "object") == Some(actor)
}

/// Whether the named key is the account's, and made the signature.
async fn signed_by(app: &App, checked: &Checked, account: &Account) -> Result<bool, Refusal> {
    let (key_id, owner) = (checked.key_id().to_owned(), account.id);
    let key = read_database(app, move |conn| storage::keys::find(conn, &key_id)).await?;
    let Some(key) = key.filter(|key| key.account_id == owner) else {
        return Ok(false);
    };
    Ok(PublicKey::from_pem(&key.public_pem).is_ok_and(|key| checked.verify(&key).is_ok()))
}

/// actix has its own type of headers.
fn headers(request: &HttpRequest) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    headers
}
