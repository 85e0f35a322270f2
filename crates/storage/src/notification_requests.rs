//! What is held back of what people could be told: by which rules, and whose deeds.

use std::collections::HashMap;

use diesel::dsl::{count_star, exists, max};
use diesel::prelude::*;
use domain::{
    AccountId, NotificationKind, NotificationPolicy, NotificationRule, Page, StatusId, Time,
    Visibility,
};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{
    accounts, notification_permissions, notification_policies, notification_requests,
    notifications, statuses,
};

/// Whether something of a request's is held back: all may have been taken away again.
macro_rules! waits {
    () => {
        exists(
            notifications::table
                .filter(notifications::account_id.eq(notification_requests::account_id))
                .filter(notifications::from_account_id.eq(notification_requests::from_account_id))
                .filter(notifications::filtered),
        )
    };
}

/// Somebody whose deeds are held back.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notification_requests, treat_none_as_default_value = false)]
pub struct Request {
    pub id: i64,
    /// Who could be told.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub from_account_id: AccountId,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub last_status_id: Option<StatusId>,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notification_policies)]
pub(crate) struct Rules {
    account_id: i64,
    for_not_following: i16,
    for_not_followers: i16,
    for_new_accounts: i16,
    for_private_mentions: i16,
    for_limited_accounts: i16,
    for_bots: i16,
}

/// An account's rules. One row by key.
///
/// # Errors
/// Also if a number stands for no rule.
pub fn policy(conn: &mut DbConnection, account: AccountId) -> QueryResult<NotificationPolicy> {
    let rules: Option<Rules> = notification_policies::table
        .find(account.0)
        .select(Rules::as_select())
        .first(conn)
        .optional()?;
    rules.map_or_else(|| Ok(NotificationPolicy::default()), |rules| rules.policy())
}

impl Rules {
    pub(crate) fn policy(&self) -> QueryResult<NotificationPolicy> {
        let rule = |number: i16| {
            NotificationRule::try_from(number)
                .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
        };
        Ok(NotificationPolicy {
            for_not_following: rule(self.for_not_following)?,
            for_not_followers: rule(self.for_not_followers)?,
            for_new_accounts: rule(self.for_new_accounts)?,
            for_private_mentions: rule(self.for_private_mentions)?,
            for_limited_accounts: rule(self.for_limited_accounts)?,
            for_bots: rule(self.for_bots)?,
        })
    }
}

/// Writes an account's rules.
pub fn set_policy(
    conn: &mut DbConnection,
    account: AccountId,
    policy: &NotificationPolicy,
) -> QueryResult<()> {
    let rules = Rules {
        account_id: account.0,
        for_not_following: policy.for_not_following.into(),
        for_not_followers: policy.for_not_followers.into(),
        for_new_accounts: policy.for_new_accounts.into(),
        for_private_mentions: policy.for_private_mentions.into(),
        for_limited_accounts: policy.for_limited_accounts.into(),
        for_bots: policy.for_bots.into(),
    };
    diesel::delete(notification_policies::table.find(account.0)).execute(conn)?;
    diesel::insert_into(notification_policies::table)
        .values(rules)
        .execute(conn)
        .map(drop)
}

/// Notes that a deed of somebody's was held back.
pub fn add(conn: &mut DbConnection, request: Request) -> QueryResult<()> {
    let known = notification_requests::table
        .filter(notification_requests::account_id.eq(request.account_id.0))
        .filter(notification_requests::from_account_id.eq(request.from_account_id.0));
    let last = request.last_status_id.map(|id| id.0);
    let found = diesel::update(known)
        .set(notification_requests::updated_at.eq(request.updated_at))
        .execute(conn)?;
    if found == 0 {
        // Somebody else may note the first of it at the same moment.
        return each!(conn, c => diesel::insert_into(notification_requests::table)
            .values(request)
            .on_conflict_do_nothing()
            .execute(c))
        .map(drop);
    }
    if let Some(last) = last {
        diesel::update(known)
            .set(notification_requests::last_status_id.eq(last))
            .execute(conn)?;
    }
    Ok(())
}

/// One page of those whose deeds are held back, without those who are gone.
pub fn page(conn: &mut DbConnection, account: AccountId, page: &Page) -> QueryResult<Vec<Request>> {
    let query = notification_requests::table
        .inner_join(accounts::table.on(accounts::id.eq(notification_requests::from_account_id)))
        .filter(notification_requests::account_id.eq(account.0))
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .filter(waits!())
        .select(Request::as_select());
    load_page!(query, notification_requests::id, page, conn)
}

/// Those of an account's requests that have these ids.
pub fn with_ids(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[i64],
) -> QueryResult<Vec<Request>> {
    let ids = among(notification_requests::id, ids.iter().copied());
    each!(conn, c => notification_requests::table
        .filter(notification_requests::account_id.eq(account.0))
        .filter(ids)
        .filter(waits!())
        .select(Request::as_select())
        .load(c))
}

/// How many deeds of each of these people are held back.
pub fn held_of(
    conn: &mut DbConnection,
    account: AccountId,
    from: &[AccountId],
) -> QueryResult<HashMap<AccountId, i64>> {
    let these = among(notifications::from_account_id, from.iter().map(|id| id.0));
    let rows: Vec<(i64, i64)> = each!(conn, c => notifications::table
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::filtered)
        .filter(these)
        .group_by(notifications::from_account_id)
        .select((notifications::from_account_id, count_star()))
        .load(c))?;
    let counted = rows.into_iter().map(|(from, held)| (AccountId(from), held));
    Ok(counted.collect())
}

