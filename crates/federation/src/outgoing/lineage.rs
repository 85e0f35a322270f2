//! Telling what came of a post: `Add` and `Remove`, of its collection of derivations, and `Reject` of what is claimed.

use domain::{ClaimState, StatusId};
use serde_json::json;
use service::App;
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use super::{Told, people};
use crate::convert::{lineage, note};
use crate::protocol::vocabulary::Activity;

/// What the author of a source of ours says by now, if both posts are for everybody: to her followers, and to whoever
/// wrote what came of it.
pub(super) fn listed(
    app: &App,
    conn: &mut DbConnection,
    derivation: i64,
) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::derivations::find(conn, derivation)? else {
        return Ok(None);
    };
    let (Some(source), Some(derived)) = (
        open(conn, row.source_id)?.filter(|row| row.local),
        open(conn, row.derived_id)?,
    ) else {
        return Ok(None);
    };
    let by = storage::accounts::find(conn, source.account_id)?;
    let to = storage::accounts::find(conn, derived.account_id)?;
    let (Some(by), Some(to)) = (by, to) else {
        return Ok(None);
    };
    let kind = if row.state == ClaimState::Confirmed {
        Activity::Add
    } else {
        Activity::Remove
    };
    let activity = json!({
        "id": format!("{}#{}/{}", by.uri, kind.in_id(), app.next_id()),
        "type": kind,
        "actor": by.uri,
        "to": [by.followers_uri, to.uri],
        "object": derived.uri,
        "target": lineage::collection(&source.uri),
    });
    Ok(Some(Told {
        to: vec![to],
        ..Told::to_followers(by, activity)
    }))
}

/// To whoever claimed elsewhere that a post comes from one of ours: its author says no.
pub(super) fn refused(
    app: &App,
    conn: &mut DbConnection,
    derivation: i64,
) -> Result<Option<Told>, service::Error> {
    let row = storage::derivations::find(conn, derivation)?;
    // She may have thought better of it by now.
    let Some(row) = row.filter(|row| row.state == ClaimState::Refused) else {
        return Ok(None);
    };
    let (Some(source), Some(derived)) = (row.source_id, row.derived_id) else {
        return Ok(None);
    };
    let source = storage::statuses::find(conn, source)?.filter(|row| row.local);
    let derived = storage::statuses::find(conn, derived)?.filter(|row| !row.local);
    let (Some(source), Some(derived)) = (source, derived) else {
        return Ok(None);
    };
    people::between(conn, source.account_id, derived.account_id, |by, to| {
        json!({
            "id": format!("{}#{}/{}", by.uri, Activity::Reject.in_id(), app.next_id()),
            "type": Activity::Reject,
            "actor": by.uri,
            "to": [to.uri],
            "object": derived.uri,
            "target": lineage::collection(&source.uri),
        })
    })
}

/// A post that is for everybody.
fn open(conn: &mut DbConnection, id: Option<StatusId>) -> Result<Option<Status>, service::Error> {
    let Some(id) = id else { return Ok(None) };
    let row = storage::statuses::find(conn, id)?;
    Ok(row.filter(|row| row.visibility.is_open() && !row.local_only))
}

/// Accounts elsewhere whose posts come from one, that are told of it.
const TOLD: i64 = 500;

/// Whoever wrote what a post of ours says to come from, or what came of it: they have it, and must hear what becomes of
/// it, if it is for everybody.
pub(super) fn concerned(
    conn: &mut DbConnection,
    post: &note::Post,
) -> Result<Vec<Account>, service::Error> {
    if !post.status.visibility.is_open() {
        return Ok(Vec::new());
    }
    let mut ids = storage::derivations::authors_elsewhere(conn, post.status.id, TOLD)?;
    if !post.sources.is_empty() {
        let sources = storage::derivations::sources_elsewhere(conn, &post.status.uri)?;
        ids.extend(sources.iter().map(|row| row.account_id));
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(storage::accounts::with_ids(conn, &ids)?)
}
