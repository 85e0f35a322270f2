//! The door to the database: short closures on threads of their own, each whole or not at all.

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use tokio::sync::Semaphore;

use crate::connection::{self, DatabaseSettings, DbConnection, Pool, Use};
use crate::patience::{Asker, Lost, noting};
use crate::writer::Writer;
use crate::{Error, QueryError, migrations};

/// Requests that may wait for a connection; more are refused rather than kept in memory.
const WAITING: usize = 1_024;

/// A database that is open and up to date. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pools: Arc<Pools>,
    /// SQLite only.
    writer: Option<Writer>,
    admission: Arc<Semaphore>,
}

/// The connections in use. Those to a PostgreSQL that fell silent are left to themselves, and new ones made.
struct Pools {
    settings: DatabaseSettings,
    purpose: Use,
    /// With its number, by which the one that fell silent is told from the next.
    current: RwLock<(u64, Pool)>,
}

impl Pools {
    fn new(settings: &DatabaseSettings, purpose: Use) -> Self {
        Self {
            settings: settings.clone(),
            purpose,
            current: RwLock::new((0, connection::pool(settings, purpose))),
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
            *current = (silent + 1, connection::pool(&self.settings, self.purpose));
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
        let writer = match settings.sqlite_path() {
            Some(_) => Some(Writer::start(settings.clone())?),
            None => None,
        };
        let purpose = if writer.is_some() {
            Use::Reading
        } else {
            Use::Writing
        };
        Ok(Self {
            pools: Arc::new(Pools::new(settings, purpose)),
            writer,
            admission: Arc::new(Semaphore::new(WAITING)),
        })
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
        if self.writer.is_some() {
            // A file answers sooner than another thread would begin to ask it (docs/adr/0006).
            return question(&mut *connection::take(&self.pools.current().1)?);
        }
        self.on_a_thread(question).await
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
        self.on_a_thread(question).await
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
        match &self.writer {
            Some(writer) => writer.transaction(work).await,
            None => self.on_a_thread(move |conn| conn.transaction(work)).await,
        }
    }

    async fn on_a_thread<T, E>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<QueryError> + From<Error> + Send + 'static,
    {
        let permit = self
            .admission
            .clone()
            .try_acquire_owned()
            .map_err(|_| E::from(Error::Unavailable("too many requests are waiting".into())))?;
        let (number, pool) = self.pools.current();
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
                Err(error) => error.to_string(),
            },
            lost = asker.is_lost() => {
                if lost == Lost::Silent {
                    self.pools.leave(number);
                }
                format!("the database does not answer ({lost:?})")
            }
        };
        Err(Error::Unavailable(reason).into())
    }
}
