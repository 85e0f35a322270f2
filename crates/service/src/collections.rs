//! Collections: people whom somebody recommends, under a name.
//! <https://docs.joinmastodon.org/methods/collections/>

use std::collections::{HashMap, HashSet};

use domain::{AccountId, CollectionId, NotificationKind, limits};
use storage::DbConnection;
use storage::accounts::Account;

use crate::audience::{Viewer, blocked_among};
use crate::error::invalid;
use crate::notify::{About, notify};
use crate::oauth::Person;
use crate::statuses::check_language;
use crate::views::{self, AccountView, TagView};
use crate::{App, Error, Result, accounts, tags};

pub use storage::collections::{Collection, CollectionItem};

/// What a collection is to be; None leaves it as it is, and blank text takes it away.
#[derive(Debug, Clone, Default)]
pub struct CollectionWishes {
    pub name: Option<String>,
    pub description: Option<String>,
    pub language: Option<String>,
    pub sensitive: Option<bool>,
    pub discoverable: Option<bool>,
    pub tag: Option<String>,
}

/// A collection as somebody sees it.
#[derive(Debug, Clone)]
pub struct CollectionView {
    pub collection: Collection,
    pub uri: String,
    pub tag: Option<TagView>,
    pub items: Vec<CollectionItem>,
}

/// A collection with all who are in it.
#[derive(Debug, Clone)]
pub struct Recommended {
    pub view: CollectionView,
    pub people: Vec<(CollectionItem, Account)>,
}

/// Whether anybody may recommend an account: one of ours that wants to be found. Those elsewhere would have to be asked
/// by their servers.
#[must_use]
pub fn is_open(account: &Account) -> bool {
    account.is_local() && account.discoverable && !account.is_gone()
}

/// Somebody's collections, newest first: those that are listed, or all of one's own.
pub async fn of_account(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    limit: i64,
    offset: i64,
) -> Result<Vec<CollectionView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        if accounts::unless_suspended(conn, id)?.is_none() {
            return Ok(Vec::new());
        }
        let only_discoverable = viewer != Some(id);
        let rows = storage::collections::of_account(conn, id, only_discoverable, limit, offset)?;
        show(app, conn, viewer, rows)
    })
    .await
}

/// The collections that one is in oneself, newest first.
pub async fn holding(
    app: &App,
    person: &Person,
    id: AccountId,
    limit: i64,
    offset: i64,
) -> Result<Vec<CollectionView>> {
    let me = person.id();
    app.read(move |app, conn| {
        accounts::find(conn, id)?;
        if id != me {
            return Err(not_allowed());
        }
        let rows = storage::collections::holding(conn, id, limit, offset)?;
        show(app, conn, Some(me), rows)
    })
    .await
}

/// A collection, with its owner and all who are in it.
pub async fn find(
    app: &App,
    viewer: Option<&Person>,
    id: CollectionId,
) -> Result<(CollectionView, Vec<AccountView>)> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let view = visible(app, conn, viewer, id)?;
        let owner = view.collection.account_id;
        let people = view.items.iter().map(|item| item.account_id);
        let mut ids: Vec<AccountId> = std::iter::once(owner).chain(people).collect();
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        Ok((view, views::accounts(app, conn, viewer, &ids)?))
    })
    .await
}

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
        };
        let wishes = CollectionWishes {
            name: Some(wishes.name.unwrap_or_default()),
            ..wishes
        };
        apply(app, &mut collection, wishes)?;
        storage::collections::insert(conn, collection.clone())?;
        put_in(app, conn, &collection, &who)?;
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
        let mut collection = own(app, conn, me, id)?;
        let before = (collection.name.clone(), collection.description.clone());
        apply(app, &mut collection, wishes)?;
        collection.updated_at = app.now();
        storage::collections::update(conn, &collection)?;
        if before != (collection.name.clone(), collection.description.clone()) {
            tell_of_change(app, conn, &collection)?;
        }
        shown(app, conn, me, collection)
    })
    .await
}

