//! What people did in a year, and the figures of it.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use domain::{AccountId, StatusId, Time, Visibility};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{annual_reports, follows, status_tags, statuses, tags};

/// What somebody did in a year.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = annual_reports)]
pub struct AnnualReport {
    #[diesel(deserialize_as = i64)]
    pub account_id: AccountId,
    pub year: i32,
    /// JSON; none while it is being made.
    pub data: Option<String>,
    pub made_at: Time,
    pub read_at: Option<Time>,
}

pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    year: i32,
) -> QueryResult<Option<AnnualReport>> {
    annual_reports::table
        .find((account.0, year))
        .select(AnnualReport::as_select())
        .first(conn)
        .optional()
}

/// The reports of an account that are made and not read, newest year first.
pub fn unread(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<AnnualReport>> {
    annual_reports::table
        .filter(annual_reports::account_id.eq(account.0))
        .filter(annual_reports::data.is_not_null())
        .filter(annual_reports::read_at.is_null())
        .order(annual_reports::year.desc())
        .select(AnnualReport::as_select())
        .load(conn)
}

/// Notes that a report is being made; false if it is already. What was there before is forgotten.
pub fn begin(
    conn: &mut DbConnection,
    account: AccountId,
    year: i32,
    now: Time,
) -> QueryResult<bool> {
    let old = annual_reports::table
        .find((account.0, year))
        .filter(annual_reports::data.is_not_null());
    diesel::delete(old).execute(conn)?;
    let row = (
        annual_reports::account_id.eq(account.0),
        annual_reports::year.eq(year),
        annual_reports::made_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(annual_reports::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Writes a report that is being made; false if none is.
pub fn finish(
    conn: &mut DbConnection,
    account: AccountId,
    year: i32,
    data: &str,
    now: Time,
) -> QueryResult<bool> {
    let waiting = annual_reports::table
        .find((account.0, year))
        .filter(annual_reports::data.is_null());
    diesel::update(waiting)
        .set((
            annual_reports::data.eq(data),
            annual_reports::made_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes that a report was read; false if there is none.
pub fn read(
    conn: &mut DbConnection,
    account: AccountId,
    year: i32,
    now: Time,
) -> QueryResult<bool> {
    let made = annual_reports::table
        .find((account.0, year))
        .filter(annual_reports::data.is_not_null());
    diesel::update(made)
        .set(annual_reports::read_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Forgets all reports of an account.
pub fn delete_all(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(annual_reports::table.filter(annual_reports::account_id.eq(account.0)))
        .execute(conn)
        .map(drop)
}

/// What is counted of somebody's own statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// All, boosts too.
    Any,
    Boosts,
    /// Answers to others.
    Replies,
    Polls,
}

/// How many statuses with ids from `from` on and before `until` somebody wrote. A range of the index on
/// `(account_id, id)`.
pub fn statuses(
    conn: &mut DbConnection,
    account: AccountId,
    written: Written,
    (from, until): (i64, i64),
) -> QueryResult<i64> {
    each!(conn, c => {
    let mut query = statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::id.ge(from))
        .filter(statuses::id.lt(until))
        .filter(statuses::deleted_at.is_null())
        .count()
        .into_boxed();
    query = match written {
        Written::Any => query,
        Written::Boosts => query.filter(statuses::reblog_of_id.is_not_null()),
        Written::Replies => query
            .filter(statuses::reblog_of_id.is_null())
            .filter(statuses::in_reply_to_account_id.ne(account.0)),
        Written::Polls => query
            .filter(statuses::reblog_of_id.is_null())
            .filter(statuses::has_poll),
    };
    query.get_result(c)
    })
}

/// How many of those who follow somebody began to from `from` on and before `until`. A range of the index on
/// `(account_id, id)`.
pub fn followers(
    conn: &mut DbConnection,
    account: AccountId,
    (from, until): (i64, i64),
) -> QueryResult<i64> {
    follows::table
        .filter(follows::account_id.eq(account.0))
        .filter(follows::id.ge(from))
        .filter(follows::id.lt(until))
        .filter(follows::pending.eq(false))
        .count()
        .get_result(conn)
}

/// What others do with a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    Reblogs,
    Favourites,
    Replies,
}

/// The public status of somebody's with which others did that most often, if any did. The same range.
pub fn most(
    conn: &mut DbConnection,
    account: AccountId,
    echo: Echo,
    (from, until): (i64, i64),
) -> QueryResult<Option<StatusId>> {
    let found: Option<i64> = each!(conn, c => {
    let mut query = statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::id.ge(from))
        .filter(statuses::id.lt(until))
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::visibility.eq(i16::from(Visibility::Public)))
        .select(statuses::id)
        .limit(1)
        .into_boxed();
    query = match echo {
        Echo::Reblogs => query
            .filter(statuses::reblogs_count.gt(0))
            .order((statuses::reblogs_count.desc(), statuses::id.desc())),
        Echo::Favourites => query
            .filter(statuses::favourites_count.gt(0))
            .order((statuses::favourites_count.desc(), statuses::id.desc())),
        Echo::Replies => query
            .filter(statuses::replies_count.gt(0))
            .order((statuses::replies_count.desc(), statuses::id.desc())),
    };
    query.first(c).optional()
    })?;
    Ok(found.map(StatusId))
}

/// Which hashtags somebody used most, and how often. The same range, with one look at the tags of each status.
pub fn hashtags(
    conn: &mut DbConnection,
    account: AccountId,
    (from, until): (i64, i64),
    limit: i64,
) -> QueryResult<Vec<(String, i64)>> {
    let rows: Vec<(String, Option<String>, i64)> = each!(conn, c => status_tags::table
        .inner_join(statuses::table)
        .inner_join(tags::table)
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::id.ge(from))
        .filter(statuses::id.lt(until))
        .filter(statuses::deleted_at.is_null())
        .group_by(tags::name)
        .order((count_star().desc(), tags::name))
        .limit(limit)
        .select((tags::name, max(tags::display_name), count_star()))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(name, spelt, count)| (spelt.unwrap_or(name), count))
        .collect())
}
