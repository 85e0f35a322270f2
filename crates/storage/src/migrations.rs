//! The tables' history, built into the program.

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Error;
use crate::connection::{DbConnection, each};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Brings the tables up to date; each step is whole or not at all, so a stop in between is taken up again.
///
/// # Errors
/// [`Error::Newer`] if the database knows a migration that this program does not.
pub fn run(conn: &mut DbConnection) -> Result<(), Error> {
    if let DbConnection::Postgres(inner) = conn {
        // Of several processes that start at once, one does it.
        diesel::sql_query("SELECT pg_advisory_lock(7270911)").execute(inner)?;
    }
    check(conn)?;
    match conn {
        DbConnection::Sqlite(inner) => inner.run_pending_migrations(SQLITE).map(drop),
        DbConnection::Postgres(inner) => inner.run_pending_migrations(POSTGRES).map(drop),
    }
    .map_err(failed)?;
    if let DbConnection::Postgres(inner) = conn {
        diesel::sql_query("SELECT pg_advisory_unlock(7270911)").execute(inner)?;
    }
    Ok(())
}

/// Whether this program may use the database; its tables may still be out of date.
///
/// # Errors
/// [`Error::Newer`] if the database knows a migration that this program does not.
pub fn check(conn: &mut DbConnection) -> Result<(), Error> {
    let known = versions(conn)?;
    let applied: Vec<MigrationVersion<'static>> =
        each!(conn, inner => inner.applied_migrations()).map_err(failed)?;
    let newer = applied
        .iter()
        .find(|version| !known.contains(&version.to_string()));
    match newer {
        Some(newer) => Err(Error::Newer(newer.to_string())),
        None => Ok(()),
    }
}

/// Takes all tables away again: the way back, for tests of the migrations.
///
/// # Errors
/// If a `down.sql` fails.
pub fn revert_all(conn: &mut DbConnection) -> Result<(), Error> {
    match conn {
        DbConnection::Sqlite(inner) => inner.revert_all_migrations(SQLITE).map(drop),
        DbConnection::Postgres(inner) => inner.revert_all_migrations(POSTGRES).map(drop),
    }
    .map_err(failed)
}

fn versions(conn: &DbConnection) -> Result<Vec<String>, Error> {
    fn names<DB: diesel::backend::Backend>(
        source: &EmbeddedMigrations,
    ) -> Result<Vec<String>, Error> {
        let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(failed)?;
        Ok(migrations
            .iter()
            .map(|migration| migration.name().version().to_string())
            .collect())
    }
    match conn {
        DbConnection::Sqlite(_) => names::<diesel::sqlite::Sqlite>(&SQLITE),
        DbConnection::Postgres(_) => names::<diesel::pg::Pg>(&POSTGRES),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Migration(error.to_string())
}
