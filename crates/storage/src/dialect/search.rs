//! Finding text. SQLite's `LIKE` folds ASCII case; PostgreSQL's does not and has `ILIKE`.

use diesel::prelude::*;

use crate::accounts::Account;
use crate::connection::DbConnection;
use crate::schema::accounts;

/// Living accounts of which each word is part of the handle or the display name, by handle.
pub(crate) fn accounts(
    conn: &mut DbConnection,
    words: &[String],
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<Account>> {
    let patterns: Vec<String> = words
        .iter()
        .map(|word| format!("%{}%", escape(word)))
        .collect();
    macro_rules! found {
        ($c:expr, $matches:ident) => {{
            let mut query = accounts::table
                .filter(
                    accounts::suspended_at
                        .is_null()
                        .and(accounts::deleted_at.is_null()),
                )
                .order(accounts::handle_key)
                .limit(limit)
                .offset(offset)
                .select(Account::as_select())
                .into_boxed();
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
        DbConnection::Sqlite(c) => found!(c, like),
        DbConnection::Postgres(c) => found!(c, ilike),
    }
}

fn escape(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
