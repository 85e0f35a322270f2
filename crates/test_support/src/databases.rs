//! Databases for one test each.

use std::path::Path;

use diesel::prelude::*;
use storage::DatabaseSettings;
use tempfile::TempDir;

use crate::tables;

/// Where PostgreSQL is, unless the environment says otherwise; its user may make databases.
const POSTGRES: &str = "postgres://postgres@127.0.0.1:5432";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A database that goes away with this value.
pub struct TestDatabase {
    pub settings: DatabaseSettings,
    place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "kept until the test is over")] TempDir),
    Server { name: String },
    Elsewhere,
}

impl TestDatabase {
    /// With tables, and nothing in them: a copy of one that was made for all tests. None where there is no PostgreSQL, which is
    /// said loudly; in CI that is a failure.
    #[must_use]
    pub fn new(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Sqlite => {
                let database = sqlite();
                let path = database.settings.sqlite_path().unwrap_or_default();
                tables::copy_sqlite(Path::new(path));
                Some(database)
            }
            Kind::Postgres => postgres(|server, connection| {
                format!(" TEMPLATE {}", tables::on_postgres(server, connection))
            }),
        }
    }

    /// Without tables; otherwise as [`Self::new`].
    #[must_use]
    pub fn empty(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Sqlite => Some(sqlite()),
            Kind::Postgres => postgres(|_, _| String::new()),
        }
    }

    /// An empty SQLite database in a folder of the test's own.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            settings: settings(format!("sqlite:{}", folder.join("staffroom.db").display())),
            place: Place::Elsewhere,
        }
    }

    /// A connection to it as it is.
    #[must_use]
    pub fn connect(&self) -> storage::DbConnection {
        self.settings
            .connect()
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A database of each kind that can be had here.
#[must_use]
pub fn everywhere() -> Vec<TestDatabase> {
    [Kind::Sqlite, Kind::Postgres]
        .into_iter()
        .filter_map(TestDatabase::new)
        .collect()
}

pub(crate) fn settings(url: String) -> DatabaseSettings {
    DatabaseSettings {
        url,
        readers: 4,
        durable: true,
    }
}

fn sqlite() -> TestDatabase {
    let folder =
        tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for a test: {error}"));
    let url = format!("sqlite:{}", folder.path().join("staffroom.db").display());
    TestDatabase {
        settings: settings(url),
        place: Place::Folder(folder),
    }
}

fn server() -> String {
    std::env::var("STAFFROOM_TEST_POSTGRES").unwrap_or_else(|_| POSTGRES.to_owned())
}

/// `like` ends the statement that makes it.
fn postgres(like: impl FnOnce(&str, &mut PgConnection) -> String) -> Option<TestDatabase> {
    let server = server();
    let mut connection = match PgConnection::establish(&format!("{server}/postgres")) {
        Ok(connection) => connection,
        Err(error) if std::env::var_os("CI").is_some() => {
            panic!("PostgreSQL is needed in CI: {error}")
        }
        Err(error) => {
            eprintln!("NOT TESTED ON POSTGRESQL: {server} cannot be reached ({error})");
            return None;
        }
    };
    let like = like(&server, &mut connection);
    let name = format!("staffroom_test_{:016x}", rand::random::<u64>());
    // Tests kill Staffroom, never PostgreSQL: its commits need not wait for the disk.
    for statement in [
        format!("CREATE DATABASE {name}{like}"),
        format!("ALTER DATABASE {name} SET synchronous_commit TO off"),
    ] {
        diesel::sql_query(statement)
            .execute(&mut connection)
            .unwrap_or_else(|error| panic!("a database for a test: {error}"));
    }
    Some(TestDatabase {
        settings: settings(format!("{server}/{name}")),
        place: Place::Server { name },
    })
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { name } = &self.place else {
            return;
        };
        if let Ok(mut connection) = PgConnection::establish(&format!("{}/postgres", server())) {
            // What is left over is only an empty database with a name that says what it is.
            let _ = diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .execute(&mut connection);
        }
    }
}
