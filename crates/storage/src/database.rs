//! The door to the database: short closures on threads of their own, each whole or not at all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use diesel::prelude::*;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection::{self, DatabaseSettings, DbConnection, Pool, Use};
use crate::patience::{Asker, Lost, noting};
use crate::signals::{self, Heard};
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
        pools: Arc<Pools>,
        admission: Arc<Semaphore>,
    },
    /// For a command, which does one thing after the other.
    Single(Arc<Mutex<DbConnection>>),
}

/// The connections to a PostgreSQL in use. Those to one that fell silent are left to themselves, and new ones made.
struct Pools {
    settings: DatabaseSettings,
    /// With its number, by which the one that fell silent is told from the next.
    current: RwLock<(u64, Pool)>,
}

impl Pools {
    fn new(settings: &DatabaseSettings) -> Self {
        Self {
            settings: settings.clone(),
            current: RwLock::new((0, connection::pool(settings, Use::Writing))),
        }
    }

    fn current(&self) -> (u64, Pool) {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn leave(&self, silent: u64) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.0 == silent {
            *current = (silent + 1, connection::pool(&self.settings, Use::Writing));
        }
    }
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
                pools: Arc::new(Pools::new(settings)),
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

    /// Whether it is open for a command, beside which a server may work.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self.0, Way::Single(_))
    }

    /// The same database by connections of its own, so that whoever uses these keeps nobody else waiting. A file is read
    /// at once and written by one thread either way.
    #[must_use]
    pub fn apart(&self) -> Self {
        match &self.0 {
            Way::Server { pools, .. } => Self(Way::Server {
                pools: Arc::new(Pools::new(&pools.settings)),
                admission: Arc::new(Semaphore::new(WAITING)),
            }),
            Way::File { .. } | Way::Single(_) => self.clone(),
        }
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
            // As one transaction it locks the file once, not for each statement.
            Way::File { readers, .. } => (*connection::take(readers)?).transaction(question),
            Way::Server { pools, admission } => bounded(pools, admission, question).await,
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
                readers, admission, ..
            } => on_a_thread(readers, admission, question).await,
            Way::Server { pools, admission } => bounded(pools, admission, question).await,
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
        self.transaction_then(work, || ()).await
    }

    /// The same, and `then` what follows from it once it is on the disk, whether or not anybody waits for the answer
    /// any more. It must be short.
    ///
    /// # Errors
    /// As [`Self::transaction`].
    pub async fn transaction_then<T, E>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
        then: impl FnOnce() + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<QueryError> + From<Error> + Send + 'static,
    {
        match &self.0 {
            Way::File { writer, .. } => writer.transaction(work, then).await,
            Way::Server { pools, admission } => {
                let work = move |conn: &mut DbConnection| {
                    let done = conn.transaction(work)?;
                    then();
                    Ok(done)
                };
                bounded(pools, admission, work).await
            }
            Way::Single(connection) => {
                let done = writer::alone(&mut locked(connection), work)?;
                then();
                Ok(done)
            }
        }
    }

    /// Hears, on a thread of its own, what [`signals::send`] says in this and other processes. `pause` says how long to
    /// wait before listening again; none ends it. Of a file nothing is heard.
    ///
    /// # Errors
    /// If there can be no thread.
    pub fn listen(
        &self,
        hear: impl FnMut(Heard) + Send + 'static,
        pause: impl Fn() -> Option<Duration> + Send + 'static,
    ) -> Result<(), Error> {
        match &self.0 {
            Way::Server { pools, .. } => signals::listen(pools.settings.clone(), hear, pause),
            Way::File { .. } | Way::Single(_) => Ok(()),
        }
    }
}

fn locked(connection: &Mutex<DbConnection>) -> MutexGuard<'_, DbConnection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn admitted(admission: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    admission
        .clone()
        .try_acquire_owned()
        .map_err(|_| Error::Unavailable("too many requests are waiting".into()))
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
    let permit = admitted(admission)?;
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

/// The same for a PostgreSQL, which may fall silent.
async fn bounded<T, E>(
    pools: &Pools,
    admission: &Arc<Semaphore>,
    work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<QueryError> + From<Error> + Send + 'static,
{
    let permit = admitted(admission)?;
    let (number, pool) = pools.current();
    let asker = Arc::new(Asker::default());
    let asked = asker.clone();
    let task = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        noting(&asked, || {
            let mut conn = connection::take(&pool)?;
            if asked.settle() {
                work(&mut conn)
            } else {
                Err(Error::Unavailable("nobody waits for it any more".into()).into())
            }
        })
    });
    let reason = tokio::select! {
        outcome = task => match outcome {
            Ok(result) => return result,
            // It panicked, and took back what it had done.
            Err(_) => return Err(QueryError::RollbackTransaction.into()),
        },
        lost = asker.is_lost() => {
            if lost == Lost::Silent {
                pools.leave(number);
            }
            format!("the database does not answer ({lost:?})")
        }
    };
    Err(Error::Unavailable(reason).into())
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
