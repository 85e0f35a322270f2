//! Polls: the options of a status, and who chose which.

use diesel::prelude::*;
use domain::{AccountId, PollId, StatusId, Time};

use crate::DbConnection;
use crate::accounts::Account;
use crate::connection::each;
use crate::listed::listed;
use crate::schema::{accounts, poll_options, poll_votes, polls, statuses};

/// A question that a status asks.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = polls, treat_none_as_default_value = false)]
pub struct Poll {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: PollId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    /// Who asks.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// Whether one may choose more than one option.
    pub multiple: bool,
    /// Until it ends.
    pub hide_totals: bool,
    pub expires_at: Option<Time>,
    /// When its end was told.
    pub closed_at: Option<Time>,
    pub votes_count: i64,
    /// None where its server does not say.
    pub voters_count: Option<i64>,
    /// When other servers are next told of its counts.
    pub announced_at: Option<Time>,
}

/// One of the answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = poll_options)]
pub struct PollOption {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub poll_id: PollId,
    pub position: i16,
    pub title: String,
    pub votes_count: i64,
}

/// Somebody chose an option.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = poll_votes)]
pub struct Vote {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub poll_id: PollId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub position: i16,
    /// Id of the Note by which it was said.
    pub uri: String,
    pub created_at: Time,
}

impl Poll {
    #[must_use]
    pub fn is_over(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Adds a poll with its options.
///
/// # Errors
/// If the status has one.
pub fn insert(conn: &mut DbConnection, poll: Poll, options: Vec<PollOption>) -> QueryResult<()> {
    let status = statuses::table.find(poll.status_id.0);
    diesel::update(status)
        .set(statuses::has_poll.eq(true))
        .execute(conn)?;
    diesel::insert_into(polls::table)
        .values(poll)
        .execute(conn)?;
    each!(conn, c => diesel::insert_into(poll_options::table).values(options).execute(c)).map(drop)
}

/// The poll of that id. One row by key.
pub fn find(conn: &mut DbConnection, id: PollId) -> QueryResult<Option<Poll>> {
    polls::table
        .find(id.0)
        .select(Poll::as_select())
        .first(conn)
        .optional()
}

/// The poll of a status. One row by unique index.
pub fn of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Option<Poll>> {
    Ok(of_statuses(conn, &[status])?.pop())
}

/// The polls of these statuses. No query where there is none to ask for.
pub fn of_statuses(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Poll>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = listed(polls::status_id, ids.iter().map(|id| id.0));
    each!(conn, c => polls::table.filter(ids).select(Poll::as_select()).load(c))
}

/// The options of these polls, in order. No query where there is none to ask for.
pub fn options(conn: &mut DbConnection, ids: &[PollId]) -> QueryResult<Vec<PollOption>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = listed(poll_options::poll_id, ids.iter().map(|id| id.0));
    each!(conn, c => poll_options::table
        .filter(ids)
        .order((poll_options::poll_id, poll_options::position))
        .select(PollOption::as_select())
        .load(c))
}

/// What an account chose in these polls, in the order of voting.
pub fn votes_of(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[PollId],
) -> QueryResult<Vec<(PollId, i16)>> {
    let ids = listed(poll_votes::poll_id, ids.iter().map(|id| id.0));
    let found: Vec<(i64, i16)> = each!(conn, c => poll_votes::table
        .filter(poll_votes::account_id.eq(account.0))
        .filter(ids)
        .order((poll_votes::poll_id, poll_votes::created_at, poll_votes::position))
        .select((poll_votes::poll_id, poll_votes::position))
        .load(c))?;
    Ok(found
        .into_iter()
        .map(|(poll, position)| (PollId(poll), position))
        .collect())
}

/// What these accounts chose in these polls, of each in the order of voting.
pub fn votes_among(
    conn: &mut DbConnection,
    accounts: &[AccountId],
    ids: &[PollId],
) -> QueryResult<Vec<(AccountId, PollId, i16)>> {
    let mut found = Vec::new();
    for accounts in accounts.chunks(crate::CHUNK) {
        let accounts = listed(poll_votes::account_id, accounts.iter().map(|id| id.0));
        let ids = listed(poll_votes::poll_id, ids.iter().map(|id| id.0));
        let rows: Vec<(i64, i64, i16)> = each!(conn, c => poll_votes::table
            .filter(accounts)
            .filter(ids)
            .order((poll_votes::poll_id, poll_votes::created_at, poll_votes::position))
            .select((poll_votes::account_id, poll_votes::poll_id, poll_votes::position))
            .load(c))?;
        found.extend(
            rows.into_iter()
                .map(|(account, poll, position)| (AccountId(account), PollId(poll), position)),
        );
    }
    Ok(found)
}

/// Those who voted: ours, or those elsewhere.
pub fn voters(conn: &mut DbConnection, poll: PollId, ours: bool) -> QueryResult<Vec<Account>> {
    let query = accounts::table
        .filter(
            accounts::id.eq_any(
                poll_votes::table
                    .filter(poll_votes::poll_id.eq(poll.0))
                    .select(poll_votes::account_id),
            ),
        )
        .select(Account::as_select());
    if ours {
        query.filter(accounts::host.is_null()).load(conn)
    } else {
        query.filter(accounts::host.is_not_null()).load(conn)
    }
}

/// Adds a vote: true unless it was there.
pub fn insert_vote(conn: &mut DbConnection, vote: Vote) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(poll_votes::table)
        .values(vote).on_conflict_do_nothing().execute(c))
    .map(|rows| rows == 1)
}

