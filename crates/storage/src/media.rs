//! Attachments: what we know of each file. The files are in the [`MediaStore`](crate::MediaStore).

use diesel::prelude::*;
use domain::{AccountId, MediaId, MediaKind, MediaState, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::literal::Literal;
use crate::row::Optional;
use crate::schema::media;

/// A file attached, or about to be attached, to a status.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = media, treat_none_as_default_value = false)]
pub struct Media {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: MediaId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub status_id: Option<StatusId>,
    pub position: i16,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: MediaKind,
    pub mime: String,
    /// Path in the media store; none while the file is only elsewhere.
    pub file: Option<String>,
    pub thumbnail: Option<String>,
    pub remote_url: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub thumbnail_width: Option<i32>,
    pub thumbnail_height: Option<i32>,
    pub size: i64,
    /// Of a document, its name.
    pub description: Option<String>,
    pub blurhash: Option<String>,
    pub focus_x: f64,
    pub focus_y: f64,
    pub created_at: Time,
    /// While it waits, `file` is what was sent, and nobody is shown it.
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub state: MediaState,
    /// JSON of [`domain::FilmFacts`].
    pub facts: Option<String>,
    /// Why it could not be converted.
    pub failure: Option<String>,
    /// Where the picture is that stands for a film or a sound from elsewhere.
    pub remote_thumbnail: Option<String>,
}

impl Media {
    /// Its files in the media store.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        [&self.file, &self.thumbnail].into_iter().flatten()
    }

    /// The same, of a row that is gone.
    pub fn into_files(self) -> impl Iterator<Item = String> {
        [self.file, self.thumbnail].into_iter().flatten()
    }
}

