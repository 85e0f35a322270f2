//! Earlier versions of statuses, each with the files that it had: docs/adr/0420.

use diesel::prelude::*;
use domain::{MediaId, StatusId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::media::Media;
use crate::row::JsonList;
use crate::schema::{media, status_edit_files, status_edits};

/// A version of a status that an edit replaced.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = status_edits, treat_none_as_default_value = false)]
pub struct StatusEdit {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    pub content: String,
    pub text: String,
    pub spoiler_text: String,
    pub sensitive: bool,
    pub created_at: Time,
    /// What there was to choose; empty where it asked nothing.
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub poll_options: Vec<String>,
    /// Whether [`files_of_edits`] has its files: of versions before it was kept, nobody knows them.
    pub files_known: bool,
    /// Its quote, which may be gone since.
    pub quote_id: Option<i64>,
}

/// Keeps a version that is about to be replaced, and with it these files, as they are described now.
pub fn insert_edit(conn: &mut DbConnection, edit: StatusEdit, files: &[Media]) -> QueryResult<()> {
    let rows: Vec<_> = files
        .iter()
        .map(|file| {
            (
                status_edit_files::edit_id.eq(edit.id),
                status_edit_files::media_id.eq(file.id.0),
                status_edit_files::position.eq(file.position),
                status_edit_files::description.eq(file.description.clone()),
            )
        })
        .collect();
    diesel::insert_into(status_edits::table)
        .values(edit)
        .execute(conn)?;
    if rows.is_empty() {
        return Ok(());
    }
    each!(conn, c => diesel::insert_into(status_edit_files::table).values(rows).execute(c))
        .map(drop)
}

/// Earlier versions of a status, oldest first.
pub fn edits(conn: &mut DbConnection, id: StatusId) -> QueryResult<Vec<StatusEdit>> {
    status_edits::table
        .filter(status_edits::status_id.eq(id.0))
        .order(status_edits::id)
        .select(StatusEdit::as_select())
        .load(conn)
}

/// The files that they had, each with the id of its version and described as it was then: version by version, and there
/// in order. Without those that are deleted since.
pub fn files_of_edits(conn: &mut DbConnection, id: StatusId) -> QueryResult<Vec<(i64, Media)>> {
    let rows: Vec<(i64, Option<String>, Media)> = status_edit_files::table
        .inner_join(status_edits::table)
        .inner_join(media::table)
        .filter(status_edits::status_id.eq(id.0))
        .order((status_edit_files::edit_id, status_edit_files::position))
        .select((
            status_edit_files::edit_id,
            status_edit_files::description,
            Media::as_select(),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(edit, description, file)| {
            let file = Media {
                description,
                ..file
            };
            (edit, file)
        })
        .collect())
}

/// Forgets all but so many, the latest.
pub fn keep_latest_edits(conn: &mut DbConnection, id: StatusId, count: i64) -> QueryResult<()> {
    let of_status = status_edits::table.filter(status_edits::status_id.eq(id.0));
    let first_too_many: Option<i64> = each!(conn, c => of_status
        .order(status_edits::id.desc())
        .select(status_edits::id)
        .limit(1)
        .offset(count)
        .first(c)
        .optional())?;
    if let Some(last) = first_too_many {
        diesel::delete(of_status.filter(status_edits::id.le(last))).execute(conn)?;
    }
    Ok(())
}

/// Forgets them; answers which files they had.
pub fn delete_edits(conn: &mut DbConnection, id: StatusId) -> QueryResult<Vec<MediaId>> {
    let files: Vec<i64> = status_edit_files::table
        .inner_join(status_edits::table)
        .filter(status_edits::status_id.eq(id.0))
        .select(status_edit_files::media_id)
        .load(conn)?;
    diesel::delete(status_edits::table.filter(status_edits::status_id.eq(id.0))).execute(conn)?;
    Ok(files.into_iter().map(MediaId).collect())
}
