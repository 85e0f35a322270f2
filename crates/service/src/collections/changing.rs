//! Collections of one's own: making and changing them, and who is put in. People elsewhere are asked by their servers:
//! FEP-7aa9.

use std::collections::{HashMap, HashSet};

use domain::quote::Permission;
use domain::{AccountId, CollectionId, ItemState, NotificationKind, Visibility, limits};
use storage::DbConnection;
use storage::accounts::Account;

use super::{
    Collection, CollectionItem, CollectionView, CollectionWishes, is_open, not_allowed, show,
    uri_of, visible,
};
use crate::audience::blocked_among;
use crate::error::invalid;
use crate::jobs::{Outgoing, federate};
use crate::notify::{About, notify};
use crate::oauth::Person;
use crate::quotes::quoter;
use crate::{App, Error, Result, language, tags};

/// Makes a collection with these people in it: all, or none if one of them cannot be.
pub async fn create(
    app: &App,
    person: &Person,
    wishes: CollectionWishes,
    mut who: Vec<AccountId>,
) -> Result<CollectionView> {
    let me = person.id();
    let mut seen = HashSet::new();
    who.retain(|id| seen.insert(*id));
    app.transaction(move |app, conn| {
        storage::accounts::hold(conn, me)?;
        if storage::collections::count(conn, me)? >= limits::COLLECTIONS {
            return Err(invalid(
                "You have reached the maximum amount of collections",
            ));
        }
        let now = app.now();
        let mut collection = Collection {
            id: CollectionId(app.next_id()),
            account_id: me,
            name: String::new(),
            description: String::new(),
            language: None,
            sensitive: false,
            discoverable: false,
            tag: None,
            created_at: now,
            updated_at: now,
            uri: None,
            url: None,
        };
        let wishes = CollectionWishes {
            name: Some(wishes.name.unwrap_or_default()),
            ..wishes
        };
        apply(app, &mut collection, wishes)?;
        storage::collections::insert(conn, collection.clone())?;
        put_in(app, conn, &collection, &who)?;
        if collection.discoverable {
            tell(app, conn, &collection, true, true)?;
        }
        shown(app, conn, me, collection)
    })
    .await
}

/// Changes a collection of one's own.
pub async fn update(
    app: &App,
    person: &Person,
    id: CollectionId,
    wishes: CollectionWishes,
) -> Result<CollectionView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        storage::accounts::hold(conn, me)?;
        let before = own(app, conn, me, id)?;
        let mut collection = before.clone();
        apply(app, &mut collection, wishes)?;
        collection.updated_at = app.now();
        storage::collections::update(conn, &collection)?;
        tell_of_change(app, conn, &before, &collection)?;
        let is_new = collection.discoverable && !before.discoverable;
        let is_listed = collection.discoverable || before.discoverable;
        tell(app, conn, &collection, is_new, is_listed)?;
        shown(app, conn, me, collection)
    })
    .await
}

/// Removes a collection of one's own.
pub async fn delete(app: &App, person: &Person, id: CollectionId) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let collection = own(app, conn, me, id)?;
        let owner = storage::accounts::find(conn, me)?.ok_or(Error::NotFound)?;
        let told = Outgoing::Unlist {
            account: me,
            object: uri_of(&owner, &collection),
            target: app.addresses().collections(&owner.username),
            to: inside(conn, id)?,
            is_listed: collection.discoverable,
        };
        federate(app, conn, told)?;
        forget(conn, id)
    })
    .await
}

/// Removes a collection, whosever it is, and what was told of it.
pub(crate) fn forget(conn: &mut DbConnection, id: CollectionId) -> Result<()> {
    withdraw(conn, id, None)?;
    Ok(storage::collections::delete(conn, id)?)
}

/// Puts somebody into a collection of one's own.
pub async fn add(
    app: &App,
    person: &Person,
    id: CollectionId,
    who: AccountId,
) -> Result<CollectionItem> {
    let me = person.id();
    app.transaction(move |app, conn| {
        storage::accounts::hold(conn, me)?;
        let collection = own(app, conn, me, id)?;
        let added = put_in(app, conn, &collection, &[who])?;
        storage::collections::touch(conn, id, app.now())?;
        let item = added.into_iter().next().ok_or(Error::NotFound)?;
        if item.state == ItemState::Accepted {
            federate(app, conn, Outgoing::PutIn { item: item.id })?;
        }
        Ok(item)
    })
    .await
}

/// Takes somebody out of a collection of one's own. Who took themselves out is not there any more.
pub async fn remove(app: &App, person: &Person, id: CollectionId, item: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let collection = own(app, conn, me, id)?;
        let item = standing_item(conn, id, item)?;
        take_out(app, conn, &collection, &item)?;
        Ok(storage::collections::remove(conn, item.id)?)
    })
    .await
}

