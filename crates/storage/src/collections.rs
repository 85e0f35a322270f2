//! People whom somebody recommends, under a name.

use diesel::prelude::*;
use domain::{AccountId, CollectionId, Time};

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
    /// Whether they took themselves out.
    pub revoked: bool,
    pub created_at: Time,
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
        .filter(collection_items::revoked.eq(false))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(collections::id.desc())
        .limit(limit)
        .offset(offset)
        .select(Collection::as_select())
        .load(c))
}

/// Living people in these collections, in the order in which they came in. One look at a unique index for each
/// collection.
pub fn items(conn: &mut DbConnection, ids: &[CollectionId]) -> QueryResult<Vec<CollectionItem>> {
    let ids = among(collection_items::collection_id, ids.iter().map(|id| id.0));
    each!(conn, c => collection_items::table
        .inner_join(accounts::table)
        .filter(ids)
        .filter(collection_items::revoked.eq(false))
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
        .filter(collection_items::revoked.eq(false))
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

/// Takes somebody out of a collection for good.
pub fn revoke(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::update(collection_items::table.find(id))
        .set(collection_items::revoked.eq(true))
        .execute(conn)
        .map(drop)
}

/// Takes somebody out of all collections of an account; where they took themselves out, that stays.
pub fn remove_from_all(
    conn: &mut DbConnection,
    owner: AccountId,
    target: AccountId,
) -> QueryResult<()> {
    let own = collections::table
        .filter(collections::account_id.eq(owner.0))
        .select(collections::id);
    let rows = collection_items::table
        .filter(collection_items::account_id.eq(target.0))
        .filter(collection_items::revoked.eq(false))
        .filter(collection_items::collection_id.eq_any(own));
    each!(conn, c => diesel::delete(rows).execute(c)).map(drop)
}
