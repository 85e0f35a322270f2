//! Taking work so that nobody else takes it.
//!
//! SQLite has one writer, so the order of statements is enough; PostgreSQL skips rows that others hold.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::{AccountId, InboxId, MediaId, ReportId, StatusId, Time};

use crate::accounts::Account;
use crate::among::among;
use crate::connection::DbConnection;
use crate::custom_emojis::Emoji;
use crate::deliveries::Lane;
use crate::inbox::Received;
use crate::ip_blocks::IpBlock;
use crate::jobs::Job;
use crate::media::Media;
use crate::pushes::Push;
use crate::reports::Report;
use crate::schema::{
    accounts, custom_emojis, delivery_lanes, inbox, ip_blocks, jobs, media, pushes, reports,
    status_edit_files, statuses,
};
use crate::statuses::Status;

/// Loads the rows of a query; on PostgreSQL holds them, and leaves out what others hold.
macro_rules! claim {
    ($conn:expr, $due:expr) => {
        match $conn {
            DbConnection::Sqlite(c) => $due.load(c)?,
            DbConnection::Postgres(c) => $due.for_update().skip_locked().load(c)?,
        }
    };
}

/// One row, held until the end of the transaction.
macro_rules! hold {
    ($conn:expr, $row:expr) => {
        match $conn {
            DbConnection::Sqlite(c) => $row.first(c),
            DbConnection::Postgres(c) => $row.for_no_key_update().first(c),
        }
        .optional()
    };
}

pub(crate) fn jobs(
    conn: &mut DbConnection,
    now: Time,
    lease: Time,
    limit: i64,
) -> QueryResult<Vec<Job>> {
    let mut rows = if is_order_free(conn, now)? {
        due_jobs(conn, true, now, limit)?
    } else {
        Vec::new()
    };
    let room = limit - i64::try_from(rows.len()).unwrap_or(limit);
    rows.extend(due_jobs(conn, false, now, room)?);
    diesel::update(jobs::table.filter(among(jobs::id, rows.iter().map(|job| job.id.0))))
        .set(jobs::leased_until.eq(lease))
        .execute(conn)?;
    Ok(rows)
}

fn due_jobs(
    conn: &mut DbConnection,
    in_order: bool,
    now: Time,
    limit: i64,
) -> QueryResult<Vec<Job>> {
    let rows: Vec<Job> = claim!(
        conn,
        jobs::table
            .filter(jobs::failed_at.is_null())
            .filter(jobs::in_order.eq(in_order))
            .filter(jobs::run_at.le(now))
            .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now)))
            .order((jobs::run_at, jobs::id))
            .limit(limit)
            .select(Job::as_select())
    );
    Ok(rows)
}

/// Whether nobody has anything in hand of what has an order. On PostgreSQL nobody else takes of it before this transaction ends.
/// A step of the index on `(in_order, leased_until)`.
fn is_order_free(conn: &mut DbConnection, now: Time) -> QueryResult<bool> {
    if let DbConnection::Postgres(c) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock(7270913)").execute(c)?;
    }
    let in_hand = jobs::table
        .filter(jobs::in_order.eq(true))
        .filter(jobs::leased_until.gt(now));
    let is_taken: bool = diesel::select(exists(in_hand)).get_result(conn)?;
    Ok(!is_taken)
}

pub(crate) fn lanes(
    conn: &mut DbConnection,
    now: Time,
    lease: Time,
    limit: i64,
) -> QueryResult<Vec<Lane>> {
    let rows: Vec<Lane> = claim!(
        conn,
        delivery_lanes::table
            .filter(delivery_lanes::run_at.le(now))
            .filter(
                delivery_lanes::leased_until
                    .is_null()
                    .or(delivery_lanes::leased_until.le(now))
            )
            .order(delivery_lanes::run_at)
            .limit(limit)
            .select(Lane::as_select())
    );
    let hosts: Vec<&str> = rows.iter().map(|lane| lane.host.as_str()).collect();
    diesel::update(delivery_lanes::table.filter(among(delivery_lanes::host, hosts)))
        .set(delivery_lanes::leased_until.eq(lease))
        .execute(conn)?;
    Ok(rows)
}

pub(crate) fn pushes(
    conn: &mut DbConnection,
    now: Time,
    lease: Time,
    without: &[String],
    limit: i64,
) -> QueryResult<Vec<Push>> {
    let rows: Vec<Push> = claim!(
        conn,
        pushes::table
            .filter(pushes::run_at.le(now))
            .filter(
                pushes::leased_until
                    .is_null()
                    .or(pushes::leased_until.le(now))
            )
            .filter(pushes::host.ne_all(without))
            .order(pushes::run_at)
            .limit(limit)
            .select(Push::as_select())
    );
    for row in &rows {
        diesel::update(pushes::table.find((row.token_id.0, row.notification_id.0)))
            .set(pushes::leased_until.eq(lease))
            .execute(conn)?;
    }
    Ok(rows)
}

/// Waits for whoever adds to the lane, so that the next statement sees what they added.
pub(crate) fn lock_lane(conn: &mut DbConnection, host: &str) -> QueryResult<()> {
    match conn {
        DbConnection::Sqlite(_) => Ok(()),
        DbConnection::Postgres(c) => delivery_lanes::table
            .find(host)
            .select(delivery_lanes::host)
            .for_update()
            .first::<String>(c)
            .optional()
            .map(drop),
    }
}

