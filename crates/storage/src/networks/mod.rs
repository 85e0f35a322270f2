//! Subject networks: what their rules are, and who looks after them. An account of type Group is behind each.

mod awaited;
mod halves;
mod posts;
mod proposals;

use diesel::prelude::*;
use domain::{AccountId, AccountKind, Membership, Posting, Time};

pub use awaited::{await_people, has_come, is_awaited, prune_awaited};
pub use halves::{has_half, keep_half, take_half};
pub use posts::{
    NetworkPost, among_posts, answers, delete_post, find_by_url, forget_answer, insert_post,
    page_of_posts, post, set_activity, set_answer, set_state, threads,
};
pub use proposals::{Proposal, confirm, insert_proposal, next_number, open_proposals, proposal};

use crate::DbConnection;
use crate::accounts::Account;
use crate::among::among;
use crate::connection::each;
use crate::schema::{
    accounts, follows, network_bans, network_invitations, network_stewards, networks,
};

/// The rules of a network; its name and what it says of itself are its account's.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = networks, treat_none_as_default_value = false)]
pub struct Network {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub posting: Posting,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub membership: Membership,
    /// As they were typed.
    pub rules: String,
    pub created_at: Time,
}

/// Adds a network, whose account is there.
pub fn insert(conn: &mut DbConnection, network: Network) -> QueryResult<()> {
    diesel::insert_into(networks::table)
        .values(network)
        .execute(conn)
        .map(drop)
}

/// Writes the rules of a network.
pub fn update(conn: &mut DbConnection, network: &Network) -> QueryResult<()> {
    diesel::update(networks::table.find(network.account_id.0))
        .set((
            networks::posting.eq(i16::from(network.posting)),
            networks::membership.eq(i16::from(network.membership)),
            networks::rules.eq(&network.rules),
        ))
        .execute(conn)
        .map(drop)
}

/// Whether there is any network.
pub fn are_any(conn: &mut DbConnection) -> QueryResult<bool> {
    let any = networks::table.select(networks::account_id);
    diesel::select(diesel::dsl::exists(any)).get_result(conn)
}

/// The network of that account. One row by key.
pub fn find(conn: &mut DbConnection, id: AccountId) -> QueryResult<Option<Network>> {
    networks::table
        .find(id.0)
        .select(Network::as_select())
        .first(conn)
        .optional()
}

/// Which of these accounts are networks.
pub fn among_accounts(conn: &mut DbConnection, ids: &[AccountId]) -> QueryResult<Vec<Network>> {
    networks::table
        .filter(among(networks::account_id, ids.iter().map(|id| id.0)))
        .select(Network::as_select())
        .load(conn)
}

/// Networks that are not gone and whose names come after `after`, by name.
pub fn list(
    conn: &mut DbConnection,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<(Network, Account)>> {
    each!(conn, c => networks::table
        .inner_join(accounts::table)
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .filter(accounts::handle_key.gt(after))
        .order(accounts::handle_key.asc())
        .limit(limit)
        .select((Network::as_select(), Account::as_select()))
        .load(c))
}

/// The groups to which somebody belongs, here and elsewhere, and which have not moved, by name.
pub fn joined(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<Account>> {
    each!(conn, c => follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::account_id)))
        .filter(follows::follower_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .filter(accounts::kind.eq(i16::from(AccountKind::Group)))
        .filter(accounts::moved_to_uri.is_null())
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(accounts::handle_key.asc())
        .limit(limit)
        .select(Account::as_select())
        .load(c))
}

/// Who looks after a network, by name.
pub fn stewards(conn: &mut DbConnection, network: AccountId) -> QueryResult<Vec<Account>> {
    each!(conn, c => network_stewards::table
        .inner_join(accounts::table)
        .filter(network_stewards::network_id.eq(network.0))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(accounts::handle_key.asc())
        .select(Account::as_select())
        .load(c))
}

