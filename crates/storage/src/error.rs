//! What can go wrong below the rules.

use diesel::result::Error as QueryError;

/// A failure of the database or the media store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not reachable, or too busy to take more; the caller may try again.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    /// No room left on the disk; reading goes on.
    #[error("storage is full")]
    Full,
    /// The database has seen a newer Staffroom than this one.
    #[error(
        "the database was used by a newer Staffroom: it knows the migration {0}, this program does not"
    )]
    Newer(String),
    #[error("could not bring the tables up to date: {0}")]
    Migration(String),
    #[error(transparent)]
    Query(QueryError),
    #[error("media store: {0}")]
    Media(#[from] opendal::Error),
    #[error("media store: {0}")]
    File(std::io::Error),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::File(error),
        }
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        let text = error.to_string();
        if text.contains("database or disk is full") || text.contains("No space left on device") {
            return Self::Full;
        }
        if is_disconnected(&error, &text) || is_hindered(&text) || is_collision(&error, &text) {
            return Self::Unavailable(text);
        }
        Self::Query(error)
    }
}

/// PostgreSQL that went away does not always say so by its error's kind.
fn is_disconnected(error: &QueryError, text: &str) -> bool {
    matches!(
        error,
        QueryError::DatabaseError(diesel::result::DatabaseErrorKind::ClosedConnection, _)
            | QueryError::BrokenTransactionManager
    ) || text.contains("server closed the connection")
        || text.contains("terminating connection")
        || text.contains("no connection to the server")
        || text.contains("the database system is")
        || text.contains("could not receive data from server")
        || text.contains("could not send data to server")
        || text.contains("statement timeout")
}

/// A SQLite file that cannot be written now: its disk is failing, full or read-only, or another program holds it.
fn is_hindered(text: &str) -> bool {
    text.contains("disk I/O error")
        || text.contains("database is locked")
        || text.contains("readonly database")
        || text.contains("no such savepoint")
}

/// Two transactions waited for each other, and PostgreSQL chose this one to begin anew.
fn is_collision(error: &QueryError, text: &str) -> bool {
    matches!(
        error,
        QueryError::DatabaseError(diesel::result::DatabaseErrorKind::SerializationFailure, _)
    ) || text.contains("deadlock detected")
}

/// Whether a row was refused because another one like it is there.
#[must_use]
pub fn is_duplicate(error: &QueryError) -> bool {
    matches!(
        error,
        QueryError::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)
    )
}
