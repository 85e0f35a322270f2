//! Client programs, their codes and their tokens (OAuth 2).

use diesel::prelude::*;
use domain::{ApplicationId, Time, TokenId, UserId};

use crate::DbConnection;
use crate::accounts::Account;
use crate::among::among;
use crate::connection::each;
use crate::row::{JsonList, Optional};
use crate::schema::{access_tokens, accounts, applications, authorization_codes, users};
use crate::users::User;

/// A client program.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = applications, treat_none_as_default_value = false)]
pub struct Application {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: ApplicationId,
    pub client_id: String,
    pub client_secret_hash: String,
    pub name: String,
    pub website: Option<String>,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub redirect_uris: Vec<String>,
    pub scopes: String,
    pub created_at: Time,
}

/// An access token; the token itself is known to its holder only.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_tokens, treat_none_as_default_value = false)]
pub struct AccessToken {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: TokenId,
    pub token_hash: String,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub application_id: ApplicationId,
    /// None where the application acts for itself.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub user_id: Option<UserId>,
    pub scopes: String,
    pub created_at: Time,
    pub revoked_at: Option<Time>,
    /// To a day.
    pub used_at: Option<Time>,
}

/// A token and, unless an application acts for itself, whose it is.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = access_tokens)]
pub struct Holder {
    #[diesel(embed)]
    pub token: AccessToken,
    #[diesel(embed)]
    pub user: Option<User>,
    #[diesel(embed)]
    pub account: Option<Account>,
}

/// A code that can be exchanged once for a token.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = authorization_codes, treat_none_as_default_value = false)]
pub struct AuthorizationCode {
    pub code_hash: String,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub application_id: ApplicationId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub user_id: UserId,
    pub redirect_uri: String,
    pub scopes: String,
    pub code_challenge: Option<String>,
    pub expires_at: Time,
    /// The token it was exchanged for.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub token_id: Option<TokenId>,
}

/// Registers a client program.
pub fn insert(conn: &mut DbConnection, application: Application) -> QueryResult<()> {
    diesel::insert_into(applications::table)
        .values(application)
        .execute(conn)
        .map(drop)
}

/// The application of that id.
pub fn find(conn: &mut DbConnection, id: ApplicationId) -> QueryResult<Option<Application>> {
    applications::table
        .find(id.0)
        .select(Application::as_select())
        .first(conn)
        .optional()
}

/// The applications of these ids, in no order.
pub fn with_ids(conn: &mut DbConnection, ids: &[ApplicationId]) -> QueryResult<Vec<Application>> {
    applications::table
        .filter(among(applications::id, ids.iter().map(|id| id.0)))
        .select(Application::as_select())
        .load(conn)
}

/// The application of a client id.
pub fn with_client_id(
    conn: &mut DbConnection,
    client_id: &str,
) -> QueryResult<Option<Application>> {
    applications::table
        .filter(applications::client_id.eq(client_id))
        .select(Application::as_select())
        .first(conn)
        .optional()
}

/// Adds a token.
pub fn insert_token(conn: &mut DbConnection, token: AccessToken) -> QueryResult<()> {
    diesel::insert_into(access_tokens::table)
        .values(token)
        .execute(conn)
        .map(drop)
}

/// The token of that hash, unless it was revoked. One row by unique index.
pub fn token_with_hash(conn: &mut DbConnection, hash: &str) -> QueryResult<Option<AccessToken>> {
    access_tokens::table
        .filter(access_tokens::token_hash.eq(hash))
        .filter(access_tokens::revoked_at.is_null())
        .select(AccessToken::as_select())
        .first(conn)
        .optional()
}

/// The same, with the person for whom it was given. One row of three tables, each by key.
pub fn holder(conn: &mut DbConnection, hash: &str) -> QueryResult<Option<Holder>> {
    each!(conn, c => access_tokens::table
        .left_join(users::table.on(users::id.nullable().eq(access_tokens::user_id)))
        .left_join(accounts::table.on(accounts::id.eq(users::account_id)))
        .filter(access_tokens::token_hash.eq(hash))
        .filter(access_tokens::revoked_at.is_null())
        .select(Holder::as_select())
        .first(c)
        .optional())
}

/// Those who hold these tokens, unless they were revoked.
pub fn holders(conn: &mut DbConnection, tokens: &[TokenId]) -> QueryResult<Vec<Holder>> {
    let ids = among(access_tokens::id, tokens.iter().map(|id| id.0));
    each!(conn, c => access_tokens::table
        .left_join(users::table.on(users::id.nullable().eq(access_tokens::user_id)))
        .left_join(accounts::table.on(accounts::id.eq(users::account_id)))
        .filter(ids)
        .filter(access_tokens::revoked_at.is_null())
        .select(Holder::as_select())
        .load(c))
}

