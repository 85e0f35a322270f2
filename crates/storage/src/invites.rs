//! Codes that let people sign up.

use std::collections::HashMap;

use diesel::prelude::*;
use domain::{AccountId, Page, Time, UserId};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{invites, users};

/// A code that lets people sign up.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = invites, treat_none_as_default_value = false)]
pub struct Invite {
    pub id: i64,
    pub code: String,
    /// Who invites; none: whoever looks after the server.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub user_id: Option<UserId>,
    pub max_uses: Option<i64>,
    pub uses: i64,
    pub expires_at: Option<Time>,
    pub created_at: Time,
}

/// Adds an invitation.
pub fn insert(conn: &mut DbConnection, invite: Invite) -> QueryResult<()> {
    diesel::insert_into(invites::table)
        .values(invite)
        .execute(conn)
        .map(drop)
}

/// Uses an invitation once, if it is still good. One atomic update.
pub fn use_once(conn: &mut DbConnection, code: &str, now: Time) -> QueryResult<Option<Invite>> {
    let good = invites::table
        .filter(invites::code.eq(code))
        .filter(
            invites::expires_at
                .is_null()
                .or(invites::expires_at.gt(now)),
        )
        .filter(
            invites::max_uses
                .is_null()
                .or(invites::uses.nullable().lt(invites::max_uses)),
        );
    let used = diesel::update(good)
        .set(invites::uses.eq(invites::uses + 1))
        .execute(conn)?;
    if used == 0 {
        return Ok(None);
    }
    with_code(conn, code)
}

/// The invitation with this code.
pub fn with_code(conn: &mut DbConnection, code: &str) -> QueryResult<Option<Invite>> {
    invites::table
        .filter(invites::code.eq(code))
        .select(Invite::as_select())
        .first(conn)
        .optional()
}

/// One page of all invitations, newest first.
pub fn page(conn: &mut DbConnection, page: &Page) -> QueryResult<Vec<Invite>> {
    each!(conn, c => {
        let query = invites::table.select(Invite::as_select());
        load_page!(query, invites::id, page, c)
    })
}

/// One page of those that a user made, newest first. One range of an index.
pub fn page_of_user(
    conn: &mut DbConnection,
    user: UserId,
    page: &Page,
) -> QueryResult<Vec<Invite>> {
    each!(conn, c => {
        let query = invites::table
            .filter(invites::user_id.eq(user.0))
            .select(Invite::as_select());
        load_page!(query, invites::id, page, c)
    })
}

/// How many invitations of a user are still good. One range of an index.
pub fn count_good(conn: &mut DbConnection, user: UserId, now: Time) -> QueryResult<i64> {
    invites::table
        .filter(invites::user_id.eq(user.0))
        .filter(
            invites::expires_at
                .is_null()
                .or(invites::expires_at.gt(now)),
        )
        .filter(
            invites::max_uses
                .is_null()
                .or(invites::uses.nullable().lt(invites::max_uses)),
        )
        .count()
        .get_result(conn)
}

/// An invitation.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Invite>> {
    invites::table
        .find(id)
        .select(Invite::as_select())
        .first(conn)
        .optional()
}

/// Nobody signs up with it any more.
pub fn end(conn: &mut DbConnection, id: i64, now: Time) -> QueryResult<()> {
    diesel::update(invites::table.find(id))
        .set(invites::expires_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// The accounts of those who made these invitations, by invitation. One query.
pub fn inviters(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<HashMap<i64, AccountId>> {
    let ids = among(invites::id, ids.iter().copied());
    let rows: Vec<(i64, i64)> = each!(conn, c => invites::table
        .inner_join(users::table)
        .filter(ids)
        .select((invites::id, users::account_id))
        .load(c))?;
    let pairs = rows.into_iter();
    Ok(pairs
        .map(|(id, account)| (id, AccountId(account)))
        .collect())
}
