//! What moderators look for, and what they did.

use diesel::prelude::*;
use domain::{AccountId, Page, Role, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::schema::moderation_log;

/// Which accounts are asked for. Names and addresses are their beginnings, in any case.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Ours, or those elsewhere.
    pub local: Option<bool>,
    pub standing: Option<Standing>,
    pub roles: Option<Vec<Role>>,
    pub host: Option<String>,
    pub username: Option<String>,
    pub display_name: Option<String>,
    pub email: Option<String>,
    /// Those who came by an invitation of this account.
    pub invited_by: Option<AccountId>,
}

/// What moderators decided about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not suspended.
    Active,
    /// Waits for approval.
    Pending,
    Disabled,
    Silenced,
    Suspended,
    Sensitized,
}

/// One page of the accounts that are asked for, newest first, of people who are still here. A scan.
pub fn accounts(
    conn: &mut DbConnection,
    wanted: &Wanted,
    page: &Page,
) -> QueryResult<Vec<Account>> {
    let inviter = match wanted.invited_by {
        None => None,
        Some(account) => match crate::users::of_account(conn, account)? {
            Some(user) => Some(user.id),
            None => return Ok(Vec::new()),
        },
    };
    crate::dialect::search::moderated(conn, wanted, inviter, page)
}

/// Something a moderator did.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = moderation_log)]
pub struct Entry {
    pub id: i64,
    /// Handle.
    pub actor: String,
    pub action: String,
    /// Handle, host, or number of a report.
    pub target: String,
    pub created_at: Time,
}

/// Adds to what was done.
pub fn note(conn: &mut DbConnection, entry: Entry) -> QueryResult<()> {
    diesel::insert_into(moderation_log::table)
        .values(entry)
        .execute(conn)
        .map(drop)
}

/// What was done last, newest first.
pub fn newest(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<Entry>> {
    moderation_log::table
        .order(moderation_log::id.desc())
        .limit(limit)
        .select(Entry::as_select())
        .load(conn)
}
