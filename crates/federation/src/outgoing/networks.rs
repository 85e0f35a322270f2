//! What networks pass on: `Announce` of an activity, FEP-1b12.

use domain::AccountId;
use domain::language::{LANGUAGES, primary};
use serde_json::{Value, json};
use service::App;
use service::jobs::PassedOn;
use storage::DbConnection;
use storage::accounts::Account;

use super::{Servers, Told, compose, people};
use crate::protocol::addressing::PUBLIC;
use crate::protocol::vocabulary::Activity;

/// Tells servers of groups what was done in a thread of a network; the others have the boost of what began it.
pub(super) fn pass_on(
    app: &App,
    conn: &mut DbConnection,
    network: AccountId,
    what: PassedOn,
) -> Result<Option<Told>, service::Error> {
    let Some(by) = storage::accounts::find(conn, network)?.filter(|row| !row.is_gone()) else {
        return Ok(None);
    };
    let object = match what {
        PassedOn::Ours(outgoing) => {
            compose(app, conn, *outgoing, None)?.map(|told| in_network(told.activity, &by))
        }
        PassedOn::Theirs(body) => serde_json::from_str(&body).ok(),
        PassedOn::Post { status } => named(conn, status, &by)?,
        PassedOn::Removal {
            status,
            by: steward,
            undone,
        } => removal(app, conn, status, steward, undone, &by)?,
    };
    let Some(object) = object else {
        return Ok(None);
    };
    let activity = announce(&by, app.next_id(), &object);
    Ok(Some(Told {
        servers: Servers::OfGroups,
        ..Told::to_followers(by, activity)
    }))
}

/// A network passes an activity on.
pub(crate) fn announce(by: &Account, number: i64, object: &Value) -> Value {
    json!({
        "id": format!("{}#announces/{number}", by.uri),
        "type": Activity::Announce,
        "actor": by.uri,
        "to": [PUBLIC],
        "cc": [by.followers_uri],
        "audience": by.uri,
        "object": object,
    })
}

/// The Create of a post from elsewhere, which its own server sent and we do not have; `object` is the post or its id.
pub(crate) fn create(uri: &str, author: &Account, network: &Account, object: &Value) -> Value {
    json!({
        "id": format!("{uri}#create"),
        "type": Activity::Create,
        "actor": author.uri,
        "to": [PUBLIC, network.uri],
        "audience": network.uri,
        "object": object,
    })
}

/// An activity of ours, and its object, with the group that it is for.
pub(crate) fn in_network(mut activity: Value, network: &Account) -> Value {
    if let Some(object) = activity.get_mut("object")
        && object.is_object()
    {
        *object = marked(object.take(), network);
    }
    if let Some(activity) = activity.as_object_mut() {
        activity.insert("audience".to_owned(), json!(network.uri));
    }
    activity
}

/// An object with the group that it is for and, as Lemmy reads it, its language.
pub(crate) fn marked(mut object: Value, network: &Account) -> Value {
    if let Some(object) = object.as_object_mut() {
        let words = object.get("contentMap").and_then(Value::as_object);
        let language = words
            .and_then(|words| words.keys().next())
            .and_then(|code| language(code));
        if let Some(language) = language {
            object.insert("language".to_owned(), language);
        }
        object.insert("audience".to_owned(), json!(network.uri));
    }
    object
}

fn language(code: &str) -> Option<Value> {
    let code = primary(code);
    let (code, name) = LANGUAGES.iter().find(|(known, _)| *known == code)?;
    Some(json!({ "identifier": code, "name": name }))
}

/// A post from elsewhere by its id alone: who wants it asks its server.
fn named(
    conn: &mut DbConnection,
    status: domain::StatusId,
    network: &Account,
) -> Result<Option<Value>, service::Error> {
    let Some(status) = storage::statuses::find(conn, status)? else {
        return Ok(None);
    };
    let author = storage::accounts::find(conn, status.account_id)?;
    Ok(author.map(|author| create(&status.uri, &author, network, &json!(status.uri))))
}

/// A steward takes a post out, or puts it back: to servers of groups a deletion by a moderator, as in Lemmy.
fn removal(
    app: &App,
    conn: &mut DbConnection,
    status: domain::StatusId,
    steward: AccountId,
    undone: bool,
    network: &Account,
) -> Result<Option<Value>, service::Error> {
    let Some(status) = storage::statuses::find(conn, status)? else {
        return Ok(None);
    };
    let Some(steward) = storage::accounts::find(conn, steward)? else {
        return Ok(None);
    };
    let delete = json!({
        "id": format!("{}#removals/{}/{}", steward.uri, status.id, app.next_id()),
        "type": Activity::Delete,
        "actor": steward.uri,
        "to": [PUBLIC],
        "cc": [network.uri],
        "audience": network.uri,
        "object": status.uri,
        // It tells a removal from a deletion by the author.
        "summary": "Taken out by a steward",
    });
    if !undone {
        return Ok(Some(delete));
    }
    Ok(Some(in_network(people::undo(&delete, &steward), network)))
}
