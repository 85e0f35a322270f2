//! Telling of collections, asking to have somebody in one, and answering: FEP-7aa9, as Mastodon writes it.

use domain::{AccountId, CollectionId, ItemState};
use serde_json::{Value, json};
use service::App;
use service::audience::Viewer;
use service::collections::{members_elsewhere, recommended, uri_of};
use storage::DbConnection;
use storage::accounts::Account;
use storage::collections::{Collection, CollectionItem};

use super::{Told, people};
use crate::convert::collection;
use crate::protocol::addressing::PUBLIC;
use crate::protocol::vocabulary::Activity;

type Outcome = Result<Option<Told>, service::Error>;

/// A collection is listed, or is not what it was.
pub(super) fn changed(
    app: &App,
    conn: &mut DbConnection,
    id: CollectionId,
    is_new: bool,
    is_listed: bool,
) -> Outcome {
    let Some((_, owner)) = owned(conn, id)? else {
        return Ok(None);
    };
    let Some(found) = recommended(app, conn, &Viewer::Nobody, &owner, Some(id))?.pop() else {
        return Ok(None);
    };
    let object = collection::to_json(app, &owner, &found);
    let uri = &found.view.uri;
    let activity = if is_new {
        let target = app.addresses().collections(&owner.username);
        listing(app, &owner, Activity::Add, &object, &target)
    } else {
        json!({
            "id": format!("{uri}#updates/{}", app.next_id()),
            "type": Activity::Update,
            "actor": owner.uri,
            "to": [PUBLIC],
            "object": object,
        })
    };
    let members = members_elsewhere(conn, id)?;
    Ok(Some(told(owner, activity, members, is_listed)))
}

/// Somebody is in a collection now.
pub(super) fn put_in(app: &App, conn: &mut DbConnection, item: i64) -> Outcome {
    let Some((item, account, row, owner)) = standing(conn, item, ItemState::Accepted)? else {
        return Ok(None);
    };
    let target = uri_of(&owner, &row);
    let object = collection::item_to_json(app, &target, &item, &account);
    let activity = listing(app, &owner, Activity::Add, &object, &target);
    let members = members_elsewhere(conn, row.id)?;
    Ok(Some(told(owner, activity, members, row.discoverable)))
}

/// A collection, or somebody in it, is not there any more.
pub(super) fn removed(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    object: &str,
    target: &str,
    to: &[AccountId],
    is_listed: bool,
) -> Outcome {
    let Some(owner) = storage::accounts::find(conn, account)? else {
        return Ok(None);
    };
    let activity = listing(app, &owner, Activity::Remove, &json!(object), target);
    let to = storage::accounts::with_ids(conn, to)?;
    Ok(Some(told(owner, activity, to, is_listed)))
}

/// Asks somebody elsewhere to stand in a collection.
pub(super) fn request(conn: &mut DbConnection, item: i64) -> Outcome {
    let Some((item, account, row, owner)) = standing(conn, item, ItemState::Pending)? else {
        return Ok(None);
    };
    let activity = json!({
        "id": item.request_uri,
        "type": Activity::FeatureRequest,
        "actor": owner.uri,
        "to": [account.uri],
        "object": account.uri,
        "instrument": uri_of(&owner, &row),
    });
    Ok(Some(Told::to(owner, activity, vec![account])))
}

/// Says whether one of ours stands in a collection elsewhere: with the stamp, or not.
pub(super) fn answer(
    app: &App,
    account: &Account,
    owner: &Account,
    request: &str,
    of: &str,
    item: Option<i64>,
) -> Value {
    let asked = json!({
        "id": request,
        "type": Activity::FeatureRequest,
        "actor": owner.uri,
        "object": account.uri,
        "instrument": of,
    });
    let addresses = app.addresses();
    let stamp = item.map(|item| addresses.feature_authorization(&account.username, item));
    people::stamped(app, "features", account, owner, &asked, stamp.as_deref())
}

/// Tells somebody elsewhere that one of ours stands in their collection no more.
pub(super) fn revocation(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    to: AccountId,
    of: &str,
    item: i64,
) -> Outcome {
    people::between(conn, account, to, |by, to| {
        let stamp = app.addresses().feature_authorization(&by.username, item);
        json!({
            "id": format!("{stamp}#delete"),
            "type": Activity::Delete,
            "actor": by.uri,
            "to": [to.uri],
            "object": collection::authorization(app, by, item, of),
        })
    })
}

fn listing(app: &App, by: &Account, kind: Activity, object: &Value, target: &str) -> Value {
    json!({
        "id": format!("{target}#{}/{}", kind.in_id(), app.next_id()),
        "type": kind,
        "actor": by.uri,
        "to": [by.followers_uri],
        "object": object,
        "target": target,
    })
}

fn told(by: Account, activity: Value, to: Vec<Account>, is_listed: bool) -> Told {
    Told {
        to_followers: is_listed,
        ..Told::to(by, activity, to)
    }
}

type Owned = (Collection, Account);

fn owned(conn: &mut DbConnection, id: CollectionId) -> Result<Option<Owned>, service::Error> {
    let Some(row) = storage::collections::find(conn, id)? else {
        return Ok(None);
    };
    let owner = storage::accounts::find(conn, row.account_id)?;
    Ok(owner.map(|owner| (row, owner)))
}

type Standing = (CollectionItem, Account, Collection, Account);

/// Somebody in a collection with whose it is, if they are still in that state.
fn standing(
    conn: &mut DbConnection,
    item: i64,
    state: ItemState,
) -> Result<Option<Standing>, service::Error> {
    let found = storage::collections::find_item(conn, item)?;
    let Some(item) = found.filter(|item| item.state == state) else {
        return Ok(None);
    };
    let account = storage::accounts::find(conn, item.account_id)?;
    let owned = owned(conn, item.collection_id)?;
    Ok(account
        .zip(owned)
        .map(|(account, (row, owner))| (item, account, row, owner)))
}
