//! SQLite's one writer: a thread that puts waiting transactions into one commit.
//!
//! SQLite takes one writer at a time and each commit waits for the disk. Whoever waits while the disk
//! works therefore shares the next commit: each piece of work keeps a savepoint of its own, and none
//! is answered before the commit is on the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use tokio::sync::{mpsc, oneshot};

use crate::connection::{DatabaseSettings, DbConnection};
use crate::{Error, QueryError};

/// Pieces of work that may wait; more are refused rather than kept in memory.
const QUEUE: usize = 1_024;
/// Pieces of work in one commit.
const BATCH: usize = 64;
/// Bytes: a disk with less is what kept a transaction from its end.
const ROOM: u64 = 1_024 * 1_024;

/// The way to the writer's thread.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Work>>,
}

/// A transaction waiting for its turn, its result forgotten for the sake of the queue.
trait Work: Send {
    /// Whether all of it was done.
    fn run(&mut self, conn: &mut DbConnection) -> bool;
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

struct Task<F, G, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    /// What follows from it.
    then: G,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, G, T, E> Work for Task<F, G, T, E>
where
    F: FnOnce(&mut DbConnection) -> Result<T, E> + Send,
    G: FnOnce() + Send,
    T: Send,
    E: From<QueryError> + From<Error> + Send,
{
    fn run(&mut self, conn: &mut DbConnection) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| conn.transaction(work)));
        let result = outcome.unwrap_or_else(|_| {
            take_back(conn);
            Err(QueryError::RollbackTransaction.into())
        });
        let done = result.is_ok();
        self.result = Some(result);
        done
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let result = match (self.result, committed) {
            (Some(result), Ok(())) => result,
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(Error::Unavailable("the writer did not get to it".into()).into()),
        };
        if result.is_ok() {
            (self.then)();
        }
        // The one who asked may have gone away; the work stands all the same.
        let _ = self.reply.send(result);
    }
}

impl Writer {
    pub(crate) fn start(settings: DatabaseSettings) -> Result<Self, Error> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let mut connection = settings.connect()?;
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || serve(&settings, &mut connection, waiting))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { queue })
    }

    pub(crate) async fn transaction<F, G, T, E>(&self, work: F, then: G) -> Result<T, E>
    where
        F: FnOnce(&mut DbConnection) -> Result<T, E> + Send + 'static,
        G: FnOnce() + Send + 'static,
        T: Send + 'static,
        E: From<QueryError> + From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(Task {
            work: Some(work),
            result: None,
            then,
            reply,
        });
        self.queue
            .try_send(task)
            .map_err(|_| E::from(Error::Unavailable("too many writes are waiting".into())))?;
        answer
            .await
            .unwrap_or_else(|_| Err(Error::Unavailable("the writer has stopped".into()).into()))
    }
}

fn serve(
    settings: &DatabaseSettings,
    connection: &mut DbConnection,
    mut waiting: mpsc::Receiver<Box<dyn Work>>,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(next) = waiting.try_recv()
        {
            batch.push(next);
        }
        let committed = match begin(connection) {
            Ok(()) => commit(settings, connection, &mut batch),
            Err(error) => {
                // Another program holds the file. Who has come meanwhile would wait as long for the same, one batch
                // after the other.
                while let Ok(next) = waiting.try_recv() {
                    batch.push(next);
                }
                Err(error.into())
            }
        };
        if committed.is_err() {
            // A commit that failed may leave a transaction half open: begin anew.
            if let Ok(fresh) = settings.connect() {
                *connection = fresh;
            }
        }
        let failure = committed.as_ref().err().map(ToString::to_string);
        let full = matches!(committed, Err(Error::Full));
        for work in batch {
            work.answer(match &failure {
                None => Ok(()),
                Some(_) if full => Err(Error::Full),
                Some(reason) => Err(Error::Unavailable(reason.clone())),
            });
        }
    }
}

/// One transaction on a connection of one's own.
pub(crate) fn alone<T, E: From<QueryError>>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T, E>,
) -> Result<T, E> {
    type Manager = <DbConnection as Connection>::TransactionManager;
    begin(connection)?;
    match work(connection) {
        Ok(done) => {
            Manager::commit_transaction(connection)?;
            Ok(done)
        }
        Err(refused) => {
            Manager::rollback_transaction(connection)?;
            Err(refused)
        }
    }
}

/// Does all work in the transaction that was begun, and ends it.
fn commit(
    settings: &DatabaseSettings,
    connection: &mut DbConnection,
    batch: &mut [Box<dyn Work>],
) -> Result<(), Error> {
    for work in batch {
        if !work.run(connection) && was_ended(connection) {
            return Err(ended(settings));
        }
    }
    <DbConnection as Connection>::TransactionManager::commit_transaction(connection)?;
    Ok(())
}

/// Whether SQLite took the whole transaction back by itself, as it does when the disk is full: what comes next would
/// then be committed each for itself. <https://www.sqlite.org/lang_transaction.html>, section 3.1
fn was_ended(connection: &mut DbConnection) -> bool {
    // Within a transaction the first of these fails, and changes nothing.
    connection.batch_execute("BEGIN; ROLLBACK;").is_ok()
}

fn ended(settings: &DatabaseSettings) -> Error {
    let path = std::path::Path::new(settings.sqlite_path().unwrap_or_default());
    match crate::disk::free(path) {
        Ok(free) if free < ROOM => Error::Full,
        _ => Error::Unavailable("SQLite took the transaction back".into()),
    }
}

/// Undoes what a piece of work left open that panicked, and nothing of the others in the commit.
fn take_back(connection: &mut DbConnection) {
    type Manager = <DbConnection as Connection>::TransactionManager;
    let depth = |connection: &mut DbConnection| {
        let status = Manager::transaction_manager_status_mut(connection);
        status
            .transaction_depth()
            .ok()
            .flatten()
            .map_or(0, u32::from)
    };
    while depth(connection) > 1 {
        // If it cannot be undone the commit fails, and everybody in it is told.
        if Manager::rollback_transaction(connection).is_err() {
            return;
        }
    }
}

/// `IMMEDIATE`, since a transaction that reads before it writes may otherwise find the file locked.
fn begin(connection: &mut DbConnection) -> QueryResult<()> {
    match connection {
        DbConnection::Sqlite(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")
        }
        DbConnection::Postgres(inner) => AnsiTransactionManager::begin_transaction(inner),
    }
}
