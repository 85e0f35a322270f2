//! From where nobody can sign up, or nobody is let in.

use diesel::prelude::*;
use domain::{IpSeverity, Page, Time};

use crate::DbConnection;
use crate::paging::load_page;
use crate::schema::ip_blocks;

/// A rule about a network.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = ip_blocks, treat_none_as_default_value = false)]
pub struct IpBlock {
    pub id: i64,
    /// `203.0.113.0/24`
    pub network: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub severity: IpSeverity,
    pub comment: String,
    pub expires_at: Option<Time>,
    pub created_at: Time,
}

/// Adds a rule.
///
/// # Errors
/// If there is one for the same network.
pub fn insert(conn: &mut DbConnection, block: IpBlock) -> QueryResult<()> {
    diesel::insert_into(ip_blocks::table)
        .values(block)
        .execute(conn)
        .map(drop)
}

/// Writes all of a rule that can change.
///
/// # Errors
/// If there is another one for the same network.
pub fn update(conn: &mut DbConnection, block: &IpBlock) -> QueryResult<()> {
    diesel::update(ip_blocks::table.find(block.id))
        .set((
            ip_blocks::network.eq(&block.network),
            ip_blocks::severity.eq(i16::from(block.severity)),
            ip_blocks::comment.eq(&block.comment),
            ip_blocks::expires_at.eq(block.expires_at),
        ))
        .execute(conn)
        .map(drop)
}

pub fn page(conn: &mut DbConnection, page: &Page) -> QueryResult<Vec<IpBlock>> {
    let query = ip_blocks::table.select(IpBlock::as_select());
    load_page!(query, ip_blocks::id, page, conn)
}

pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<IpBlock>> {
    ip_blocks::table
        .find(id)
        .select(IpBlock::as_select())
        .first(conn)
        .optional()
}

/// A rule; who else wants to change it waits until this transaction ends.
pub fn hold(conn: &mut DbConnection, id: i64) -> QueryResult<Option<IpBlock>> {
    crate::dialect::claim::hold_ip_block(conn, id)
}

/// The rule for that very network.
pub fn of_network(conn: &mut DbConnection, network: &str) -> QueryResult<Option<IpBlock>> {
    ip_blocks::table
        .filter(ip_blocks::network.eq(network))
        .select(IpBlock::as_select())
        .first(conn)
        .optional()
}

/// All rules that hold at `now`.
pub fn all(conn: &mut DbConnection, now: Time) -> QueryResult<Vec<IpBlock>> {
    ip_blocks::table
        .filter(
            ip_blocks::expires_at
                .is_null()
                .or(ip_blocks::expires_at.gt(now)),
        )
        .select(IpBlock::as_select())
        .load(conn)
}

pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(ip_blocks::table.find(id))
        .execute(conn)
        .map(drop)
}
