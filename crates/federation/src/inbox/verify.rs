//! Whether an activity comes from whom it says.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use chrono::TimeDelta;
use serde_json::Value;
use service::App;
use storage::keys::Signatory;

use super::Rejection;
use crate::asking::checked;
use crate::fetch::{Budget, read_database};
use crate::origin::Origin;
use crate::proofs::Claim;
use crate::protocol::read::{self, kind};
use crate::signatures::{Checked, PublicKey};
use crate::{Federation, Refusal};

/// For how long the ids of activities are remembered, and how far the clock of a prover may be ahead of ours.
const REMEMBERED: TimeDelta = TimeDelta::days(7);
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// From whom an activity comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Its actor.
    Actor,
    /// Somebody who passes it on; its actor has proven that it is theirs.
    Other,
    /// Somebody whom we never knew, and who says they are gone.
    Unknown,
}

/// Checks the signature and whose key made it; what is passed on by others must be proven by its actor.
pub(super) async fn verify(
    request: &HttpRequest,
    body: &Bytes,
    activity: &Value,
    actor: &str,
    app: &App,
    federation: &Federation,
) -> Result<Source, Rejection> {
    let origin = Origin::of(&app.settings().public_url);
    let checked =
        checked(request, Some(body), app, federation).map_err(|reason| unauthorized(&reason))?;
    let theirs = Origin::parse(actor).ok_or_else(|| unauthorized("the actor has no address"))?;
    if Some(&theirs) == origin.as_ref() {
        return Err(unauthorized("our own people do not come this way"));
    }
    let is_forwarded = Origin::parse(checked.key_id()).as_ref() != Some(&theirs);
    let claim = Claim::of(activity).map_err(|error| unauthorized(&error.to_string()))?;
    match &claim {
        Some(claim) => {
            let is_farewell = !is_forwarded && is_farewell(activity, actor);
            match proven(claim, actor, is_forwarded, app, federation).await {
                // Whoever is gone has no document any more in which their key could be found.
                Err(_) if is_farewell => {}
                proven => proven?,
            }
        }
        None if is_forwarded => {
            return Err(unauthorized("the key is not one of the actor's server"));
        }
        None => {}
    }
    if is_forwarded {
        return Ok(Source::Other);
    }
    let known = signatory(app, actor, checked.key_id()).await?;
    let Some(known) = known else {
        if is_farewell(activity, actor) {
            return Ok(Source::Unknown);
        }
        return by_new_key(&checked, activity, actor, app, federation).await;
    };
    if known.suspended {
        return Err(Rejection::new(StatusCode::FORBIDDEN, "suspended"));
    }
    if federation.is_signed_by(&checked, &known) {
        return Ok(Source::Actor);
    }
    if federation.0.refreshed.contains_key(actor) {
        return Err(unauthorized("the signature was made by another key"));
    }
    federation.0.refreshed.insert(actor.to_owned(), ());
    by_new_key(&checked, activity, actor, app, federation).await
}

/// Checks that the actor made the proof. Whoever passes on what is older than our memory of ids could make us do it twice.
async fn proven(
    claim: &Claim,
    actor: &str,
    is_forwarded: bool,
    app: &App,
    federation: &Federation,
) -> Result<(), Rejection> {
    if Origin::parse(&claim.key) != Origin::parse(actor) {
        return Err(unauthorized("the proof is not one of the actor's server"));
    }
    let now = app.now();
    let is_fresh = claim
        .created
        .is_some_and(|time| now - REMEMBERED < time && time < now + AHEAD);
    if is_forwarded && !is_fresh {
        return Err(unauthorized("the proof is too old, or has no date"));
    }
    let known = signatory(app, actor, &claim.key).await?;
    if known.as_ref().is_some_and(|known| known.suspended) {
        return Err(Rejection::new(StatusCode::FORBIDDEN, "suspended"));
    }
    if known.is_some_and(|known| federation.proves(claim, &known)) {
        return Ok(());
    }
    // Somebody unknown, or with a new key.
    let refused = || unauthorized("the proof was made by another key");
    if federation.0.refreshed.contains_key(&claim.key) {
        return Err(refused());
    }
    match federation.fetch_actor(app, &Budget::new(), actor).await {
        Ok(_) => {}
        Err(Refusal::Transient(reason)) => return Err(Refusal::Transient(reason).into()),
        Err(refusal) => {
            let reason = format!("the actor could not be fetched: {refusal}");
            return Err(unauthorized(&reason));
        }
    }
    match signatory(app, actor, &claim.key).await? {
        Some(known) if federation.proves(claim, &known) => Ok(()),
        _ => {
            federation.0.refreshed.insert(claim.key.clone(), ());
            Err(refused())
        }
    }
}

/// Of somebody unknown, or with a new key: the actor's own server says which keys are theirs.
async fn by_new_key(
    checked: &Checked,
    activity: &Value,
    actor: &str,
    app: &App,
    federation: &Federation,
) -> Result<Source, Rejection> {
    match federation.fetch_actor(app, &Budget::new(), actor).await {
        Ok(_) => {}
        Err(_) if is_farewell(activity, actor) => return Ok(Source::Unknown),
        Err(Refusal::Transient(reason)) => return Err(Refusal::Transient(reason).into()),
        Err(refusal) => {
            return Err(unauthorized(&format!(
                "the actor could not be fetched: {refusal}"
            )));
        }
    }
    match signatory(app, actor, checked.key_id()).await? {
        Some(known) if federation.is_signed_by(checked, &known) => Ok(Source::Actor),
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

    fn proves(&self, claim: &Claim, signatory: &Signatory) -> bool {
        let pem = signatory.public_pem.as_deref();
        pem.and_then(|pem| self.public_key(pem))
            .is_some_and(|key| claim.verify(&key).is_ok())
    }

    /// Whether the key made the signature. A key is read from its text once; which text is whose is asked of the
    /// database each time, so that a new key counts at once.
    pub(crate) fn is_made_by(&self, checked: &Checked, pem: &str) -> bool {
        self.public_key(pem)
            .is_some_and(|key| checked.verify(&key).is_ok())
    }

    fn public_key(&self, pem: &str) -> Option<PublicKey> {
        self.0.public_keys.get(pem).or_else(|| {
            let key = PublicKey::from_pem(pem).ok()?;
            self.0.public_keys.insert(pem.to_owned(), key.clone());
            Some(key)
        })
    }
}
