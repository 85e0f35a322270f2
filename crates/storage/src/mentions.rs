//! Who is mentioned in which status.

use diesel::prelude::*;
use domain::{AccountId, StatusId};

use crate::DbConnection;
use crate::accounts::Account;
use crate::connection::each;
use crate::listed::listed;
use crate::schema::{accounts, blocks, mentions, statuses};

/// Notes that a status mentions these accounts.
pub fn insert(
    conn: &mut DbConnection,
    status: StatusId,
    mentioned: &[AccountId],
) -> QueryResult<()> {
    let rows: Vec<_> = mentioned
        .iter()
        .map(|account| {
            (
                mentions::status_id.eq(status.0),
                mentions::account_id.eq(account.0),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(mentions::table).values(rows).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Says anew whom a status names, of those noted. Who is named no more may still see it, and gets its next versions.
pub fn name(conn: &mut DbConnection, status: StatusId, named: &[AccountId]) -> QueryResult<()> {
    let of_it = mentions::table.filter(mentions::status_id.eq(status.0));
    diesel::update(of_it)
        .set(mentions::silent.eq(true))
        .execute(conn)?;
    let named = mentions::table
        .filter(mentions::status_id.eq(status.0))
        .filter(crate::among::among(
            mentions::account_id,
            named.iter().map(|id| id.0),
        ));
    diesel::update(named)
        .set(mentions::silent.eq(false))
        .execute(conn)
        .map(drop)
}

/// Whom a status mentions.
pub fn named(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<Account>> {
    mentions::table
        .inner_join(accounts::table)
        .filter(mentions::status_id.eq(status.0))
        .filter(mentions::silent.eq(false))
        .select(Account::as_select())
        .load(conn)
}

/// Whom these statuses mention, or once did.
pub fn of_statuses(
    conn: &mut DbConnection,
    ids: &[StatusId],
) -> QueryResult<Vec<(StatusId, Account)>> {
    let rows: Vec<(i64, Account)> = mentions::table
        .inner_join(accounts::table)
        .filter(crate::among::among(
            mentions::status_id,
            ids.iter().map(|id| id.0),
        ))
        .order((mentions::status_id, mentions::account_id))
        .select((mentions::status_id, Account::as_select()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, account)| (StatusId(id), account))
        .collect())
}

/// Somebody mentioned, as far as a timeline shows them.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Named {
    #[diesel(deserialize_as = i64)]
    pub id: AccountId,
    pub username: String,
    /// None for our own people.
    pub host: Option<String>,
    pub url: String,
}

/// Who is mentioned in a status, or once was.
pub fn of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = mentions::table
        .filter(mentions::status_id.eq(status.0))
        .select(mentions::account_id)
        .load(conn)?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// The names of those whom these statuses mention.
pub fn names(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<(StatusId, Named)>> {
    let ids = listed(mentions::status_id, ids.iter().map(|id| id.0));
    let rows: Vec<(i64, Named)> = each!(conn, c => mentions::table
        .inner_join(accounts::table)
        .filter(ids)
        .filter(mentions::silent.eq(false))
        .order((mentions::status_id, mentions::account_id))
        .select((mentions::status_id, Named::as_select()))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(id, named)| (StatusId(id), named))
        .collect())
}

/// In which of these statuses an account is mentioned.
pub fn among(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[StatusId],
) -> QueryResult<Vec<StatusId>> {
    let ids = listed(mentions::status_id, ids.iter().map(|id| id.0));
    let found: Vec<i64> = each!(conn, c => mentions::table
        .filter(mentions::account_id.eq(account.0))
        .filter(ids)
        .select(mentions::status_id)
        .load(c))?;
    Ok(found.into_iter().map(StatusId).collect())
}

/// Which of these accounts ever mentioned an account. A range of the index on `(account_id, status_id)`.
pub fn who_mentioned(
    conn: &mut DbConnection,
    account: AccountId,
    writers: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = mentions::table
        .inner_join(statuses::table)
        .filter(mentions::account_id.eq(account.0))
        .filter(crate::among::among(
            statuses::account_id,
            writers.iter().map(|id| id.0),
        ))
        .select(statuses::account_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// In which of these statuses anybody of `host` is mentioned whom its author has not blocked, nor they its author.
pub fn among_of_host(
    conn: &mut DbConnection,
    host: &str,
    ids: &[StatusId],
) -> QueryResult<Vec<StatusId>> {
    let blocked = blocks::table.filter(
        blocks::account_id
            .eq(statuses::account_id)
            .and(blocks::target_id.eq(mentions::account_id))
            .or(blocks::account_id
                .eq(mentions::account_id)
                .and(blocks::target_id.eq(statuses::account_id))),
    );
    let found: Vec<i64> = mentions::table
        .inner_join(statuses::table)
        .inner_join(accounts::table.on(accounts::id.eq(mentions::account_id)))
        .filter(accounts::host.eq(host))
        .filter(crate::among::among(
            mentions::status_id,
            ids.iter().map(|id| id.0),
        ))
        .filter(diesel::dsl::not(diesel::dsl::exists(blocked)))
        .select(mentions::status_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().map(StatusId).collect())
}
