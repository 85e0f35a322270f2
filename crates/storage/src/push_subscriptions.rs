//! Where client programs want to be told of what their users are told.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, ApplicationId, PushPolicy, Time, TokenId, UserId};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::row::JsonList;
use crate::schema::{access_tokens, push_subscriptions, pushes};

/// One subscription; each token has at most one.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = push_subscriptions)]
pub struct Subscription {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub token_id: TokenId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// The token itself, by which the program finds whom a message is for.
    pub access_token: String,
    pub endpoint: String,
    /// Of the endpoint, with its port.
    pub host: String,
    /// Base64url, as `auth`.
    pub p256dh: String,
    pub auth: String,
    /// RFC 8291; else the draft before it.
    pub standard: bool,
    /// Words of the client API.
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub alerts: Vec<String>,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub policy: PushPolicy,
    pub created_at: Time,
}

impl fmt::Debug for Subscription {
    /// Neither tokens nor keys reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("token_id", &self.token_id)
            .finish_non_exhaustive()
    }
}

/// Writes the subscription of a token, in place of the one it had: what is still owed goes to the new endpoint.
pub fn put(conn: &mut DbConnection, subscription: &Subscription) -> QueryResult<()> {
    let row = subscription.clone();
    let alerts = serde_json::json!(subscription.alerts).to_string();
    each!(conn, c => diesel::insert_into(push_subscriptions::table)
        .values(row)
        .on_conflict(push_subscriptions::token_id)
        .do_update()
        .set((
            push_subscriptions::endpoint.eq(&subscription.endpoint),
            push_subscriptions::host.eq(&subscription.host),
            push_subscriptions::p256dh.eq(&subscription.p256dh),
            push_subscriptions::auth.eq(&subscription.auth),
            push_subscriptions::standard.eq(subscription.standard),
            push_subscriptions::alerts.eq(alerts),
            push_subscriptions::policy.eq(i16::from(subscription.policy)),
            push_subscriptions::created_at.eq(subscription.created_at),
        ))
        .execute(c))?;
    let owed = pushes::table.filter(pushes::token_id.eq(subscription.token_id.0));
    diesel::update(owed)
        .set(pushes::host.eq(&subscription.host))
        .execute(conn)
        .map(drop)
}

/// Leaves an account its `limit` newest subscriptions.
pub fn trim(conn: &mut DbConnection, account: AccountId, limit: i64) -> QueryResult<()> {
    let old: Vec<i64> = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.0))
        .order((
            push_subscriptions::created_at.desc(),
            push_subscriptions::token_id.desc(),
        ))
        // Whatever was too many before was taken away before.
        .limit(limit + 1)
        .select(push_subscriptions::token_id)
        .load(conn)?;
    let Some(oldest) = old.get(usize::try_from(limit).unwrap_or(usize::MAX)) else {
        return Ok(());
    };
    delete(conn, TokenId(*oldest)).map(drop)
}

/// The subscription of a token.
pub fn find(conn: &mut DbConnection, token: TokenId) -> QueryResult<Option<Subscription>> {
    push_subscriptions::table
        .find(token.0)
        .select(Subscription::as_select())
        .first(conn)
        .optional()
}

/// The subscriptions of these tokens, in no order.
pub fn with_tokens(conn: &mut DbConnection, tokens: &[TokenId]) -> QueryResult<Vec<Subscription>> {
    push_subscriptions::table
        .filter(among(
            push_subscriptions::token_id,
            tokens.iter().map(|id| id.0),
        ))
        .select(Subscription::as_select())
        .load(conn)
}

/// Ends the subscription of a token, and forgets what was owed to it: true if there was one.
pub fn delete(conn: &mut DbConnection, token: TokenId) -> QueryResult<bool> {
    diesel::delete(push_subscriptions::table.find(token.0))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Ends the subscription of a token, if it is still to that endpoint.
pub fn delete_gone(conn: &mut DbConnection, token: TokenId, endpoint: &str) -> QueryResult<()> {
    let gone = push_subscriptions::table
        .find(token.0)
        .filter(push_subscriptions::endpoint.eq(endpoint));
    diesel::delete(gone).execute(conn).map(drop)
}

/// Ends all subscriptions of a user.
pub(crate) fn delete_of_user(conn: &mut DbConnection, user: UserId) -> QueryResult<()> {
    let tokens = access_tokens::table
        .filter(access_tokens::user_id.eq(user.0))
        .select(access_tokens::id);
    diesel::delete(push_subscriptions::table.filter(push_subscriptions::token_id.eq_any(tokens)))
        .execute(conn)
        .map(drop)
}

/// Ends all subscriptions of an application for a user.
pub(crate) fn delete_of_application(
    conn: &mut DbConnection,
    user: UserId,
    application: ApplicationId,
) -> QueryResult<()> {
    let tokens = access_tokens::table
        .filter(access_tokens::user_id.eq(user.0))
        .filter(access_tokens::application_id.eq(application.0))
        .select(access_tokens::id);
    diesel::delete(push_subscriptions::table.filter(push_subscriptions::token_id.eq_any(tokens)))
        .execute(conn)
        .map(drop)
}