/// How many wait who are not gone, and how many deeds of theirs. A range of the index of what is held back.
pub fn counts(conn: &mut DbConnection, account: AccountId) -> QueryResult<(i64, i64)> {
    let counts: Vec<i64> = each!(conn, c => notifications::table
        .inner_join(accounts::table.on(accounts::id.eq(notifications::from_account_id)))
        .filter(notifications::account_id.eq(account.0))
        .filter(notifications::filtered)
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::deleted_at.is_null())
        .group_by(notifications::from_account_id)
        .select(count_star())
        .load(c))?;
    Ok((
        i64::try_from(counts.len()).unwrap_or(i64::MAX),
        counts.iter().sum(),
    ))
}

/// The threads in which somebody said something directly that is held back, each with the last of it. However much that is,
/// its words are not read.
pub fn messages(
    conn: &mut DbConnection,
    request: &Request,
) -> QueryResult<Vec<(StatusId, StatusId)>> {
    let rows: Vec<(i64, Option<i64>)> = each!(conn, c => notifications::table
        .inner_join(statuses::table.on(notifications::status_id.eq(statuses::id.nullable())))
        .filter(notifications::account_id.eq(request.account_id.0))
        .filter(notifications::from_account_id.eq(request.from_account_id.0))
        .filter(notifications::filtered)
        .filter(notifications::kind.eq(i16::from(NotificationKind::Mention)))
        .filter(statuses::visibility.eq(i16::from(Visibility::Direct)))
        .filter(statuses::deleted_at.is_null())
        .group_by(statuses::conversation_id)
        .order(statuses::conversation_id)
        .select((statuses::conversation_id, max(statuses::id)))
        .load(c))?;
    Ok(rows
        .into_iter()
        .filter_map(|(thread, last)| Some((StatusId(thread), StatusId(last?))))
        .collect())
}

/// Lets somebody through from now on, and with what they did before.
pub fn accept(conn: &mut DbConnection, request: &Request) -> QueryResult<()> {
    let permission = (
        notification_permissions::account_id.eq(request.account_id.0),
        notification_permissions::from_account_id.eq(request.from_account_id.0),
    );
    each!(conn, c => diesel::insert_into(notification_permissions::table)
        .values(permission)
        .on_conflict_do_nothing()
        .execute(c))?;
    let held = notifications::table
        .filter(notifications::account_id.eq(request.account_id.0))
        .filter(notifications::from_account_id.eq(request.from_account_id.0))
        .filter(notifications::filtered);
    diesel::update(held)
        .set(notifications::filtered.eq(false))
        .execute(conn)?;
    delete(conn, request.id)
}

/// Somebody is let through no more.
pub fn forbid(conn: &mut DbConnection, account: AccountId, from: AccountId) -> QueryResult<()> {
    diesel::delete(notification_permissions::table.find((account.0, from.0)))
        .execute(conn)
        .map(drop)
}

/// Forgets what somebody did.
pub fn dismiss(conn: &mut DbConnection, request: &Request) -> QueryResult<()> {
    let held = notifications::table
        .filter(notifications::account_id.eq(request.account_id.0))
        .filter(notifications::from_account_id.eq(request.from_account_id.0))
        .filter(notifications::filtered);
    diesel::delete(held).execute(conn)?;
    delete(conn, request.id)
}

fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(notification_requests::table.find(id))
        .execute(conn)
        .map(drop)
}
