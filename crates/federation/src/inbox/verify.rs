//! Whether an activity comes from whom it says.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use service::App;
use storage::keys::{Holder, Signatory};

use super::{Letter, Rejection, hints};
use crate::net::Budget;
use crate::origin::Origin;
use crate::proofs::Claim;
use crate::protocol::read::{self, kind};
use crate::signatures::Checked;
use crate::{Federation, Refusal};

/// For how long the ids of activities are remembered, and how far the clock of a prover may be ahead of ours.
const REMEMBERED: TimeDelta = TimeDelta::days(7);
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// For how long nothing that is sent revives somebody who left: their server may take its time to forget them.
const LEFT: TimeDelta = TimeDelta::days(1);

/// From whom an activity comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Its actor.
    Actor,
    /// Somebody of this id who passes it on; its actor has proven that it is theirs.
    Other(String),
    /// Somebody of this id who passes it on, and it may be anybody's: it says where to look.
    Hint(String),
    /// Somebody whom we never knew, or who left, and who takes something back.
    Unknown,
}

/// What is asked to find out whose an activity is.
pub(super) struct Verifying<'a> {
    pub federation: &'a Federation,
    pub app: &'a App,
    pub budget: &'a Budget,
    pub checked: &'a Checked,
}

impl Verifying<'_> {
    /// Checks whose key made the signature; what is passed on by others is believed if its actor has proven it.
    pub(super) async fn source(&self, letter: &Letter) -> Result<Source, Rejection> {
        let actor = letter.actor.as_str();
        let ours = Origin::of(&self.app.settings().public_url);
        let theirs =
            Origin::parse(actor).ok_or_else(|| unauthorized("the actor has no address"))?;
        if Some(&theirs) == ours.as_ref() {
            return Err(unauthorized("our own people do not come this way"));
        }
        let claim = Claim::of(&letter.activity);
        let claim = claim.map_err(|error| unauthorized(&error.to_string()))?;
        if Origin::parse(self.checked.key_id()).as_ref() != Some(&theirs) {
            let by = self.signed().await?;
            return match claim {
                Some(claim) => {
                    self.is_fresh(&claim)?;
                    self.proven(&claim, actor).await?;
                    Ok(Source::Other(by.uri))
                }
                None if hints::may_be_one(&letter.activity, &by) => Ok(Source::Hint(by.uri)),
                None => Err(unauthorized("the activity was not signed by its actor")),
            };
        }
        if let Some(claim) = claim {
            match self.proven(&claim, actor).await {
                // Whoever is gone has no document any more in which their key could be found.
                Err(_) if letter.is_farewell() => {}
                proven => proven?,
            }
        }
        self.by_actor(letter).await
    }

    /// Who sent the request, whatever is in it.
    pub(super) async fn signed(&self) -> Result<Holder, Rejection> {
        let by = self
            .federation
            .signed_by(self.app, self.budget, self.checked)
            .await?;
        if by.host.is_none() {
            return Err(unauthorized("our own people do not come this way"));
        }
        if by.suspended_at.is_some() {
            return Err(suspended());
        }
        Ok(by)
    }

    async fn by_actor(&self, letter: &Letter) -> Result<Source, Rejection> {
        let (actor, key) = (letter.actor.as_str(), self.checked.key_id());
        let made = |pem: &str| self.federation.is_made_by(self.checked, pem);
        let known = self.known(actor, key).await?;
        let left = known.as_ref().and_then(|known| known.deleted_at);
        let may_be_back = left.is_some_and(|left| left + LEFT < self.app.now());
        match known {
            // Their own server is asked whether they are there again (docs/adr/0190).
            Some(_) if may_be_back && letter.takes_back() => return Ok(Source::Unknown),
            Some(_) if may_be_back => {}
            Some(known) if known.public_pem.as_deref().is_some_and(made) => {
                return Ok(Source::Actor);
            }
            None if letter.is_farewell() => return Ok(Source::Unknown),
            _ => {}
        }
        match self.introduced(actor, key, made).await {
            Ok(true) => Ok(Source::Actor),
            Ok(false) => Err(unauthorized("the signature was made by another key")),
            // That nothing is left of them is all that they say.
            Err(Refusal::Gone(_)) if letter.is_farewell() => Ok(Source::Actor),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Whoever passes on what is older than our memory of ids could make us do it twice.
    fn is_fresh(&self, claim: &Claim) -> Result<(), Rejection> {
        let now = self.app.now();
        let is_fresh = claim
            .created
            .is_some_and(|time| now - REMEMBERED < time && time < now + AHEAD);
        if is_fresh {
            Ok(())
        } else {
            Err(unauthorized("the proof is too old, or has no date"))
        }
    }

    /// Checks that the actor made the proof.
    async fn proven(&self, claim: &Claim, actor: &str) -> Result<(), Rejection> {
        if Origin::parse(&claim.key) != Origin::parse(actor) {
            return Err(unauthorized("the proof is not one of the actor's server"));
        }
        let made = |pem: &str| {
            let key = self.federation.public_key(pem);
            key.is_some_and(|key| claim.verify(&key).is_ok())
        };
        let known = self.known(actor, &claim.key).await?;
        if known.is_some_and(|known| known.public_pem.as_deref().is_some_and(made))
            || self.introduced(actor, &claim.key, made).await?
        {
            return Ok(());
        }
        Err(unauthorized("the proof was made by another key"))
    }

    /// Who is known by the actor's id, with the key of this id, if it is theirs.
    async fn known(&self, actor: &str, key: &str) -> Result<Option<Signatory>, Rejection> {
        let known = self.federation.signatory(self.app, actor, key).await?;
        match known {
            Some(known) if known.suspended => Err(suspended()),
            known => Ok(known),
        }
    }

    /// Of somebody unknown, or with a new key: whether their own server says that the key which fits is theirs.
    async fn introduced(
        &self,
        actor: &str,
        key: &str,
        made: impl Fn(&str) -> bool,
    ) -> Result<bool, Refusal> {
        let found = self
            .federation
            .introduce(self.app, self.budget, Some(actor), key, made);
        Ok(found.await?.is_some())
    }
}

impl Letter {
    /// It takes away what was there before, and of somebody who left there is nothing any more.
    fn takes_back(&self) -> bool {
        matches!(kind(&self.activity), "Delete" | "Remove" | "Undo")
    }

    /// Somebody says that they are gone, whose document therefore is gone too.
    fn is_farewell(&self) -> bool {
        kind(&self.activity) == "Delete"
            && read::id(&self.activity, "object") == Some(self.actor.as_str())
    }
}

fn unauthorized(reason: &str) -> Rejection {
    Rejection::new(StatusCode::UNAUTHORIZED, reason)
}

fn suspended() -> Rejection {
    Rejection::new(StatusCode::FORBIDDEN, "suspended")
}
