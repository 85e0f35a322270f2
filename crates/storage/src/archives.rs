//! Archives that people asked for of what they wrote. The files are in the [`MediaStore`](crate::MediaStore).

use diesel::prelude::*;
use domain::{AccountId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::archives;

/// An archive, made or about to be made.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = archives, treat_none_as_default_value = false)]
pub struct Archive {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// Path in the media store; none until it is made.
    pub file: Option<String>,
    /// Bytes.
    pub size: i64,
    pub created_at: Time,
    pub finished_at: Option<Time>,
}

/// Notes that an archive was asked for.
pub fn insert(conn: &mut DbConnection, archive: Archive) -> QueryResult<()> {
    diesel::insert_into(archives::table)
        .values(archive)
        .execute(conn)
        .map(drop)
}

/// The archive of that id, whosever it is.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Archive>> {
    archives::table
        .find(id)
        .select(Archive::as_select())
        .first(conn)
        .optional()
}

/// The archive that an account asked for last.
pub fn newest(conn: &mut DbConnection, account: AccountId) -> QueryResult<Option<Archive>> {
    archives::table
        .filter(archives::account_id.eq(account.0))
        .order(archives::id.desc())
        .select(Archive::as_select())
        .first(conn)
        .optional()
}

/// Notes that an archive is made; false if it was before, or nobody wants it any more.
pub fn finish(
    conn: &mut DbConnection,
    id: i64,
    file: &str,
    size: i64,
    now: Time,
) -> QueryResult<bool> {
    let waiting = archives::table
        .find(id)
        .filter(archives::finished_at.is_null());
    diesel::update(waiting)
        .set((
            archives::file.eq(file),
            archives::size.eq(size),
            archives::finished_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Some archives that were made before `made`, and some that were asked for before `asked` and never made.
pub fn expired(
    conn: &mut DbConnection,
    made: Time,
    asked: Time,
    limit: i64,
) -> QueryResult<Vec<Archive>> {
    let never_made = archives::finished_at
        .is_null()
        .and(archives::created_at.lt(asked));
    archives::table
        .filter(archives::finished_at.lt(made).or(never_made))
        .limit(limit)
        .select(Archive::as_select())
        .load(conn)
}

/// Forgets an archive; answers its file.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<Option<String>> {
    let row = archives::table.find(id);
    let file: QueryResult<Option<String>> =
        each!(conn, c => diesel::delete(row).returning(archives::file).get_result(c));
    Ok(file.optional()?.flatten())
}

/// Forgets all archives of an account; answers their files.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<String>> {
    let own = archives::table.filter(archives::account_id.eq(account.0));
    let files: Vec<Option<String>> =
        each!(conn, c => diesel::delete(own).returning(archives::file).get_results(c))?;
    Ok(files.into_iter().flatten().collect())
}
