//! What people bring along as CSV, and what became of each line.

use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::{AccountId, ImportKind, LineOutcome, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{import_lines, imports};

/// Lines written with one statement: of so many values that SQLite takes them.
const AT_ONCE: usize = 500;

/// A file that somebody brought along.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct Import {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: ImportKind,
    /// Whether what is not in the file ends.
    pub overwrite: bool,
    /// Whether it has ended.
    pub cleared: bool,
    /// Of the job whose turn it is.
    pub step: i32,
    /// How many lines came to what, as JSON; empty until it is finished.
    pub counts: String,
    pub created_at: Time,
    pub finished_at: Option<Time>,
}

/// A line of it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_lines, treat_none_as_default_value = false)]
pub struct Line {
    pub import_id: i64,
    /// In the file, from 1.
    pub number: i32,
    /// The same for lines that mean the same; empty if it cannot be read.
    pub key: String,
    /// Whom to ask; empty: nobody.
    pub host: String,
    /// JSON.
    pub fields: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub outcome: LineOutcome,
    pub reason: String,
    /// How often the host did not answer.
    pub attempts: i16,
    pub due_at: Time,
}

/// Adds a file with its lines.
pub fn insert(conn: &mut DbConnection, import: Import, lines: Vec<Line>) -> QueryResult<()> {
    diesel::insert_into(imports::table)
        .values(import)
        .execute(conn)?;
    let mut rest = lines.into_iter();
    loop {
        let some: Vec<Line> = rest.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        each!(conn, c => diesel::insert_into(import_lines::table).values(some).execute(c))?;
    }
}

/// The file of that id, whosever it is.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Import>> {
    imports::table
        .find(id)
        .select(Import::as_select())
        .first(conn)
        .optional()
}

/// The files of an account, newest first.
pub fn of_account(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<Import>> {
    imports::table
        .filter(imports::account_id.eq(account.0))
        .order(imports::id.desc())
        .limit(limit)
        .select(Import::as_select())
        .load(conn)
}

/// How many files of an account are being worked off.
pub fn count_unfinished(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    imports::table
        .filter(imports::account_id.eq(account.0))
        .filter(imports::finished_at.is_null())
        .count()
        .get_result(conn)
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

/// Notes what became of a line.
pub fn mark(
    conn: &mut DbConnection,
    id: i64,
    number: i32,
    outcome: LineOutcome,
    reason: &str,
) -> QueryResult<()> {
    diesel::update(import_lines::table.find((id, number)))
        .set((
            import_lines::outcome.eq(i16::from(outcome)),
            import_lines::reason.eq(reason),
        ))
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

/// What is not in the file has ended.
pub fn set_cleared(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set(imports::cleared.eq(true))
        .execute(conn)
        .map(drop)
}

/// All lines are worked off, and came to that.
pub fn finish(conn: &mut DbConnection, id: i64, now: Time, counts: &str) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set((imports::finished_at.eq(now), imports::counts.eq(counts)))
        .execute(conn)
        .map(drop)
}

/// How many lines of these files came to what: file, outcome, number.
pub fn counts(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<(i64, i16, i64)>> {
    let of = among(import_lines::import_id, ids.iter().copied());
    each!(conn, c => import_lines::table
        .filter(of)
        .group_by((import_lines::import_id, import_lines::outcome))
        .select((import_lines::import_id, import_lines::outcome, count_star()))
        .load(c))
}

/// Up to `limit` lines after the line `after`, in the order of the file; those alone that came to nothing if `failed`.
pub fn lines(
    conn: &mut DbConnection,
    id: i64,
    after: i32,
    failed: bool,
    limit: i64,
) -> QueryResult<Vec<Line>> {
    let query = import_lines::table
        .filter(import_lines::import_id.eq(id))
        .filter(import_lines::number.gt(after))
        .order(import_lines::number)
        .limit(limit)
        .select(Line::as_select());
    if failed {
        let nothing = import_lines::outcome.ge(i16::from(LineOutcome::NotFound));
        query.filter(nothing).load(conn)
    } else {
        query.load(conn)
    }
}

/// Forgets files that were worked off before `before`.
pub fn prune(conn: &mut DbConnection, before: Time) -> QueryResult<()> {
    diesel::delete(imports::table.filter(imports::finished_at.lt(before)))
        .execute(conn)
        .map(drop)
}

/// Forgets all files of an account.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(imports::table.filter(imports::account_id.eq(account.0)))
        .execute(conn)
        .map(drop)
}
