//! What people are told.

use diesel::prelude::*;
use domain::{AccountId, NotificationId, NotificationKind, Page, ReportId, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{accounts, notifications};

/// One line in somebody's notifications.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
pub struct Notification {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: NotificationId,
    /// Who is told.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// Who did it.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub from_account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: NotificationKind,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub status_id: Option<StatusId>,
    pub created_at: Time,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub report_id: Option<ReportId>,
    /// Held back: [`crate::notification_requests`].
    pub filtered: bool,
    /// Of [`crate::decisions`] or [`crate::collections`]: a warning, a severance or a collection, as the kind says; or a year.
    pub event_id: Option<i64>,
}

/// Tells somebody, once: true unless they were told already.
pub fn insert(conn: &mut DbConnection, notification: Notification) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(notifications::table)
        .values(notification).on_conflict_do_nothing().execute(c))
    .map(|rows| rows == 1)
}

/// Which notifications are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these kinds; empty: all.
    pub kinds: Vec<NotificationKind>,
    pub without: Vec<NotificationKind>,
    pub from: Option<AccountId>,
    /// Also what is held back.
    pub with_filtered: bool,
}

/// One page of what an account was told, without those who are suspended. A range of the index on `(account_id, id)`.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    wanted: &Wanted,
    page: &Page,
) -> QueryResult<Vec<Notification>> {
    let numbers =
        |kinds: &[NotificationKind]| -> Vec<i16> { kinds.iter().copied().map(i16::from).collect() };
    let mut query = notifications::table
        .inner_join(accounts::table.on(accounts::id.eq(notifications::from_account_id)))
        .filter(notifications::account_id.eq(account.0))
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .select(Notification::as_select())
        .into_boxed();
    if !wanted.kinds.is_empty() {
        query = query.filter(among(notifications::kind, numbers(&wanted.kinds)));
    }
    if !wanted.without.is_empty() {
        query = query.filter(notifications::kind.ne_all(numbers(&wanted.without)));
    }
    if !wanted.with_filtered {
        query = query.filter(notifications::filtered.eq(false));
    }
    if let Some(from) = wanted.from {
        query = query.filter(notifications::from_account_id.eq(from.0));
    }
    load_page!(query, notifications::id, page, conn)
}

/// One page of what an account was told of one kind, about one status or none, between two times. What is about a status
/// is found by the index on it, the rest by that on `(account_id, id)`, whose ids are in order of time.
pub fn in_group(
    conn: &mut DbConnection,
    account: AccountId,
    kind: NotificationKind,
    status: Option<StatusId>,
    (from, to): (Time, Time),
    page: &Page,
) -> QueryResult<Vec<Notification>> {
    let query = notifications::table
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::kind.eq(i16::from(kind)))
        .filter(notifications::filtered.eq(false))
        .filter(notifications::created_at.ge(from))
        .filter(notifications::created_at.lt(to))
        .select(Notification::as_select());
    match status {
        Some(status) => {
            let query = query.filter(notifications::status_id.eq(status.0));
            load_page!(query, notifications::id, page, conn)
        }
        None => {
            let query = query.filter(notifications::status_id.is_null());
            load_page!(query, notifications::id, page, conn)
        }
    }
}

/// One notification of an account.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    id: NotificationId,
) -> QueryResult<Option<Notification>> {
    notifications::table
        .find(id.0)
        .filter(notifications::account_id.eq(account.0))
        .select(Notification::as_select())
        .first(conn)
        .optional()
}

/// The notifications of these ids, in no order.
pub fn with_ids(conn: &mut DbConnection, ids: &[NotificationId]) -> QueryResult<Vec<Notification>> {
    notifications::table
        .filter(among(notifications::id, ids.iter().map(|id| id.0)))
        .select(Notification::as_select())
        .load(conn)
}

/// Notifications of an account whose ids are between these. A short range of the index on `(account_id, id)`.
pub fn find_near(
    conn: &mut DbConnection,
    account: AccountId,
    (from, to): (i64, i64),
) -> QueryResult<Vec<Notification>> {
    notifications::table
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::id.between(from, to))
        .limit(10)
        .select(Notification::as_select())
        .load(conn)
}

/// Takes one away: true if it was there.
pub fn delete(
    conn: &mut DbConnection,
    account: AccountId,
    id: NotificationId,
) -> QueryResult<bool> {
    let one = notifications::table
        .find(id.0)
        .filter(notifications::account_id.eq(account.0));
    diesel::delete(one).execute(conn).map(|rows| rows == 1)
}

/// Takes all of an account's away.
pub fn delete_all(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(notifications::table.filter(notifications::account_id.eq(account.0)))
        .execute(conn)
        .map(drop)
}

/// Takes away what a withdrawn deed had told.
pub fn withdraw(
    conn: &mut DbConnection,
    account: AccountId,
    from: AccountId,
    kind: NotificationKind,
    status: Option<StatusId>,
) -> QueryResult<()> {
    let told = notifications::table
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::from_account_id.eq(from.0))
        .filter(notifications::kind.eq(i16::from(kind)));
    match status {
        Some(status) => {
            diesel::delete(told.filter(notifications::status_id.eq(status.0))).execute(conn)
        }
        None => diesel::delete(told).execute(conn),
    }
    .map(drop)
}

/// Takes away all that `from` had told `account`.
pub fn withdraw_all(
    conn: &mut DbConnection,
    account: AccountId,
    from: AccountId,
) -> QueryResult<()> {
    let told = notifications::table
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::from_account_id.eq(from.0));
    diesel::delete(told).execute(conn).map(drop)
}

/// Takes away what `from` had told, by deeds of one kind with these statuses, to whoever wrote them.
pub fn withdraw_of(
    conn: &mut DbConnection,
    from: AccountId,
    kind: NotificationKind,
    statuses: &[StatusId],
) -> QueryResult<()> {
    let these = listed(notifications::status_id, statuses.iter().map(|id| id.0));
    let told = notifications::table
        .filter(notifications::status_id.is_not_null())
        .filter(these)
        .filter(notifications::from_account_id.eq(from.0))
        .filter(notifications::kind.eq(i16::from(kind)));
    each!(conn, c => diesel::delete(told).execute(c)).map(drop)
}

/// Takes away what was told of an event, to one account or to all.
pub fn delete_of_event(
    conn: &mut DbConnection,
    kinds: &[NotificationKind],
    event: i64,
    account: Option<AccountId>,
) -> QueryResult<()> {
    let kinds = kinds.iter().copied().map(i16::from);
    let told = notifications::table
        .filter(notifications::event_id.eq(event))
        .filter(among(notifications::kind, kinds));
    match account {
        Some(account) => {
            diesel::delete(told.filter(notifications::account_id.eq(account.0))).execute(conn)
        }
        None => diesel::delete(told).execute(conn),
    }
    .map(drop)
}

/// Takes away all that concerns a deleted status.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::delete(notifications::table.filter(notifications::status_id.eq(status.0)))
        .execute(conn)
        .map(drop)
}
