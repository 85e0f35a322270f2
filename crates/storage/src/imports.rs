//! What people bring along, lists and archives of posts, and what became of each line and each post.

use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::{AccountId, Brought, LineOutcome, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{import_lines, imports};

/// Lines written with one statement: of so many values that SQLite takes them.
const AT_ONCE: usize = 500;

/// Something that somebody brought along.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct Import {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: Brought,
    /// Of a list: whether what is not in it ends.
    pub overwrite: bool,
    /// Whether what comes before the first line is done: what is not in the list has ended; all posts are [`Line`]s.
    pub prepared: bool,
    /// Of the job whose turn it is.
    pub step: i32,
    /// How many lines came to what, as JSON; empty until it is finished.
    pub counts: String,
    pub created_at: Time,
    pub finished_at: Option<Time>,
    /// Of an archive: path in the media store; none once it is worked off.
    pub file: Option<String>,
    /// Of an archive: boosts, which are not taken over.
    pub boosts: i64,
    /// Of an archive: bytes of files that were unpacked.
    pub unpacked: i64,
    /// Why it could not be read; else empty.
    pub failure: String,
}

impl Import {
    /// One of which nothing is done yet.
    #[must_use]
    pub fn new(id: i64, account_id: AccountId, kind: Brought, created_at: Time) -> Self {
        Self {
            id,
            account_id,
            kind,
            overwrite: false,
            prepared: false,
            step: 0,
            counts: String::new(),
            created_at,
            finished_at: None,
            file: None,
            boosts: 0,
            unpacked: 0,
            failure: String::new(),
        }
    }
}

/// A line of a list, or a post of an archive.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_lines, treat_none_as_default_value = false)]
pub struct Line {
    pub import_id: i64,
    /// In the file, from 1.
    pub number: i32,
    /// The same for lines that mean the same, empty if it cannot be read; by which a post was known.
    pub key: String,
    /// Whom to ask; empty: nobody.
    pub host: String,
    /// JSON; of a post empty once it is worked off.
    pub fields: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub outcome: LineOutcome,
    pub reason: String,
    /// How often the host did not answer.
    pub attempts: i16,
    /// Of a post: when it was published, since the oldest come first.
    pub due_at: Time,
}

/// Adds what somebody brought along, yet without lines.
pub fn insert(conn: &mut DbConnection, import: Import) -> QueryResult<()> {
    diesel::insert_into(imports::table)
        .values(import)
        .execute(conn)
        .map(drop)
}

/// Adds lines.
pub fn insert_lines(conn: &mut DbConnection, lines: Vec<Line>) -> QueryResult<()> {
    let mut rest = lines.into_iter();
    loop {
        let some: Vec<Line> = rest.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        each!(conn, c => diesel::insert_into(import_lines::table).values(some).execute(c))?;
    }
}

/// What has that id, whosever it is.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Import>> {
    imports::table
        .find(id)
        .select(Import::as_select())
        .first(conn)
        .optional()
}

/// The lists of an account, or its archives of posts, newest first.
pub fn of_account(
    conn: &mut DbConnection,
    account: AccountId,
    posts: bool,
    limit: i64,
) -> QueryResult<Vec<Import>> {
    let query = imports::table
        .filter(imports::account_id.eq(account.0))
        .order(imports::id.desc())
        .limit(limit)
        .select(Import::as_select());
    let number = i16::from(Brought::Posts);
    if posts {
        query.filter(imports::kind.eq(number)).load(conn)
    } else {
        query.filter(imports::kind.ne(number)).load(conn)
    }
}

/// How many lists of an account are being worked off, or archives of posts.
pub fn count_unfinished(
    conn: &mut DbConnection,
    account: AccountId,
    posts: bool,
) -> QueryResult<i64> {
    let query = imports::table
        .filter(imports::account_id.eq(account.0))
        .filter(imports::finished_at.is_null());
    let number = i16::from(Brought::Posts);
    if posts {
        query
            .filter(imports::kind.eq(number))
            .count()
            .get_result(conn)
    } else {
        query
            .filter(imports::kind.ne(number))
            .count()
            .get_result(conn)
    }
}

/// Lines that wait, due or not. A range of the index on `(import_id, outcome, due_at)`.
pub fn waiting(conn: &mut DbConnection, id: i64, limit: i64) -> QueryResult<Vec<Line>> {
    import_lines::table
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::outcome.eq(i16::from(LineOutcome::Waiting)))
        .order((import_lines::due_at, import_lines::number))
        .limit(limit)
        .select(Line::as_select())
        .load(conn)
}

/// Lines that wait and are due. A range of the index on `(import_id, outcome, due_at)`.
pub fn due(conn: &mut DbConnection, id: i64, now: Time, limit: i64) -> QueryResult<Vec<Line>> {
    import_lines::table
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::outcome.eq(i16::from(LineOutcome::Waiting)))
        .filter(import_lines::due_at.le(now))
        .order((import_lines::due_at, import_lines::number))
        .limit(limit)
        .select(Line::as_select())
        .load(conn)
}

/// When the next waiting line is due.
pub fn next_due(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Time>> {
    import_lines::table
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::outcome.eq(i16::from(LineOutcome::Waiting)))
        .order(import_lines::due_at)
        .select(import_lines::due_at)
        .first(conn)
        .optional()
}

/// What all lines mean.
pub fn keys(conn: &mut DbConnection, id: i64) -> QueryResult<Vec<String>> {
    import_lines::table
        .filter(import_lines::import_id.eq(id))
        .select(import_lines::key)
        .load(conn)
}

