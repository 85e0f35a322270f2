//! The door to the database: short closures on threads of their own, each whole or not at all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::prelude::*;
use tokio::sync::Semaphore;

use crate::connection::{self, DatabaseSettings, DbConnection, Pool, Use};
use crate::writer::{self, Writer};
use crate::{Error, QueryError, migrations};

/// Requests that may wait for a connection; more are refused rather than kept in memory.
const WAITING: usize = 1_024;

/// A database that is open and up to date. Cheap to clone.
#[derive(Clone)]
pub struct Database(Way);

#[derive(Clone)]
enum Way {
    /// SQLite: many read, a thread writes.
    File {
        readers: Pool,
        writer: Writer,
        admission: Arc<Semaphore>,
    },
    /// PostgreSQL.
    Server {
        pool: Pool,
        admission: Arc<Semaphore>,
    },
    /// For a command, which does one thing after the other.
    Single(Arc<Mutex<DbConnection>>),
}

impl Database {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// If it cannot be reached, or was used by a newer Staffroom.
    pub fn open(settings: &DatabaseSettings) -> Result<Self, Error> {
        let mut first = settings.connect()?;
        migrations::run(&mut first)?;
        Ok(Self(match settings.sqlite_path() {
            Some(_) => Way::File {
                readers: connection::pool(settings, Use::Reading),
                writer: Writer::start(settings.clone())?,
                admission: Arc::new(Semaphore::new(WAITING)),
            },
            None => Way::Server {
                pool: connection::pool(settings, Use::Writing),
                admission: Arc::new(Semaphore::new(WAITING)),
            },
        }))
    }

    /// Opens the database with one connection, for a command, and brings its tables up to date.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_single(settings: &DatabaseSettings) -> Result<Self, Error> {
        let mut connection = settings.connect()?;
        migrations::run(&mut connection)?;
        Ok(Self(Way::Single(Arc::new(Mutex::new(connection)))))
    }

    /// Opens the database with one connection, to look at it as it is.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_as_it_is(settings: &DatabaseSettings) -> Result<Self, Error> {
        let mut connection = settings.connect()?;
        migrations::check(&mut connection)?;
        Ok(Self(Way::Single(Arc::new(Mutex::new(connection)))))
    }

    /// Answers a question that an index answers. The closure must not write.
    ///
    /// # Errors
    /// Those of the closure, and [`Error::Unavailable`] when no connection comes free.
    pub async fn read<T, E>(
        &self,
        question: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<QueryError> + From<Error> + Send + 'static,
    {
        match &self.0 {
            // A file answers sooner than another thread would begin to ask it (docs/adr/0006).
            Way::File { readers, .. } => question(&mut *connection::take(readers)?),
            Way::Server { pool, admission } => on_a_thread(pool, admission, question).await,
            Way::Single(connection) => question(&mut locked(connection)),
        }
    }

    /// Answers a question that may take long, so that nobody else waits for it. The closure must not write.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_long<T, E>(
        &self,
        question: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<QueryError> + From<Error> + Send + 'static,
    {
        match &self.0 {
            Way::File {
                readers: pool,
                admission,
                ..
            }
            | Way::Server { pool, admission } => on_a_thread(pool, admission, question).await,
            Way::Single(connection) => question(&mut locked(connection)),
        }
    }

    /// Does all of the closure's work or none of it; answered once it is on the disk.
    ///
    /// # Errors
    /// Those of the closure, and [`Error::Unavailable`] or [`Error::Full`] where it could not be kept.
    pub async fn transaction<T, E>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<QueryError> + From<Error> + Send + 'static,
    {
        match &self.0 {
            Way::File { writer, .. } => writer.transaction(work).await,
            Way::Server { pool, admission } => {
                on_a_thread(pool, admission, move |conn| conn.transaction(work)).await
            }
            Way::Single(connection) => writer::alone(&mut locked(connection), work),
        }
    }
}

fn locked(connection: &Mutex<DbConnection>) -> MutexGuard<'_, DbConnection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn on_a_thread<T, E>(
    pool: &Pool,
    admission: &Arc<Semaphore>,
    work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<QueryError> + From<Error> + Send + 'static,
{
    let permit = admission
        .clone()
        .try_acquire_owned()
        .map_err(|_| E::from(Error::Unavailable("too many requests are waiting".into())))?;
    let pool = pool.clone();
    let outcome = tokio::task::spawn_blocking(move || {
        let mut conn = connection::take(&pool)?;
        let result = work(&mut conn);
        drop(permit);
        result
    })
    .await;
    // It panicked, and took back what it had done.
    outcome.unwrap_or_else(|_| Err(QueryError::RollbackTransaction.into()))
}

/// Does all of the closure's work or none of it, in a transaction that goes on either way.
///
/// # Errors
/// Those of the closure.
pub fn savepoint<T, E: From<QueryError>>(
    conn: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T, E>,
) -> Result<T, E> {
    conn.transaction(work)
}
