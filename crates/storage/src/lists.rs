//! Lists of people. What they say is in the home feed of the list's owner; a list shows a part of it.

use diesel::prelude::*;
use domain::{AccountId, ListId, Page, RepliesPolicy, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::schema::{accounts, home_feed, list_accounts, lists, statuses};
use crate::statuses::Status;

/// A list of people whom its owner follows.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = lists)]
pub struct List {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: ListId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub title: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub replies_policy: RepliesPolicy,
    /// Whether its people are left out of the home timeline.
    pub exclusive: bool,
    pub created_at: Time,
}

/// Adds a list.
pub fn insert(conn: &mut DbConnection, list: List) -> QueryResult<()> {
    diesel::insert_into(lists::table)
        .values(list)
        .execute(conn)
        .map(drop)
}

/// Writes what can be changed of a list.
pub fn update(conn: &mut DbConnection, list: &List) -> QueryResult<()> {
    diesel::update(lists::table.find(list.id.0))
        .set((
            lists::title.eq(&list.title),
            lists::replies_policy.eq(i16::from(list.replies_policy)),
            lists::exclusive.eq(list.exclusive),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes a list; the people in it are still followed.
pub fn delete(conn: &mut DbConnection, id: ListId) -> QueryResult<()> {
    diesel::delete(lists::table.find(id.0))
        .execute(conn)
        .map(drop)
}

/// A list of an account's.
pub fn find(conn: &mut DbConnection, owner: AccountId, id: ListId) -> QueryResult<Option<List>> {
    lists::table
        .find(id.0)
        .filter(lists::account_id.eq(owner.0))
        .select(List::as_select())
        .first(conn)
        .optional()
}

/// The oldest list of an account that has this title.
pub fn titled(conn: &mut DbConnection, owner: AccountId, title: &str) -> QueryResult<Option<List>> {
    lists::table
        .filter(lists::account_id.eq(owner.0))
        .filter(lists::title.eq(title))
        .order(lists::id)
        .select(List::as_select())
        .first(conn)
        .optional()
}

/// All lists of an account, oldest first.
pub fn of_account(conn: &mut DbConnection, owner: AccountId) -> QueryResult<Vec<List>> {
    lists::table
        .filter(lists::account_id.eq(owner.0))
        .order(lists::id)
        .select(List::as_select())
        .load(conn)
}

/// The lists of an account that hold somebody.
pub fn holding(
    conn: &mut DbConnection,
    owner: AccountId,
    target: AccountId,
) -> QueryResult<Vec<List>> {
    lists::table
        .inner_join(list_accounts::table)
        .filter(list_accounts::target_id.eq(target.0))
        .filter(lists::account_id.eq(owner.0))
        .order(lists::id)
        .select(List::as_select())
        .load(conn)
}

/// That a list holds somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    pub list: ListId,
    pub owner: AccountId,
    pub target: AccountId,
}

/// Which lists of these owners hold which of `targets`.
pub fn holdings(
    conn: &mut DbConnection,
    owners: &[AccountId],
    targets: &[AccountId],
) -> QueryResult<Vec<Holding>> {
    let owners = among(lists::account_id, owners.iter().map(|id| id.0));
    let targets = among(list_accounts::target_id, targets.iter().map(|id| id.0));
    let found: Vec<(i64, i64, i64)> = each!(conn, c => list_accounts::table
        .inner_join(lists::table)
        .filter(targets)
        .filter(owners)
        .select((lists::id, lists::account_id, list_accounts::target_id))
        .load(c))?;
    Ok(found
        .into_iter()
        .map(|(list, owner, target)| Holding {
            list: ListId(list),
            owner: AccountId(owner),
            target: AccountId(target),
        })
        .collect())
}

/// Which of these are in a list.
pub fn among_members(
    conn: &mut DbConnection,
    list: ListId,
    targets: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let targets = among(list_accounts::target_id, targets.iter().map(|id| id.0));
    let found: Vec<i64> = each!(conn, c => list_accounts::table
        .filter(list_accounts::list_id.eq(list.0))
        .filter(targets)
        .select(list_accounts::target_id)
        .load(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Puts people into a list.
///
/// # Errors
/// If one is in it already.
pub fn add(
    conn: &mut DbConnection,
    list: ListId,
    targets: &[AccountId],
    mut ids: impl FnMut() -> i64,
) -> QueryResult<()> {
    let rows: Vec<_> = targets
        .iter()
        .map(|target| {
            (
                list_accounts::id.eq(ids()),
                list_accounts::list_id.eq(list.0),
                list_accounts::target_id.eq(target.0),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(list_accounts::table).values(rows).execute(c)).map(drop)
}

/// Takes people out of a list.
pub fn remove(conn: &mut DbConnection, list: ListId, targets: &[AccountId]) -> QueryResult<()> {
    let targets = among(list_accounts::target_id, targets.iter().map(|id| id.0));
    each!(conn, c => diesel::delete(list_accounts::table)
        .filter(list_accounts::list_id.eq(list.0))
        .filter(targets)
        .execute(c))
    .map(drop)
}

/// Takes somebody out of all lists of an account.
pub fn remove_from_all(
    conn: &mut DbConnection,
    owner: AccountId,
    target: AccountId,
) -> QueryResult<()> {
    let own = lists::table
        .filter(lists::account_id.eq(owner.0))
        .select(lists::id);
    let rows = list_accounts::table
        .filter(list_accounts::target_id.eq(target.0))
        .filter(list_accounts::list_id.eq_any(own));
    diesel::delete(rows).execute(conn).map(drop)
}

/// One page of the people in a list.
pub fn members(
    conn: &mut DbConnection,
    list: ListId,
    page: &Page,
) -> QueryResult<Vec<(i64, Account)>> {
    let query = list_accounts::table
        .inner_join(accounts::table.on(accounts::id.eq(list_accounts::target_id)))
        .filter(list_accounts::list_id.eq(list.0))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .select((list_accounts::id, Account::as_select()));
    load_page!(query, list_accounts::id, page, conn)
}

/// Somebody in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub cursor: i64,
    pub list: ListId,
    pub title: String,
    pub target: AccountId,
    pub handle_key: String,
}

/// One page of the people in all lists of an account.
pub fn members_of_all(
    conn: &mut DbConnection,
    owner: AccountId,
    page: &Page,
) -> QueryResult<Vec<Member>> {
    let query = list_accounts::table
        .inner_join(lists::table)
        .inner_join(accounts::table.on(accounts::id.eq(list_accounts::target_id)))
        .filter(lists::account_id.eq(owner.0))
        .select((
            list_accounts::id,
            lists::id,
            lists::title,
            list_accounts::target_id,
            accounts::handle_key,
        ));
    let rows: Vec<(i64, i64, String, i64, String)> =
        load_page!(query, list_accounts::id, page, conn)?;
    Ok(rows
        .into_iter()
        .map(|(cursor, list, title, target, handle_key)| Member {
            cursor,
            list: ListId(list),
            title,
            target: AccountId(target),
            handle_key,
        })
        .collect())
}

/// Everybody in those of an account's lists that keep them out of the home timeline.
pub fn kept_from_home(conn: &mut DbConnection, owner: AccountId) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = list_accounts::table
        .inner_join(lists::table)
        .filter(lists::account_id.eq(owner.0))
        .filter(lists::exclusive)
        .select(list_accounts::target_id)
        .load(conn)?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Which of these owners keep `target` out of their home timeline by a list.
pub fn keepers(
    conn: &mut DbConnection,
    owners: &[AccountId],
    target: AccountId,
) -> QueryResult<Vec<AccountId>> {
    let owners = among(lists::account_id, owners.iter().map(|id| id.0));
    let found: Vec<i64> = each!(conn, c => list_accounts::table
        .inner_join(lists::table)
        .filter(list_accounts::target_id.eq(target.0))
        .filter(lists::exclusive)
        .filter(owners)
        .select(lists::account_id)
        .load(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Those of these lists that hold `target`. A row by key for each.
pub fn among_holding(
    conn: &mut DbConnection,
    ids: &[ListId],
    target: AccountId,
) -> QueryResult<Vec<List>> {
    let ids = among(lists::id, ids.iter().map(|id| id.0));
    each!(conn, c => lists::table
        .inner_join(list_accounts::table)
        .filter(list_accounts::target_id.eq(target.0))
        .filter(ids)
        .select(List::as_select())
        .load(c))
}

/// One page of what the people in a list say: of the home feed of its owner, which is bounded, a range of the primary
/// key with one look at the list for each row.
pub fn timeline(conn: &mut DbConnection, list: &List, page: &Page) -> QueryResult<Vec<Status>> {
    let (owner, of_list) = (list.account_id.0, list.id.0);
    let members = || {
        list_accounts::table
            .filter(list_accounts::list_id.eq(of_list))
            .select(list_accounts::target_id)
    };
    each!(conn, c => {
        let query = home_feed::table
            .inner_join(statuses::table)
            .filter(home_feed::account_id.eq(owner))
            .filter(home_feed::author_id.eq_any(members()))
            .filter(statuses::deleted_at.is_null())
            .select(Status::as_select());
        let is_for_all = statuses::in_reply_to_account_id
            .is_null()
            .or(statuses::in_reply_to_account_id
                .assume_not_null()
                .eq(owner))
            .or(statuses::in_reply_to_account_id
                .assume_not_null()
                .eq(statuses::account_id));
        match list.replies_policy {
            RepliesPolicy::Followed => load_page!(query, home_feed::status_id, page, c),
            RepliesPolicy::None => {
                load_page!(query.filter(is_for_all), home_feed::status_id, page, c)
            }
            RepliesPolicy::List => {
                let is_in_list = statuses::in_reply_to_account_id
                    .assume_not_null()
                    .eq_any(members());
                let query = query.filter(is_for_all.or(is_in_list));
                load_page!(query, home_feed::status_id, page, c)
            }
        }
    })
}
