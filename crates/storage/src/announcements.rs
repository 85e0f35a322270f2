//! What whoever looks after the server has to tell everybody here.

use std::collections::HashSet;

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use domain::{AccountId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{announcement_reactions, announcement_reads, announcements};

/// An announcement.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = announcements, treat_none_as_default_value = false)]
pub struct Announcement {
    pub id: i64,
    /// Plain.
    pub text: String,
    /// Of what it is about.
    pub starts_at: Option<Time>,
    /// From then on it is not shown.
    pub ends_at: Option<Time>,
    /// Whether of both times the day alone counts.
    pub all_day: bool,
    pub created_at: Time,
}

/// How many answered an announcement with the same emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub announcement: i64,
    pub name: String,
    pub count: i64,
    /// The viewer is one of them.
    pub is_own: bool,
}

/// Adds an announcement.
pub fn insert(conn: &mut DbConnection, announcement: Announcement) -> QueryResult<()> {
    diesel::insert_into(announcements::table)
        .values(announcement)
        .execute(conn)
        .map(drop)
}

/// Removes an announcement: false if there is none.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<bool> {
    diesel::delete(announcements::table.find(id))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// All announcements, oldest first.
pub fn all(conn: &mut DbConnection) -> QueryResult<Vec<Announcement>> {
    announcements::table
        .order(announcements::id)
        .select(Announcement::as_select())
        .load(conn)
}

/// Those that are shown at `now`, oldest first.
pub fn current(conn: &mut DbConnection, now: Time) -> QueryResult<Vec<Announcement>> {
    announcements::table
        .filter(
            announcements::ends_at
                .is_null()
                .or(announcements::ends_at.gt(now)),
        )
        .order(announcements::id)
        .select(Announcement::as_select())
        .load(conn)
}

/// One that is shown at `now`.
pub fn find_current(
    conn: &mut DbConnection,
    id: i64,
    now: Time,
) -> QueryResult<Option<Announcement>> {
    announcements::table
        .find(id)
        .filter(
            announcements::ends_at
                .is_null()
                .or(announcements::ends_at.gt(now)),
        )
        .select(Announcement::as_select())
        .first(conn)
        .optional()
}

/// Whether there is one that is shown at `now`.
pub fn is_current(conn: &mut DbConnection, id: i64, now: Time) -> QueryResult<bool> {
    let found = announcements::table.find(id).filter(
        announcements::ends_at
            .is_null()
            .or(announcements::ends_at.gt(now)),
    );
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// Which of these an account has seen. A row by key for each.
pub fn read_among(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[i64],
) -> QueryResult<HashSet<i64>> {
    let ids = among(announcement_reads::announcement_id, ids.iter().copied());
    let found: Vec<i64> = each!(conn, c => announcement_reads::table
        .filter(announcement_reads::account_id.eq(account.0))
        .filter(ids)
        .select(announcement_reads::announcement_id)
        .load(c))?;
    Ok(found.into_iter().collect())
}

/// Notes that an account has seen an announcement.
pub fn mark_read(conn: &mut DbConnection, account: AccountId, id: i64) -> QueryResult<()> {
    let row = (
        announcement_reads::announcement_id.eq(id),
        announcement_reads::account_id.eq(account.0),
    );
    each!(conn, c => diesel::insert_into(announcement_reads::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// How these were answered, in the order in which each emoji came first. Two queries.
pub fn reactions(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[i64],
) -> QueryResult<Vec<Reaction>> {
    let of_these = among(announcement_reactions::announcement_id, ids.iter().copied());
    let own: Vec<(i64, String)> = each!(conn, c => announcement_reactions::table
        .filter(announcement_reactions::account_id.eq(account.0))
        .filter(of_these.clone())
        .select((announcement_reactions::announcement_id, announcement_reactions::name))
        .load(c))?;
    let own: HashSet<(i64, String)> = own.into_iter().collect();
    let counted: Vec<(i64, String, i64)> = each!(conn, c => announcement_reactions::table
        .filter(of_these)
        .group_by((announcement_reactions::announcement_id, announcement_reactions::name))
        .order(min(announcement_reactions::id))
        .select((announcement_reactions::announcement_id, announcement_reactions::name, count_star()))
        .load(c))?;
    Ok(counted
        .into_iter()
        .map(|(announcement, name, count)| Reaction {
            is_own: own.contains(&(announcement, name.clone())),
            announcement,
            name,
            count,
        })
        .collect())
}

/// How many answered an announcement with this emoji.
pub fn count_reactions(conn: &mut DbConnection, id: i64, name: &str) -> QueryResult<i64> {
    announcement_reactions::table
        .filter(announcement_reactions::announcement_id.eq(id))
        .filter(announcement_reactions::name.eq(name))
        .count()
        .get_result(conn)
}

/// Answers an announcement with an emoji: true unless that was done before.
pub fn react(
    conn: &mut DbConnection,
    new_id: i64,
    account: AccountId,
    id: i64,
    name: &str,
) -> QueryResult<bool> {
    let row = (
        announcement_reactions::id.eq(new_id),
        announcement_reactions::announcement_id.eq(id),
        announcement_reactions::account_id.eq(account.0),
        announcement_reactions::name.eq(name),
    );
    each!(conn, c => diesel::insert_into(announcement_reactions::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Takes an emoji back: false if it was not there.
pub fn take_back(
    conn: &mut DbConnection,
    account: AccountId,
    id: i64,
    name: &str,
) -> QueryResult<bool> {
    let row = announcement_reactions::table
        .filter(announcement_reactions::announcement_id.eq(id))
        .filter(announcement_reactions::account_id.eq(account.0))
        .filter(announcement_reactions::name.eq(name));
    diesel::delete(row).execute(conn).map(|rows| rows == 1)
}
