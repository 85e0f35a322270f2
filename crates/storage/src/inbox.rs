//! What other servers said to us: kept before it is acknowledged, remembered afterwards by what it is kept under.

use diesel::prelude::*;
use domain::{InboxId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::inbox;

/// An activity received.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = inbox, treat_none_as_default_value = false)]
pub struct Received {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: InboxId,
    /// Under which it takes place once: its id, or what stands for that (docs/adr/0500).
    pub uri: String,
    pub actor_uri: String,
    /// JSON; empty when finished.
    pub body: String,
    pub received_at: Time,
    pub run_at: Time,
    pub leased_until: Option<Time>,
    pub attempts: i32,
    pub finished_at: Option<Time>,
    pub error: Option<String>,
    /// Id of what it is about.
    pub concerns: Option<String>,
    /// Whether somebody else passes it on without a proof: it only says where to look.
    pub hint: bool,
    /// How many requests it has caused.
    pub requests: i32,
    /// Host of its actor.
    pub sender: String,
}

/// Keeps an activity: false if one was kept under the same before.
pub fn insert(conn: &mut DbConnection, received: Received) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(inbox::table).values(received).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// Takes up to `limit` activities of a sender that are due, oldest first: of whoever has none in hand, and none about the
/// same that has to wait. A range of the index on `(sender, run_at, id)`.
pub fn claim(
    conn: &mut DbConnection,
    sender: &str,
    now: Time,
    lease: Time,
    limit: i64,
) -> QueryResult<Vec<Received>> {
    crate::dialect::claim::inbox(conn, sender, now, lease, limit)
}

/// Who is next in the alphabet of those of whom something is due that nobody has in hand. A range of the same index, which
/// ends with the first.
pub fn next_sender(conn: &mut DbConnection, after: &str, now: Time) -> QueryResult<Option<String>> {
    inbox::table
        .filter(inbox::finished_at.is_null())
        .filter(inbox::sender.gt(after))
        .filter(inbox::run_at.le(now))
        .filter(
            inbox::leased_until
                .is_null()
                .or(inbox::leased_until.le(now)),
        )
        .order(inbox::sender)
        .select(inbox::sender)
        .first(conn)
        .optional()
}

/// Which of these activities are not finished. On PostgreSQL nobody else finishes them before this transaction ends.
pub fn hold_unfinished(conn: &mut DbConnection, ids: &[InboxId]) -> QueryResult<Vec<InboxId>> {
    crate::dialect::claim::unfinished_inbox(conn, ids)
}

/// Whether an activity was ever kept under that, as far as is remembered. One row by unique index.
pub fn was_received(conn: &mut DbConnection, uri: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(inbox::table.filter(inbox::uri.eq(uri)))).get_result(conn)
}

/// When the activity kept under that came. One row by unique index.
pub fn received_at(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Time>> {
    inbox::table
        .filter(inbox::uri.eq(uri))
        .select(inbox::received_at)
        .first(conn)
        .optional()
}

/// Marks activities as done.
pub fn finish(conn: &mut DbConnection, ids: &[InboxId], now: Time) -> QueryResult<()> {
    diesel::update(inbox::table.filter(among(inbox::id, ids.iter().map(|id| id.0))))
        .set((
            inbox::finished_at.eq(Some(now)),
            inbox::leased_until.eq(None::<Time>),
            inbox::body.eq(""),
        ))
        .execute(conn)
        .map(drop)
}

/// Puts an activity back, to be tried again at `run_at`. It has caused so many requests by now.
pub fn retry(
    conn: &mut DbConnection,
    id: InboxId,
    run_at: Time,
    requests: i32,
    error: &str,
) -> QueryResult<()> {
    diesel::update(inbox::table.find(id.0))
        .set((
            inbox::leased_until.eq(None::<Time>),
            inbox::run_at.eq(run_at),
            inbox::requests.eq(requests),
            inbox::attempts.eq(inbox::attempts + 1),
            inbox::error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Gives an activity up; its body stays for whoever looks into it.
pub fn give_up(conn: &mut DbConnection, id: InboxId, now: Time, error: &str) -> QueryResult<()> {
    diesel::update(inbox::table.find(id.0))
        .set((
            inbox::finished_at.eq(Some(now)),
            inbox::leased_until.eq(None::<Time>),
            inbox::attempts.eq(inbox::attempts + 1),
            inbox::error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Puts claimed activities back at once, as on a stop.
pub fn release(conn: &mut DbConnection, ids: &[InboxId]) -> QueryResult<()> {
    diesel::update(inbox::table.filter(among(inbox::id, ids.iter().map(|id| id.0))))
        .set(inbox::leased_until.eq(None::<Time>))
        .execute(conn)
        .map(drop)
}

/// When the next activity is due that nobody has in hand.
pub fn next_run(conn: &mut DbConnection, now: Time) -> QueryResult<Option<Time>> {
    inbox::table
        .filter(inbox::finished_at.is_null())
        .filter(
            inbox::leased_until
                .is_null()
                .or(inbox::leased_until.le(now)),
        )
        .order((inbox::run_at, inbox::id))
        .select(inbox::run_at)
        .first(conn)
        .optional()
}

/// How many wait.
pub fn depth(conn: &mut DbConnection) -> QueryResult<i64> {
    inbox::table
        .filter(inbox::finished_at.is_null())
        .count()
        .get_result(conn)
}

/// Of whom more than so many wait. One walk over what waits, in the index on `(sender, run_at, id)`.
pub fn senders_of_more_than(conn: &mut DbConnection, count: i64) -> QueryResult<Vec<String>> {
    inbox::table
        .filter(inbox::finished_at.is_null())
        .group_by(inbox::sender)
        .having(diesel::dsl::count_star().gt(count))
        .select(inbox::sender)
        .load(conn)
}

/// Forgets activities that were finished before `time`; their signatures are too old to be sent again.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(
        inbox::table
            .filter(inbox::finished_at.lt(time))
            .filter(inbox::finished_at.is_not_null()),
    )
    .execute(conn)
    .map(drop)
}
