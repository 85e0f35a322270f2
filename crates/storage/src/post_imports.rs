//! Archives from elsewhere whose posts are taken over, and what became of each post.

use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::{AccountId, LineOutcome, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{imported_posts, post_import_items, post_imports};

/// An archive that somebody brought along.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = post_imports, treat_none_as_default_value = false)]
pub struct PostImport {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// Path in the media store; none once it is worked off.
    pub file: Option<String>,
    /// Whether all its posts are [`Item`]s.
    pub is_read: bool,
    /// Of the job whose turn it is.
    pub step: i32,
    /// Which are not taken over.
    pub boosts: i64,
    /// Bytes of files that were unpacked.
    pub unpacked: i64,
    /// Why it could not be read; else empty.
    pub failure: String,
    /// How many posts came to what, as JSON; empty until it is finished.
    pub counts: String,
    pub created_at: Time,
    pub finished_at: Option<Time>,
}

/// A post of it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = post_import_items, treat_none_as_default_value = false)]
pub struct Item {
    pub import_id: i64,
    /// In the archive, from 1.
    pub number: i32,
    /// By which it was known.
    pub uri: String,
    /// JSON; empty once it is worked off.
    pub body: String,
    pub published_at: Time,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub outcome: LineOutcome,
    pub reason: String,
}

/// Adds an archive.
pub fn insert(conn: &mut DbConnection, import: PostImport) -> QueryResult<()> {
    diesel::insert_into(post_imports::table)
        .values(import)
        .execute(conn)
        .map(drop)
}

/// The archive of that id, whosever it is.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<PostImport>> {
    post_imports::table
        .find(id)
        .select(PostImport::as_select())
        .first(conn)
        .optional()
}

