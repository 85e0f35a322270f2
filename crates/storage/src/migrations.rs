//! The tables' history, built into the program.

use std::fs::File;
use std::path::Path;

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::Text;
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
    // Of several processes that start at once, one does it.
    let _held = match conn {
        DbConnection::Sqlite(inner) => hold_folder(inner)?,
        DbConnection::Postgres(inner) => {
            diesel::sql_query("SELECT pg_advisory_lock(7270911)").execute(inner)?;
            None
        }
    };
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

#[derive(QueryableByName)]
struct Attached {
    #[diesel(sql_type = Text)]
    file: String,
}

/// Waits until nobody else holds the folder of a database, and holds it until the file is dropped. (A lock on the
/// database's own file would end those of SQLite.) None for a database in memory.
fn hold_folder(conn: &mut SqliteConnection) -> Result<Option<File>, Error> {
    let main: Attached =
        diesel::sql_query("SELECT file FROM pragma_database_list WHERE name = 'main'")
            .get_result(conn)?;
    let Some(folder) = Path::new(&main.file).parent() else {
        return Ok(None);
    };
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(Some(folder))
}

/// Whether this program may use the database; its tables may still be out of date.
///
/// # Errors
/// [`Error::Newer`] if the database knows a migration that this program does not.
pub fn check(conn: &mut DbConnection) -> Result<(), Error> {
    match standing(conn)? {
        Standing::Newer(newer) => Err(Error::Newer(newer)),
        Standing::UpToDate | Standing::Older(_) => Ok(()),
    }
}

/// How the tables of a database stand to those that this program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    UpToDate,
    /// So many steps are missing; the next start takes them.
    Older(usize),
    /// It knows this step, and this program does not.
    Newer(String),
}

/// Looks, and changes nothing but that it makes the table of the history where there is none.
///
/// # Errors
/// If the database does not answer.
pub fn standing(conn: &mut DbConnection) -> Result<Standing, Error> {
    let known = versions(conn)?;
    let applied: Vec<MigrationVersion<'static>> =
        each!(conn, inner => inner.applied_migrations()).map_err(failed)?;
    let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Ok(Standing::Newer(newer.clone()));
    }
    Ok(match known.len().saturating_sub(applied.len()) {
        0 => Standing::UpToDate,
        missing => Standing::Older(missing),
    })
}

/// The versions that this program knows, oldest first; both databases have the same.
///
/// # Errors
/// Never for migrations that were built in.
pub fn known() -> Result<Vec<String>, Error> {
    names::<diesel::pg::Pg>(&POSTGRES)
}

/// Takes just these steps, of a PostgreSQL, within the transaction that is open.
///
/// # Errors
/// If one of them fails.
pub(crate) fn run_these(conn: &mut DbConnection, versions: &[String]) -> Result<(), Error> {
    let DbConnection::Postgres(inner) = conn else {
        return Err(Error::Migration("this is not a PostgreSQL".to_owned()));
    };
    let steps: Vec<Box<dyn Migration<diesel::pg::Pg>>> = POSTGRES.migrations().map_err(failed)?;
    inner.applied_migrations().map_err(failed)?;
    for step in &steps {
        if versions.contains(&step.name().version().to_string()) {
            inner.run_migration(&**step).map_err(failed)?;
        }
    }
    Ok(())
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
    match conn {
        DbConnection::Sqlite(_) => names::<diesel::sqlite::Sqlite>(&SQLITE),
        DbConnection::Postgres(_) => names::<diesel::pg::Pg>(&POSTGRES),
    }
}

fn names<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>, Error> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(failed)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Migration(error.to_string())
}
