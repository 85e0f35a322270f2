//! With which e-mail addresses nobody can sign up.

use diesel::prelude::*;
use domain::{Page, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::schema::{canonical_email_blocks, email_domain_blocks};

/// All addresses of a host and below it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = email_domain_blocks)]
pub struct EmailDomainBlock {
    pub id: i64,
    pub host: String,
    pub created_at: Time,
}

/// One address, however it is written.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = canonical_email_blocks)]
pub struct CanonicalEmailBlock {
    pub id: i64,
    /// SHA-256 of the canonical address, hexadecimal.
    pub hash: String,
    pub created_at: Time,
}

/// Adds a block: true unless it was there.
pub fn insert_domain(conn: &mut DbConnection, block: EmailDomainBlock) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(email_domain_blocks::table)
        .values(block)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

pub fn page_of_domains(conn: &mut DbConnection, page: &Page) -> QueryResult<Vec<EmailDomainBlock>> {
    let query = email_domain_blocks::table.select(EmailDomainBlock::as_select());
    load_page!(query, email_domain_blocks::id, page, conn)
}

pub fn find_domain(conn: &mut DbConnection, id: i64) -> QueryResult<Option<EmailDomainBlock>> {
    email_domain_blocks::table
        .find(id)
        .select(EmailDomainBlock::as_select())
        .first(conn)
        .optional()
}

/// The block of that very host.
pub fn of_domain(conn: &mut DbConnection, host: &str) -> QueryResult<Option<EmailDomainBlock>> {
    email_domain_blocks::table
        .filter(email_domain_blocks::host.eq(host))
        .select(EmailDomainBlock::as_select())
        .first(conn)
        .optional()
}

/// All blocks of hosts, by name.
pub fn all_domains(conn: &mut DbConnection) -> QueryResult<Vec<EmailDomainBlock>> {
    email_domain_blocks::table
        .order(email_domain_blocks::host)
        .select(EmailDomainBlock::as_select())
        .load(conn)
}

pub fn delete_domain(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(email_domain_blocks::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Whether one of these hosts is blocked.
pub fn has_any_domain(conn: &mut DbConnection, hosts: &[&str]) -> QueryResult<bool> {
    let hosts = among(email_domain_blocks::host, hosts.iter().copied());
    let found: Vec<i64> = email_domain_blocks::table
        .filter(hosts)
        .select(email_domain_blocks::id)
        .limit(1)
        .load(conn)?;
    Ok(!found.is_empty())
}

/// Adds a block: true unless it was there.
pub fn insert_canonical(conn: &mut DbConnection, block: CanonicalEmailBlock) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(canonical_email_blocks::table)
        .values(block)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

pub fn page_of_canonical(
    conn: &mut DbConnection,
    page: &Page,
) -> QueryResult<Vec<CanonicalEmailBlock>> {
    let query = canonical_email_blocks::table.select(CanonicalEmailBlock::as_select());
    load_page!(query, canonical_email_blocks::id, page, conn)
}

pub fn find_canonical(
    conn: &mut DbConnection,
    id: i64,
) -> QueryResult<Option<CanonicalEmailBlock>> {
    canonical_email_blocks::table
        .find(id)
        .select(CanonicalEmailBlock::as_select())
        .first(conn)
        .optional()
}

/// The block of that very address.
pub fn canonical_of(
    conn: &mut DbConnection,
    hash: &str,
) -> QueryResult<Option<CanonicalEmailBlock>> {
    canonical_email_blocks::table
        .filter(canonical_email_blocks::hash.eq(hash))
        .select(CanonicalEmailBlock::as_select())
        .first(conn)
        .optional()
}

/// All blocks of addresses, the oldest first.
pub fn all_canonical(conn: &mut DbConnection) -> QueryResult<Vec<CanonicalEmailBlock>> {
    canonical_email_blocks::table
        .order(canonical_email_blocks::id)
        .select(CanonicalEmailBlock::as_select())
        .load(conn)
}

pub fn delete_canonical(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(canonical_email_blocks::table.find(id))
        .execute(conn)
        .map(drop)
}
