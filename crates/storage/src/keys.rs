//! Keys that sign, and keys that signatures are checked against.

use diesel::prelude::*;
use domain::{AccountId, AccountKind, Time};

use crate::DbConnection;
use crate::schema::{accounts, keys};

/// So many of those who say that a key is theirs are heard.
const HOLDERS: i64 = 10;

/// A public key and, if it is ours, its private half.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = keys, treat_none_as_default_value = false)]
pub struct Key {
    /// What `keyId` names.
    pub uri: String,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub public_pem: String,
    pub private_pem: Option<String>,
    pub created_at: Time,
}

/// Adds a key.
pub fn insert(conn: &mut DbConnection, key: Key) -> QueryResult<()> {
    diesel::insert_into(keys::table)
        .values(key)
        .execute(conn)
        .map(drop)
}

/// Somebody who may have signed.
#[derive(Debug, Clone)]
pub struct Signatory {
    pub account_id: AccountId,
    /// By us.
    pub suspended: bool,
    pub deleted_at: Option<Time>,
    /// PEM of the key asked for, if it is theirs.
    pub public_pem: Option<String>,
}

/// The account known by `actor`, with its key `uri`. One row by unique index and key.
pub fn signatory(
    conn: &mut DbConnection,
    actor: &str,
    uri: &str,
) -> QueryResult<Option<Signatory>> {
    type Found = (i64, Option<Time>, bool, Option<Time>, Option<String>);
    let found: Option<Found> = accounts::table
        .left_join(keys::table.on(keys::account_id.eq(accounts::id).and(keys::uri.eq(uri))))
        .filter(accounts::uri.eq(actor))
        .select((
            accounts::id,
            accounts::suspended_at,
            accounts::suspended_by_home,
            accounts::deleted_at,
            keys::public_pem.nullable(),
        ))
        .first(conn)
        .optional()?;
    Ok(found.map(
        |(id, suspended_at, by_home, deleted_at, public_pem)| Signatory {
            account_id: AccountId(id),
            suspended: suspended_at.is_some() && !by_home,
            deleted_at,
            public_pem,
        },
    ))
}

/// Whose a key is.
#[derive(Debug, Clone, Queryable)]
pub struct Holder {
    #[diesel(deserialize_as = i64)]
    pub account_id: AccountId,
    pub uri: String,
    /// None for our own people.
    pub host: Option<String>,
    #[diesel(deserialize_as = i16)]
    pub kind: AccountKind,
    pub suspended_at: Option<Time>,
    pub deleted_at: Option<Time>,
    pub public_pem: String,
}

/// Who says that they hold the key of that id. A few rows by key.
pub fn holders(conn: &mut DbConnection, uri: &str) -> QueryResult<Vec<Holder>> {
    keys::table
        .inner_join(accounts::table)
        .filter(keys::uri.eq(uri))
        .select((
            accounts::id,
            accounts::uri,
            accounts::host,
            accounts::kind,
            accounts::suspended_at,
            accounts::deleted_at,
            keys::public_pem,
        ))
        .order(keys::account_id)
        .limit(HOLDERS)
        .load(conn)
}

/// The keys of an account.
pub fn of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<Key>> {
    keys::table
        .filter(keys::account_id.eq(account.0))
        .order(keys::created_at.desc())
        .select(Key::as_select())
        .load(conn)
}

/// Writes a key in the place of one that the account has at the same address.
pub fn put(conn: &mut DbConnection, key: Key) -> QueryResult<()> {
    let same = keys::table
        .filter(keys::uri.eq(&key.uri))
        .filter(keys::account_id.eq(key.account_id.0));
    diesel::delete(same).execute(conn)?;
    insert(conn, key)
}

/// Replaces all public keys of an account elsewhere by what its document now lists. Those of which we have the private
/// half stay: with them somebody elsewhere goes on here.
pub fn replace(conn: &mut DbConnection, account: AccountId, keys: Vec<Key>) -> QueryResult<()> {
    let public = keys::table
        .filter(keys::account_id.eq(account.0))
        .filter(keys::private_pem.is_null());
    diesel::delete(public).execute(conn)?;
    let kept: Vec<String> = keys::table
        .filter(keys::account_id.eq(account.0))
        .select(keys::uri)
        .load(conn)?;
    for key in keys {
        if !kept.contains(&key.uri) {
            insert(conn, key)?;
        }
    }
    Ok(())
}