/// Which of these tokens are good, and of somebody who may come in. Three rows by key for each.
pub fn good_among(conn: &mut DbConnection, ids: &[TokenId]) -> QueryResult<Vec<TokenId>> {
    let mut found: Vec<i64> = Vec::new();
    for ids in ids.chunks(crate::CHUNK) {
        let ids = among(access_tokens::id, ids.iter().map(|id| id.0));
        found.extend(each!(conn, c => access_tokens::table
            .inner_join(users::table.inner_join(accounts::table))
            .filter(ids)
            .filter(access_tokens::revoked_at.is_null())
            .filter(users::confirmed_at.is_not_null())
            .filter(users::approved_at.is_not_null())
            .filter(users::disabled_at.is_null())
            .filter(accounts::suspended_at.is_null())
            .filter(accounts::deleted_at.is_null())
            .select(access_tokens::id)
            .load::<i64>(c))?);
    }
    Ok(found.into_iter().map(TokenId).collect())
}

/// Revokes a token, and ends its subscription to pushed messages.
pub fn revoke_token(conn: &mut DbConnection, id: TokenId, now: Time) -> QueryResult<()> {
    crate::push_subscriptions::delete(conn, id)?;
    diesel::update(access_tokens::table.find(id.0))
        .set(access_tokens::revoked_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Notes that a token was used.
pub fn token_used(conn: &mut DbConnection, id: TokenId, now: Time) -> QueryResult<()> {
    diesel::update(access_tokens::table.find(id.0))
        .set(access_tokens::used_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// The tokens of a user that are good, newest first, at most `limit`, and what holds them. One range of an index.
pub fn tokens_of_user(
    conn: &mut DbConnection,
    user: UserId,
    limit: i64,
) -> QueryResult<Vec<(AccessToken, Application)>> {
    access_tokens::table
        .inner_join(applications::table)
        .filter(access_tokens::user_id.eq(user.0))
        .filter(access_tokens::revoked_at.is_null())
        .order(access_tokens::id.desc())
        .limit(limit)
        .select((AccessToken::as_select(), Application::as_select()))
        .load(conn)
}

/// Revokes what a user let an application do: its tokens, their subscriptions to pushed messages, and codes that
/// it has not exchanged. How many tokens there were.
pub fn revoke_tokens_of_application(
    conn: &mut DbConnection,
    user: UserId,
    application: ApplicationId,
    now: Time,
) -> QueryResult<usize> {
    crate::push_subscriptions::delete_of_application(conn, user, application)?;
    let codes = authorization_codes::table
        .filter(authorization_codes::user_id.eq(user.0))
        .filter(authorization_codes::application_id.eq(application.0))
        .filter(authorization_codes::token_id.is_null());
    diesel::delete(codes).execute(conn)?;
    let good = access_tokens::table
        .filter(access_tokens::user_id.eq(user.0))
        .filter(access_tokens::application_id.eq(application.0))
        .filter(access_tokens::revoked_at.is_null());
    diesel::update(good)
        .set(access_tokens::revoked_at.eq(now))
        .execute(conn)
}

/// Revokes all tokens of a user, and codes that were not exchanged; their subscriptions to pushed messages end.
pub fn revoke_tokens_of_user(conn: &mut DbConnection, user: UserId, now: Time) -> QueryResult<()> {
    crate::push_subscriptions::delete_of_user(conn, user)?;
    let codes = authorization_codes::table
        .filter(authorization_codes::user_id.eq(user.0))
        .filter(authorization_codes::token_id.is_null());
    diesel::delete(codes).execute(conn)?;
    let good = access_tokens::table
        .filter(access_tokens::user_id.eq(user.0))
        .filter(access_tokens::revoked_at.is_null());
    diesel::update(good)
        .set(access_tokens::revoked_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Removes tokens that were revoked before `time`.
pub fn prune_tokens(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(access_tokens::table.filter(access_tokens::revoked_at.lt(time)))
        .execute(conn)
        .map(drop)
}

/// Adds a code.
pub fn insert_code(conn: &mut DbConnection, code: AuthorizationCode) -> QueryResult<()> {
    diesel::insert_into(authorization_codes::table)
        .values(code)
        .execute(conn)
        .map(drop)
}

/// The code of that hash, used or not.
pub fn code_with_hash(
    conn: &mut DbConnection,
    hash: &str,
) -> QueryResult<Option<AuthorizationCode>> {
    authorization_codes::table
        .find(hash)
        .select(AuthorizationCode::as_select())
        .first(conn)
        .optional()
}

/// Exchanges a code for `token`: true for the one who comes first. One atomic update.
pub fn use_code(conn: &mut DbConnection, hash: &str, token: TokenId) -> QueryResult<bool> {
    let unused = authorization_codes::table
        .find(hash)
        .filter(authorization_codes::token_id.is_null());
    diesel::update(unused)
        .set(authorization_codes::token_id.eq(Some(token.0)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Removes codes that ran out before `time`.
pub fn prune_codes(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(authorization_codes::table.filter(authorization_codes::expires_at.lt(time)))
        .execute(conn)
        .map(drop)
}
