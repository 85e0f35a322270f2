//! The places on the disk: whether they can be written, and that one server alone uses them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::config::{Config, ConfigError};

/// Whether pictures and SQLite's file can be written where they shall be. Makes nothing.
///
/// # Errors
/// If one cannot.
pub fn can_be_written(config: &Config) -> Result<(), ConfigError> {
    let media = Path::new(&config.media.folder);
    writable(media).map_err(|reason| config.wrong("media.folder", reason))?;
    if let Some(folder) = config.database.url.sqlite_path().and_then(folder_of) {
        writable(&folder).map_err(|reason| config.wrong("database.url", reason))?;
    }
    Ok(())
}

/// Takes SQLite's file for this process alone, until what is answered is dropped or the process ends, however it ends.
///
/// Other commands may use the file meanwhile: SQLite itself keeps them apart. Two servers would take each
/// other's work for left over.
///
/// # Errors
/// If another process has it.
pub fn take_alone(config: &Config) -> Result<Option<File>, ConfigError> {
    let Some(path) = config.database.url.sqlite_path() else {
        return Ok(None);
    };
    let wrong = |reason: String| config.wrong("database.url", reason);
    if let Some(folder) = folder_of(path) {
        std::fs::create_dir_all(&folder)
            .map_err(|error| wrong(format!("{}: {error}", folder.display())))?;
    }
    // Two names of one file are one file.
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let lock = PathBuf::from(format!("{}.lock", real.display()));
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(|error| wrong(format!("{}: {error}", lock.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(wrong(format!(
            "another server uses {path}: with SQLite there can be one, with PostgreSQL many"
        ))),
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "this file system knows no locks; take care that no second server is started");
            Ok(Some(file))
        }
    }
}

/// What a command may make that is not there yet, so that it can be taken back.
pub struct New {
    /// The deepest first.
    paths: Vec<PathBuf>,
}

impl New {
    pub fn before(config: &Config) -> Self {
        let mut paths = Vec::new();
        if let Some(path) = config.database.url.sqlite_path() {
            let more = ["-wal", "-shm", ""].map(|end| PathBuf::from(format!("{path}{end}")));
            paths.extend(more);
            paths.extend(Path::new(path).ancestors().skip(1).map(Path::to_owned));
        }
        let media = Path::new(&config.media.folder);
        paths.push(media.join(".writing"));
        paths.extend(media.ancestors().map(Path::to_owned));
        paths.retain(|path| !path.as_os_str().is_empty() && !path.exists());
        paths.sort_by_key(|path| std::cmp::Reverse(path.components().count()));
        Self { paths }
    }

    /// Takes away what was made since. A folder in which something else lies by now stays.
    pub fn take_back(self) {
        for path in self.paths {
            // What is not there need not be taken away.
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path));
        }
    }
}

/// The folder of a file; none if it is the one we are in.
fn folder_of(path: &str) -> Option<PathBuf> {
    let folder = Path::new(path).parent()?;
    (!folder.as_os_str().is_empty()).then(|| folder.to_owned())
}

/// The folder, or the one above that is there and in which it would be made, must take a file.
fn writable(folder: &Path) -> Result<(), String> {
    let there = folder
        .ancestors()
        .find(|above| above.exists())
        .filter(|above| !above.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    tempfile::tempfile_in(there)
        .map(drop)
        .map_err(|error| format!("{} cannot be written: {error}", there.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load_only;

    fn config(key: &str, value: &str) -> Config {
        load_only("test", &[format!("{key}={value}")]).unwrap()
    }

    #[test]
    fn one_server_at_a_time_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/staffroom.db");
        let config = config("database.url", &format!("sqlite:{}", path.display()));
        let first = take_alone(&config).unwrap();
        assert!(first.is_some());
        let refused = take_alone(&config).unwrap_err();
        assert_eq!(refused.key, "database.url");
        drop(first);
        assert!(take_alone(&config).is_ok());
    }

    #[test]
    fn what_cannot_be_written_is_refused_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("a/b");
        assert!(can_be_written(&config("media.folder", new.to_str().unwrap())).is_ok());
        assert!(!folder.path().join("a").exists());
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let inside = file.join("media");
        let refused = can_be_written(&config("media.folder", inside.to_str().unwrap()));
        assert_eq!(refused.unwrap_err().key, "media.folder");
        let url = format!("sqlite:{}", file.join("x/staffroom.db").display());
        assert_eq!(
            can_be_written(&config("database.url", &url))
                .unwrap_err()
                .key,
            "database.url"
        );
    }
}
