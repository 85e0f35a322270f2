//! People whom somebody recommends, under a name.

use diesel::prelude::*;
use domain::{AccountId, CollectionId, ItemState, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{accounts, collection_items, collections};

/// People whom its owner recommends.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = collections, treat_none_as_default_value = false)]
pub struct Collection {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: CollectionId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub name: String,
    pub description: String,
    pub language: Option<String>,
    pub sensitive: bool,
    /// Whether it is listed with its owner for others.
    pub discoverable: bool,
    /// Name of a hashtag, as tags have it.
    pub tag: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
    /// Its id, and its page, if it is somebody's elsewhere.
    pub uri: Option<String>,
    pub url: Option<String>,
}

/// Somebody in a collection.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = collection_items, treat_none_as_default_value = false)]
pub struct CollectionItem {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub collection_id: CollectionId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub state: ItemState,
    pub created_at: Time,
    /// Its id, where it is listed in a collection elsewhere.
    pub uri: Option<String>,
    /// Id of the FeatureRequest.
    pub request_uri: Option<String>,
    /// Id of the FeatureAuthorization, where it is not ours.
    pub approval_uri: Option<String>,
}

/// Adds a collection.
pub fn insert(conn: &mut DbConnection, collection: Collection) -> QueryResult<()> {
    diesel::insert_into(collections::table)
        .values(collection)
        .execute(conn)
        .map(drop)
}

/// Writes what can be changed of a collection.
pub fn update(conn: &mut DbConnection, collection: &Collection) -> QueryResult<()> {
    diesel::update(collections::table.find(collection.id.0))
        .set((
            collections::name.eq(&collection.name),
            collections::description.eq(&collection.description),
            collections::language.eq(&collection.language),
            collections::sensitive.eq(collection.sensitive),
            collections::discoverable.eq(collection.discoverable),
            collections::tag.eq(&collection.tag),
            collections::updated_at.eq(collection.updated_at),
            collections::url.eq(&collection.url),
        ))
        .execute(conn)
        .map(drop)
}

/// Notes when a collection, or who is in it, was last changed.
pub fn touch(conn: &mut DbConnection, id: CollectionId, now: Time) -> QueryResult<()> {
    diesel::update(collections::table.find(id.0))
        .set(collections::updated_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Removes a collection with all that is in it.
pub fn delete(conn: &mut DbConnection, id: CollectionId) -> QueryResult<()> {
    diesel::delete(collections::table.find(id.0))
        .execute(conn)
        .map(drop)
}

/// Removes all collections of somebody, and them from those of others.
pub fn delete_all(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(collections::table.filter(collections::account_id.eq(account.0)))
        .execute(conn)?;
    diesel::delete(collection_items::table.filter(collection_items::account_id.eq(account.0)))
        .execute(conn)
        .map(drop)
}

pub fn find(conn: &mut DbConnection, id: CollectionId) -> QueryResult<Option<Collection>> {
    collections::table
        .find(id.0)
        .select(Collection::as_select())
        .first(conn)
        .optional()
}

/// The collection elsewhere of that id. One row by unique index.
pub fn with_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Collection>> {
    collections::table
        .filter(collections::uri.eq(uri))
        .select(Collection::as_select())
        .first(conn)
        .optional()
}

/// The collections of these ids, in no order.
pub fn with_ids(conn: &mut DbConnection, ids: &[CollectionId]) -> QueryResult<Vec<Collection>> {
    collections::table
        .filter(among(collections::id, ids.iter().map(|id| id.0)))
        .select(Collection::as_select())
        .load(conn)
}

/// How many collections somebody has. Counts a range of an index.
pub fn count(conn: &mut DbConnection, owner: AccountId) -> QueryResult<i64> {
    collections::table
        .filter(collections::account_id.eq(owner.0))
        .count()
        .get_result(conn)
}

/// Collections of an account, newest first; all of them, or those that are listed for others.
pub fn of_account(
    conn: &mut DbConnection,
    owner: AccountId,
    only_discoverable: bool,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<Collection>> {
    each!(conn, c => {
        let mut query = collections::table
            .filter(collections::account_id.eq(owner.0))
            .order(collections::id.desc())
            .limit(limit)
            .offset(offset)
            .select(Collection::as_select())
            .into_boxed();
        if only_discoverable {
            query = query.filter(collections::discoverable);
        }
        query.load(c)
    })
}

/// Collections of living people in which somebody is, newest first.
pub fn holding(
    conn: &mut DbConnection,
    target: AccountId,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<Collection>> {
    each!(conn, c => collections::table
        .inner_join(collection_items::table)
        .inner_join(accounts::table.on(accounts::id.eq(collections::account_id)))
        .filter(collection_items::account_id.eq(target.0))
        .filter(collection_items::state.eq(i16::from(ItemState::Accepted)))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(collections::id.desc())
        .limit(limit)
        .offset(offset)
        .select(Collection::as_select())
        .load(c))
}

/// Living people in these collections, and those who were asked, in the order in which they came in. One look at a unique
/// index for each collection.
pub fn items(conn: &mut DbConnection, ids: &[CollectionId]) -> QueryResult<Vec<CollectionItem>> {
    let ids = among(collection_items::collection_id, ids.iter().map(|id| id.0));
    let states = [ItemState::Pending, ItemState::Accepted].map(i16::from);
    each!(conn, c => collection_items::table
        .inner_join(accounts::table)
        .filter(ids)
        .filter(among(collection_items::state, states))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(collection_items::id)
        .select(CollectionItem::as_select())
        .load(c))
}

/// The collection in which somebody is as the item of that number, and the address of its owner, who lives.
pub fn of_item(
    conn: &mut DbConnection,
    account: AccountId,
    item: i64,
) -> QueryResult<Option<(Collection, String)>> {
    each!(conn, c => collections::table
        .inner_join(collection_items::table)
        .inner_join(accounts::table.on(accounts::id.eq(collections::account_id)))
        .filter(collection_items::id.eq(item))
        .filter(collection_items::account_id.eq(account.0))
        .filter(collection_items::state.eq(i16::from(ItemState::Accepted)))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .select((Collection::as_select(), accounts::uri))
        .first(c)
        .optional())
}

/// All that are or were in a collection.
pub fn all_items(conn: &mut DbConnection, id: CollectionId) -> QueryResult<Vec<CollectionItem>> {
    collection_items::table
        .filter(collection_items::collection_id.eq(id.0))
        .select(CollectionItem::as_select())
        .load(conn)
}

/// One who is or was in a collection.
pub fn item(
    conn: &mut DbConnection,
    collection: CollectionId,
    id: i64,
) -> QueryResult<Option<CollectionItem>> {
    collection_items::table
        .find(id)
        .filter(collection_items::collection_id.eq(collection.0))
        .select(CollectionItem::as_select())
        .first(conn)
        .optional()
}

/// One who is or was in any collection. One row by key.
pub fn find_item(conn: &mut DbConnection, id: i64) -> QueryResult<Option<CollectionItem>> {
    collection_items::table
        .find(id)
        .select(CollectionItem::as_select())
        .first(conn)
        .optional()
}

/// By which FeatureAuthorizations people elsewhere stand in a collection elsewhere: each with the id of whose it is.
pub fn stamps(conn: &mut DbConnection, uri: &str) -> QueryResult<Vec<(String, String)>> {
    let found: Vec<(Option<String>, String)> = each!(conn, c => collection_items::table
        .inner_join(collections::table)
        .inner_join(accounts::table)
        .filter(collections::uri.eq(uri))
        .filter(collection_items::state.eq(i16::from(ItemState::Accepted)))
        .select((collection_items::approval_uri, accounts::uri))
        .load(c))?;
    let stamped = found.into_iter();
    Ok(stamped
        .filter_map(|(stamp, who)| Some((stamp?, who)))
        .collect())
}

/// Who was asked for by this FeatureRequest.
pub fn with_request_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<CollectionItem>> {
    collection_items::table
        .filter(collection_items::request_uri.eq(uri))
        .select(CollectionItem::as_select())
        .first(conn)
        .optional()
}

/// Who stands in collections by this FeatureAuthorization.
pub fn with_approval_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Vec<CollectionItem>> {
    collection_items::table
        .filter(collection_items::approval_uri.eq(uri))
        .select(CollectionItem::as_select())
        .load(conn)
}

/// Puts people into a collection.
pub fn add(conn: &mut DbConnection, items: Vec<CollectionItem>) -> QueryResult<()> {
    each!(conn, c => diesel::insert_into(collection_items::table).values(items).execute(c))
        .map(drop)
}

/// Takes somebody out of a collection.
pub fn remove(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(collection_items::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Writes what became of putting somebody in.
pub fn update_item(conn: &mut DbConnection, item: &CollectionItem) -> QueryResult<()> {
    diesel::update(collection_items::table.find(item.id))
        .set((
            collection_items::state.eq(i16::from(item.state)),
            collection_items::uri.eq(&item.uri),
            collection_items::request_uri.eq(&item.request_uri),
            collection_items::approval_uri.eq(&item.approval_uri),
        ))
        .execute(conn)
        .map(drop)
}

/// Where somebody is in collections of an account, or was asked to be.
pub fn shared(
    conn: &mut DbConnection,
    owner: AccountId,
    target: AccountId,
) -> QueryResult<Vec<(Collection, CollectionItem)>> {
    let states = [ItemState::Pending, ItemState::Accepted].map(i16::from);
    collections::table
        .inner_join(collection_items::table)
        .filter(collections::account_id.eq(owner.0))
        .filter(collection_items::account_id.eq(target.0))
        .filter(among(collection_items::state, states))
        .select((Collection::as_select(), CollectionItem::as_select()))
        .load(conn)
}
