//! What one steward of a network proposed, and another one has to confirm.

use diesel::prelude::*;
use domain::{AccountId, ProposalKind, Time};

use crate::DbConnection;
use crate::row::Optional;
use crate::schema::network_proposals;

/// Something that two stewards have to want.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = network_proposals, treat_none_as_default_value = false)]
pub struct Proposal {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub network_id: AccountId,
    /// From 1 on, in each network.
    pub number: i32,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: ProposalKind,
    /// Whom it is about.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub target_id: Option<AccountId>,
    /// New rules.
    pub text: String,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub proposed_by: AccountId,
    pub created_at: Time,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub confirmed_by: Option<AccountId>,
    pub confirmed_at: Option<Time>,
}

/// The number of the next proposal. The network's account is held, or two could be given the same.
pub fn next_number(conn: &mut DbConnection, network: AccountId) -> QueryResult<i32> {
    let last: Option<i32> = network_proposals::table
        .filter(network_proposals::network_id.eq(network.0))
        .order(network_proposals::number.desc())
        .select(network_proposals::number)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

/// Adds a proposal.
pub fn insert_proposal(conn: &mut DbConnection, proposal: Proposal) -> QueryResult<()> {
    diesel::insert_into(network_proposals::table)
        .values(proposal)
        .execute(conn)
        .map(drop)
}

/// The proposal of that number. One row by key.
pub fn proposal(
    conn: &mut DbConnection,
    network: AccountId,
    number: i32,
) -> QueryResult<Option<Proposal>> {
    network_proposals::table
        .find((network.0, number))
        .select(Proposal::as_select())
        .first(conn)
        .optional()
}

/// The newest proposals since a time that nobody confirmed yet.
pub fn open_proposals(
    conn: &mut DbConnection,
    network: AccountId,
    since: Time,
    limit: i64,
) -> QueryResult<Vec<Proposal>> {
    network_proposals::table
        .filter(network_proposals::network_id.eq(network.0))
        .filter(network_proposals::confirmed_at.is_null())
        .filter(network_proposals::created_at.ge(since))
        .order(network_proposals::number.desc())
        .limit(limit)
        .select(Proposal::as_select())
        .load(conn)
}

/// Notes who confirmed a proposal: true for the one who does it.
pub fn confirm(
    conn: &mut DbConnection,
    network: AccountId,
    number: i32,
    by: AccountId,
    now: Time,
) -> QueryResult<bool> {
    let open = network_proposals::table
        .filter(network_proposals::network_id.eq(network.0))
        .filter(network_proposals::number.eq(number))
        .filter(network_proposals::confirmed_at.is_null());
    diesel::update(open)
        .set((
            network_proposals::confirmed_by.eq(by.0),
            network_proposals::confirmed_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}
