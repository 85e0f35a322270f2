//! With which servers we have to do, and what is undone with one.

use diesel::prelude::*;
use domain::{Page, Severity, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::follows::Follow;
use crate::paging::load_page;
use crate::schema::{accounts, domain_allows, domain_blocks, follows, media, statuses};

/// A rule about a server.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = domain_blocks, treat_none_as_default_value = false)]
pub struct DomainBlock {
    pub id: i64,
    /// As [`domain::Host`] writes it.
    pub host: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub severity: Severity,
    pub reject_media: bool,
    pub reject_reports: bool,
    /// For moderators.
    pub private_comment: Option<String>,
    pub public_comment: Option<String>,
    /// Strangers see a part of the name only.
    pub obfuscate: bool,
    pub created_at: Time,
}

/// A server to which we talk where we talk to few, or one allied with us.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = domain_allows)]
pub struct DomainAllow {
    pub id: i64,
    pub host: String,
    pub created_at: Time,
}

/// All rules, by name.
pub fn blocks(conn: &mut DbConnection) -> QueryResult<Vec<DomainBlock>> {
    domain_blocks::table
        .order(domain_blocks::host)
        .select(DomainBlock::as_select())
        .load(conn)
}

/// All allowed servers, by name.
pub fn allows(conn: &mut DbConnection) -> QueryResult<Vec<DomainAllow>> {
    domain_allows::table
        .order(domain_allows::host)
        .select(DomainAllow::as_select())
        .load(conn)
}

/// One page of the rules, newest first.
pub fn page_of_blocks(conn: &mut DbConnection, page: &Page) -> QueryResult<Vec<DomainBlock>> {
    let query = domain_blocks::table.select(DomainBlock::as_select());
    load_page!(query, domain_blocks::id, page, conn)
}

/// The rule of that id.
pub fn find_block(conn: &mut DbConnection, id: i64) -> QueryResult<Option<DomainBlock>> {
    domain_blocks::table
        .find(id)
        .select(DomainBlock::as_select())
        .first(conn)
        .optional()
}

/// The rule for that very name.
pub fn block_of(conn: &mut DbConnection, host: &str) -> QueryResult<Option<DomainBlock>> {
    domain_blocks::table
        .filter(domain_blocks::host.eq(host))
        .select(DomainBlock::as_select())
        .first(conn)
        .optional()
}

/// One page of the allowed servers, newest first.
pub fn page_of_allows(conn: &mut DbConnection, page: &Page) -> QueryResult<Vec<DomainAllow>> {
    let query = domain_allows::table.select(DomainAllow::as_select());
    load_page!(query, domain_allows::id, page, conn)
}

/// The allowed server of that id.
pub fn find_allow(conn: &mut DbConnection, id: i64) -> QueryResult<Option<DomainAllow>> {
    domain_allows::table
        .find(id)
        .select(DomainAllow::as_select())
        .first(conn)
        .optional()
}

/// The allowed server of that name.
pub fn allow_of(conn: &mut DbConnection, host: &str) -> QueryResult<Option<DomainAllow>> {
    domain_allows::table
        .filter(domain_allows::host.eq(host))
        .select(DomainAllow::as_select())
        .first(conn)
        .optional()
}

/// Adds a rule.
///
/// # Errors
/// If there is one for the same host.
pub fn insert_block(conn: &mut DbConnection, block: DomainBlock) -> QueryResult<()> {
    diesel::insert_into(domain_blocks::table)
        .values(block)
        .execute(conn)
        .map(drop)
}

/// Takes a rule away, and says what it was.
pub fn delete_block(conn: &mut DbConnection, host: &str) -> QueryResult<Option<DomainBlock>> {
    let found = block_of(conn, host)?;
    diesel::delete(domain_blocks::table.filter(domain_blocks::host.eq(host))).execute(conn)?;
    Ok(found)
}

/// Allows a server: true unless it was allowed.
pub fn insert_allow(conn: &mut DbConnection, allow: DomainAllow) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(domain_allows::table)
        .values(allow)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Allows a server no more: true if it was allowed.
pub fn delete_allow(conn: &mut DbConnection, host: &str) -> QueryResult<bool> {
    diesel::delete(domain_allows::table.filter(domain_allows::host.eq(host)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Limits all accounts of these hosts that are not limited as much already.
pub fn limit(
    conn: &mut DbConnection,
    hosts: &[String],
    severity: Severity,
    at: Time,
) -> QueryResult<()> {
    for hosts in hosts.chunks(crate::CHUNK) {
        let theirs = accounts::table.filter(among(accounts::host, hosts.to_vec()));
        match severity {
            Severity::Noop => {}
            Severity::Silence => {
                diesel::update(theirs.filter(accounts::silenced_at.is_null()))
                    .set(accounts::silenced_at.eq(at))
                    .execute(conn)?;
            }
            Severity::Suspend => {
                diesel::update(theirs.filter(accounts::suspended_at.is_null()))
                    .set(accounts::suspended_at.eq(at))
                    .execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Takes back what [`limit`] did at that very moment.
pub fn lift(conn: &mut DbConnection, severity: Severity, at: Time) -> QueryResult<()> {
    let elsewhere = accounts::table.filter(accounts::host.is_not_null());
    match severity {
        Severity::Noop => Ok(()),
        Severity::Silence => diesel::update(elsewhere.filter(accounts::silenced_at.eq(at)))
            .set(accounts::silenced_at.eq(None::<Time>))
            .execute(conn)
            .map(drop),
        Severity::Suspend => diesel::update(elsewhere.filter(accounts::suspended_at.eq(at)))
            .set(accounts::suspended_at.eq(None::<Time>))
            .execute(conn)
            .map(drop),
    }
}

/// Forgets all pictures, films and emoji of the people of these hosts.
pub fn forget_media(conn: &mut DbConnection, hosts: &[String]) -> QueryResult<()> {
    for hosts in hosts.chunks(crate::CHUNK) {
        let people: Vec<i64> = accounts::table
            .filter(among(accounts::host, hosts.to_vec()))
            .select(accounts::id)
            .load(conn)?;
        for people in people.chunks(crate::CHUNK) {
            let people = people.to_vec();
            diesel::delete(media::table.filter(among(media::account_id, people.clone())))
                .execute(conn)?;
            diesel::update(statuses::table.filter(among(statuses::account_id, people.clone())))
                .set(statuses::emojis.eq("[]"))
                .execute(conn)?;
            diesel::update(accounts::table.filter(among(accounts::id, people)))
                .set((
                    accounts::avatar_remote_url.eq(None::<String>),
                    accounts::header_remote_url.eq(None::<String>),
                    accounts::emojis.eq("[]"),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Some of the follows by or of people of these hosts.
pub fn follows_with(
    conn: &mut DbConnection,
    hosts: &[String],
    limit: i64,
) -> QueryResult<Vec<Follow>> {
    let mut found = Vec::new();
    for hosts in hosts.chunks(crate::CHUNK) {
        for theirs in [true, false] {
            let mut query = follows::table.select(Follow::as_select()).into_boxed();
            let people = || {
                accounts::table
                    .filter(among(accounts::host, hosts.to_vec()))
                    .select(accounts::id)
            };
            query = if theirs {
                query.filter(follows::follower_id.eq_any(people()))
            } else {
                query.filter(follows::account_id.eq_any(people()))
            };
            found.extend(query.limit(limit).load::<Follow>(conn)?);
        }
    }
    Ok(found)
}
