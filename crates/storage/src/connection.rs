//! One kind of connection for both databases.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;

use crate::{Error, patience};

/// A connection to either database; ordinary queries are written once for both.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs one expression on whichever connection it is: for what the common type cannot express.
macro_rules! each {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::connection::DbConnection::Sqlite($inner) => $body,
            $crate::connection::DbConnection::Postgres($inner) => $body,
        }
    };
}
pub(crate) use each;

/// Where the data is and how it is kept.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections that read at the same time.
    pub readers: u32,
    /// SQLite only: whether each commit waits for the disk (`synchronous=FULL`) or may be lost with the power.
    pub durable: bool,
}

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Reading,
    Writing,
}

impl DatabaseSettings {
    /// The path of the SQLite file; none for PostgreSQL.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite:")
    }

    /// A connection that reads and writes, outside of any pool.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub fn connect(&self) -> Result<DbConnection, Error> {
        self.open(Use::Writing)
            .map_err(|error| Error::Unavailable(error.to_string()))
    }

    pub(crate) fn open(&self, purpose: Use) -> Result<DbConnection, ConnectionError> {
        match self.sqlite_path() {
            Some(path) => open_sqlite(path, self.durable, purpose).map(DbConnection::Sqlite),
            None => PgConnection::establish(&bounded(&self.url)).map(DbConnection::Postgres),
        }
    }
}

/// The address of a PostgreSQL, with an end to waiting for one that is not there, unless the address says its own.
fn bounded(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in [
        ("connect_timeout", "3"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "15000"),
    ] {
        if !url.contains(name) {
            let sign = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{sign}{name}={value}");
        }
    }
    url
}

fn open_sqlite(
    path: &str,
    durable: bool,
    purpose: Use,
) -> Result<SqliteConnection, ConnectionError> {
    if purpose == Use::Writing
        && let Some(folder) = std::path::Path::new(path).parent()
    {
        std::fs::create_dir_all(folder).map_err(|error| {
            ConnectionError::BadConnection(format!("{}: {error}", folder.display()))
        })?;
    }
    let mut connection = SqliteConnection::establish(path)?;
    let synchronous = if durable { "FULL" } else { "NORMAL" };
    connection
        .batch_execute(&format!(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;"
        ))
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    if purpose == Use::Reading {
        connection
            .batch_execute("PRAGMA query_only = ON;")
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(connection)
}

/// Makes pooled connections; the address alone would not tell which database is meant.
#[derive(Debug)]
pub(crate) struct Connector {
    pub settings: DatabaseSettings,
    pub purpose: Use,
}

impl r2d2::ManageConnection for Connector {
    type Connection = DbConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<DbConnection, Self::Error> {
        let mut connection = self
            .settings
            .open(self.purpose)
            .map_err(diesel::r2d2::Error::ConnectionError)?;
        if let DbConnection::Postgres(inner) = &mut connection {
            inner.set_instrumentation(patience::Notes);
            // A transaction of ours never rests; one that does belongs to somebody who cannot be reached, and its
            // locks are wanted.
            inner
                .batch_execute(&format!(
                    "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 5000;",
                    patience::STATEMENT.as_millis()
                ))
                .map_err(diesel::r2d2::Error::QueryError)?;
        }
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

pub(crate) type Pool = r2d2::Pool<Connector>;

pub(crate) fn pool(settings: &DatabaseSettings, purpose: Use) -> Pool {
    let file = settings.sqlite_path().is_some();
    let most = settings.readers.max(1);
    r2d2::Pool::builder()
        .max_size(most)
        .min_idle(Some(if file { 1 } else { 2 }.min(most)))
        // A file does not go away; a server may, and then a request must not find it out.
        .test_on_check_out(!file)
        .connection_timeout(patience::CONNECTION)
        .build_unchecked(Connector {
            settings: settings.clone(),
            purpose,
        })
}

pub(crate) fn take(pool: &Pool) -> Result<r2d2::PooledConnection<Connector>, Error> {
    pool.get()
        .map_err(|error| Error::Unavailable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn an_address_keeps_what_it_says_itself() {
        let url = bounded("postgres://staff@db/staffroom?connect_timeout=9");
        assert!(
            url.starts_with("postgres://staff@db/staffroom?connect_timeout=9&keepalives_idle=")
        );
        assert!(bounded("postgres://db/staffroom").contains("staffroom?connect_timeout=3&"));
    }
}
