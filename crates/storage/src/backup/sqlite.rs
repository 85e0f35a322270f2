//! SQLite: its file, copied by SQLite itself while others read and write.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::files::{self, at};
use super::manifest::{DATABASE, Manifest};
use super::{BackupError, Copy, Result};
use crate::{DbConnection, Error};

const FILE: &str = "staffroom.db";

/// Copies the database at one moment. <https://www.sqlite.org/lang_vacuum.html#vacuuminto>
pub(super) fn copy(path: &str, folder: &Path) -> Result<Copy> {
    if !Path::new(path).is_file() {
        return Err(BackupError::Refused(format!(
            "database.url: there is no file {path}"
        )));
    }
    let target = folder.join(FILE);
    let mut source = connect(Path::new(path))?;
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut source)?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(target.display().to_string())
        .execute(&mut source)?;
    File::open(&target)
        .and_then(|file| file.sync_all())
        .map_err(at(&target))?;
    let (tables, migrations) = look_into(&target)?;
    let mut copied = DbConnection::Sqlite(connect(&target)?);
    let named = crate::media::named_files(&mut copied)?;
    drop(copied);
    Ok(Copy {
        files: vec![files::read(&target, &format!("{DATABASE}/{FILE}"))?],
        migrations,
        tables,
        named,
    })
}

/// # Errors
/// If there is a database.
pub(super) fn is_free(path: &str) -> Result<()> {
    match beside(path, &["", "-wal", "-shm"]).find(|path| path.exists()) {
        None => Ok(()),
        Some(there) => Err(BackupError::Refused(format!(
            "database.url: {} is there already; nothing is overwritten",
            there.display()
        ))),
    }
}

/// Puts the file in its place, at once and whole.
pub(super) fn restore(manifest: &Manifest, source: &Path, path: &str) -> Result<()> {
    let from = source.join(DATABASE).join(FILE);
    let writing = PathBuf::from(format!("{path}.restoring"));
    // What an attempt left that was cut short.
    match fs::remove_file(&writing) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(at(&writing)(error));
        }
        _ => {}
    }
    let name = format!("{DATABASE}/{FILE}");
    let file = File::open(&from).map_err(at(&from))?;
    let copied = files::copy(file, &writing, name)?;
    let (tables, migrations) = look_into(&writing)?;
    if !manifest.files.contains(&copied)
        || tables != manifest.tables
        || migrations != manifest.migrations
    {
        return Err(BackupError::Damaged(
            "the database is not the one that the manifest describes".to_owned(),
        ));
    }
    fs::rename(&writing, path).map_err(at(Path::new(path)))
}

fn beside<'a>(path: &'a str, endings: &'a [&str]) -> impl Iterator<Item = PathBuf> + 'a {
    endings
        .iter()
        .map(move |ending| PathBuf::from(format!("{path}{ending}")))
}

/// A connection that sets nothing, so that a copy stays one file.
fn connect(path: &Path) -> Result<SqliteConnection> {
    SqliteConnection::establish(&path.display().to_string())
        .map_err(|error| Error::Unavailable(error.to_string()).into())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The rows of each table and the migrations, if the file is sound.
fn look_into(path: &Path) -> Result<(BTreeMap<String, i64>, Vec<String>)> {
    let mut conn = connect(path)?;
    let findings = crate::integrity::sqlite(&mut conn)?;
    if !findings.is_empty() {
        return Err(BackupError::Damaged(findings.join("; ")));
    }
    let names: Vec<Name> = diesel::sql_query(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name",
    )
    .load(&mut conn)?;
    let mut tables = BTreeMap::new();
    for Name { name } in names {
        let quoted = name.replace('"', "\"\"");
        let count: Count = diesel::sql_query(format!("SELECT count(*) AS rows FROM \"{quoted}\""))
            .get_result(&mut conn)?;
        tables.insert(name, count.rows);
    }
    let versions: Vec<Name> = diesel::sql_query(
        "SELECT version AS name FROM __diesel_schema_migrations ORDER BY version",
    )
    .load(&mut conn)?;
    Ok((
        tables,
        versions.into_iter().map(|version| version.name).collect(),
    ))
}