/// Counts a vote; `is_voter_new` if it is the first of its voter.
pub fn count_vote(
    conn: &mut DbConnection,
    poll: PollId,
    position: i16,
    is_voter_new: bool,
) -> QueryResult<()> {
    diesel::update(poll_options::table.find((poll.0, position)))
        .set(poll_options::votes_count.eq(poll_options::votes_count + 1))
        .execute(conn)?;
    let voters = i64::from(is_voter_new);
    diesel::update(polls::table.find(poll.0))
        .set((
            polls::votes_count.eq(polls::votes_count + 1),
            polls::voters_count.eq(polls::voters_count + voters),
        ))
        .execute(conn)
        .map(drop)
}

/// Some of the polls in which an account voted. Rows by index.
pub fn voted_in(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<PollId>> {
    let ids: Vec<i64> = each!(conn, c => poll_votes::table
        .filter(poll_votes::account_id.eq(account.0))
        .select(poll_votes::poll_id)
        .distinct()
        .limit(limit)
        .load(c))?;
    Ok(ids.into_iter().map(PollId).collect())
}

/// The polls of these ids, in no order.
pub fn with_ids(conn: &mut DbConnection, ids: &[PollId]) -> QueryResult<Vec<Poll>> {
    let ids = listed(polls::id, ids.iter().map(|id| id.0));
    each!(conn, c => polls::table.filter(ids).select(Poll::as_select()).load(c))
}

/// Takes out of the counts what one voter chose.
pub fn uncount_votes(conn: &mut DbConnection, poll: PollId, chosen: &[i16]) -> QueryResult<()> {
    let mut votes = 0_i64;
    for position in chosen {
        diesel::update(poll_options::table.find((poll.0, *position)))
            .set(poll_options::votes_count.eq(poll_options::votes_count - 1))
            .execute(conn)?;
        votes += 1;
    }
    diesel::update(polls::table.find(poll.0))
        .set((
            polls::votes_count.eq(polls::votes_count - votes),
            polls::voters_count.eq(polls::voters_count - 1_i64),
        ))
        .execute(conn)
        .map(drop)
}

/// Forgets what an account chose in these polls.
pub fn delete_votes(
    conn: &mut DbConnection,
    account: AccountId,
    polls: &[PollId],
) -> QueryResult<()> {
    let these = listed(poll_votes::poll_id, polls.iter().map(|id| id.0));
    let votes = poll_votes::table
        .filter(poll_votes::account_id.eq(account.0))
        .filter(these);
    each!(conn, c => diesel::delete(votes).execute(c)).map(drop)
}

/// Writes what its server says of a poll elsewhere: never the options themselves.
pub fn update(conn: &mut DbConnection, poll: &Poll, counts: &[i64]) -> QueryResult<()> {
    diesel::update(polls::table.find(poll.id.0))
        .set((
            polls::hide_totals.eq(poll.hide_totals),
            polls::expires_at.eq(poll.expires_at),
            polls::votes_count.eq(poll.votes_count),
            polls::voters_count.eq(poll.voters_count),
        ))
        .execute(conn)?;
    for (position, count) in (0_i16..).zip(counts) {
        diesel::update(poll_options::table.find((poll.id.0, position)))
            .set(poll_options::votes_count.eq(count))
            .execute(conn)?;
    }
    Ok(())
}

/// Writes how long a poll of ours runs, and whether its counts are hidden until then; never the counts.
pub fn set_end(
    conn: &mut DbConnection,
    id: PollId,
    at: Option<Time>,
    hide_totals: bool,
) -> QueryResult<()> {
    diesel::update(polls::table.find(id.0))
        .set((polls::expires_at.eq(at), polls::hide_totals.eq(hide_totals)))
        .execute(conn)
        .map(drop)
}

/// Notes when others are next told of the counts; none if nothing is to be told.
pub fn set_announced(conn: &mut DbConnection, id: PollId, at: Option<Time>) -> QueryResult<()> {
    diesel::update(polls::table.find(id.0))
        .set(polls::announced_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Notes that the end of a poll is told: true for the one who tells it.
pub fn close(conn: &mut DbConnection, id: PollId, at: Time) -> QueryResult<bool> {
    let open = polls::table.find(id.0).filter(polls::closed_at.is_null());
    diesel::update(open)
        .set(polls::closed_at.eq(at))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Removes the poll of a status, with all votes.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::update(statuses::table.find(status.0))
        .set(statuses::has_poll.eq(false))
        .execute(conn)?;
    diesel::delete(polls::table.filter(polls::status_id.eq(status.0)))
        .execute(conn)
        .map(drop)
}
