//! Telling of people: who follows, likes, blocks, reports, moves and leaves.

use domain::{AccountId, AccountKind, ReportId, StatusId};
use serde_json::{Value, json};
use service::App;
use service::keys::Keys;
use storage::DbConnection;
use storage::accounts::Account;

use super::{Servers, Told};
use crate::convert::actor;
use crate::protocol::addressing::PUBLIC;
use crate::protocol::vocabulary::Activity;

pub(super) fn like(
    conn: &mut DbConnection,
    account: AccountId,
    status: StatusId,
    uri: &str,
    activity: impl FnOnce(&Value, &Account) -> Value,
) -> Result<Option<Told>, service::Error> {
    let Some(status) = storage::statuses::find(conn, status)? else {
        return Ok(None);
    };
    between(conn, account, status.account_id, |by, _| {
        activity(
            &json!({ "id": uri, "type": Activity::Like, "actor": by.uri, "object": status.uri }),
            by,
        )
    })
}

pub(super) fn between(
    conn: &mut DbConnection,
    by: AccountId,
    to: AccountId,
    activity: impl FnOnce(&Account, &Account) -> Value,
) -> Result<Option<Told>, service::Error> {
    let (Some(by), Some(to)) = (
        storage::accounts::find(conn, by)?,
        storage::accounts::find(conn, to)?,
    ) else {
        return Ok(None);
    };
    let activity = activity(&by, &to);
    Ok(Some(Told::to(by, activity, vec![to])))
}

pub(super) fn relation(kind: Activity, uri: &str, by: &Account, to: &Account) -> Value {
    json!({ "id": uri, "type": kind, "actor": by.uri, "to": [to.uri], "object": to.uri })
}

/// An answer has an id of its own each time, since the same Follow may be asked, and answered, again.
pub(super) fn answer(
    app: &App,
    conn: &mut DbConnection,
    kind: Activity,
    follower: AccountId,
    account: AccountId,
    uri: &str,
) -> Result<Option<Told>, service::Error> {
    between(conn, account, follower, |by, follower| {
        json!({
            "id": format!("{}#{}/{}", by.uri, kind.in_id(), app.next_id()),
            "type": kind,
            "actor": by.uri,
            "to": [follower.uri],
            "object": relation(Activity::Follow, uri, follower, by),
        })
    })
}

/// Yes, with a stamp, or no to what somebody asks for. `part` stands in the id.
pub(super) fn stamped(
    app: &App,
    part: &str,
    by: &Account,
    to: &Account,
    asked: &Value,
    stamp: Option<&str>,
) -> Value {
    let kind = match stamp {
        Some(_) => Activity::Accept,
        None => Activity::Reject,
    };
    let mut activity = json!({
        "id": format!("{}#{}/{part}/{}", by.uri, kind.in_id(), app.next_id()),
        "type": kind,
        "actor": by.uri,
        "to": [to.uri],
        "object": asked,
    });
    if let (Some(stamp), Some(object)) = (stamp, activity.as_object_mut()) {
        object.insert("result".to_owned(), json!(stamp));
    }
    activity
}

pub(super) fn undo(activity: &Value, by: &Account) -> Value {
    let id = activity
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut undo = json!({
        "id": format!("{id}{}undo", if id.contains('#') { "/" } else { "#" }),
        "type": Activity::Undo,
        "actor": by.uri,
        "object": activity,
    });
    if let (Some(to), Some(object)) = (activity.get("to"), undo.as_object_mut()) {
        object.insert("to".to_owned(), to.clone());
    }
    undo
}

pub(super) fn profile(
    app: &App,
    conn: &mut DbConnection,
    by: Account,
    keys: &Keys,
) -> Result<Told, service::Error> {
    let mut document = actor::to_json(app, &by, keys);
    let mut stewards = Vec::new();
    if by.kind == AccountKind::Group {
        let is_rule = storage::practice_networks::is_rule(conn, by.id)?;
        actor::add_practice_rule(&mut document, is_rule);
        // Who took its move back may follow the other one by now.
        stewards = storage::networks::stewards(conn, by.id)?;
    }
    // The activity around it has the context.
    if let Some(object) = document.as_object_mut() {
        object.remove("@context");
    }
    let activity = json!({
        "id": format!("{}#updates/{}", by.uri, by.updated_at.and_utc().timestamp_millis()),
        "type": Activity::Update,
        "actor": by.uri,
        "to": [PUBLIC],
        "object": document,
    });
    Ok(Told {
        to: stewards,
        ..Told::to_followers(by, activity)
    })
}

pub(super) fn departure(app: &App, by: Account) -> Option<Told> {
    let target = by.moved_to_uri.clone()?;
    let activity = json!({
        "id": format!("{}#moves/{}", by.uri, app.next_id()),
        "type": Activity::Move,
        "actor": by.uri,
        "to": [by.followers_uri],
        "object": by.uri,
        "target": target,
    });
    Some(Told::to_followers(by, activity))
}

/// The server itself reports, so that nobody elsewhere learns who did.
pub(super) fn flag(
    app: &App,
    conn: &mut DbConnection,
    report: ReportId,
    to: &[AccountId],
) -> Result<Option<Told>, service::Error> {
    let Some(report) = storage::reports::find(conn, report)? else {
        return Ok(None);
    };
    let by = storage::accounts::with_uri(conn, &app.addresses().instance_actor())?;
    let target = storage::accounts::find(conn, report.target_account_id)?;
    let (Some(by), Some(target)) = (by, target) else {
        return Ok(None);
    };
    let statuses = storage::statuses::with_ids(conn, &report.status_ids)?;
    let mut objects = vec![target.uri.clone()];
    objects.extend(statuses.into_iter().map(|status| status.uri));
    let to = if to.is_empty() {
        vec![target]
    } else {
        storage::accounts::with_ids(conn, to)?
    };
    let uris: Vec<&str> = to.iter().map(|row| row.uri.as_str()).collect();
    let activity = json!({
        "id": report.uri,
        "type": Activity::Flag,
        "actor": by.uri,
        "to": uris,
        "content": report.comment,
        "object": objects,
    });
    Ok(Some(Told::to(by, activity, to)))
}

/// What somebody elsewhere did, for the followers of one of ours.
pub(super) fn forward(
    conn: &mut DbConnection,
    followed: AccountId,
    body: &str,
) -> Result<Option<Told>, service::Error> {
    let by = storage::accounts::find(conn, followed)?.filter(|row| !row.is_gone());
    let activity: Option<Value> = serde_json::from_str(body).ok();
    Ok(by.zip(activity).map(|(by, activity)| Told {
        is_theirs: true,
        // Servers of groups get it from a network as what it passes on.
        servers: if by.kind == AccountKind::Group {
            Servers::Others
        } else {
            Servers::All
        },
        ..Told::to_followers(by, activity)
    }))
}

/// Told to everybody: see [`super::tell`].
pub(super) fn farewell(by: Account) -> Told {
    let activity = json!({
        "id": format!("{}#delete", by.uri),
        "type": Activity::Delete,
        "actor": by.uri,
        "to": [PUBLIC],
        "object": by.uri,
    });
    Told::to_followers(by, activity)
}
