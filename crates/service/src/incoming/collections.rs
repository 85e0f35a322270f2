//! Collections of people elsewhere, and what others say to standing in ours: FEP-7aa9, as Mastodon does it.

use std::collections::HashMap;

use domain::{AccountId, CollectionId, ItemState, Time, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::collections::{Collection, CollectionItem};

use super::retractions::{is_taken_back, remember};
use super::settled;
use crate::audience::blocked_among;
use crate::collections::{forget, is_open, take_out, tell_of_change, tell_who_is_in, withdraw};
use crate::domain_blocks::is_blocked;
use crate::jobs::{Outgoing, federate};
use crate::text::plain_text;
use crate::{App, Result, tags};

/// A collection as its owner's server describes it.
#[derive(Debug, Clone)]
pub struct RemoteCollection {
    pub uri: String,
    pub url: Option<String>,
    pub name: String,
    /// HTML.
    pub description: String,
    pub language: Option<String>,
    pub sensitive: bool,
    pub discoverable: bool,
    /// Name of a hashtag.
    pub tag: Option<String>,
    pub published: Option<Time>,
    pub updated: Option<Time>,
    pub items: Vec<RemoteItem>,
}

/// Somebody in such a collection.
#[derive(Debug, Clone)]
pub struct RemoteItem {
    pub uri: String,
    pub account: AccountId,
    /// Id of a FeatureAuthorization that was found at their own server and is of this collection; none of ours, who said
    /// so to us, or did not.
    pub approval: Option<String>,
}

/// What somebody elsewhere asks for: to have one of ours in a collection of theirs.
#[derive(Debug, Clone)]
pub struct FeatureRequest {
    pub uri: String,
    /// Who is asked.
    pub account: AccountId,
    /// Id of the collection.
    pub collection: String,
    /// The collection, if it was not known.
    pub found: Option<Box<RemoteCollection>>,
}

/// Stores a collection of somebody elsewhere that was found where they list theirs.
pub async fn receive_collection(app: &App, by: AccountId, remote: RemoteCollection) -> Result<()> {
    settled(app, move |app, conn| {
        let account = storage::accounts::hold(conn, by)?;
        match account.filter(|row| !row.is_local() && !row.is_gone()) {
            Some(account) => receive(app, conn, &account, &remote).map(drop),
            None => Ok(()),
        }
    })
    .await
}

/// Stores a collection, or what is new about it; none if it is not taken in.
pub(super) fn receive(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    remote: &RemoteCollection,
) -> Result<Option<Collection>> {
    let now = app.now();
    let known = storage::collections::with_uri(conn, &remote.uri)?;
    let updated = remote.updated.unwrap_or(now).min(now);
    let id = match &known {
        Some(known) if known.account_id != by.id => return Ok(None),
        Some(known) if updated < known.updated_at => return Ok(Some(known.clone())),
        Some(known) => known.id,
        None => CollectionId(app.next_id()),
    };
    let cut = |text: &str, most: usize| limits::cut(text.trim(), most).replace('\0', "");
    let description = plain_text(limits::cut_bytes(
        &remote.description,
        limits::REMOTE_BIOGRAPHY_BYTES,
    ));
    let collection = Collection {
        id,
        account_id: by.id,
        name: cut(&remote.name, limits::REMOTE_COLLECTION_NAME),
        description: cut(&description, limits::REMOTE_COLLECTION_DESCRIPTION),
        language: remote.language.clone(),
        sensitive: remote.sensitive,
        discoverable: remote.discoverable,
        tag: remote.tag.as_ref().and_then(|name| tags::named(app, name)),
        created_at: remote.published.unwrap_or(now).min(now),
        updated_at: updated,
        uri: Some(remote.uri.clone()),
        url: remote.url.clone(),
    };
    match &known {
        Some(_) => storage::collections::update(conn, &collection)?,
        None => {
            let full = storage::collections::count(conn, by.id)? >= limits::REMOTE_COLLECTIONS;
            if full || is_taken_back(conn, by.id, &remote.uri)? {
                return Ok(None);
            }
            storage::collections::insert(conn, collection.clone())?;
        }
    }
    list(app, conn, &collection, &remote.items)?;
    if let Some(before) = known {
        tell_of_change(app, conn, &before, &collection)?;
    }
    Ok(Some(collection))
}

/// Whom a collection lists: nobody else who was listed stays in it. One of ours who agreed may not be listed yet.
fn list(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    listed: &[RemoteItem],
) -> Result<()> {
    let rows = storage::collections::all_items(conn, collection.id)?;
    let mut known: HashMap<AccountId, CollectionItem> =
        rows.into_iter().map(|row| (row.account_id, row)).collect();
    let mut inside = Vec::new();
    for item in listed.iter().take(limits::REMOTE_COLLECTION_ITEMS) {
        if inside.contains(&item.account) {
            continue;
        }
        inside.push(item.account);
        let row = known.remove(&item.account);
        keep(app, conn, collection, row, item)?;
    }
    for row in known.into_values() {
        if row.state == ItemState::Accepted && row.uri.is_some() {
            drop_item(conn, &row)?;
        }
    }
    Ok(())
}

/// Keeps somebody's place in a collection: of ours, if they agreed. What was taken out stays out, whatever comes late: put in
/// again, somebody has another place.
fn keep(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    known: Option<CollectionItem>,
    item: &RemoteItem,
) -> Result<()> {
    if is_taken_back(conn, collection.account_id, &item.uri)? {
        return Ok(());
    }
    match known {
        Some(row) if row.state == ItemState::Revoked => Ok(()),
        Some(row) => {
            let row = CollectionItem {
                uri: Some(item.uri.clone()),
                approval_uri: item.approval.clone(),
                ..row
            };
            Ok(storage::collections::update_item(conn, &row)?)
        }
        None if item.approval.is_none() => Ok(()),
        None => {
            let row = CollectionItem {
                id: app.next_id(),
                collection_id: collection.id,
                account_id: item.account,
                state: ItemState::Accepted,
                created_at: app.now(),
                uri: Some(item.uri.clone()),
                request_uri: None,
                approval_uri: item.approval.clone(),
            };
            Ok(storage::collections::add(conn, vec![row])?)
        }
    }
}

fn drop_item(conn: &mut DbConnection, item: &CollectionItem) -> Result<()> {
    withdraw(conn, item.collection_id, Some(item.account_id))?;
    Ok(storage::collections::remove(conn, item.id)?)
}

/// Somebody elsewhere lists one more in a collection of theirs.
pub(super) fn add(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    collection: &str,
    item: &RemoteItem,
) -> Result<()> {
    let Some(collection) = of(conn, by, collection)? else {
        return Ok(());
    };
    let rows = storage::collections::all_items(conn, collection.id)?;
    let full = rows.len() >= limits::REMOTE_COLLECTION_ITEMS;
    let known = rows.into_iter().find(|row| row.account_id == item.account);
    if full && known.is_none() {
        return Ok(());
    }
    keep(app, conn, &collection, known, item)
}

/// Somebody elsewhere takes a collection of theirs away, or somebody out of it; which, its id says.
pub(super) fn remove(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    target: &str,
    object: &str,
) -> Result<()> {
    if let Some(collection) = of(conn, by, target)? {
        remember(app, conn, by, object)?;
        let rows = storage::collections::all_items(conn, collection.id)?;
        let mut rows = rows.into_iter();
        let item = rows.find(|row| row.uri.as_deref() == Some(object));
        return match item {
            Some(item) if item.state == ItemState::Accepted => drop_item(conn, &item),
            _ => Ok(()),
        };
    }
    take_back(app, conn, by, object).map(drop)
}

/// Somebody elsewhere deletes a collection of theirs, or the stamp by which they stand in one: true if it was one of
/// these.
pub(super) fn take_back(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    uri: &str,
) -> Result<bool> {
    if let Some(collection) = of(conn, by, uri)? {
        forget(conn, collection.id)?;
        remember(app, conn, by, uri)?;
        return Ok(true);
    }
    let items = storage::collections::with_approval_uri(conn, uri)?;
    let mut found = false;
    for item in items.into_iter().filter(|item| item.account_id == by) {
        found = true;
        match ours(conn, &item)? {
            Some(collection) => end(app, conn, &collection, item)?,
            None => drop_item(conn, &item)?,
        }
    }
    Ok(found)
}

/// Somebody elsewhere wants to have one of ours in a collection of theirs.
pub(super) fn request(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    request: &FeatureRequest,
) -> Result<()> {
    let account = storage::accounts::find(conn, request.account)?;
    let Some(account) = account.filter(Account::is_local) else {
        return Ok(());
    };
    let collection = match storage::collections::with_uri(conn, &request.collection)? {
        Some(known) => Some(known).filter(|row| row.account_id == by.id),
        None => match &request.found {
            Some(found) => receive(app, conn, by, found)?,
            None => None,
        },
    };
    let item = match collection {
        Some(collection) => agree(app, conn, by, &account, &collection, &request.uri)?,
        None => None,
    };
    let answer = Outgoing::AnswerFeature {
        account: account.id,
        to: by.id,
        request: request.uri.clone(),
        collection: request.collection.clone(),
        item,
    };
    federate(app, conn, answer)
}

/// The number by which one of ours stands in a collection elsewhere from now on, if they let others recommend them.
fn agree(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    account: &Account,
    collection: &Collection,
    request: &str,
) -> Result<Option<i64>> {
    let may = is_open(account)
        && blocked_among(conn, account.id, &[by.id])?.is_empty()
        && !is_blocked(conn, account.id, by.id)?;
    if !may {
        return Ok(None);
    }
    let rows = storage::collections::all_items(conn, collection.id)?;
    if let Some(known) = rows.iter().find(|row| row.account_id == account.id) {
        // Who took themselves out stays out.
        return Ok((known.state == ItemState::Accepted).then_some(known.id));
    }
    if rows.len() >= limits::REMOTE_COLLECTION_ITEMS {
        return Ok(None);
    }
    let item = CollectionItem {
        id: app.next_id(),
        collection_id: collection.id,
        account_id: account.id,
        state: ItemState::Accepted,
        created_at: app.now(),
        uri: None,
        request_uri: Some(request.to_owned()),
        approval_uri: None,
    };
    let id = item.id;
    storage::collections::add(conn, vec![item])?;
    tell_who_is_in(app, conn, collection, account.id)?;
    Ok(Some(id))
}

/// Somebody elsewhere who was asked to stand in a collection of ours says yes, by a stamp, or no.
pub(super) fn answer(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    request: &str,
    stamp: Option<&String>,
) -> Result<()> {
    let item = storage::collections::with_request_uri(conn, request)?;
    let Some(mut item) = item.filter(|item| item.account_id == by) else {
        return Ok(());
    };
    let Some(collection) = ours(conn, &item)? else {
        return Ok(());
    };
    match (item.state, stamp) {
        (ItemState::Pending | ItemState::Rejected, Some(stamp)) => {
            item.state = ItemState::Accepted;
            item.approval_uri = Some(stamp.clone());
            storage::collections::update_item(conn, &item)?;
            storage::collections::touch(conn, collection.id, app.now())?;
            federate(app, conn, Outgoing::PutIn { item: item.id })
        }
        (ItemState::Pending, None) => {
            item.state = ItemState::Rejected;
            Ok(storage::collections::update_item(conn, &item)?)
        }
        (ItemState::Accepted, None) => end(app, conn, &collection, item),
        (ItemState::Accepted, Some(_)) | (ItemState::Rejected, None) | (ItemState::Revoked, _) => {
            Ok(())
        }
    }
}

/// Somebody elsewhere does not stand in a collection of ours any more.
fn end(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    mut item: CollectionItem,
) -> Result<()> {
    if item.state != ItemState::Accepted {
        return Ok(());
    }
    take_out(app, conn, collection, &item)?;
    item.state = ItemState::Revoked;
    Ok(storage::collections::update_item(conn, &item)?)
}

/// A collection of somebody elsewhere, of that id.
fn of(conn: &mut DbConnection, by: AccountId, uri: &str) -> Result<Option<Collection>> {
    let found = storage::collections::with_uri(conn, uri)?;
    Ok(found.filter(|row| row.account_id == by))
}

/// The collection of ours that somebody is in.
fn ours(conn: &mut DbConnection, item: &CollectionItem) -> Result<Option<Collection>> {
    let found = storage::collections::find(conn, item.collection_id)?;
    Ok(found.filter(|row| row.uri.is_none()))
}
