//! The program of the administrator that looks for viruses: it is given a file, has little time, and what it does not call
//! clean is not taken in.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::error::invalid;
use crate::{Error, Result, running};

/// How many run at a time: each takes a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Characters of what it says that are logged.
const SAID: usize = 500;

/// How a program ends that finds nothing, and one that finds something: clamscan, clamdscan and others agree.
const CLEAN: i32 = 0;
const INFECTED: i32 = 1;
/// Of a file's mode: somebody may execute it.
const EXECUTABLE: u32 = 0o111;

/// A program with its arguments, which is given the path of a file as the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    program: PathBuf,
    arguments: Vec<String>,
    patience: Duration,
}

impl Scanner {
    /// None if `program` is not a whole path. Whether there is one shows when it is run: it may come back.
    #[must_use]
    pub fn at(program: &Path, arguments: &[String], patience: Duration) -> Option<Self> {
        program.is_absolute().then(|| Self {
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            patience,
        })
    }

    /// Looks whether the program is there; answers its path.
    ///
    /// # Errors
    /// If it is not, in words for an administrator.
    pub fn check(&self) -> std::result::Result<&Path, String> {
        let program = self.program.display();
        match self.program.metadata() {
            Ok(found) if found.is_file() && found.permissions().mode() & EXECUTABLE != 0 => {
                Ok(&self.program)
            }
            Ok(found) if found.is_file() => Err(format!("{program} may not be executed")),
            _ => Err(format!("there is no program at {program}")),
        }
    }

    /// # Errors
    /// [`Error::Invalid`] if it finds something, [`Error::Unchecked`] if it does not say.
    pub(super) async fn scan(&self, file: &Path) -> Result<()> {
        let _turn = AT_ONCE
            .acquire()
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(file);
        let ended = match running::run(&mut command, self.patience).await {
            Ok(Some(ended)) => ended,
            Ok(None) => return Err(Error::Unchecked("it took too long".to_owned())),
            Err(error) => return Err(Error::Unchecked(error.to_string())),
        };
        let said = format!("{}{}", ended.out, ended.err);
        let said = domain::limits::cut(said.trim(), SAID);
        match ended.status.code() {
            Some(CLEAN) => Ok(()),
            Some(INFECTED) => {
                tracing::warn!(said, "a document is infected and was refused");
                Err(invalid("Document is infected and was not taken in"))
            }
            code => Err(Error::Unchecked(format!("it ended with {code:?}: {said}"))),
        }
    }
}