/// Who looks after which of these networks, by name.
pub fn stewards_among(
    conn: &mut DbConnection,
    networks: &[AccountId],
) -> QueryResult<Vec<(AccountId, Account)>> {
    let networks = among(network_stewards::network_id, networks.iter().map(|id| id.0));
    let found: Vec<(i64, Account)> = each!(conn, c => network_stewards::table
        .inner_join(accounts::table)
        .filter(networks)
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .order(accounts::handle_key.asc())
        .select((network_stewards::network_id, Account::as_select()))
        .load(c))?;
    Ok(found
        .into_iter()
        .map(|(network, steward)| (AccountId(network), steward))
        .collect())
}

/// Whether somebody looks after a network. One row by key.
pub fn is_steward(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        network_stewards::table.find((network.0, account.0)),
    ))
    .get_result(conn)
}

/// One of these networks that somebody looks after. A row by key each.
pub fn stewarded_among(
    conn: &mut DbConnection,
    account: AccountId,
    networks: &[AccountId],
) -> QueryResult<Option<AccountId>> {
    let found: Option<i64> = network_stewards::table
        .filter(network_stewards::account_id.eq(account.0))
        .filter(among(
            network_stewards::network_id,
            networks.iter().map(|id| id.0),
        ))
        .select(network_stewards::network_id)
        .first(conn)
        .optional()?;
    Ok(found.map(AccountId))
}

/// Makes somebody a steward: false if they are one.
pub fn add_steward(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
    now: Time,
) -> QueryResult<bool> {
    let row = (
        network_stewards::network_id.eq(network.0),
        network_stewards::account_id.eq(account.0),
        network_stewards::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(network_stewards::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Makes somebody a steward no more: false if they are none.
pub fn remove_steward(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    diesel::delete(network_stewards::table.find((network.0, account.0)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Whether somebody may neither join nor post. One row by key.
pub fn is_banned(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        network_bans::table.find((network.0, account.0)),
    ))
    .get_result(conn)
}

/// Keeps somebody out: false if they are.
pub fn ban(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
    now: Time,
) -> QueryResult<bool> {
    let row = (
        network_bans::network_id.eq(network.0),
        network_bans::account_id.eq(account.0),
        network_bans::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(network_bans::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Keeps somebody out no more: false if they were not.
pub fn unban(conn: &mut DbConnection, network: AccountId, account: AccountId) -> QueryResult<bool> {
    diesel::delete(network_bans::table.find((network.0, account.0)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Lets somebody join, whoever else may: false if they may already.
pub fn invite(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
    now: Time,
) -> QueryResult<bool> {
    let row = (
        network_invitations::network_id.eq(network.0),
        network_invitations::account_id.eq(account.0),
        network_invitations::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(network_invitations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Whether a steward invited somebody. One row by key.
pub fn is_invited(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        network_invitations::table.find((network.0, account.0)),
    ))
    .get_result(conn)
}

/// Takes an invitation back.
pub fn uninvite(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<()> {
    diesel::delete(network_invitations::table.find((network.0, account.0)))
        .execute(conn)
        .map(drop)
}

/// Members whose names come after `after`, by name. All of them are sorted: an index of names is none of memberships.
pub fn people(
    conn: &mut DbConnection,
    network: AccountId,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<Account>> {
    each!(conn, c => follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::account_id.eq(network.0))
        .filter(follows::pending.eq(false))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .filter(accounts::handle_key.gt(after))
        .order(accounts::handle_key.asc())
        .limit(limit)
        .select(Account::as_select())
        .load(c))
}

/// Who is kept out and whose names come after `after`, by name. All of them are sorted, as with [`people`].
pub fn bans(
    conn: &mut DbConnection,
    network: AccountId,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<Account>> {
    each!(conn, c => network_bans::table
        .inner_join(accounts::table.on(accounts::id.eq(network_bans::account_id)))
        .filter(network_bans::network_id.eq(network.0))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .filter(accounts::handle_key.gt(after))
        .order(accounts::handle_key.asc())
        .limit(limit)
        .select(Account::as_select())
        .load(c))
}