pub(crate) fn inbox(
    conn: &mut DbConnection,
    sender: &str,
    now: Time,
    lease: Time,
    limit: i64,
) -> QueryResult<Vec<Received>> {
    // Whoever already has work in hand keeps their order. What waits to be tried again holds only what is about the
    // same, or about itself.
    let earlier = diesel::alias!(inbox as earlier);
    let of_same = || {
        earlier
            .filter(earlier.field(inbox::actor_uri).eq(inbox::actor_uri))
            .filter(earlier.field(inbox::finished_at).is_null())
            .filter(earlier.field(inbox::id).lt(inbox::id))
    };
    let held = || {
        let waits = || of_same().filter(earlier.field(inbox::run_at).gt(now));
        exists(of_same().filter(earlier.field(inbox::leased_until).gt(now)))
            .or(exists(
                waits().filter(earlier.field(inbox::concerns).eq(inbox::concerns)),
            ))
            .or(exists(waits().filter(
                earlier.field(inbox::uri).nullable().eq(inbox::concerns),
            )))
    };
    let mut rows: Vec<Received> = claim!(
        conn,
        inbox::table
            .filter(inbox::finished_at.is_null())
            .filter(inbox::sender.eq(sender))
            .filter(inbox::run_at.le(now))
            .filter(
                inbox::leased_until
                    .is_null()
                    .or(inbox::leased_until.le(now))
            )
            .filter(not(held()))
            .order((inbox::run_at, inbox::id))
            .limit(limit)
            .select(Received::as_select())
    );
    if rows.is_empty() {
        return Ok(rows);
    }
    rows.sort_unstable_by_key(|row| row.id);
    diesel::update(inbox::table.filter(among(inbox::id, rows.iter().map(|row| row.id.0))))
        .set(inbox::leased_until.eq(lease))
        .execute(conn)?;
    Ok(rows)
}

pub(crate) fn unfinished_inbox(
    conn: &mut DbConnection,
    ids: &[InboxId],
) -> QueryResult<Vec<InboxId>> {
    let query = inbox::table
        .filter(among(inbox::id, ids.iter().map(|id| id.0)))
        .filter(inbox::finished_at.is_null())
        .order(inbox::id)
        .select(inbox::id);
    let rows: Vec<i64> = match conn {
        DbConnection::Sqlite(c) => query.load(c)?,
        DbConnection::Postgres(c) => query.for_update().load(c)?,
    };
    Ok(rows.into_iter().map(InboxId).collect())
}

/// The account, which until the end of the transaction nobody else holds. Rows that refer to it may still come.
pub(crate) fn hold_account(conn: &mut DbConnection, id: AccountId) -> QueryResult<Option<Account>> {
    hold!(
        conn,
        accounts::table.find(id.0).select(Account::as_select())
    )
}

/// The emoji, which until the end of the transaction nobody else changes.
pub(crate) fn hold_emoji(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Emoji>> {
    hold!(
        conn,
        custom_emojis::table.find(id).select(Emoji::as_select())
    )
}

/// The rule, which until the end of the transaction nobody else changes.
pub(crate) fn hold_ip_block(conn: &mut DbConnection, id: i64) -> QueryResult<Option<IpBlock>> {
    hold!(conn, ip_blocks::table.find(id).select(IpBlock::as_select()))
}

/// The attachment, which until the end of the transaction nobody else changes.
pub(crate) fn hold_media(conn: &mut DbConnection, id: MediaId) -> QueryResult<Option<Media>> {
    hold!(conn, media::table.find(id.0).select(Media::as_select()))
}

/// The report, which until the end of the transaction nobody else changes.
pub(crate) fn hold_report(conn: &mut DbConnection, id: ReportId) -> QueryResult<Option<Report>> {
    hold!(conn, reports::table.find(id.0).select(Report::as_select()))
}

/// The status unless it was deleted, which until the end of the transaction nobody else changes.
pub(crate) fn hold_status(conn: &mut DbConnection, id: StatusId) -> QueryResult<Option<Status>> {
    hold!(
        conn,
        statuses::table
            .find(id.0)
            .filter(statuses::deleted_at.is_null())
            .select(Status::as_select())
    )
}

/// Files that nothing has: no status, none that is scheduled, and no earlier version of one.
macro_rules! unused {
    () => {
        media::table
            .filter(media::status_id.is_null())
            .filter(media::scheduled_id.is_null())
            .filter(not(exists(
                status_edit_files::table.filter(status_edit_files::media_id.eq(media::id)),
            )))
    };
}

pub(crate) fn abandoned_media(
    conn: &mut DbConnection,
    time: Time,
    limit: i64,
) -> QueryResult<Vec<Media>> {
    let rows: Vec<Media> = claim!(
        conn,
        unused!()
            .filter(media::created_at.lt(time))
            .limit(limit)
            .select(Media::as_select())
    );
    Ok(rows)
}

pub(crate) fn unused_media(conn: &mut DbConnection, ids: &[MediaId]) -> QueryResult<Vec<Media>> {
    let rows: Vec<Media> = claim!(
        conn,
        unused!()
            .filter(among(media::id, ids.iter().map(|id| id.0)))
            .select(Media::as_select())
    );
    Ok(rows)
}
