//! Whether a database is sound, and what time it thinks it is: for whoever looks after a server.

use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use domain::Time;

use crate::DbConnection;

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    finding: String,
}

/// What is wrong with the database itself: nothing, if it is sound. SQLite reads its whole file; PostgreSQL looks
/// after itself.
pub fn check(conn: &mut DbConnection) -> QueryResult<Vec<String>> {
    match conn {
        DbConnection::Sqlite(inner) => sqlite(inner),
        DbConnection::Postgres(_) => Ok(Vec::new()),
    }
}

pub(crate) fn sqlite(conn: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let found: Vec<Finding> =
        diesel::sql_query("SELECT integrity_check AS finding FROM pragma_integrity_check LIMIT 10")
            .load(conn)?;
    let found = found.into_iter().map(|row| row.finding);
    Ok(found.filter(|finding| finding != "ok").collect())
}

#[derive(QueryableByName)]
struct Clock {
    #[diesel(sql_type = Timestamp)]
    now: Time,
}

/// The time of the machine that the database runs on, if that may be another one.
pub fn clock(conn: &mut DbConnection) -> QueryResult<Option<Time>> {
    match conn {
        DbConnection::Sqlite(_) => Ok(None),
        DbConnection::Postgres(inner) => {
            let clock: Clock =
                diesel::sql_query("SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now")
                    .get_result(inner)?;
            Ok(Some(clock.now))
        }
    }
}

/// Whether something can be written; it is taken back.
pub fn is_writable(conn: &mut DbConnection, now: Time) -> QueryResult<()> {
    let tried = conn.transaction(|conn| {
        crate::sessions::count_failure(conn, "a trial", now, now)?;
        Err::<(), _>(diesel::result::Error::RollbackTransaction)
    });
    match tried {
        Err(diesel::result::Error::RollbackTransaction) => Ok(()),
        other => other,
    }
}
