//! Whom people show on their profiles.

use diesel::prelude::*;
use domain::{AccountId, Page, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::schema::{accounts, endorsements};

/// `account_id` shows `target_id`.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = endorsements)]
pub struct Endorsement {
    pub id: i64,
    #[diesel(serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(serialize_as = i64)]
    pub target_id: AccountId,
    pub created_at: Time,
}

/// Shows somebody; who is shown already stays in place.
pub fn insert(conn: &mut DbConnection, endorsement: Endorsement) -> QueryResult<()> {
    each!(conn, c => diesel::insert_into(endorsements::table)
        .values(endorsement)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Shows somebody no more.
pub fn delete(conn: &mut DbConnection, account: AccountId, target: AccountId) -> QueryResult<()> {
    let endorsement = endorsements::table
        .filter(endorsements::account_id.eq(account.0))
        .filter(endorsements::target_id.eq(target.0));
    diesel::delete(endorsement).execute(conn).map(drop)
}

/// Whom of these an account shows.
pub fn among_targets(
    conn: &mut DbConnection,
    account: AccountId,
    targets: &[AccountId],
) -> QueryResult<Vec<AccountId>> {
    let targets = among(endorsements::target_id, targets.iter().map(|id| id.0));
    let found: Vec<i64> = each!(conn, c => endorsements::table
        .filter(endorsements::account_id.eq(account.0))
        .filter(targets)
        .select(endorsements::target_id)
        .load(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// One page of those whom an account shows.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, Account)>> {
    let query = endorsements::table
        .inner_join(accounts::table.on(accounts::id.eq(endorsements::target_id)))
        .filter(endorsements::account_id.eq(account.0))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .select((endorsements::id, Account::as_select()));
    load_page!(query, endorsements::id, page, conn)
}
