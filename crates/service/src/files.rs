//! Files of the media store: at every moment a row names each of them, or a job that removes it. So none is left behind for
//! ever, whenever the program ends or whoever asked goes away, and nobody has to look through the store: docs/adr/0300.

use std::path::PathBuf;

use bytes::Bytes;
use chrono::TimeDelta;
use domain::JobId;
use storage::{DbConnection, Spool};

use crate::jobs::{Job, enqueue, enqueue_known};
use crate::{App, Error, Result};

/// After so long a file that no row names is removed: whoever kept it is dead.
const TO_BE_NAMED: TimeDelta = TimeDelta::hours(1);
/// In the log.
const FILES: &str = "files";

/// Files that are kept and that no row names yet; each with the job that removes it, which was there before the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unnamed {
    files: Vec<(JobId, String)>,
}

impl Unnamed {
    /// Keeps some content; answers under which path.
    pub(crate) async fn write(
        &mut self,
        app: &App,
        extension: &str,
        content: Bytes,
    ) -> Result<String> {
        let path = self.begin(app, extension).await?;
        app.media().write(&path, content).await?;
        Ok(path)
    }

    /// Keeps a file that was received; answers under which path.
    pub(crate) async fn keep(&mut self, app: &App, extension: &str, file: Spool) -> Result<String> {
        let path = self.begin(app, extension).await?;
        app.media().keep(file, &path).await?;
        Ok(path)
    }

    /// Keeps a file that was made in a workshop; answers under which path.
    pub(crate) async fn take_over(
        &mut self,
        app: &App,
        extension: &str,
        file: PathBuf,
    ) -> Result<String> {
        let path = self.begin(app, extension).await?;
        app.media().take_over(file, &path).await?;
        Ok(path)
    }

    /// Leaves the job behind that removes what is about to be kept under a new path.
    async fn begin(&mut self, app: &App, extension: &str) -> Result<String> {
        let path = new_path(extension);
        let paths = vec![path.clone()];
        let job = app
            .transaction(move |app, conn| {
                enqueue_known(
                    app,
                    conn,
                    &Job::RemoveFiles { paths },
                    app.now() + TO_BE_NAMED,
                )
            })
            .await?;
        self.files.push((job, path.clone()));
        Ok(path)
    }

    /// Of the transaction that names some of them in rows: these stay, and the others are removed now.
    /// [`Error::Unavailable`] if it comes so late that they are being removed already.
    pub(crate) fn name<'a>(
        &self,
        app: &App,
        conn: &mut DbConnection,
        paths: impl IntoIterator<Item = &'a String>,
    ) -> Result<()> {
        let paths: Vec<&String> = paths.into_iter().collect();
        for (job, path) in &self.files {
            if !paths.contains(&path) {
                storage::jobs::postpone(conn, *job, app.now())?;
                app.leave_work();
            } else if !storage::jobs::call_off(conn, *job, app.now())? {
                return Err(Error::Unavailable("a file was kept too late".to_owned()));
            }
        }
        Ok(())
    }

    /// If nothing came of it, no file waits until its time is over.
    pub(crate) async fn end<T>(self, app: &App, done: Result<T>) -> Result<T> {
        if done.is_err() && !self.files.is_empty() {
            let now = app.now();
            app.note(FILES, move |conn| {
                for (job, _) in &self.files {
                    storage::jobs::postpone(conn, *job, now)?;
                }
                Ok(())
            })
            .await;
        }
        done
    }
}

/// Removes files that no row names any more once the transaction at hand is committed.
pub(crate) fn forget(
    app: &App,
    conn: &mut DbConnection,
    paths: impl IntoIterator<Item = String>,
) -> Result<()> {
    let paths: Vec<String> = paths.into_iter().collect();
    if paths.is_empty() {
        return Ok(());
    }
    enqueue(app, conn, &Job::RemoveFiles { paths })
}

/// Removes files that nothing names; those that are not there are no error.
pub(crate) async fn remove(app: &App, paths: &[String]) -> Result<()> {
    for path in paths {
        app.media().delete(path).await?;
    }
    Ok(())
}

/// `ab/cdef….jpg`: a name that nobody guesses and nothing else ever has, so a file can go with its row.
fn new_path(extension: &str) -> String {
    let name = crate::passwords::hex(&rand::random::<[u8; 16]>());
    let (folder, file) = name.split_at(2);
    format!("{folder}/{file}.{extension}")
}
