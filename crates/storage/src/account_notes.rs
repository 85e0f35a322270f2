//! What people noted about others, for their own eyes.

use diesel::prelude::*;
use domain::AccountId;

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{account_notes, users};

/// Writes a note in place of an earlier one; an empty one takes it away.
pub fn set(
    conn: &mut DbConnection,
    account: AccountId,
    target: AccountId,
    comment: &str,
) -> QueryResult<()> {
    diesel::delete(account_notes::table.find((account.0, target.0))).execute(conn)?;
    if comment.is_empty() {
        return Ok(());
    }
    diesel::insert_into(account_notes::table)
        .values((
            account_notes::account_id.eq(account.0),
            account_notes::target_id.eq(target.0),
            account_notes::comment.eq(comment),
        ))
        .execute(conn)
        .map(drop)
}

/// What an account noted about these.
pub fn about(
    conn: &mut DbConnection,
    account: AccountId,
    targets: &[AccountId],
) -> QueryResult<Vec<(AccountId, String)>> {
    let targets = among(account_notes::target_id, targets.iter().map(|id| id.0));
    let found: Vec<(i64, String)> = each!(conn, c => account_notes::table
        .filter(account_notes::account_id.eq(account.0))
        .filter(targets)
        .select((account_notes::target_id, account_notes::comment))
        .load(c))?;
    Ok(found
        .into_iter()
        .map(|(id, comment)| (AccountId(id), comment))
        .collect())
}

/// What people who live here noted about somebody, of those whose ids come after `after`, by these ids.
pub fn by_our_people(
    conn: &mut DbConnection,
    target: AccountId,
    after: AccountId,
    limit: i64,
) -> QueryResult<Vec<(AccountId, String)>> {
    let found: Vec<(i64, String)> = each!(conn, c => account_notes::table
        .inner_join(users::table.on(users::account_id.eq(account_notes::account_id)))
        .filter(account_notes::target_id.eq(target.0))
        .filter(account_notes::account_id.gt(after.0))
        .order(account_notes::account_id.asc())
        .limit(limit)
        .select((account_notes::account_id, account_notes::comment))
        .load(c))?;
    Ok(found
        .into_iter()
        .map(|(id, comment)| (AccountId(id), comment))
        .collect())
}

/// What these noted about somebody. One row by key each.
pub fn of_accounts(
    conn: &mut DbConnection,
    accounts: &[AccountId],
    target: AccountId,
) -> QueryResult<Vec<(AccountId, String)>> {
    let accounts = among(account_notes::account_id, accounts.iter().map(|id| id.0));
    let found: Vec<(i64, String)> = each!(conn, c => account_notes::table
        .filter(account_notes::target_id.eq(target.0))
        .filter(accounts)
        .select((account_notes::account_id, account_notes::comment))
        .load(c))?;
    Ok(found
        .into_iter()
        .map(|(id, comment)| (AccountId(id), comment))
        .collect())
}
