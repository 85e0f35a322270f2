//! What a backup consists of, so that it can be known to be whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::files::{self, at};
use super::{BackupError, Result};

/// Of the folder's layout; one that a program does not know is refused.
pub(super) const FORMAT: u32 = 1;
pub(super) const DATABASE: &str = "database";
pub(super) const MEDIA: &str = "media";
const FILE: &str = "manifest.json";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A file of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Below the backup's folder, with `/` between its parts.
    pub path: String,
    pub bytes: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

/// `manifest.json`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version that made it.
    pub staffroom: String,
    pub public_url: String,
    /// RFC 3339.
    pub made_at: String,
    pub database: Kind,
    /// Versions of the tables' history, oldest first.
    pub migrations: Vec<String>,
    /// Rows of each table.
    pub tables: BTreeMap<String, i64>,
    pub files: Vec<Entry>,
    /// In which pictures, films and documents stayed; none if they are among the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
}

impl Manifest {
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| BackupError::Io(path.clone(), error.into()))?;
        files::write_whole(&path, text.as_bytes())
    }

    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Err(BackupError::Refused(format!(
                "{} has no {FILE}: it is no backup, or one that was not finished",
                folder.display()
            )));
        }
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        let damaged = |error: serde_json::Error| BackupError::Damaged(format!("{FILE}: {error}"));
        let value: serde_json::Value = serde_json::from_str(&text).map_err(damaged)?;
        if value.get("format").and_then(serde_json::Value::as_u64) != Some(u64::from(FORMAT)) {
            return Err(BackupError::Refused(format!(
                "{} is of a format that this program does not know",
                folder.display()
            )));
        }
        let manifest: Self = serde_json::from_value(value).map_err(damaged)?;
        if let Some(wrong) = manifest.files.iter().find(|entry| !is_below(&entry.path)) {
            return Err(BackupError::Damaged(format!(
                "{FILE} names {}, which is not below it",
                wrong.path
            )));
        }
        Ok(manifest)
    }

    /// Reads every file and compares it.
    pub(super) fn check(&self, folder: &Path) -> Result<()> {
        for entry in &self.files {
            let path = folder.join(&entry.path);
            if !path.is_file() {
                return Err(BackupError::Damaged(format!("{} is missing", entry.path)));
            }
            if files::read(&path, &entry.path)? != *entry {
                return Err(BackupError::Damaged(format!("{} was changed", entry.path)));
            }
        }
        Ok(())
    }

    /// The files of the media store, by their path in it.
    pub(super) fn media(&self) -> impl Iterator<Item = (&Entry, &str)> {
        self.files.iter().filter_map(|entry| {
            let path = entry.path.strip_prefix(MEDIA)?.strip_prefix('/')?;
            Some((entry, path))
        })
    }

    /// Those of `named` that are not among the files.
    pub(super) fn without(&self, named: &[String]) -> Vec<String> {
        let there: BTreeSet<&str> = self.media().map(|(_, path)| path).collect();
        let missing: BTreeSet<&String> = named
            .iter()
            .filter(|path| !there.contains(path.as_str()))
            .collect();
        missing.into_iter().cloned().collect()
    }
}

fn is_below(path: &str) -> bool {
    let path = Path::new(path);
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        && path.components().count() > 1
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn a_manifest_reaches_only_what_is_below_it() {
        assert!(is_below("media/ab/1.png"));
        for path in ["", "manifest.json", "/etc/passwd", "media/../../x", "../x"] {
            assert!(!is_below(path), "{path}");
        }
    }
}