/// Adds an attachment.
pub fn insert(conn: &mut DbConnection, row: Media) -> QueryResult<()> {
    diesel::insert_into(media::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// The attachment of that id.
pub fn find(conn: &mut DbConnection, id: MediaId) -> QueryResult<Option<Media>> {
    media::table
        .find(id.0)
        .select(Media::as_select())
        .first(conn)
        .optional()
}

/// The attachment of that id; who else wants to change it waits until this transaction ends.
pub fn hold(conn: &mut DbConnection, id: MediaId) -> QueryResult<Option<Media>> {
    crate::dialect::claim::hold_media(conn, id)
}

/// An account's attachments of these ids, in no order.
pub fn owned(
    conn: &mut DbConnection,
    account: AccountId,
    ids: &[MediaId],
) -> QueryResult<Vec<Media>> {
    media::table
        .filter(among(media::id, ids.iter().map(|id| id.0)))
        .filter(media::account_id.eq(account.0))
        .select(Media::as_select())
        .load(conn)
}

/// How many of an account's attachments have yet to be converted. Counts the rows of an index.
pub fn count_waiting(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    media::table
        .filter(Literal("media.state = 1"))
        .filter(media::account_id.eq(account.0))
        .count()
        .get_result(conn)
}

/// The attachments of these statuses, each status' in order.
pub fn of_statuses(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Media>> {
    let ids = listed(media::status_id, ids.iter().map(|id| id.0));
    each!(conn, c => media::table
        .filter(ids)
        .filter(media::status_id.is_not_null())
        .order((media::status_id, media::position))
        .select(Media::as_select())
        .load(c))
}

/// Attaches a file to a status; false if another status has it already, or one that is scheduled.
pub fn attach(
    conn: &mut DbConnection,
    id: MediaId,
    status: StatusId,
    position: i16,
) -> QueryResult<bool> {
    let free = media::table
        .find(id.0)
        .filter(media::scheduled_id.is_null())
        .filter(media::status_id.is_null().or(media::status_id.eq(status.0)));
    diesel::update(free)
        .set((
            media::status_id.eq(Some(status.0)),
            media::position.eq(position),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes the documents of a status off it, or all but these.
pub fn detach(conn: &mut DbConnection, status: StatusId, documents: bool) -> QueryResult<()> {
    let of_status = media::table.filter(media::status_id.eq(status.0));
    let document = i16::from(MediaKind::Document);
    let off = media::status_id.eq(None::<i64>);
    let rows = if documents {
        diesel::update(of_status.filter(media::kind.eq(document)))
            .set(off)
            .execute(conn)
    } else {
        diesel::update(of_status.filter(media::kind.ne(document)))
            .set(off)
            .execute(conn)
    };
    rows.map(drop)
}

/// Takes all attachments off a status.
pub fn detach_all(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::update(media::table.filter(media::status_id.eq(status.0)))
        .set(media::status_id.eq(None::<i64>))
        .execute(conn)
        .map(drop)
}

/// Forgets the attachments of a status from elsewhere.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::delete(media::table.filter(media::status_id.eq(status.0)))
        .execute(conn)
        .map(drop)
}

/// Writes what its owner says of a file.
pub fn describe(
    conn: &mut DbConnection,
    id: MediaId,
    description: Option<&str>,
    focus: (f64, f64),
) -> QueryResult<()> {
    diesel::update(media::table.find(id.0))
        .set((
            media::description.eq(description),
            media::focus_x.eq(focus.0),
            media::focus_y.eq(focus.1),
        ))
        .execute(conn)
        .map(drop)
}

/// Writes what has become of a file that waited; false if it does not wait any more, or is gone.
pub fn settle(conn: &mut DbConnection, row: &Media) -> QueryResult<bool> {
    let waiting = media::table
        .find(row.id.0)
        .filter(media::state.eq(i16::from(MediaState::Waiting)));
    diesel::update(waiting)
        .set((
            media::state.eq(i16::from(row.state)),
            media::kind.eq(i16::from(row.kind)),
            media::mime.eq(&row.mime),
            media::file.eq(row.file.as_deref()),
            media::width.eq(row.width),
            media::height.eq(row.height),
            media::size.eq(row.size),
            media::facts.eq(row.facts.as_deref()),
            media::failure.eq(row.failure.as_deref()),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// A small picture of an attachment, in the media store.
#[derive(Debug, Clone)]
pub struct Preview {
    pub file: String,
    pub width: i32,
    pub height: i32,
    pub blurhash: Option<String>,
}

/// Gives an attachment another small picture.
pub fn set_preview(conn: &mut DbConnection, id: MediaId, preview: &Preview) -> QueryResult<()> {
    diesel::update(media::table.find(id.0))
        .set((
            media::thumbnail.eq(&preview.file),
            media::thumbnail_width.eq(preview.width),
            media::thumbnail_height.eq(preview.height),
            media::blurhash.eq(preview.blurhash.as_deref()),
        ))
        .execute(conn)
        .map(drop)
}

/// Files that belong to no status, also to none that is scheduled and to no earlier version of one, older than `time`;
/// without those that somebody else holds, and held themselves.
pub fn abandoned(conn: &mut DbConnection, time: Time, limit: i64) -> QueryResult<Vec<Media>> {
    crate::dialect::claim::abandoned_media(conn, time, limit)
}

/// Those of these files of which the same is true, however old they are.
pub fn unused_among(conn: &mut DbConnection, ids: &[MediaId]) -> QueryResult<Vec<Media>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    crate::dialect::claim::unused_media(conn, ids)
}

/// Forgets an attachment.
pub fn delete(conn: &mut DbConnection, id: MediaId) -> QueryResult<()> {
    diesel::delete(media::table.find(id.0))
        .execute(conn)
        .map(drop)
}

/// Every path in the media store that a row names: what a backup must hold.
pub fn named_files(conn: &mut DbConnection) -> QueryResult<Vec<String>> {
    use crate::schema::{accounts, archives, custom_emojis, imports};
    let attached: Vec<(Option<String>, Option<String>)> = media::table
        .filter(media::file.is_not_null().or(media::thumbnail.is_not_null()))
        .select((media::file, media::thumbnail))
        .load(conn)?;
    let faces: Vec<(Option<String>, Option<String>)> = accounts::table
        .filter(
            accounts::avatar
                .is_not_null()
                .or(accounts::header.is_not_null()),
        )
        .select((accounts::avatar, accounts::header))
        .load(conn)?;
    let emojis: Vec<(String, String)> = custom_emojis::table
        .select((custom_emojis::file, custom_emojis::static_file))
        .load(conn)?;
    let emojis = emojis
        .into_iter()
        .map(|(one, other)| (Some(one), Some(other)));
    let made: Vec<Option<String>> = archives::table.select(archives::file).load(conn)?;
    let brought: Vec<Option<String>> = imports::table.select(imports::file).load(conn)?;
    let pairs = attached.into_iter().chain(faces).chain(emojis);
    Ok(pairs
        .flat_map(|(one, other)| [one, other])
        .chain(made)
        .chain(brought)
        .flatten()
        .collect())
}
