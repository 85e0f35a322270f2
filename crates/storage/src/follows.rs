//! Who follows whom.

use diesel::prelude::*;
use domain::{AccountId, Page, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::schema::{accounts, follows, users};

/// Somebody follows somebody, or asks to.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = follows, treat_none_as_default_value = false)]
pub struct Follow {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub follower_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub uri: String,
    /// Waits for the followed account's answer.
    pub pending: bool,
    pub show_reblogs: bool,
    pub notify: bool,
    /// JSON list of codes; none: all.
    pub languages: Option<String>,
    pub created_at: Time,
}

/// Adds a follow.
pub fn insert(conn: &mut DbConnection, follow: Follow) -> QueryResult<()> {
    diesel::insert_into(follows::table)
        .values(follow)
        .execute(conn)
        .map(drop)
}

/// The follow of `account` by `follower`, if there is one. One row by unique index.
pub fn find(
    conn: &mut DbConnection,
    follower: AccountId,
    account: AccountId,
) -> QueryResult<Option<Follow>> {
    follows::table
        .filter(follows::follower_id.eq(follower.0))
        .filter(follows::account_id.eq(account.0))
        .select(Follow::as_select())
        .first(conn)
        .optional()
}

/// The follow whose activity has this id.
pub fn with_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Follow>> {
    follows::table
        .filter(follows::uri.eq(uri))
        .select(Follow::as_select())
        .first(conn)
        .optional()
}

/// Follows between `account` and any of `others`, both ways.
pub fn between(
    conn: &mut DbConnection,
    account: AccountId,
    others: &[AccountId],
) -> QueryResult<Vec<Follow>> {
    let ids: Vec<i64> = others.iter().map(|id| id.0).collect();
    let theirs = follows::follower_id
        .eq(account.0)
        .and(listed(follows::account_id, ids.clone()));
    let of_them = follows::account_id
        .eq(account.0)
        .and(listed(follows::follower_id, ids));
    each!(conn, c => follows::table
        .filter(theirs.or(of_them))
        .select(Follow::as_select())
        .load(c))
}

/// Whom of `others` the account follows, and they said yes.
pub fn followed_among(
    conn: &mut DbConnection,
    account: AccountId,
    others: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let others = listed(follows::account_id, others.iter().map(|id| id.0));
    let found: Vec<i64> = each!(conn, c => follows::table
        .filter(follows::follower_id.eq(account.0))
        .filter(others)
        .filter(follows::pending.eq(false))
        .select(follows::account_id)
        .load(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Whom of `others` anybody living at `host` follows, and they said yes.
pub fn followed_from(
    conn: &mut DbConnection,
    host: &str,
    others: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(accounts::host.eq(host))
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .filter(among(follows::account_id, others.iter().map(|id| id.0)))
        .filter(follows::pending.eq(false))
        .select(follows::account_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Who of `others` follows the account, which said yes.
pub fn followers_among(
    conn: &mut DbConnection,
    account: AccountId,
    others: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let mut found: Vec<i64> = Vec::new();
    for others in others.chunks(crate::CHUNK) {
        let others = listed(follows::follower_id, others.iter().map(|id| id.0));
        found.extend(each!(conn, c => follows::table
            .filter(follows::account_id.eq(account.0))
            .filter(others)
            .filter(follows::pending.eq(false))
            .select(follows::follower_id)
            .load::<i64>(c))?);
    }
    Ok(found.into_iter().map(AccountId).collect())
}

/// Answers a waiting follow with yes: true for the one who does it.
pub fn accept(
    conn: &mut DbConnection,
    follower: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    let waiting = follows::table
        .filter(follows::follower_id.eq(follower.0))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(true));
    diesel::update(waiting)
        .set(follows::pending.eq(false))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Changes what a follower wants to see.
pub fn set_wishes(conn: &mut DbConnection, follow: &Follow) -> QueryResult<()> {
    diesel::update(follows::table.find(follow.id))
        .set((
            follows::show_reblogs.eq(follow.show_reblogs),
            follows::notify.eq(follow.notify),
            follows::languages.eq(&follow.languages),
        ))
        .execute(conn)
        .map(drop)
}

/// Names a follow anew: its Follow was sent again.
pub fn set_uri(conn: &mut DbConnection, id: i64, uri: &str) -> QueryResult<()> {
    diesel::update(follows::table.find(id))
        .set(follows::uri.eq(uri))
        .execute(conn)
        .map(drop)
}

/// All follows by or of an account.
pub fn all_of(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<Follow>> {
    let mut rows: Vec<Follow> = follows::table
        .filter(follows::follower_id.eq(account.0))
        .select(Follow::as_select())
        .load(conn)?;
    rows.extend(
        follows::table
            .filter(follows::account_id.eq(account.0))
            .select(Follow::as_select())
            .load::<Follow>(conn)?,
    );
    Ok(rows)
}

/// Takes a follow away, and says what it was.
pub fn delete(
    conn: &mut DbConnection,
    follower: AccountId,
    account: AccountId,
) -> QueryResult<Option<Follow>> {
    let found = find(conn, follower, account)?;
    if let Some(follow) = &found {
        diesel::delete(follows::table.find(follow.id)).execute(conn)?;
    }
    Ok(found)
}

/// One page of those who follow `account`, with the follow's id as cursor. A range of the index on `(account_id, id)`.
pub fn followers(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, Account)>> {
    towards(conn, account, page, false)
}

/// One page of those who ask to follow `account`.
pub fn requests(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, Account)>> {
    towards(conn, account, page, true)
}

fn towards(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
    pending: bool,
) -> QueryResult<Vec<(i64, Account)>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(pending))
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .select((follows::id, Account::as_select()));
    load_page!(query, follows::id, page, conn)
}

/// One page of those whom `account` follows. A range of the index on `(follower_id, id)`.
pub fn following(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, Account)>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::account_id)))
        .filter(follows::follower_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .select((follows::id, Account::as_select()));
    load_page!(query, follows::id, page, conn)
}

/// Who of those whom `account` follows follows each of `others`, unless they hide it. A range of the index of each.
pub fn familiar(
    conn: &mut DbConnection,
    account: AccountId,
    others: &[AccountId],
) -> QueryResult<Vec<(AccountId, Account)>> {
    let (own, theirs) = diesel::alias!(follows as own, follows as theirs);
    let hidden = diesel::alias!(accounts as followed);
    let found: Vec<(i64, Account)> = theirs
        .inner_join(
            own.on(own
                .field(follows::account_id)
                .eq(theirs.field(follows::follower_id))),
        )
        .inner_join(accounts::table.on(accounts::id.eq(theirs.field(follows::follower_id))))
        .inner_join(
            hidden.on(hidden
                .field(accounts::id)
                .eq(theirs.field(follows::account_id))),
        )
        .filter(own.field(follows::follower_id).eq(account.0))
        .filter(own.field(follows::pending).eq(false))
        .filter(theirs.field(follows::pending).eq(false))
        .filter(among(
            theirs.field(follows::account_id),
            others.iter().map(|id| id.0),
        ))
        .filter(accounts::hide_collections.eq(false))
        .filter(hidden.field(accounts::hide_collections).eq(false))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(theirs.field(follows::id).desc())
        .select((theirs.field(follows::account_id), Account::as_select()))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(of, row)| (AccountId(of), row))
        .collect())
}

