//! The program of the administrator that looks for viruses: it is given a file, has little time, and what it does not call
//! clean is not taken in.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::error::invalid;
use crate::films::listen;
use crate::{Error, Result};

/// How many run at a time: each takes a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Characters of what it says that are logged.
const SAID: usize = 500;

/// How a program ends that finds nothing, and one that finds something: clamscan, clamdscan and others agree.
const CLEAN: i32 = 0;
const INFECTED: i32 = 1;

/// A program with its arguments, which is given the path of a file as the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    program: PathBuf,
    arguments: Vec<String>,
    patience: Duration,
}

impl Scanner {
    /// None if `program` is not the whole path of a file.
    #[must_use]
    pub fn at(program: &Path, arguments: &[String], patience: Duration) -> Option<Self> {
        (program.is_absolute() && program.is_file()).then(|| Self {
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            patience,
        })
    }

    /// # Errors
    /// [`Error::Invalid`] if it finds something, [`Error::Unchecked`] if it does not say.
    pub(super) async fn scan(&self, file: &Path) -> Result<()> {
        let _turn = AT_ONCE
            .acquire()
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        let ended = tokio::time::timeout(self.patience, self.run(file)).await;
        let (code, said) = match ended {
            Ok(Ok(ended)) => ended,
            Ok(Err(error)) => return Err(Error::Unchecked(error.to_string())),
            Err(_) => return Err(Error::Unchecked("it took too long".to_owned())),
        };
        let said = domain::limits::cut(said.trim(), SAID);
        match code {
            Some(CLEAN) => Ok(()),
            Some(INFECTED) => {
                tracing::warn!(said, "a document is infected and was refused");
                Err(invalid("Document is infected and was not taken in"))
            }
            code => Err(Error::Unchecked(format!("it ended with {code:?}: {said}"))),
        }
    }

    /// How it ended, and the beginning of what it said.
    async fn run(&self, file: &Path) -> std::io::Result<(Option<i32>, String)> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(file)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (said, complaint, ended) = tokio::join!(listen(out), listen(err), child.wait());
        Ok((ended?.code(), format!("{}{}", said?, complaint?)))
    }
}
