//! Finding text. SQLite's `LIKE` folds ASCII case; PostgreSQL's does not and has `ILIKE`.

use diesel::prelude::*;
use domain::{AccountId, Page, UserId};

use crate::accounts::Account;
use crate::among::among;
use crate::connection::DbConnection;
use crate::moderation::{Standing, Wanted};
use crate::paging::load_page;
use crate::schema::{accounts, follows, invites, networks, users};

/// Living accounts of which each word is part of the handle or the display name, by handle, perhaps only those that
/// `followed_by` follows; nobody who was not let in yet. Those whose handle begins with the first word come before those that
/// have it elsewhere: it is part of the name of many a server.
pub(crate) fn accounts(
    conn: &mut DbConnection,
    words: &[String],
    followed_by: Option<AccountId>,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<Account>> {
    let end = offset.saturating_add(limit);
    let mut found = matching(conn, words, followed_by, true, (0, end))?;
    let first = i64::try_from(found.len()).unwrap_or(end);
    if first < end {
        let skipped = offset.saturating_sub(first).max(0);
        let wanted = end - first.max(offset);
        found.extend(matching(
            conn,
            words,
            followed_by,
            false,
            (skipped, wanted),
        )?);
    }
    let skipped = usize::try_from(first.min(offset)).unwrap_or(0);
    Ok(found.split_off(skipped))
}

/// Those of them whose handle begins with the first word, or the others.
fn matching(
    conn: &mut DbConnection,
    words: &[String],
    followed_by: Option<AccountId>,
    begins: bool,
    (offset, limit): (i64, i64),
) -> QueryResult<Vec<Account>> {
    let patterns: Vec<String> = words
        .iter()
        .map(|word| format!("%{}%", escape(word)))
        .collect();
    let start = words
        .first()
        .map_or_else(String::new, |word| word.to_lowercase());
    macro_rules! found {
        ($c:expr, $matches:ident, $beginning:expr) => {{
            let waiting = users::table
                .filter(
                    users::confirmed_at
                        .is_null()
                        .or(users::approved_at.is_null()),
                )
                .select(users::account_id);
            let mut query = accounts::table
                .filter(
                    accounts::suspended_at
                        .is_null()
                        .and(accounts::deleted_at.is_null()),
                )
                .filter(accounts::id.ne_all(waiting))
                .order(accounts::handle_key)
                .limit(limit)
                .offset(offset)
                .select(Account::as_select())
                .into_boxed();
            query = if begins {
                query.filter($beginning)
            } else {
                query.filter(diesel::dsl::not($beginning))
            };
            if let Some(follower) = followed_by {
                let followed = follows::table
                    .filter(follows::follower_id.eq(follower.0))
                    .filter(follows::pending.eq(false))
                    .select(follows::account_id);
                query = query.filter(accounts::id.eq_any(followed));
            }
            for pattern in patterns {
                query = query.filter(
                    accounts::handle_key
                        .$matches(pattern.clone())
                        .escape('\\')
                        .or(accounts::display_name.$matches(pattern).escape('\\')),
                );
            }
            query.load($c)
        }};
    }
    match conn {
        // Each in the way in which it can use its index.
        DbConnection::Sqlite(c) => {
            let end = format!("{start}\u{10FFFF}");
            let key = accounts::handle_key;
            found!(c, like, key.ge(start).and(key.lt(end)))
        }
        DbConnection::Postgres(c) => {
            let pattern = format!("{}%", escape(&start));
            found!(c, ilike, accounts::handle_key.like(pattern))
        }
    }
}

/// One page of the accounts that are asked for, newest first.
pub(crate) fn moderated(
    conn: &mut DbConnection,
    wanted: &Wanted,
    inviter: Option<UserId>,
    page: &Page,
) -> QueryResult<Vec<Account>> {
    macro_rules! found {
        ($c:expr, $matches:ident) => {{
            let mut query = accounts::table
                .filter(accounts::deleted_at.is_null())
                .filter(
                    accounts::host
                        .is_not_null()
                        .or(accounts::id.eq_any(users::table.select(users::account_id)))
                        .or(accounts::id.eq_any(networks::table.select(networks::account_id))),
                )
                .select(Account::as_select())
                .into_boxed();
            query = match wanted.local {
                Some(true) => query.filter(accounts::host.is_null()),
                Some(false) => query.filter(accounts::host.is_not_null()),
                None => query,
            };
            query = match wanted.standing {
                Some(Standing::Active) => query.filter(accounts::suspended_at.is_null()),
                Some(Standing::Pending) => query.filter(
                    accounts::id.eq_any(
                        users::table
                            .filter(users::approved_at.is_null())
                            .select(users::account_id),
                    ),
                ),
                Some(Standing::Disabled) => query.filter(
                    accounts::id.eq_any(
                        users::table
                            .filter(users::disabled_at.is_not_null())
                            .select(users::account_id),
                    ),
                ),
                Some(Standing::Silenced) => query.filter(accounts::silenced_at.is_not_null()),
                Some(Standing::Suspended) => query.filter(accounts::suspended_at.is_not_null()),
                Some(Standing::Sensitized) => query.filter(accounts::sensitized_at.is_not_null()),
                None => query,
            };
            if let Some(roles) = &wanted.roles {
                let roles = roles.iter().map(|role| i16::from(*role));
                let people = users::table
                    .filter(among(users::role, roles))
                    .select(users::account_id);
                query = query.filter(accounts::id.eq_any(people));
            }
            if let Some(email) = &wanted.email {
                let people = users::table
                    .filter(users::email.like(beginning(email)).escape('\\'))
                    .select(users::account_id);
                query = query.filter(accounts::id.eq_any(people));
            }
            if let Some(inviter) = inviter {
                let made = invites::table
                    .filter(invites::user_id.eq(inviter.0))
                    .select(invites::id.nullable());
                let people = users::table
                    .filter(users::invite_id.eq_any(made))
                    .select(users::account_id);
                query = query.filter(accounts::id.eq_any(people));
            }
            if let Some(host) = &wanted.host {
                query = query.filter(accounts::host.eq(host));
            }
            if let Some(name) = &wanted.username {
                query = query.filter(accounts::handle_key.like(beginning(name)).escape('\\'));
            }
            if let Some(name) = &wanted.display_name {
                let name = format!("{}%", escape(name));
                query = query.filter(accounts::display_name.$matches(name).escape('\\'));
            }
            load_page!(query, accounts::id, page, $c)
        }};
    }
    match conn {
        DbConnection::Sqlite(c) => found!(c, like),
        DbConnection::Postgres(c) => found!(c, ilike),
    }
}

/// Of something that is stored in lower case.
fn beginning(text: &str) -> String {
    format!("{}%", escape(&text.to_lowercase()))
}

fn escape(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