/// How many ask to follow `account`.
pub fn count_requests(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    follows::table
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(true))
        .count()
        .get_result(conn)
}

/// Our own people who follow `account`, with what each wants to see: whose home feeds a status enters.
pub fn local_followers(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<Follow>> {
    follows::table
        .inner_join(users::table.on(users::account_id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .select(Follow::as_select())
        .load(conn)
}

/// The follows of `account` by our own people, answered or not, with the ids by which others know those.
pub fn local_follows(
    conn: &mut DbConnection,
    account: AccountId,
) -> QueryResult<Vec<(Follow, String)>> {
    follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(accounts::host.is_null())
        .select((Follow::as_select(), accounts::uri))
        .load(conn)
}

/// Followers of ours whose things are delivered to this inbox.
pub fn followers_behind(
    conn: &mut DbConnection,
    inbox: &str,
    limit: i64,
) -> QueryResult<Vec<AccountId>> {
    let ids: Vec<i64> = accounts::table
        .filter(accounts::host.is_not_null())
        .filter(accounts::deleted_at.is_null())
        .filter(
            accounts::shared_inbox_uri
                .eq(inbox)
                .or(accounts::inbox_uri.eq(inbox)),
        )
        .filter(diesel::dsl::exists(
            follows::table.filter(follows::follower_id.eq(accounts::id)),
        ))
        .order(accounts::id)
        .limit(limit)
        .select(accounts::id)
        .load(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// The ids of the followers elsewhere.
pub fn remote_followers(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(accounts::host.is_not_null())
        .filter(accounts::deleted_at.is_null())
        .select(accounts::uri)
        .load(conn)
}

/// Our own people who asked to hear of each post of `account`.
pub fn subscribers(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<AccountId>> {
    let ids: Vec<i64> = follows::table
        .inner_join(users::table.on(users::account_id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(follows::notify.eq(true))
        .select(follows::follower_id)
        .load(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Whether any of our own people follow `account`.
pub fn has_local_followers(conn: &mut DbConnection, account: AccountId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        follows::table
            .inner_join(users::table.on(users::account_id.eq(follows::follower_id)))
            .filter(follows::account_id.eq(account.0))
            .filter(follows::pending.eq(false)),
    ))
    .get_result(conn)
}

/// Whether any of our own people follow `account`, or have asked to.
pub fn is_local_interest(conn: &mut DbConnection, account: AccountId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        follows::table
            .inner_join(users::table.on(users::account_id.eq(follows::follower_id)))
            .filter(follows::account_id.eq(account.0)),
    ))
    .get_result(conn)
}

/// The inboxes, one for each server, of the followers elsewhere.
pub fn follower_inboxes(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    follower_inboxes_without(conn, account, &[])
}

/// The same, but for followers who live on one of these hosts.
pub fn follower_inboxes_without(
    conn: &mut DbConnection,
    account: AccountId,
    hosts: &[String],
) -> QueryResult<Vec<String>> {
    let rows: Vec<(Option<String>, Option<String>, String)> = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(accounts::host.is_not_null())
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .select((
            accounts::host,
            accounts::shared_inbox_uri,
            accounts::inbox_uri,
        ))
        .distinct()
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter(|(host, _, _)| host.as_ref().is_none_or(|host| !hosts.contains(host)))
        .map(|(_, shared, own)| shared.unwrap_or(own))
        .collect())
}

/// The ids by which others know the followers elsewhere, the oldest follows first.
pub fn follower_uris(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<String>> {
    each!(conn, c => follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(accounts::host.is_not_null())
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(follows::id.asc())
        .limit(limit)
        .select(accounts::uri)
        .load(c))
}
