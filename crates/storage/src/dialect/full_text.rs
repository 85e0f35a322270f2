//! Words in statuses: FTS5 in SQLite, `tsvector` in PostgreSQL. Both are given the same tokens, and asked for the same.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use domain::StatusId;

use crate::among::among;
use crate::connection::DbConnection;
use crate::schema::status_index;
use crate::status_index::{Document, Query};

/// Statuses that PostgreSQL looks through one after the other before it asks its index: what many say is found sooner so,
/// since that index knows no order.
const NEWEST: i64 = 5_000;
/// Positions that PostgreSQL keeps.
const POSITIONS: usize = 16_383;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    held: bool,
}

/// Keeps others from writing the index until the end of the transaction; false if another one does.
pub(crate) fn hold(conn: &mut DbConnection) -> QueryResult<bool> {
    match conn {
        DbConnection::Sqlite(_) => Ok(true),
        DbConnection::Postgres(c) => {
            let held: Held = diesel::sql_query("SELECT pg_try_advisory_xact_lock(7270912) AS held")
                .get_result(c)?;
            Ok(held.held)
        }
    }
}

pub(crate) fn put(conn: &mut DbConnection, documents: &[Document]) -> QueryResult<()> {
    match conn {
        DbConnection::Sqlite(c) => {
            for document in documents {
                let tokens = [document.marks.join(" "), document.words.join(" ")].join(" ");
                diesel::sql_query(
                    "INSERT OR REPLACE INTO status_index (rowid, words) VALUES (?, ?)",
                )
                .bind::<BigInt, _>(document.id.0)
                .bind::<Text, _>(tokens)
                .execute(c)?;
            }
        }
        DbConnection::Postgres(c) => {
            for document in documents {
                diesel::sql_query(
                    "INSERT INTO status_index (status_id, words) VALUES ($1, $2::tsvector) \
                     ON CONFLICT (status_id) DO UPDATE SET words = excluded.words",
                )
                .bind::<BigInt, _>(document.id.0)
                .bind::<Text, _>(vector(document))
                .execute(c)?;
            }
        }
    }
    Ok(())
}

/// `'mark' 'word':1 'other':2`
fn vector(document: &Document) -> String {
    let marks = document.marks.iter().map(|mark| format!("'{mark}'"));
    let words = document.words.iter().take(POSITIONS).enumerate();
    let words = words.map(|(before, word)| format!("'{word}':{}", before + 1));
    marks.chain(words).collect::<Vec<_>>().join(" ")
}

pub(crate) fn remove(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<()> {
    match conn {
        DbConnection::Sqlite(c) => {
            for id in ids {
                diesel::sql_query("DELETE FROM status_index WHERE rowid = ?")
                    .bind::<BigInt, _>(id.0)
                    .execute(c)?;
            }
            Ok(())
        }
        DbConnection::Postgres(c) => {
            let ids = among(status_index::status_id, ids.iter().map(|id| id.0));
            diesel::delete(status_index::table.filter(ids))
                .execute(c)
                .map(drop)
        }
    }
}

pub(crate) fn find(
    conn: &mut DbConnection,
    query: &Query,
    (from, to): (i64, i64),
    limit: i64,
) -> QueryResult<Vec<i64>> {
    if query.all.is_empty() {
        return Ok(Vec::new());
    }
    match conn {
        DbConnection::Sqlite(c) => {
            // In order of the rowid the index is read as far as it has to be.
            let found: Vec<Found> = diesel::sql_query(
                "SELECT rowid AS id FROM status_index \
                 WHERE status_index MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
            )
            .bind::<Text, _>(for_sqlite(query))
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(to)
            .bind::<BigInt, _>(limit)
            .load(c)?;
            Ok(found.into_iter().map(|row| row.id).collect())
        }
        DbConnection::Postgres(c) => {
            let asked = for_postgres(query);
            let newest: Vec<Found> = diesel::sql_query(
                "SELECT status_id AS id FROM (SELECT status_id, words FROM status_index \
                 WHERE status_id >= $1 AND status_id < $2 ORDER BY status_id DESC LIMIT $3) AS newest \
                 WHERE words @@ $4::tsquery ORDER BY status_id DESC LIMIT $5",
            )
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(to)
            .bind::<BigInt, _>(NEWEST)
            .bind::<Text, _>(&asked)
            .bind::<BigInt, _>(limit)
            .load(c)?;
            if i64::try_from(newest.len()).is_ok_and(|count| count >= limit) {
                return Ok(newest.into_iter().map(|row| row.id).collect());
            }
            // What is added to an id keeps the planner from walking through all of them by their order.
            let found: Vec<Found> = diesel::sql_query(
                "SELECT status_id AS id FROM status_index WHERE words @@ $1::tsquery \
                 AND status_id + 0 >= $2 AND status_id + 0 < $3 ORDER BY status_id + 0 DESC LIMIT $4",
            )
            .bind::<Text, _>(&asked)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(to)
            .bind::<BigInt, _>(limit)
            .load(c)?;
            Ok(found.into_iter().map(|row| row.id).collect())
        }
    }
}

/// <https://www.sqlite.org/fts5.html#full_text_query_syntax>
pub(super) fn for_sqlite(query: &Query) -> String {
    let phrase = |tokens: &Vec<String>| format!("\"{}\"", tokens.join(" "));
    let any = |phrases: &[Vec<String>]| {
        let phrases: Vec<String> = phrases.iter().map(phrase).collect();
        format!("({})", phrases.join(" OR "))
    };
    let all: Vec<String> = query.all.iter().map(|phrases| any(phrases)).collect();
    let all = all.join(" AND ");
    if query.none.is_empty() {
        return all;
    }
    format!("({all}) NOT {}", any(&query.none))
}

/// <https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY>
pub(super) fn for_postgres(query: &Query) -> String {
    let phrase = |tokens: &Vec<String>| {
        let tokens: Vec<String> = tokens.iter().map(|token| format!("'{token}'")).collect();
        format!("({})", tokens.join(" <-> "))
    };
    let any = |phrases: &[Vec<String>]| {
        let phrases: Vec<String> = phrases.iter().map(phrase).collect();
        format!("({})", phrases.join(" | "))
    };
    let all: Vec<String> = query.all.iter().map(|phrases| any(phrases)).collect();
    let all = all.join(" & ");
    if query.none.is_empty() {
        return all;
    }
    format!("{all} & !{}", any(&query.none))
}
