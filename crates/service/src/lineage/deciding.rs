//! Whether a claim holds: what the source's author says to it, or the licence in her name.

use chrono::TimeDelta;
use domain::{ClaimState, Derivation as Kind, StatusId};
use storage::DbConnection;
use storage::accounts::Account;
use storage::derivations::Derivation;
use storage::statuses::Status;

use super::asking::{ask, tell_of_refusal, warn};
use super::terms::{Terms, terms_of};
use crate::audience::visible_to;
use crate::jobs::{Job, Outgoing, enqueue_at, federate};
use crate::oauth::Person;
use crate::streaming::Event;
use crate::{App, Error, Result};

/// How long the server of a source has to take a claim in before it is asked.
const PATIENCE: TimeDelta = TimeDelta::seconds(10);
/// Claims that a licence decides at once.
const CLAIMS: i64 = 200;

/// Decides on a claim whose source is known, as far as that can be done here.
pub(super) fn weigh(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    derived: &Status,
    source: &Status,
) -> Result<()> {
    // Of one's own there is nobody to ask.
    if source.account_id == derived.account_id {
        return settle(app, conn, claim, ClaimState::Confirmed);
    }
    let terms = terms_of(conn, source.id)?;
    if terms == Terms::NoDerivatives && claim.kind == Kind::Adaptation && derived.local {
        warn(app, conn, derived, source)?;
    }
    if !source.local {
        let job = Job::LookForDerivations { source: source.id };
        return enqueue_at(app, conn, &job, app.now() + PATIENCE);
    }
    if lets(conn, claim.kind, terms, source)? {
        return settle(app, conn, claim, ClaimState::Confirmed);
    }
    let readable = visible_to(conn, Some(source.account_id), vec![derived.clone()])?;
    if readable.is_empty() {
        return Ok(());
    }
    ask(app, conn, claim, derived, source)
}

/// Whether the author of a source of ours has said yes before.
fn lets(conn: &mut DbConnection, kind: Kind, terms: Terms, source: &Status) -> Result<bool> {
    let lets = kind != Kind::Adaptation || terms == Terms::Derivatives;
    Ok(lets && !storage::users::asks_before_adaptation(conn, source.account_id)?)
}

/// Decides on a claim of long ago that somebody brought along: nobody is asked of it or told, here or elsewhere.
pub(super) fn weigh_quietly(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    derived: &Status,
    source: &Status,
) -> Result<()> {
    let terms = terms_of(conn, source.id)?;
    let is_own = source.account_id == derived.account_id;
    if is_own || (source.local && lets(conn, claim.kind, terms, source)?) {
        let now = Some(app.now());
        storage::derivations::set_state(conn, claim.id, ClaimState::Confirmed, now)?;
    }
    Ok(())
}

/// Agrees to what was claimed of a post of ours before its author said by a licence that one may.
pub(crate) fn reconsider(app: &App, conn: &mut DbConnection, source: &Status) -> Result<()> {
    let lets = terms_of(conn, source.id)? == Terms::Derivatives
        && !storage::users::asks_before_adaptation(conn, source.account_id)?;
    if !lets {
        return Ok(());
    }
    for claim in storage::derivations::claimed_of_source(conn, source.id, CLAIMS)? {
        settle(app, conn, &claim, ClaimState::Confirmed)?;
    }
    Ok(())
}

/// Writes what became of a claim. Others are told of what the author of a source of ours says.
pub(super) fn settle(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    state: ClaimState,
) -> Result<()> {
    if !storage::derivations::set_state(conn, claim.id, state, Some(app.now()))? {
        return Ok(());
    }
    if let Some(derived) = claim.derived_id {
        app.tell(Event::Edited(derived));
    }
    let was_listed = claim.state == ClaimState::Confirmed;
    if was_listed || state == ClaimState::Confirmed {
        let derivation = claim.id;
        federate(app, conn, Outgoing::ListDerivation { derivation })?;
    }
    if state == ClaimState::Refused {
        let derivation = claim.id;
        federate(app, conn, Outgoing::RefuseDerivation { derivation })?;
    }
    Ok(())
}

/// Says yes or no to what is said to come from one's own post, which is one end of it.
pub async fn decide(
    app: &App,
    person: &Person,
    post: StatusId,
    derivation: i64,
    yes: bool,
) -> Result<()> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let claim = storage::derivations::find(conn, derivation)?
            .filter(|claim| claim.source_id == Some(post))
            .ok_or(Error::NotFound)?;
        decide_as(app, conn, &me, &claim, yes)
    })
    .await
}

/// [`Error::NotFound`] for whoever is not the source's author.
pub(super) fn decide_as(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    claim: &Derivation,
    yes: bool,
) -> Result<()> {
    let source = match claim.source_id {
        Some(id) => storage::statuses::find(conn, id)?,
        None => None,
    };
    let own = source.filter(|source| source.local && source.account_id == by.id);
    let Some(source) = own.filter(|_| claim.state != ClaimState::Gone) else {
        return Err(Error::NotFound);
    };
    if yes {
        return settle(app, conn, claim, ClaimState::Confirmed);
    }
    settle(app, conn, claim, ClaimState::Refused)?;
    if claim.state == ClaimState::Refused {
        return Ok(());
    }
    tell_of_refusal(app, conn, claim, &source)
}
