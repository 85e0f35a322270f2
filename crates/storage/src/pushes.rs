//! Messages that are owed to subscriptions, until they are sent or too old.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Timestamp};
use domain::{NotificationId, PushPolicy, Time, TokenId};

use crate::DbConnection;
use crate::connection::each;
use crate::notifications::Notification;
use crate::schema::{push_subscriptions, pushes};

/// One message to one subscription. A claim is a lease, so that what a dead process held comes free.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pushes)]
pub struct Push {
    #[diesel(deserialize_as = i64)]
    pub token_id: TokenId,
    #[diesel(deserialize_as = i64)]
    pub notification_id: NotificationId,
    pub host: String,
    pub run_at: Time,
    pub attempts: i32,
    pub created_at: Time,
}

impl Push {
    #[must_use]
    pub fn key(&self) -> Key {
        (self.token_id, self.notification_id)
    }
}

/// Which message to which subscription.
pub type Key = (TokenId, NotificationId);

/// Owes `notification` to those subscriptions of its reader that want its kind: how many there are. One statement.
pub fn owe(conn: &mut DbConnection, notification: &Notification, now: Time) -> QueryResult<usize> {
    let kind = format!("%\"{}\"%", notification.kind.name());
    let id = notification.id.0.into_sql::<BigInt>();
    each!(conn, c => push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(notification.account_id.0))
        .filter(push_subscriptions::alerts.like(kind))
        .filter(push_subscriptions::policy.ne(i16::from(PushPolicy::None)))
        .select((
            push_subscriptions::token_id,
            id,
            push_subscriptions::host,
            now.into_sql::<Timestamp>(),
            0_i32.into_sql::<Integer>(),
            now.into_sql::<Timestamp>(),
        ))
        .insert_into(pushes::table)
        .into_columns((
            pushes::token_id,
            pushes::notification_id,
            pushes::host,
            pushes::run_at,
            pushes::attempts,
            pushes::created_at,
        ))
        .execute(c))
}

/// Takes up to `limit` messages that are due, but none to these hosts, for as long as the lease lasts.
pub fn claim(
    conn: &mut DbConnection,
    now: Time,
    lease: Time,
    without: &[String],
    limit: i64,
) -> QueryResult<Vec<Push>> {
    crate::dialect::claim::pushes(conn, now, lease, without, limit)
}

/// When the next free message is due to another host than these.
pub fn next_run(
    conn: &mut DbConnection,
    now: Time,
    without: &[String],
) -> QueryResult<Option<Time>> {
    pushes::table
        .filter(
            pushes::leased_until
                .is_null()
                .or(pushes::leased_until.le(now)),
        )
        .filter(pushes::host.ne_all(without))
        .order(pushes::run_at)
        .select(pushes::run_at)
        .first(conn)
        .optional()
}

/// Removes messages that were sent, or will not be.
pub fn finish(conn: &mut DbConnection, keys: &[Key]) -> QueryResult<()> {
    for (token, notification) in keys {
        diesel::delete(pushes::table.find((token.0, notification.0))).execute(conn)?;
    }
    Ok(())
}

/// Puts messages back that were not tried, to be sent when they were due.
pub fn release(conn: &mut DbConnection, keys: &[Key]) -> QueryResult<()> {
    for (token, notification) in keys {
        diesel::update(pushes::table.find((token.0, notification.0)))
            .set(pushes::leased_until.eq(None::<Time>))
            .execute(conn)?;
    }
    Ok(())
}

/// Puts back a message that was tried, to be tried again at `run_at`.
pub fn retry(conn: &mut DbConnection, key: Key, run_at: Time) -> QueryResult<()> {
    diesel::update(pushes::table.find((key.0.0, key.1.0)))
        .set((
            pushes::leased_until.eq(None::<Time>),
            pushes::run_at.eq(run_at),
            pushes::attempts.eq(pushes::attempts + 1),
        ))
        .execute(conn)
        .map(drop)
}

/// Sends nothing to a host before `run_at`.
pub fn rest(conn: &mut DbConnection, host: &str, run_at: Time) -> QueryResult<()> {
    let owed = pushes::table
        .filter(pushes::host.eq(host))
        .filter(pushes::run_at.lt(run_at));
    diesel::update(owed)
        .set((
            pushes::leased_until.eq(None::<Time>),
            pushes::run_at.eq(run_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Forgets what has been owed since before `time`.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<usize> {
    diesel::delete(pushes::table.filter(pushes::created_at.lt(time))).execute(conn)
}