/// Takes oneself out of somebody's collection, for good.
pub async fn revoke(app: &App, person: &Person, id: CollectionId, item: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let collection = visible(app, conn, Some(me), id)?.collection;
        let mut item = standing_item(conn, id, item)?;
        if item.account_id != me {
            return Err(not_allowed());
        }
        take_out(app, conn, &collection, &item)?;
        item.state = ItemState::Revoked;
        Ok(storage::collections::update_item(conn, &item)?)
    })
    .await
}

/// Somebody who is in a collection, or was asked.
fn standing_item(conn: &mut DbConnection, id: CollectionId, item: i64) -> Result<CollectionItem> {
    storage::collections::item(conn, id, item)?
        .filter(|item| matches!(item.state, ItemState::Pending | ItemState::Accepted))
        .ok_or(Error::NotFound)
}

/// Neither of two people between whom there is a block now is in collections of the other, until they are put in again.
pub(crate) fn part(
    app: &App,
    conn: &mut DbConnection,
    owner: AccountId,
    other: AccountId,
) -> Result<()> {
    for (collection, item) in storage::collections::shared(conn, owner, other)? {
        take_out(app, conn, &collection, &item)?;
        storage::collections::remove(conn, item.id)?;
    }
    Ok(())
}

/// Has other servers told that somebody is not in a collection any more, and takes back what they were told of it. What
/// becomes of the row is the caller's.
pub(crate) fn take_out(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    item: &CollectionItem,
) -> Result<()> {
    withdraw(conn, collection.id, Some(item.account_id))?;
    if let Some(uri) = &collection.uri {
        return federate(
            app,
            conn,
            Outgoing::RevokeFeature {
                account: item.account_id,
                to: collection.account_id,
                collection: uri.clone(),
                item: item.id,
            },
        );
    }
    storage::collections::touch(conn, collection.id, app.now())?;
    let owner = storage::accounts::find(conn, collection.account_id)?.ok_or(Error::NotFound)?;
    let target = uri_of(&owner, collection);
    let mut to = inside(conn, collection.id)?;
    to.push(item.account_id);
    let told = Outgoing::Unlist {
        account: owner.id,
        object: item_uri(&target, item.id),
        target,
        to,
        is_listed: collection.discoverable && item.state == ItemState::Accepted,
    };
    federate(app, conn, told)
}

/// The id of somebody's place in a collection of ours.
#[must_use]
pub fn item_uri(collection: &str, item: i64) -> String {
    format!("{collection}#items/{item}")
}

/// Those who are in a collection.
fn inside(conn: &mut DbConnection, id: CollectionId) -> Result<Vec<AccountId>> {
    let items = storage::collections::items(conn, &[id])?.into_iter();
    let accepted = items.filter(|item| item.state == ItemState::Accepted);
    Ok(accepted.map(|item| item.account_id).collect())
}

/// Has other servers told of a collection: followers, if it is listed, and those in it.
fn tell(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    is_new: bool,
    is_listed: bool,
) -> Result<()> {
    let told = Outgoing::Collection {
        collection: collection.id,
        is_new,
        is_listed,
    };
    federate(app, conn, told)
}

fn own(app: &App, conn: &mut DbConnection, me: AccountId, id: CollectionId) -> Result<Collection> {
    let collection = visible(app, conn, Some(me), id)?.collection;
    if collection.account_id == me {
        Ok(collection)
    } else {
        Err(not_allowed())
    }
}

fn shown(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    collection: Collection,
) -> Result<CollectionView> {
    show(app, conn, Some(me), vec![collection])?
        .pop()
        .ok_or(Error::NotFound)
}

/// Takes away what was told of a collection, to one account or to all.
pub(crate) fn withdraw(
    conn: &mut DbConnection,
    id: CollectionId,
    account: Option<AccountId>,
) -> Result<()> {
    let kinds = [
        NotificationKind::AddedToCollection,
        NotificationKind::CollectionUpdate,
    ];
    Ok(storage::notifications::delete_of_event(
        conn, &kinds, id.0, account,
    )?)
}

/// Tells those of ours who are in a collection that it is called or described otherwise, if it is. What they were told so
/// before goes.
pub(crate) fn tell_of_change(
    app: &App,
    conn: &mut DbConnection,
    before: &Collection,
    collection: &Collection,
) -> Result<()> {
    if before.name == collection.name && before.description == collection.description {
        return Ok(());
    }
    let kind = NotificationKind::CollectionUpdate;
    storage::notifications::delete_of_event(conn, &[kind], collection.id.0, None)?;
    let members = inside(conn, collection.id)?;
    for member in storage::accounts::with_ids(conn, &members)? {
        if member.is_local() {
            let (by, about) = (collection.account_id, About::Collection(collection.id));
            notify(app, conn, member.id, by, kind, about)?;
        }
    }
    Ok(())
}

