//! Copies of everything that survives a restart, made while the server runs, and the way back.
//!
//! A backup is a folder: `manifest.json`, `database/` (the SQLite file, or one file of JSON lines for each table of
//! PostgreSQL) and `media/`. The manifest is written last, so a folder without one is not a backup. The database is
//! copied before the files: what it names is then there, unless it was deleted in between, which is told.

mod files;
mod manifest;
mod postgres;
mod sqlite;

use std::io;
use std::path::{Path, PathBuf};

pub use manifest::{Entry, Kind, Manifest};

use crate::{DatabaseSettings, Error, migrations};

/// Why there is no backup, or why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
    /// It would overwrite something, or does not fit.
    #[error("{0}")]
    Refused(String),
    /// What was read is not what was written.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Storage(#[from] Error),
}

impl From<crate::QueryError> for BackupError {
    fn from(error: crate::QueryError) -> Self {
        Self::Storage(error.into())
    }
}

pub(crate) type Result<T> = std::result::Result<T, BackupError>;

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum Media {
    Folder(PathBuf),
    /// A bucket of this name, in which they stay.
    Bucket(String),
}

/// What is copied, and whence; or what is restored, and where to.
#[derive(Debug, Clone)]
pub struct Place {
    pub database: DatabaseSettings,
    pub media: Media,
    /// Of the server whose data it is.
    pub public_url: String,
}

/// A backup that was made or looked at.
#[derive(Debug, Clone)]
pub struct Found {
    pub manifest: Manifest,
    /// Files that the database names and that are not there: deleted while the backup was made, or lost before.
    pub missing: Vec<String>,
}

impl Place {
    fn kind(&self) -> Kind {
        match self.database.sqlite_path() {
            Some(_) => Kind::Sqlite,
            None => Kind::Postgres,
        }
    }
}

/// Copies everything into the folder `target`, which must not be there yet or be empty, and reads the copy again. Of files
/// in a bucket it is noted which one that is.
///
/// # Errors
/// [`BackupError::Damaged`] if the copy, or the database itself, is not sound.
pub fn make(from: &Place, target: &Path, version: &str, made_at: &str) -> Result<Found> {
    files::prepare(target, &from.media)?;
    let folder = target.join(manifest::DATABASE);
    files::make_folder(&folder)?;
    let copy = match from.database.sqlite_path() {
        Some(path) => sqlite::copy(path, &folder)?,
        None => postgres::copy(&from.database, &folder)?,
    };
    let mut entries = copy.files;
    let bucket = match &from.media {
        Media::Folder(folder) => {
            entries.extend(files::copy_all(folder, &target.join(manifest::MEDIA))?);
            None
        }
        Media::Bucket(name) => Some(name.clone()),
    };
    let manifest = Manifest {
        format: manifest::FORMAT,
        staffroom: version.to_owned(),
        public_url: from.public_url.clone(),
        made_at: made_at.to_owned(),
        database: from.kind(),
        migrations: copy.migrations,
        tables: copy.tables,
        files: entries,
        bucket,
    };
    manifest.check(target)?;
    let missing = match &manifest.bucket {
        None => manifest.without(&copy.named),
        Some(_) => Vec::new(),
    };
    manifest.write(target)?;
    Ok(Found { manifest, missing })
}

/// Reads a whole backup and compares it with its manifest.
///
/// # Errors
/// [`BackupError::Damaged`] if they differ.
pub fn check(source: &Path) -> Result<Manifest> {
    let manifest = Manifest::read(source)?;
    manifest.check(source)?;
    Ok(manifest)
}

/// Fills an empty database and an empty media folder with a backup that was checked, and brings the tables up to date.
///
/// # Errors
/// [`BackupError::Refused`] if anything is there already, or if the backup is another server's, another database's
/// or of a newer Staffroom. Nothing is left behind then.
pub fn restore(source: &Path, to: &Place) -> Result<Manifest> {
    let manifest = Manifest::read(source)?;
    fits(&manifest, to)?;
    match to.database.sqlite_path() {
        Some(path) => sqlite::is_free(path)?,
        None => postgres::is_free(&to.database)?,
    }
    if let Media::Folder(folder) = &to.media {
        files::is_free(folder)?;
    }
    manifest.check(source)?;
    // The database comes last: until it is there, there is no server that would miss a file.
    let copied = match &to.media {
        Media::Folder(folder) => files::restore_all(&manifest, source, folder),
        Media::Bucket(_) => Ok(()),
    };
    let restored = copied.and_then(|()| match to.database.sqlite_path() {
        Some(path) => sqlite::restore(&manifest, source, path),
        None => postgres::restore(&manifest, source, &to.database),
    });
    if let Err(error) = restored {
        if let Media::Folder(folder) = &to.media {
            files::take_back(&manifest, folder);
        }
        return Err(error);
    }
    let mut conn = to.database.connect()?;
    migrations::run(&mut conn)?;
    // Whoever held work when the backup was made does not hold it any more.
    crate::recovery::free_all_work(&mut conn)?;
    Ok(manifest)
}

fn fits(manifest: &Manifest, to: &Place) -> Result<()> {
    let refused = |text: String| Err(BackupError::Refused(text));
    if manifest.database != to.kind() {
        return refused(format!(
            "this backup is of {}, and database.url names {}",
            manifest.database,
            to.kind()
        ));
    }
    if manifest.public_url != to.public_url {
        return refused(format!(
            "this backup is of {}, and server.public_url is {}: other servers know it by the former",
            manifest.public_url, to.public_url
        ));
    }
    match (&manifest.bucket, &to.media) {
        (Some(bucket), Media::Folder(_)) => {
            return refused(format!(
                "the files of this backup are in the bucket {bucket}: set media.store to s3"
            ));
        }
        (None, Media::Bucket(_)) => {
            return refused(
                "this backup holds the files: set media.store to folder, and move them to the bucket afterwards with \
                 `staffroom media copy`"
                    .to_owned(),
            );
        }
        (None, Media::Folder(_)) | (Some(_), Media::Bucket(_)) => {}
    }
    let known = migrations::known()?;
    match manifest
        .migrations
        .iter()
        .find(|version| !known.contains(version))
    {
        Some(newer) => Err(Error::Newer(newer.clone()).into()),
        None => Ok(()),
    }
}

/// What a copy of a database consists of.
struct Copy {
    files: Vec<Entry>,
    migrations: Vec<String>,
    tables: std::collections::BTreeMap<String, i64>,
    /// Paths in the media store that it names.
    named: Vec<String>,
}
