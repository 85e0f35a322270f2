//! Derivations: which post says that it comes from which other one, and whether that one's author agrees.

use diesel::prelude::*;
use domain::{AccountId, ClaimState, Derivation as Kind, Page, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{derivations, statuses};
use crate::statuses::Status;

/// A post that comes from another one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = derivations, treat_none_as_default_value = false)]
pub struct Derivation {
    pub id: i64,
    pub derived_uri: String,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub derived_id: Option<StatusId>,
    /// Until the source is known, the address by which it was named.
    pub source_uri: String,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub source_id: Option<StatusId>,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: Kind,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub state: ClaimState,
    /// What the later post says of it.
    pub context: String,
    /// Its author said so apart from its words.
    pub stated: bool,
    /// The message by which the source's author is asked.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub asked_id: Option<StatusId>,
    pub created_at: Time,
    pub decided_at: Option<Time>,
}

/// States in which it is one.
const STANDING: [i16; 2] = [0, 1];

/// Bytes of two ids of posts together: PostgreSQL keeps no longer ones in an index.
const LONGEST: usize = 2_500;

/// Adds one: false if these two posts are tied already, or their ids are too long.
pub fn insert(conn: &mut DbConnection, derivation: Derivation) -> QueryResult<bool> {
    if derivation.derived_uri.len() + derivation.source_uri.len() > LONGEST {
        return Ok(false);
    }
    if let Some(derived) = derivation.derived_id {
        mark(conn, derived)?;
    }
    each!(conn, c => diesel::insert_into(derivations::table)
        .values(derivation)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Notes that there is something to ask for.
fn mark(conn: &mut DbConnection, derived: StatusId) -> QueryResult<()> {
    diesel::update(statuses::table.find(derived.0))
        .set(statuses::has_source.eq(true))
        .execute(conn)
        .map(drop)
}

/// The one of that id. One row by key.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Derivation>> {
    derivations::table
        .find(id)
        .select(Derivation::as_select())
        .first(conn)
        .optional()
}

/// The one between two posts. One row by unique index.
pub fn between(
    conn: &mut DbConnection,
    derived: &str,
    source: &str,
) -> QueryResult<Option<Derivation>> {
    derivations::table
        .filter(derivations::derived_uri.eq(derived))
        .filter(derivations::source_uri.eq(source))
        .select(Derivation::as_select())
        .first(conn)
        .optional()
}

/// What was asked by a message.
pub fn asked_by(conn: &mut DbConnection, message: StatusId) -> QueryResult<Option<Derivation>> {
    derivations::table
        .filter(derivations::asked_id.eq(message.0))
        .select(Derivation::as_select())
        .first(conn)
        .optional()
}

/// How many claims about a source its author was asked about and has not answered, with those that were taken back.
pub fn waiting_of_source(conn: &mut DbConnection, source: StatusId) -> QueryResult<i64> {
    let unanswered = [ClaimState::Claimed, ClaimState::Gone].map(i16::from);
    derivations::table
        .filter(derivations::source_id.eq(source.0))
        .filter(among(derivations::state, unanswered))
        .filter(derivations::asked_id.is_not_null())
        .count()
        .get_result(conn)
}

/// Adaptations of a source that its author has not agreed to, oldest first.
pub fn claimed_of_source(
    conn: &mut DbConnection,
    source: StatusId,
    limit: i64,
) -> QueryResult<Vec<Derivation>> {
    each!(conn, c => derivations::table
        .filter(derivations::source_id.eq(source.0))
        .filter(derivations::state.eq(i16::from(ClaimState::Claimed)))
        .filter(derivations::kind.eq(i16::from(Kind::Adaptation)))
        .order(derivations::id)
        .limit(limit)
        .select(Derivation::as_select())
        .load(c))
}

/// All that a post says of itself, in whatever state. A range of the unique index.
pub fn of_derived(conn: &mut DbConnection, derived: &str) -> QueryResult<Vec<Derivation>> {
    derivations::table
        .filter(derivations::derived_uri.eq(derived))
        .order(derivations::id)
        .select(Derivation::as_select())
        .load(conn)
}

/// What these statuses come from, of those that still say so or are refused. No query where there is none to ask for.
pub fn of_statuses(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Derivation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = listed(derivations::derived_id, ids.iter().map(|id| id.0));
    each!(conn, c => derivations::table
        .filter(ids)
        .filter(derivations::state.ne(i16::from(ClaimState::Gone)))
        .order(derivations::id)
        .select(Derivation::as_select())
        .load(c))
}

/// Those that stand, up or down from these posts, oldest first. Two statements, each by an index.
pub fn around(conn: &mut DbConnection, uris: &[&str], limit: i64) -> QueryResult<Vec<Derivation>> {
    let mut found: Vec<Derivation> = each!(conn, c => derivations::table
        .filter(among(derivations::derived_uri, uris.iter().copied()))
        .filter(among(derivations::state, STANDING))
        .order(derivations::id)
        .limit(limit)
        .select(Derivation::as_select())
        .load(c))?;
    let down: Vec<Derivation> = each!(conn, c => derivations::table
        .filter(among(derivations::source_uri, uris.iter().copied()))
        .filter(among(derivations::state, STANDING))
        .order(derivations::id)
        .limit(limit)
        .select(Derivation::as_select())
        .load(c))?;
    found.extend(down);
    Ok(found)
}

/// Those of a source that are not gone, in whatever state. By the index on `(source_id, state, id)`.
pub fn of_source(
    conn: &mut DbConnection,
    source: StatusId,
    limit: i64,
) -> QueryResult<Vec<Derivation>> {
    each!(conn, c => derivations::table
        .filter(derivations::source_id.eq(source.0))
        .filter(derivations::state.lt(i16::from(ClaimState::Gone)))
        .order((derivations::state, derivations::id))
        .limit(limit)
        .select(Derivation::as_select())
        .load(c))
}

/// One page of the confirmed ones of a source, newest first. One range scan of the index on `(source_id, state, id)`.
pub fn page_of_source(
    conn: &mut DbConnection,
    source: StatusId,
    page: &Page,
) -> QueryResult<Vec<Derivation>> {
    let query = derivations::table
        .filter(derivations::source_id.eq(source.0))
        .filter(derivations::state.eq(i16::from(ClaimState::Confirmed)))
        .select(Derivation::as_select());
    load_page!(query, derivations::id, page, conn)
}

/// How many of a source stand, by kind.
pub fn counts_of_source(
    conn: &mut DbConnection,
    source: StatusId,
) -> QueryResult<Vec<(Kind, i64)>> {
    let mut counts = Vec::new();
    for kind in [Kind::Adaptation, Kind::Tried, Kind::Adopted] {
        let count: i64 = derivations::table
            .filter(derivations::source_id.eq(source.0))
            .filter(among(derivations::state, STANDING))
            .filter(derivations::kind.eq(i16::from(kind)))
            .count()
            .get_result(conn)?;
        counts.push((kind, count));
    }
    Ok(counts)
}

/// The posts of another server from which a post says to come.
pub fn sources_elsewhere(conn: &mut DbConnection, derived: &str) -> QueryResult<Vec<Status>> {
    derivations::table
        .inner_join(statuses::table.on(derivations::source_id.eq(statuses::id.nullable())))
        .filter(derivations::derived_uri.eq(derived))
        .filter(statuses::local.eq(false))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select())
        .load(conn)
}

/// Those elsewhere whose posts come from one, so that they hear what becomes of it: up to `limit` of their accounts.
pub fn authors_elsewhere(
    conn: &mut DbConnection,
    source: StatusId,
    limit: i64,
) -> QueryResult<Vec<AccountId>> {
    let found: Vec<i64> = each!(conn, c => derivations::table
        .inner_join(statuses::table.on(derivations::derived_id.eq(statuses::id.nullable())))
        .filter(derivations::source_id.eq(source.0))
        .filter(among(derivations::state, STANDING))
        .filter(statuses::local.eq(false))
        .order(derivations::id)
        .limit(limit)
        .select(statuses::account_id)
        .load(c))?;
    Ok(found.into_iter().map(AccountId).collect())
}

/// Writes what became of a claim, and when: false if nothing changed.
pub fn set_state(
    conn: &mut DbConnection,
    id: i64,
    state: ClaimState,
    at: Option<Time>,
) -> QueryResult<bool> {
    diesel::update(
        derivations::table
            .find(id)
            .filter(derivations::state.ne(i16::from(state))),
    )
    .set((
        derivations::state.eq(i16::from(state)),
        derivations::decided_at.eq(at),
    ))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Writes what the later post says by now.
pub fn set_words(conn: &mut DbConnection, id: i64, kind: Kind, context: &str) -> QueryResult<()> {
    diesel::update(derivations::table.find(id))
        .set((
            derivations::kind.eq(i16::from(kind)),
            derivations::context.eq(context),
        ))
        .execute(conn)
        .map(drop)
}

/// Notes whether its author said so apart from its words.
pub fn set_stated(conn: &mut DbConnection, id: i64, stated: bool) -> QueryResult<()> {
    diesel::update(derivations::table.find(id))
        .set(derivations::stated.eq(stated))
        .execute(conn)
        .map(drop)
}

/// Notes by which message the source's author was asked.
pub fn set_asked(conn: &mut DbConnection, id: i64, message: StatusId) -> QueryResult<()> {
    diesel::update(derivations::table.find(id))
        .set(derivations::asked_id.eq(Some(message.0)))
        .execute(conn)
        .map(drop)
}

/// Ties a claim to its source, which was named by another address or was not known; what the same post says twice is
/// one. False if it was that.
pub fn settle(conn: &mut DbConnection, claim: &Derivation, source: &Status) -> QueryResult<bool> {
    let known = between(conn, &claim.derived_uri, &source.uri)?;
    let known = known.filter(|known| known.id != claim.id);
    if let Some(known) = known.as_ref().filter(|known| known.context.is_empty()) {
        set_words(conn, known.id, known.kind, &claim.context)?;
    }
    let too_long = claim.derived_uri.len() + source.uri.len() > LONGEST;
    if known.is_some() || too_long || claim.derived_uri == source.uri {
        delete(conn, claim.id)?;
        return Ok(false);
    }
    diesel::update(derivations::table.find(claim.id))
        .set((
            derivations::source_uri.eq(&source.uri),
            derivations::source_id.eq(Some(source.id.0)),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Ties to a status that came late what named it by its id: as a source, and as what comes from one. Answers whether it
/// is the source of something.
pub fn adopt(conn: &mut DbConnection, status: &Status) -> QueryResult<bool> {
    let sources = diesel::update(
        derivations::table
            .filter(derivations::source_uri.eq(&status.uri))
            .filter(derivations::source_id.is_null()),
    )
    .set(derivations::source_id.eq(Some(status.id.0)))
    .execute(conn)?;
    let derived = diesel::update(
        derivations::table
            .filter(derivations::derived_uri.eq(&status.uri))
            .filter(derivations::derived_id.is_null()),
    )
    .set(derivations::derived_id.eq(Some(status.id.0)))
    .execute(conn)?;
    if derived > 0 {
        mark(conn, status.id)?;
    }
    Ok(sources > 0)
}

/// Forgets what a post said of its sources, but not that it came from them: it is deleted.
pub fn take_words(conn: &mut DbConnection, derived: &str) -> QueryResult<()> {
    diesel::update(derivations::table.filter(derivations::derived_uri.eq(derived)))
        .set(derivations::context.eq(""))
        .execute(conn)
        .map(drop)
}

/// Removes one.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(derivations::table.find(id))
        .execute(conn)
        .map(drop)
}