/// Tells somebody of ours that they were put in.
pub(crate) fn tell_who_is_in(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    account: AccountId,
) -> Result<()> {
    let kind = NotificationKind::AddedToCollection;
    let (by, about) = (collection.account_id, About::Collection(collection.id));
    notify(app, conn, account, by, kind, about)
}

/// As what somebody comes into a collection of `owner`'s; not at all, if they do not let them.
fn admitted(
    conn: &mut DbConnection,
    owner: AccountId,
    account: &Account,
) -> Result<Option<ItemState>> {
    if account.is_local() {
        return Ok(is_open(account).then_some(ItemState::Accepted));
    }
    let quoter = quoter(conn, owner, account.id)?;
    let may = account.feature_policy.permits(quoter, Visibility::Public);
    let asked = matches!(may, Permission::Automatic | Permission::Manual);
    Ok(asked.then_some(ItemState::Pending))
}

/// Who can be: one of ours who wants to be found, or somebody elsewhere whose server can be asked for them; at peace with
/// the owner, and not in it already nor out of it by their own will.
fn put_in(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    who: &[AccountId],
) -> Result<Vec<CollectionItem>> {
    if who.is_empty() {
        return Ok(Vec::new());
    }
    let owner = storage::accounts::find(conn, collection.account_id)?.ok_or(Error::NotFound)?;
    let found: HashMap<AccountId, Account> = storage::accounts::with_ids(conn, who)?
        .into_iter()
        .filter(|account| !account.is_gone())
        .map(|account| (account.id, account))
        .collect();
    let known = storage::collections::all_items(conn, collection.id)?;
    let refused = |item: &&CollectionItem| item.state == ItemState::Rejected;
    let mut items = Vec::with_capacity(who.len());
    for id in who {
        let account = found.get(id).ok_or(Error::NotFound)?;
        let state = admitted(conn, owner.id, account)?.ok_or_else(not_allowed)?;
        let item = app.next_id();
        let request = app.addresses().feature_request(&owner.username, item);
        items.push(CollectionItem {
            id: item,
            collection_id: collection.id,
            account_id: *id,
            state,
            created_at: app.now(),
            uri: None,
            request_uri: (state == ItemState::Pending).then_some(request),
            approval_uri: None,
        });
    }
    if !blocked_among(conn, owner.id, who)?.is_empty() {
        return Err(not_allowed());
    }
    let mut others = known.iter().filter(|item| !refused(item));
    if others.any(|item| who.contains(&item.account_id)) {
        return Err(invalid("Account has already been taken"));
    }
    let stands =
        |item: &&CollectionItem| matches!(item.state, ItemState::Pending | ItemState::Accepted);
    if known.iter().filter(stands).count() + who.len() > limits::COLLECTION_ITEMS {
        return Err(invalid(format!(
            "Collection items are too many (maximum is {})",
            limits::COLLECTION_ITEMS
        )));
    }
    // Who said no may be asked again.
    for item in known.iter().filter(refused) {
        if who.contains(&item.account_id) {
            storage::collections::remove(conn, item.id)?;
        }
    }
    storage::collections::add(conn, items.clone())?;
    for item in &items {
        if item.state == ItemState::Accepted {
            tell_who_is_in(app, conn, collection, item.account_id)?;
        } else {
            federate(app, conn, Outgoing::FeatureRequest { item: item.id })?;
        }
    }
    Ok(items)
}

fn apply(app: &App, collection: &mut Collection, wishes: CollectionWishes) -> Result<()> {
    if let Some(name) = wishes.name {
        let name = text("Name", &name, limits::COLLECTION_NAME)?;
        if name.is_empty() {
            return Err(invalid("Name can't be blank"));
        }
        collection.name = name;
    }
    if let Some(description) = wishes.description {
        let most = limits::COLLECTION_DESCRIPTION;
        collection.description = text("Description", &description, most)?;
    }
    if let Some(language) = wishes.language {
        collection.language = match language.trim() {
            "" => None,
            code => Some(language::checked(code.to_owned())?),
        };
    }
    if let Some(tag) = wishes.tag {
        collection.tag = match tag.trim() {
            "" => None,
            name => {
                Some(tags::named(app, name).ok_or_else(|| invalid("Tag name is not a hashtag"))?)
            }
        };
    }
    collection.sensitive = wishes.sensitive.unwrap_or(collection.sensitive);
    collection.discoverable = wishes.discoverable.unwrap_or(collection.discoverable);
    Ok(())
}

fn text(what: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim().replace('\0', "");
    if text.chars().count() > most {
        return Err(invalid(format!(
            "{what} is too long (maximum is {most} characters)"
        )));
    }
    Ok(text)
}