/// Removes a collection of one's own.
pub async fn delete(app: &App, person: &Person, id: CollectionId) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own(app, conn, me, id)?;
        withdraw(conn, id, None)?;
        Ok(storage::collections::delete(conn, id)?)
    })
    .await
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
        added.into_iter().next().ok_or(Error::NotFound)
    })
    .await
}

/// Takes somebody out of a collection of one's own. Who took themselves out is not there any more.
pub async fn remove(app: &App, person: &Person, id: CollectionId, item: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own(app, conn, me, id)?;
        let item = storage::collections::item(conn, id, item)?
            .filter(|item| !item.revoked)
            .ok_or(Error::NotFound)?;
        storage::collections::remove(conn, item.id)?;
        withdraw(conn, id, Some(item.account_id))?;
        Ok(storage::collections::touch(conn, id, app.now())?)
    })
    .await
}

/// Takes oneself out of somebody's collection, for good.
pub async fn revoke(app: &App, person: &Person, id: CollectionId, item: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        visible(app, conn, Some(me), id)?;
        let item = storage::collections::item(conn, id, item)?
            .filter(|item| !item.revoked)
            .ok_or(Error::NotFound)?;
        if item.account_id != me {
            return Err(not_allowed());
        }
        storage::collections::revoke(conn, item.id)?;
        withdraw(conn, id, Some(me))?;
        Ok(storage::collections::touch(conn, id, app.now())?)
    })
    .await
}

