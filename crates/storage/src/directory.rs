//! Those who want to be found.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use domain::{AccountId, Membership, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::connection::each;
use crate::schema::{
    account_domain_blocks, accounts, blocks, dismissed_suggestions, follows, mutes, networks,
};

/// In which order people are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Name,
    /// Those who posted last come first, who never posted last.
    Active,
    /// Those who came last come first.
    Newest,
}

/// Who is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub order: Order,
    pub only_local: bool,
    pub limit: i64,
    pub offset: i64,
}

/// Living people who want to be found and did not move away, without those whom `viewer` blocks or mutes and those who
/// block `viewer`. A partial index, read in its order until the list is full.
pub fn list(
    conn: &mut DbConnection,
    wanted: Wanted,
    viewer: Option<AccountId>,
    now: Time,
) -> QueryResult<Vec<Account>> {
    each!(conn, c => {
        let mut query = accounts::table
            .filter(accounts::discoverable)
            .filter(accounts::suspended_at.is_null())
            .filter(accounts::silenced_at.is_null())
            .filter(accounts::deleted_at.is_null())
            .filter(accounts::moved_to_uri.is_null())
            .limit(wanted.limit)
            .offset(wanted.offset)
            .select(Account::as_select())
            .into_boxed();
        if wanted.only_local {
            query = query.filter(accounts::host.is_null());
        }
        if let Some(viewer) = viewer {
            let hosts = account_domain_blocks::table
                .filter(account_domain_blocks::account_id.eq(viewer.0))
                .select(account_domain_blocks::host.nullable());
            query = query
                .filter(accounts::id.ne_all(blocked_by(viewer.0)))
                .filter(accounts::id.ne_all(blocking(viewer.0)))
                .filter(accounts::id.ne_all(muted_by(viewer.0, now)))
                .filter(accounts::host.is_null().or(accounts::host.ne_all(hosts)));
        }
        match wanted.order {
            Order::Name => query.order(accounts::handle_key.asc()).load(c),
            Order::Active => query
                .order((
                    accounts::last_status_at.is_null(),
                    accounts::last_status_at.desc(),
                    accounts::id.desc(),
                ))
                .load(c),
            Order::Newest => query.order(accounts::id.desc()).load(c),
        }
    })
}

/// People of this server who want to be found, by name, with whom `viewer` has nothing to do: neither follows nor asks to,
/// nor blocks, nor mutes, nor is blocked, nor dismissed them; no networks that only the invited may join. The same index.
pub fn suggestions(
    conn: &mut DbConnection,
    viewer: AccountId,
    (limit, offset): (i64, i64),
    now: Time,
) -> QueryResult<Vec<Account>> {
    let followed = follows::table
        .filter(follows::follower_id.eq(viewer.0))
        .select(follows::account_id);
    let dismissed = dismissed_suggestions::table
        .filter(dismissed_suggestions::account_id.eq(viewer.0))
        .select(dismissed_suggestions::target_id);
    let closed = networks::table
        .filter(networks::membership.eq(i16::from(Membership::Closed)))
        .select(networks::account_id);
    each!(conn, c => accounts::table
        .filter(accounts::discoverable)
        .filter(accounts::host.is_null())
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::silenced_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .filter(accounts::moved_to_uri.is_null())
        .filter(accounts::id.ne(viewer.0))
        .filter(accounts::id.ne_all(followed))
        .filter(accounts::id.ne_all(dismissed))
        .filter(accounts::id.ne_all(closed))
        .filter(accounts::id.ne_all(blocked_by(viewer.0)))
        .filter(accounts::id.ne_all(blocking(viewer.0)))
        .filter(accounts::id.ne_all(muted_by(viewer.0, now)))
        .order(accounts::handle_key)
        .limit(limit)
        .offset(offset)
        .select(Account::as_select())
        .load(c))
}

/// Whom somebody blocks.
#[auto_type(no_type_alias)]
fn blocked_by(viewer: i64) -> _ {
    blocks::table
        .filter(blocks::account_id.eq(viewer))
        .select(blocks::target_id)
}

/// Who blocks somebody.
#[auto_type(no_type_alias)]
fn blocking(viewer: i64) -> _ {
    blocks::table
        .filter(blocks::target_id.eq(viewer))
        .select(blocks::account_id)
}

/// Whom somebody mutes now.
#[auto_type(no_type_alias)]
fn muted_by(viewer: i64, now: Time) -> _ {
    mutes::table
        .filter(mutes::account_id.eq(viewer))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)))
        .select(mutes::target_id)
}

/// From now on `target` is not suggested to `account`.
pub fn dismiss(conn: &mut DbConnection, account: AccountId, target: AccountId) -> QueryResult<()> {
    let row = (
        dismissed_suggestions::account_id.eq(account.0),
        dismissed_suggestions::target_id.eq(target.0),
    );
    each!(conn, c => diesel::insert_into(dismissed_suggestions::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}
