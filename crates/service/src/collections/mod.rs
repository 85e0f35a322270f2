//! Collections: people whom somebody recommends, under a name.
//! <https://docs.joinmastodon.org/methods/collections/>

mod changing;

use std::collections::{HashMap, HashSet};

use domain::{AccountId, CollectionId, ItemState, limits};
use storage::DbConnection;
use storage::accounts::Account;

use crate::audience::{Viewer, blocked_among};
use crate::oauth::Person;
use crate::views::{self, AccountView, TagView};
use crate::{App, Error, Result, accounts};

pub use changing::{add, create, delete, item_uri, remove, revoke, update};
pub(crate) use changing::{forget, part, take_out, tell_of_change, tell_who_is_in, withdraw};
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
    /// Where people look at it.
    pub url: String,
    pub tag: Option<TagView>,
    pub items: Vec<CollectionItem>,
}

/// A collection with all who are in it.
#[derive(Debug, Clone)]
pub struct Recommended {
    pub view: CollectionView,
    pub people: Vec<(CollectionItem, Account)>,
}

/// Whether anybody may recommend an account of ours: it wants to be found. Those elsewhere are asked by their servers.
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

/// Collections of one of ours as other servers read them: those that are listed, or the one of that id. Five queries.
pub fn recommended(
    app: &App,
    conn: &mut DbConnection,
    viewer: &Viewer,
    owner: &Account,
    one: Option<CollectionId>,
) -> Result<Vec<Recommended>> {
    let viewer = match viewer {
        Viewer::Person(id) | Viewer::Guest(id, _) => Some(*id),
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
            (item.state == ItemState::Accepted).then(|| (item.clone(), account))
        };
        Recommended {
            people: view.items.iter().filter_map(person).collect(),
            view,
        }
    };
    Ok(shown.into_iter().map(whole).collect())
}

/// Those elsewhere who are in a collection: their servers keep it, too.
pub fn members_elsewhere(conn: &mut DbConnection, id: CollectionId) -> Result<Vec<Account>> {
    let items = storage::collections::items(conn, &[id])?.into_iter();
    let accepted = items.filter(|item| item.state == ItemState::Accepted);
    let ids: Vec<AccountId> = accepted.map(|item| item.account_id).collect();
    let found = storage::accounts::with_ids(conn, &ids)?.into_iter();
    Ok(found.filter(|account| !account.is_local()).collect())
}

/// The address of the collection in which somebody stands as the item of that number.
pub fn standing(conn: &mut DbConnection, account: AccountId, item: i64) -> Result<Option<String>> {
    let found = storage::collections::of_item(conn, account, item)?;
    Ok(found.map(|(row, owner)| row.uri.unwrap_or_else(|| address(&owner, row.id))))
}

fn address(owner: &str, id: CollectionId) -> String {
    format!("{owner}/collections/{id}")
}

/// The id of a collection, whosever it is.
#[must_use]
pub fn uri_of(owner: &Account, collection: &Collection) -> String {
    let known = collection.uri.clone();
    known.unwrap_or_else(|| address(&owner.uri, collection.id))
}

/// Apps of Mastodon's own take no collection without one: where another server says none, its id must do.
fn url_of(app: &App, collection: &Collection) -> String {
    let known = collection.url.as_ref().or(collection.uri.as_ref());
    known
        .cloned()
        .unwrap_or_else(|| app.addresses().collection(collection.id))
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

/// Collections as the viewer sees them: without those of people who are gone, without people between whom and the
/// viewer there is a block, and without those who were asked, unless the viewer asked them. Three queries.
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
    let own: HashSet<CollectionId> = rows
        .iter()
        .filter(|row| viewer == Some(row.account_id))
        .map(|row| row.id)
        .collect();
    for item in items {
        let agreed = item.state == ItemState::Accepted || own.contains(&item.collection_id);
        if agreed && !blocked.contains(&item.account_id) {
            of.entry(item.collection_id).or_default().push(item);
        }
    }
    let view = |row: Collection| {
        let owner = owners.get(&row.account_id)?;
        Some(CollectionView {
            uri: uri_of(owner, &row),
            url: url_of(app, &row),
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

fn not_allowed() -> Error {
    Error::Forbidden("This action is not allowed".to_owned())
}