/// Collections of one of ours as other servers read them: those that are listed, or the one of that id. Five queries.
pub fn recommended(
    app: &App,
    conn: &mut DbConnection,
    viewer: &Viewer,
    owner: &Account,
    one: Option<CollectionId>,
) -> Result<Vec<Recommended>> {
    let viewer = match viewer {
        Viewer::Person(id) => Some(*id),
        Viewer::Nobody | Viewer::Server(_) => None,
    };
    let rows = match one {
        Some(id) => storage::collections::find(conn, id)?
            .into_iter()
            .filter(|row| row.account_id == owner.id)
            .collect(),
        None => storage::collections::of_account(conn, owner.id, true, limits::COLLECTIONS, 0)?,
    };
    let shown = show(app, conn, viewer, rows)?;
    let items = shown.iter().flat_map(|view| &view.items);
    let mut ids: Vec<AccountId> = items.map(|item| item.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: HashMap<AccountId, Account> = storage::accounts::with_ids(conn, &ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let whole = |view: CollectionView| {
        let person = |item: &CollectionItem| {
            let account = people.get(&item.account_id)?.clone();
            Some((item.clone(), account))
        };
        Recommended {
            people: view.items.iter().filter_map(person).collect(),
            view,
        }
    };
    Ok(shown.into_iter().map(whole).collect())
}

/// The address of the collection in which somebody stands as the item of that number.
pub fn standing(conn: &mut DbConnection, account: AccountId, item: i64) -> Result<Option<String>> {
    let found = storage::collections::of_item(conn, account, item)?;
    Ok(found.map(|(row, owner)| address(&owner, row.id)))
}

fn address(owner: &str, id: CollectionId) -> String {
    format!("{owner}/collections/{id}")
}

/// Also where the collection is nobody's business but its owner's: whoever knows its id may look at it.
fn visible(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    id: CollectionId,
) -> Result<CollectionView> {
    let row = storage::collections::find(conn, id)?.ok_or(Error::NotFound)?;
    show(app, conn, viewer, vec![row])?
        .pop()
        .ok_or(Error::NotFound)
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

/// Collections as the viewer sees them: without those of people who are gone, and without people between whom and the
/// viewer there is a block. Three queries.
fn show(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    rows: Vec<Collection>,
) -> Result<Vec<CollectionView>> {
    let ids: Vec<CollectionId> = rows.iter().map(|row| row.id).collect();
    let owners: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
    let items = storage::collections::items(conn, &ids)?;
    let blocked = match viewer {
        Some(viewer) => {
            let others = items.iter().map(|item| item.account_id);
            let others: Vec<AccountId> = others.chain(owners.iter().copied()).collect();
            blocked_among(conn, viewer, &others)?
        }
        None => HashSet::new(),
    };
    let owners: HashMap<AccountId, Account> = storage::accounts::with_ids(conn, &owners)?
        .into_iter()
        .filter(|owner| !owner.is_gone() && !blocked.contains(&owner.id))
        .map(|owner| (owner.id, owner))
        .collect();
    let mut of: HashMap<CollectionId, Vec<CollectionItem>> = HashMap::new();
    for item in items {
        if !blocked.contains(&item.account_id) {
            of.entry(item.collection_id).or_default().push(item);
        }
    }
    let view = |row: Collection| {
        let owner = owners.get(&row.account_id)?;
        Some(CollectionView {
            uri: address(&owner.uri, row.id),
            tag: row.tag.clone().map(|name| TagView {
                url: app.addresses().tag(&name),
                name,
            }),
            items: of.remove(&row.id).unwrap_or_default(),
            collection: row,
        })
    };
    Ok(rows.into_iter().filter_map(view).collect())
}

/// Those of these collections that the viewer may see.
pub(crate) fn with_ids(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    ids: &[CollectionId],
) -> Result<HashMap<CollectionId, CollectionView>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = storage::collections::with_ids(conn, ids)?;
    let shown = show(app, conn, Some(viewer), rows)?.into_iter();
    Ok(shown.map(|view| (view.collection.id, view)).collect())
}

/// Takes away what was told of a collection, to one account or to all.
fn withdraw(conn: &mut DbConnection, id: CollectionId, account: Option<AccountId>) -> Result<()> {
    let kinds = [
        NotificationKind::AddedToCollection,
        NotificationKind::CollectionUpdate,
    ];
    Ok(storage::notifications::delete_of_event(
        conn, &kinds, id.0, account,
    )?)
}

/// Tells those who are in a collection that it is called or described otherwise. What they were told so before goes.
fn tell_of_change(app: &App, conn: &mut DbConnection, collection: &Collection) -> Result<()> {
    let kind = NotificationKind::CollectionUpdate;
    storage::notifications::delete_of_event(conn, &[kind], collection.id.0, None)?;
    for item in storage::collections::items(conn, &[collection.id])? {
        let (to, by) = (item.account_id, collection.account_id);
        notify(app, conn, to, by, kind, About::Collection(collection.id))?;
    }
    Ok(())
}

/// Who can be: one of ours who wants to be found and is at peace with the owner, and who is not in it nor took
/// themselves out.
fn put_in(
    app: &App,
    conn: &mut DbConnection,
    collection: &Collection,
    who: &[AccountId],
) -> Result<Vec<CollectionItem>> {
    if who.is_empty() {
        return Ok(Vec::new());
    }
    let found: HashMap<AccountId, Account> = storage::accounts::with_ids(conn, who)?
        .into_iter()
        .filter(|account| !account.is_gone())
        .map(|account| (account.id, account))
        .collect();
    if !who.iter().all(|id| found.contains_key(id)) {
        return Err(Error::NotFound);
    }
    let blocked = blocked_among(conn, collection.account_id, who)?;
    if !blocked.is_empty() || !found.values().all(is_open) {
        return Err(not_allowed());
    }
    let known = storage::collections::all_items(conn, collection.id)?;
    if known.iter().any(|item| who.contains(&item.account_id)) {
        return Err(invalid("Account has already been taken"));
    }
    let inside = known.iter().filter(|item| !item.revoked).count();
    if inside + who.len() > limits::COLLECTION_ITEMS {
        return Err(invalid(format!(
            "Collection items are too many (maximum is {})",
            limits::COLLECTION_ITEMS
        )));
    }
    let item = |account: &AccountId| CollectionItem {
        id: app.next_id(),
        collection_id: collection.id,
        account_id: *account,
        revoked: false,
        created_at: app.now(),
    };
    let items: Vec<CollectionItem> = who.iter().map(item).collect();
    storage::collections::add(conn, items.clone())?;
    for item in &items {
        let (to, about) = (item.account_id, About::Collection(collection.id));
        let kind = NotificationKind::AddedToCollection;
        notify(app, conn, to, collection.account_id, kind, about)?;
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
            code => Some(check_language(code.to_owned())?),
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

fn not_allowed() -> Error {
    Error::Forbidden("This action is not allowed".to_owned())
}
