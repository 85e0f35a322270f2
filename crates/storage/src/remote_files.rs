//! Copies of files from elsewhere. The files are in the [`MediaStore`](crate::MediaStore).

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::among::among;
use crate::schema::remote_files;

/// A copy.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = remote_files, treat_none_as_default_value = false)]
pub struct RemoteFile {
    /// Of what it is for and where it is from.
    pub digest: String,
    /// Path in the media store.
    pub file: String,
    pub thumbnail: Option<String>,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    pub fetched_at: Time,
    pub used_at: Time,
}

impl RemoteFile {
    /// Its files in the media store.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.file).chain(&self.thumbnail)
    }

    /// The same, of a row that is gone.
    pub fn into_files(self) -> impl Iterator<Item = String> {
        std::iter::once(self.file).chain(self.thumbnail)
    }
}

/// Adds a copy.
///
/// # Errors
/// If there is one of that digest.
pub fn insert(conn: &mut DbConnection, row: RemoteFile) -> QueryResult<()> {
    diesel::insert_into(remote_files::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// The copy of that digest. One row by key.
pub fn find(conn: &mut DbConnection, digest: &str) -> QueryResult<Option<RemoteFile>> {
    remote_files::table
        .find(digest)
        .select(RemoteFile::as_select())
        .first(conn)
        .optional()
}

/// Notes that somebody looked at it.
pub fn used(conn: &mut DbConnection, digest: &str, at: Time) -> QueryResult<()> {
    diesel::update(remote_files::table.find(digest))
        .set(remote_files::used_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Copies at which nobody looked since `time`. A range of the index on `used_at`.
pub fn unused_since(
    conn: &mut DbConnection,
    time: Time,
    limit: i64,
) -> QueryResult<Vec<RemoteFile>> {
    remote_files::table
        .filter(remote_files::used_at.lt(time))
        .order(remote_files::used_at)
        .limit(limit)
        .select(RemoteFile::as_select())
        .load(conn)
}

/// Forgets copies.
pub fn delete(conn: &mut DbConnection, digests: &[String]) -> QueryResult<()> {
    diesel::delete(remote_files::table.filter(among(remote_files::digest, digests)))
        .execute(conn)
        .map(drop)
}
