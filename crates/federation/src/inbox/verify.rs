//! Whether an activity comes from whom it says.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use serde_json::Value;
use service::App;
use storage::keys::Signatory;

use super::Rejection;
use crate::asking::checked;
use crate::fetch::{Budget, read_database};
use crate::origin::Origin;
use crate::protocol::read::{self, kind};
use crate::signatures::{Checked, PublicKey};
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
    let origin = Origin::of(&app.settings().public_url);
    let checked =
        checked(request, Some(body), app, federation).map_err(|reason| unauthorized(&reason))?;
    if Origin::parse(checked.key_id()) != Origin::parse(actor) || Origin::parse(actor).is_none() {
        return Err(unauthorized("the key is not one of the actor's server"));
    }
    if Origin::parse(actor) == origin {
        return Err(unauthorized("our own people do not come this way"));
    }
    let known = signatory(app, actor, checked.key_id()).await?;
    let Some(known) = known else {
        if is_farewell(activity, actor) {
            return Ok(None);
        }
        return by_new_key(&checked, activity, actor, app, federation).await;
    };
    if known.suspended {
        return Err(Rejection::new(StatusCode::FORBIDDEN, "suspended"));
    }
    if federation.is_signed_by(&checked, &known) {
        return Ok(Some(()));
    }
    if federation.0.refreshed.contains_key(actor) {
        return Err(unauthorized("the signature was made by another key"));
    }
    federation.0.refreshed.insert(actor.to_owned(), ());
    by_new_key(&checked, activity, actor, app, federation).await
}

/// Of somebody unknown, or with a new key: the actor's own server says which keys are theirs.
async fn by_new_key(
    checked: &Checked,
    activity: &Value,
    actor: &str,
    app: &App,
    federation: &Federation,
) -> Result<Option<()>, Rejection> {
    match federation.fetch_actor(app, &Budget::new(), actor).await {
        Ok(_) => {}
        Err(_) if is_farewell(activity, actor) => return Ok(None),
        Err(Refusal::Transient(reason)) => return Err(Refusal::Transient(reason).into()),
        Err(refusal) => {
            return Err(unauthorized(&format!(
                "the actor could not be fetched: {refusal}"
            )));
        }
    }
    match signatory(app, actor, checked.key_id()).await? {
        Some(known) if federation.is_signed_by(checked, &known) => Ok(Some(())),
        _ => Err(unauthorized("the signature was made by another key")),
    }
}

fn unauthorized(reason: &str) -> Rejection {
    Rejection::new(StatusCode::UNAUTHORIZED, reason)
}

/// Somebody says that they are gone, whose document therefore is gone too.
fn is_farewell(activity: &Value, actor: &str) -> bool {
    kind(activity) == "Delete" && read::id(activity, "object") == Some(actor)
}

/// Who is known by the actor's id, with the key that made the signature, if it is theirs.
async fn signatory(app: &App, actor: &str, key: &str) -> Result<Option<Signatory>, Refusal> {
    let (actor, key) = (actor.to_owned(), key.to_owned());
    read_database(app, move |conn| {
        storage::keys::signatory(conn, &actor, &key)
    })
    .await
}

impl Federation {
    fn is_signed_by(&self, checked: &Checked, signatory: &Signatory) -> bool {
        let pem = signatory.public_pem.as_deref();
        pem.is_some_and(|pem| self.is_made_by(checked, pem))
    }

    /// Whether the key made the signature. A key is read from its text once; which text is whose is asked of the
    /// database each time, so that a new key counts at once.
    pub(crate) fn is_made_by(&self, checked: &Checked, pem: &str) -> bool {
        let key = self.0.public_keys.get(pem).or_else(|| {
            let key = PublicKey::from_pem(pem).ok()?;
            self.0.public_keys.insert(pem.to_owned(), key.clone());
            Some(key)
        });
        key.is_some_and(|key| checked.verify(&key).is_ok())
    }
}