/// The archives of an account, newest first.
pub fn of_account(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<PostImport>> {
    post_imports::table
        .filter(post_imports::account_id.eq(account.0))
        .order(post_imports::id.desc())
        .limit(limit)
        .select(PostImport::as_select())
        .load(conn)
}

/// The archives that an account brought after `time`.
pub fn since(
    conn: &mut DbConnection,
    account: AccountId,
    time: Time,
) -> QueryResult<Vec<PostImport>> {
    post_imports::table
        .filter(post_imports::account_id.eq(account.0))
        .filter(post_imports::created_at.gt(time))
        .select(PostImport::as_select())
        .load(conn)
}

/// How many archives of an account are being worked off.
pub fn count_unfinished(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    post_imports::table
        .filter(post_imports::account_id.eq(account.0))
        .filter(post_imports::finished_at.is_null())
        .count()
        .get_result(conn)
}

/// Adds posts of an archive: so few that SQLite takes them in one statement.
pub fn insert_items(conn: &mut DbConnection, items: Vec<Item>) -> QueryResult<()> {
    if items.is_empty() {
        return Ok(());
    }
    each!(conn, c => diesel::insert_into(post_import_items::table).values(items).execute(c))
        .map(drop)
}

/// Forgets up to `limit` posts of an archive, which is read again or forgotten; answers how many.
pub fn delete_items(conn: &mut DbConnection, id: i64, limit: i64) -> QueryResult<usize> {
    let first: Vec<i32> = post_import_items::table
        .filter(post_import_items::import_id.eq(id))
        .order(post_import_items::number)
        .limit(limit)
        .select(post_import_items::number)
        .load(conn)?;
    let Some(last) = first.last() else {
        return Ok(0);
    };
    let items = post_import_items::table
        .filter(post_import_items::import_id.eq(id))
        .filter(post_import_items::number.le(*last));
    diesel::delete(items).execute(conn)
}

/// Forgets up to `limit` posts of an archive of which nothing is to be said; answers how many.
pub fn delete_silent(conn: &mut DbConnection, id: i64, limit: i64) -> QueryResult<usize> {
    let first: Vec<i32> = post_import_items::table
        .filter(post_import_items::import_id.eq(id))
        .filter(post_import_items::reason.eq(""))
        .order(post_import_items::number)
        .limit(limit)
        .select(post_import_items::number)
        .load(conn)?;
    let Some(last) = first.last() else {
        return Ok(0);
    };
    let items = post_import_items::table
        .filter(post_import_items::import_id.eq(id))
        .filter(post_import_items::reason.eq(""))
        .filter(post_import_items::number.le(*last));
    diesel::delete(items).execute(conn)
}

/// Notes that all posts of an archive are items.
pub fn set_read(conn: &mut DbConnection, id: i64, boosts: i64) -> QueryResult<()> {
    diesel::update(post_imports::table.find(id))
        .set((
            post_imports::is_read.eq(true),
            post_imports::boosts.eq(boosts),
        ))
        .execute(conn)
        .map(drop)
}

/// Posts that wait, oldest first. A range of the index on `(import_id, outcome, published_at, number)`.
pub fn waiting(conn: &mut DbConnection, id: i64, limit: i64) -> QueryResult<Vec<Item>> {
    post_import_items::table
        .filter(post_import_items::import_id.eq(id))
        .filter(post_import_items::outcome.eq(i16::from(LineOutcome::Waiting)))
        .order((post_import_items::published_at, post_import_items::number))
        .limit(limit)
        .select(Item::as_select())
        .load(conn)
}

/// Gives the turn from the job of `step` to the next one: true for the one who does it.
pub fn take_step(conn: &mut DbConnection, id: i64, step: i32) -> QueryResult<bool> {
    let turn = post_imports::table
        .find(id)
        .filter(post_imports::step.eq(step));
    diesel::update(turn)
        .set(post_imports::step.eq(step.saturating_add(1)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes what became of a post that waits: false if it does not wait any more.
pub fn mark(
    conn: &mut DbConnection,
    id: i64,
    number: i32,
    outcome: LineOutcome,
    reason: &str,
) -> QueryResult<bool> {
    let waiting = post_import_items::table
        .find((id, number))
        .filter(post_import_items::outcome.eq(i16::from(LineOutcome::Waiting)));
    diesel::update(waiting)
        .set((
            post_import_items::outcome.eq(i16::from(outcome)),
            post_import_items::reason.eq(reason),
            post_import_items::body.eq(""),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes that so many bytes more were unpacked.
pub fn add_unpacked(conn: &mut DbConnection, id: i64, bytes: i64) -> QueryResult<()> {
    diesel::update(post_imports::table.find(id))
        .set(post_imports::unpacked.eq(post_imports::unpacked + bytes))
        .execute(conn)
        .map(drop)
}

/// All posts are worked off, and came to that; or nothing could be read, for that reason.
pub fn finish(
    conn: &mut DbConnection,
    id: i64,
    now: Time,
    counts: &str,
    failure: &str,
) -> QueryResult<()> {
    diesel::update(post_imports::table.find(id))
        .set((
            post_imports::finished_at.eq(now),
            post_imports::file.eq(None::<String>),
            post_imports::counts.eq(counts),
            post_imports::failure.eq(failure),
        ))
        .execute(conn)
        .map(drop)
}

/// How many posts of these archives came to what: archive, outcome, number.
pub fn counts(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<(i64, i16, i64)>> {
    let of = among(post_import_items::import_id, ids.iter().copied());
    each!(conn, c => post_import_items::table
        .filter(of)
        .group_by((post_import_items::import_id, post_import_items::outcome))
        .select((post_import_items::import_id, post_import_items::outcome, count_star()))
        .load(c))
}

/// Up to `limit` posts after the post `after` of which something is to be said, in the order of the archive.
pub fn remarkable(
    conn: &mut DbConnection,
    id: i64,
    after: i32,
    limit: i64,
) -> QueryResult<Vec<Item>> {
    post_import_items::table
        .filter(post_import_items::import_id.eq(id))
        .filter(post_import_items::number.gt(after))
        .filter(post_import_items::reason.ne(""))
        .order(post_import_items::number)
        .limit(limit)
        .select(Item::as_select())
        .load(conn)
}

/// Some archives that were worked off before `time`, or brought before it and never worked off.
pub fn expired(conn: &mut DbConnection, time: Time, limit: i64) -> QueryResult<Vec<PostImport>> {
    let never_done = post_imports::finished_at
        .is_null()
        .and(post_imports::created_at.lt(time));
    post_imports::table
        .filter(post_imports::finished_at.lt(time).or(never_done))
        .limit(limit)
        .select(PostImport::as_select())
        .load(conn)
}

/// Forgets an archive with its posts, but not which of them were taken over.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(post_imports::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Forgets all that an account brought along; answers the files.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    let own = post_imports::table.filter(post_imports::account_id.eq(account.0));
    let files: Vec<Option<String>> = own.select(post_imports::file).load(conn)?;
    diesel::delete(own).execute(conn)?;
    diesel::delete(imported_posts::table.filter(imported_posts::account_id.eq(account.0)))
        .execute(conn)?;
    Ok(files.into_iter().flatten().collect())
}

/// Notes what a status was before it was taken over.
///
/// # Errors
/// If the account has taken the same over before.
pub fn insert_origin(
    conn: &mut DbConnection,
    account: AccountId,
    uri: &str,
    status: StatusId,
) -> QueryResult<()> {
    diesel::insert_into(imported_posts::table)
        .values((
            imported_posts::account_id.eq(account.0),
            imported_posts::uri.eq(uri),
            imported_posts::status_id.eq(status.0),
        ))
        .execute(conn)
        .map(drop)
}

/// What became of a post that an account took over, deleted since or not.
pub fn taken_over(
    conn: &mut DbConnection,
    account: AccountId,
    uri: &str,
) -> QueryResult<Option<StatusId>> {
    let found: Option<i64> = imported_posts::table
        .find((account.0, uri))
        .select(imported_posts::status_id)
        .first(conn)
        .optional()?;
    Ok(found.map(StatusId))
}
