//! What the servers of sources say to what is claimed of them: their collections of what comes from a post.

use std::collections::HashSet;

use chrono::TimeDelta;
use domain::{AccountId, ClaimState, StatusId};
use storage::DbConnection;
use storage::derivations::Derivation;

use super::asking::tell_of_refusal;
use crate::jobs::{Job, Outgoing, enqueue_at, federate};
use crate::streaming::Event;
use crate::{App, Result};

/// Claims that one collection is held against.
const CLAIMS: i64 = 1_000;
/// For how long after one look that was asked for the next one waits, however often that is asked for until then.
const REST: TimeDelta = TimeDelta::seconds(30);

/// Asks the server of a source elsewhere what comes from it, and believes that of what is claimed here. The posts
/// that are not known are stored by then, with what they claim.
pub(crate) async fn derivations_of(app: &App, source: StatusId) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::statuses::find(conn, source)?.filter(|row| !row.local)))
        .await?;
    let Some(status) = found else {
        return Ok(());
    };
    let listed = match app.remote().derivations(app, &status.uri).await {
        Ok(Some(listed)) => listed,
        Ok(None) => return Ok(()),
        Err(error) => {
            tracing::debug!(uri = status.uri, %error, "what comes from a post was not found out");
            return Ok(());
        }
    };
    app.transaction(move |app, conn| {
        let named: HashSet<&str> = listed.uris.iter().map(String::as_str).collect();
        for claim in storage::derivations::of_source(conn, source, CLAIMS)? {
            agree(
                app,
                conn,
                &claim,
                named.contains(claim.derived_uri.as_str()),
                listed.is_whole,
            )?;
        }
        Ok(())
    })
    .await
}

/// A claim that is listed is confirmed, also after a no; one that is not any more is but a claim again.
fn agree(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    is_listed: bool,
    is_whole: bool,
) -> Result<()> {
    let own = is_of_one_author(conn, claim)?;
    let state = match claim.state {
        ClaimState::Claimed | ClaimState::Refused if is_listed => ClaimState::Confirmed,
        ClaimState::Confirmed if !is_listed && is_whole && !own => ClaimState::Claimed,
        _ => return Ok(()),
    };
    if storage::derivations::set_state(conn, claim.id, state, Some(app.now()))?
        && let Some(derived) = claim.derived_id
    {
        app.tell(Event::Edited(derived));
    }
    Ok(())
}

/// Of one's own nobody has to be asked.
fn is_of_one_author(conn: &mut DbConnection, claim: &Derivation) -> Result<bool> {
    let ids: Vec<StatusId> = [claim.source_id, claim.derived_id]
        .into_iter()
        .flatten()
        .collect();
    let rows = storage::statuses::with_ids_deleted(conn, &ids)?;
    Ok(match rows.as_slice() {
        [one, other] => one.account_id == other.account_id,
        _ => false,
    })
}

/// Somebody elsewhere says that they list a post, or do not any more, as one that comes from theirs: their server is
/// asked. What it is a part of, and whether it came before, does not matter.
pub(crate) fn listed(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    derived: &str,
) -> Result<()> {
    let claims = storage::derivations::of_derived(conn, derived)?;
    let ids: Vec<StatusId> = claims.iter().filter_map(|claim| claim.source_id).collect();
    for source in storage::statuses::with_ids(conn, &ids)? {
        if source.account_id == by && !source.local {
            look_soon(app, conn, source.id)?;
        }
    }
    Ok(())
}

/// The author of a source elsewhere says no to what is said to come from it. Her collection has the last word, since a
/// later yes may have come before.
pub(crate) fn refused(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    derived: &str,
    source: &str,
) -> Result<()> {
    let claim = storage::derivations::between(conn, derived, source)?;
    let Some(claim) = claim.filter(|claim| claim.state != ClaimState::Gone) else {
        return Ok(());
    };
    let source = match claim.source_id {
        Some(id) => storage::statuses::find(conn, id)?,
        None => None,
    };
    let Some(source) = source.filter(|row| row.account_id == by && !row.local) else {
        return Ok(());
    };
    let now = Some(app.now());
    if storage::derivations::set_state(conn, claim.id, ClaimState::Refused, now)?
        && let Some(id) = claim.derived_id
    {
        app.tell(Event::Edited(id));
        let derived = storage::statuses::find(conn, id)?;
        if derived.is_some_and(|derived| derived.local) {
            federate(app, conn, Outgoing::Renew { status: id })?;
        }
        tell_of_refusal(app, conn, &claim, &source)?;
    }
    look_soon(app, conn, source.id)
}

/// Has a collection looked at: now, or when the last look that was asked for is long enough ago.
fn look_soon(app: &App, conn: &mut DbConnection, source: StatusId) -> Result<()> {
    let (what, now) = (format!("derivations listed {source}"), app.now());
    let at = match storage::lookups::last(conn, &what)? {
        // That one is still to come, and sees what is listed by then.
        Some(last) if last > now => return Ok(()),
        Some(last) => now.max(last + REST),
        None => now,
    };
    if storage::lookups::begin(conn, &what, at, at)? {
        enqueue_at(app, conn, &Job::LookForDerivations { source }, at)?;
    }
    Ok(())
}