/// Gives the turn from the job of `step` to the next one: true for the one who does it.
pub fn take_step(conn: &mut DbConnection, id: i64, step: i32) -> QueryResult<bool> {
    let turn = imports::table.find(id).filter(imports::step.eq(step));
    diesel::update(turn)
        .set(imports::step.eq(step.saturating_add(1)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes what became of a line that waits: false if it does not wait any more.
pub fn mark(
    conn: &mut DbConnection,
    id: i64,
    number: i32,
    outcome: LineOutcome,
    reason: &str,
) -> QueryResult<bool> {
    let waiting = import_lines::table
        .find((id, number))
        .filter(import_lines::outcome.eq(i16::from(LineOutcome::Waiting)));
    diesel::update(waiting)
        .set((
            import_lines::outcome.eq(i16::from(outcome)),
            import_lines::reason.eq(reason),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Forgets what a line said.
pub fn empty(conn: &mut DbConnection, id: i64, number: i32) -> QueryResult<()> {
    diesel::update(import_lines::table.find((id, number)))
        .set(import_lines::fields.eq(""))
        .execute(conn)
        .map(drop)
}

/// Puts a line off for which somebody was asked in vain.
pub fn fail(conn: &mut DbConnection, id: i64, number: i32, due_at: Time) -> QueryResult<()> {
    diesel::update(import_lines::table.find((id, number)))
        .set((
            import_lines::attempts.eq(import_lines::attempts + 1),
            import_lines::due_at.eq(due_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Puts these lines off, for which nobody was asked.
pub fn postpone(
    conn: &mut DbConnection,
    id: i64,
    numbers: &[i32],
    due_at: Time,
) -> QueryResult<()> {
    let these = among(import_lines::number, numbers.iter().copied());
    each!(conn, c => diesel::update(import_lines::table)
        .filter(import_lines::import_id.eq(id))
        .filter(these)
        .set(import_lines::due_at.eq(due_at))
        .execute(c))
    .map(drop)
}

/// What comes before the first line is done; `boosts` were found meanwhile.
pub fn set_prepared(conn: &mut DbConnection, id: i64, boosts: i64) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set((imports::prepared.eq(true), imports::boosts.eq(boosts)))
        .execute(conn)
        .map(drop)
}

/// Notes that so many bytes more were unpacked.
pub fn add_unpacked(conn: &mut DbConnection, id: i64, bytes: i64) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set(imports::unpacked.eq(imports::unpacked + bytes))
        .execute(conn)
        .map(drop)
}

/// All lines are worked off, and came to that; or nothing could be read, for that reason. It has no file any more.
pub fn finish(
    conn: &mut DbConnection,
    id: i64,
    now: Time,
    counts: &str,
    failure: &str,
) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set((
            imports::finished_at.eq(now),
            imports::file.eq(None::<String>),
            imports::counts.eq(counts),
            imports::failure.eq(failure),
        ))
        .execute(conn)
        .map(drop)
}

/// How many lines of these came to what: import, outcome, number.
pub fn counts(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<(i64, i16, i64)>> {
    let of = among(import_lines::import_id, ids.iter().copied());
    each!(conn, c => import_lines::table
        .filter(of)
        .group_by((import_lines::import_id, import_lines::outcome))
        .select((import_lines::import_id, import_lines::outcome, count_star()))
        .load(c))
}

/// Which lines are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those that came to nothing.
    Failed,
    /// Those of which something is to be said.
    Remarkable,
}

/// Up to `limit` of these lines after the line `after`, in the order of the file.
pub fn lines(
    conn: &mut DbConnection,
    id: i64,
    after: i32,
    which: Which,
    limit: i64,
) -> QueryResult<Vec<Line>> {
    let query = import_lines::table
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::number.gt(after))
        .order(import_lines::number)
        .limit(limit)
        .select(Line::as_select());
    match which {
        Which::All => query.load(conn),
        Which::Failed => {
            let nothing = import_lines::outcome.ge(i16::from(LineOutcome::NotFound));
            query.filter(nothing).load(conn)
        }
        Which::Remarkable => query.filter(import_lines::reason.ne("")).load(conn),
    }
}

/// Forgets up to `limit` lines, of those alone of which nothing is to be said if `silent`; answers how many.
pub fn delete_lines(
    conn: &mut DbConnection,
    id: i64,
    silent: bool,
    limit: i64,
) -> QueryResult<usize> {
    let query = import_lines::table
        .filter(import_lines::import_id.eq(id))
        .order(import_lines::number)
        .limit(limit)
        .select(import_lines::number);
    let first: Vec<i32> = if silent {
        query.filter(import_lines::reason.eq("")).load(conn)?
    } else {
        query.load(conn)?
    };
    let Some(last) = first.last() else {
        return Ok(0);
    };
    let lines = import_lines::table
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::number.le(*last));
    if silent {
        diesel::delete(lines.filter(import_lines::reason.eq(""))).execute(conn)
    } else {
        diesel::delete(lines).execute(conn)
    }
}

/// Some that were worked off before `time`, or brought before it and never worked off.
pub fn expired(conn: &mut DbConnection, time: Time, limit: i64) -> QueryResult<Vec<Import>> {
    let never_done = imports::finished_at
        .is_null()
        .and(imports::created_at.lt(time));
    imports::table
        .filter(imports::finished_at.lt(time).or(never_done))
        .limit(limit)
        .select(Import::as_select())
        .load(conn)
}

/// Forgets what somebody brought along, with its lines.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(imports::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Forgets all that an account brought along; answers the files.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    let own = imports::table.filter(imports::account_id.eq(account.0));
    let files: Vec<Option<String>> =
        each!(conn, c => diesel::delete(own).returning(imports::file).get_results(c))?;
    Ok(files.into_iter().flatten().collect())
}
