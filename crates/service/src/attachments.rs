//! Files that belong to statuses: pictures are worked on at once, films and sounds by a job.

use std::time::Duration;

use bytes::Bytes;
use domain::{AccountId, MediaId, MediaKind, MediaState, limits};
use storage::media::{Media, Preview};
use storage::{DbConnection, Spool};

use crate::error::invalid;
use crate::files::{self, Unnamed};
use crate::films::{self, Format};
use crate::jobs::{Job, enqueue};
use crate::media::{Processed, Purpose, is_moving, process, unsupported};
use crate::oauth::Person;
use crate::views::{self, MediaView};
use crate::{App, Error, Result};

/// Bytes that tell what a file is.
const BEGINNING: u64 = 64;
/// How often somebody who waits for a file looks whether it is ready.
const LOOKED_EVERY: Duration = Duration::from_millis(250);

/// Files of one person that may wait to be converted: one at a time is, and others wait behind them.
const MOST_WAITING: i64 = 10;

/// A file somebody sends.
#[derive(Debug)]
pub struct Upload {
    pub file: Spool,
    /// A picture that stands for it.
    pub thumbnail: Option<Spool>,
    pub description: Option<String>,
    /// The point that stays visible in a crop, from -1 to 1, to the right and upwards.
    pub focus: Option<(f64, f64)>,
}

/// What its owner says of a file from now on; None leaves it as it is.
#[derive(Debug, Default)]
pub struct Change {
    pub description: Option<String>,
    pub focus: Option<(f64, f64)>,
    pub thumbnail: Option<Spool>,
}

/// Bytes that one upload may have, a picture that stands for it included.
#[must_use]
pub fn most_bytes(app: &App) -> usize {
    let settings = app.settings();
    settings
        .max_image_bytes
        .max(settings.max_video_bytes)
        .max(settings.max_document_bytes)
        .saturating_add(settings.max_image_bytes)
}

/// Begins to take in a file.
pub async fn receive(app: &App) -> Result<Spool> {
    Ok(app.media().receive().await?)
}

/// Adds to a file that is being taken in.
pub async fn add(spool: &mut Spool, bytes: &[u8]) -> Result<()> {
    Ok(spool.write(bytes).await?)
}

/// Takes a file in. A picture is ready at once, without its metadata and with a small copy; a film or a sound that has to be
/// converted is [waiting](MediaState::Waiting), and on the disk.
pub async fn upload(app: &App, person: &Person, upload: Upload) -> Result<MediaView> {
    check_description(upload.description.as_deref())?;
    check_focus(upload.focus)?;
    let mut files = Unnamed::default();
    let written = write(app, person.id(), upload, &mut files).await;
    files.end(app, written).await
}

async fn write(app: &App, me: AccountId, upload: Upload, files: &mut Unnamed) -> Result<MediaView> {
    let Upload {
        file,
        thumbnail,
        description,
        focus,
    } = upload;
    let preview = match thumbnail {
        Some(file) => Some(preview(app, picture_bytes(app, file).await?, files).await?),
        None => None,
    };
    let mut row = take_in(app, me, file, files).await?;
    if let Some(preview) = preview {
        row.thumbnail = Some(preview.file);
        row.thumbnail_width = Some(preview.width);
        row.thumbnail_height = Some(preview.height);
        row.blurhash = preview.blurhash;
    }
    row.description = description.map(|text| text.replace('\0', ""));
    (row.focus_x, row.focus_y) = focus.unwrap_or_default();
    let files = files.clone();
    app.transaction(move |app, conn| {
        if row.state == MediaState::Waiting {
            check_waiting(conn, me)?;
        }
        files.name(app, conn, row.files())?;
        storage::media::insert(conn, row.clone())?;
        if row.state == MediaState::Waiting {
            enqueue(app, conn, &Job::Convert { media: row.id })?;
        }
        Ok(views::media(app, row))
    })
    .await
}

/// Whether another file of somebody's may wait.
fn check_waiting(conn: &mut DbConnection, me: AccountId) -> Result<()> {
    // Held, or of many sent at once each would find room.
    storage::accounts::hold(conn, me)?;
    if storage::media::count_waiting(conn, me)? < MOST_WAITING {
        return Ok(());
    }
    Err(invalid(format!(
        "You have {MOST_WAITING} films or sounds waiting to be converted; please try again when one of them is ready"
    )))
}

/// Takes in a file that somebody brought along with what it belongs to; it is ready when this is done. While nothing has it,
/// it is as good as never sent.
pub(crate) async fn bring(
    app: &App,
    me: AccountId,
    file: Spool,
    description: Option<String>,
    focus: (f64, f64),
) -> Result<MediaId> {
    let mut files = Unnamed::default();
    let written = write_brought(app, me, file, description, focus, &mut files).await;
    let (id, state) = files.end(app, written).await?;
    if state != MediaState::Ready {
        films::convert(app, id).await?;
        let row = app
            .read(move |_, conn| Ok(storage::media::find(conn, id)?))
            .await?;
        check_ready(row.as_slice())?;
    }
    Ok(id)
}

async fn write_brought(
    app: &App,
    me: AccountId,
    file: Spool,
    description: Option<String>,
    focus: (f64, f64),
    files: &mut Unnamed,
) -> Result<(MediaId, MediaState)> {
    let mut row = take_in(app, me, file, files).await?;
    row.description = description;
    (row.focus_x, row.focus_y) = focus;
    let files = files.clone();
    app.transaction(move |app, conn| {
        files.name(app, conn, row.files())?;
        let written = (row.id, row.state);
        storage::media::insert(conn, row)?;
        Ok(written)
    })
    .await
}

async fn take_in(app: &App, me: AccountId, mut file: Spool, files: &mut Unnamed) -> Result<Media> {
    file.finish().await?;
    match Format::of(&file.beginning(BEGINNING).await?) {
        Some(Format::Gif) | None => match picture(app, me, &file, files).await? {
            Some(row) => Ok(row),
            None => film(app, me, file, Format::Gif, files).await,
        },
        Some(format) => film(app, me, file, format, files).await,
    }
}

/// The row of a picture; none if it moves and is to become a film.
async fn picture(
    app: &App,
    me: AccountId,
    file: &Spool,
    files: &mut Unnamed,
) -> Result<Option<Media>> {
    let bytes = read_picture(app, file).await?;
    if Format::of(&bytes) == Some(Format::Gif)
        && app.settings().ffmpeg.is_some()
        && is_moving(bytes.clone()).await?
    {
        return Ok(None);
    }
    let picture = process(bytes, Purpose::Attachment).await?;
    let small = keep_small(app, &picture, files).await?;
    let mut row = blank(app, me, MediaKind::Image, picture.mime);
    row.size = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
    row.file = Some(files.write(app, picture.extension, picture.bytes).await?);
    row.width = pixels(picture.width);
    row.height = pixels(picture.height);
    row.blurhash = picture.blurhash;
    if let Some(small) = small {
        row.thumbnail = Some(small.file);
        row.thumbnail_width = Some(small.width);
        row.thumbnail_height = Some(small.height);
    }
    Ok(Some(row))
}

async fn film(
    app: &App,
    me: AccountId,
    file: Spool,
    format: Format,
    files: &mut Unnamed,
) -> Result<Media> {
    if file.length() > u64::try_from(app.settings().max_video_bytes).unwrap_or(u64::MAX) {
        return Err(Error::TooLarge);
    }
    let kind = match format.mime().split('/').next() {
        Some("audio") => MediaKind::Audio,
        Some("image") => MediaKind::Gifv,
        _ => MediaKind::Video,
    };
    let mut row = blank(app, me, kind, format.mime());
    row.size = i64::try_from(file.length()).unwrap_or(i64::MAX);
    let extension = if app.settings().ffmpeg.is_some() {
        row.state = MediaState::Waiting;
        // Of no type that is served: as it came, nobody is to see it.
        "upload"
    } else {
        let plain = films::prepare(file.path().to_owned(), format).await?;
        row.width = plain.width;
        row.height = plain.height;
        row.facts = Some(
            serde_json::to_string(&plain.facts)
                .map_err(|error| Error::Internal(error.to_string()))?,
        );
        format.extension()
    };
    row.file = Some(files.keep(app, extension, file).await?);
    Ok(row)
}

/// A row of which nothing is known yet.
pub(crate) fn blank(app: &App, me: AccountId, kind: MediaKind, mime: &str) -> Media {
    Media {
        id: MediaId(app.next_id()),
        account_id: me,
        status_id: None,
        position: 0,
        kind,
        mime: mime.to_owned(),
        file: None,
        thumbnail: None,
        remote_url: None,
        width: None,
        height: None,
        thumbnail_width: None,
        thumbnail_height: None,
        size: 0,
        description: None,
        blurhash: None,
        focus_x: 0.0,
        focus_y: 0.0,
        created_at: app.now(),
        state: MediaState::Ready,
        facts: None,
        failure: None,
        remote_thumbnail: None,
    }
}

fn pixels(side: u32) -> Option<i32> {
    i32::try_from(side).ok()
}

async fn read_picture(app: &App, file: &Spool) -> Result<Bytes> {
    let most = u64::try_from(app.settings().max_image_bytes).unwrap_or(u64::MAX);
    if file.length() > most {
        return Err(Error::TooLarge);
    }
    Ok(file.beginning(most).await?)
}

async fn picture_bytes(app: &App, mut file: Spool) -> Result<Bytes> {
    file.finish().await?;
    read_picture(app, &file).await
}

/// Makes a small picture, and keeps it.
pub(crate) async fn preview(app: &App, bytes: Bytes, files: &mut Unnamed) -> Result<Preview> {
    let picture = process(bytes, Purpose::Attachment).await?;
    let small = keep_small(app, &picture, files).await?;
    let mut small = small.ok_or_else(unsupported)?;
    small.blurhash = picture.blurhash;
    Ok(small)
}

async fn keep_small(
    app: &App,
    picture: &Processed,
    files: &mut Unnamed,
) -> Result<Option<Preview>> {
    let Some(small) = &picture.thumbnail else {
        return Ok(None);
    };
    let content = small.bytes.clone();
    let file = files.write(app, small.extension, content).await?;
    Ok(Some(Preview {
        file,
        width: pixels(small.width).unwrap_or(0),
        height: pixels(small.height).unwrap_or(0),
        blurhash: None,
    }))
}

/// One's own file, attached or not. [`Error::Invalid`] if it could not be converted.
pub async fn find(app: &App, person: &Person, id: MediaId) -> Result<MediaView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = own(storage::media::find(conn, id)?, me)?;
        match (row.state, &row.failure) {
            (MediaState::Failed, Some(reason)) => Err(Error::Invalid(reason.clone())),
            (MediaState::Failed, None) => Err(Error::Invalid("It was not converted".to_owned())),
            (MediaState::Ready | MediaState::Waiting, _) => Ok(views::media(app, row)),
        }
    })
    .await
}

/// One's own files of these ids that no status has yet, in that order.
pub async fn unposted(app: &App, person: &Person, ids: Vec<MediaId>) -> Result<Vec<MediaView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let mut rows = storage::media::owned(conn, me, &ids)?;
        rows.retain(|row| row.status_id.is_none());
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        Ok(rows.into_iter().map(|row| views::media(app, row)).collect())
    })
    .await
}

/// One's own file as soon as it is ready, or as it is when `patience` ends.
pub async fn find_ready(
    app: &App,
    person: &Person,
    id: MediaId,
    patience: Duration,
) -> Result<MediaView> {
    let until = tokio::time::Instant::now() + patience;
    loop {
        let view = find(app, person, id).await?;
        if view.is_ready() || tokio::time::Instant::now() >= until {
            return Ok(view);
        }
        tokio::time::sleep(LOOKED_EVERY).await;
    }
}

fn own(found: Option<Media>, me: AccountId) -> Result<Media> {
    found
        .filter(|row| row.account_id == me)
        .ok_or(Error::NotFound)
}

/// Changes what is said of one's own file, and the picture that stands for it.
pub async fn update(app: &App, person: &Person, id: MediaId, change: Change) -> Result<MediaView> {
    let mut files = Unnamed::default();
    let changed = write_change(app, person, id, change, &mut files).await;
    files.end(app, changed).await
}

async fn write_change(
    app: &App,
    person: &Person,
    id: MediaId,
    change: Change,
    files: &mut Unnamed,
) -> Result<MediaView> {
    let Change {
        description,
        focus,
        thumbnail,
    } = change;
    check_description(description.as_deref())?;
    check_focus(focus)?;
    // Nobody works for somebody else's file.
    let known = find(app, person, id).await?;
    if known.is_document() {
        return Err(invalid("Document has its name for a description"));
    }
    let preview = match thumbnail {
        Some(file) => Some(preview(app, picture_bytes(app, file).await?, files).await?),
        None => None,
    };
    let (me, files) = (person.id(), files.clone());
    app.transaction(move |app, conn| {
        let mut row = own(storage::media::hold(conn, id)?, me)?;
        if let Some(text) = description {
            row.description = Some(text.replace('\0', "")).filter(|text| !text.is_empty());
        }
        if row.status_id.is_some() {
            check_described(app, std::slice::from_ref(&row))?;
        }
        (row.focus_x, row.focus_y) = focus.unwrap_or((row.focus_x, row.focus_y));
        storage::media::describe(
            conn,
            id,
            row.description.as_deref(),
            (row.focus_x, row.focus_y),
        )?;
        if let Some(preview) = preview {
            storage::media::set_preview(conn, id, &preview)?;
            files.name(app, conn, [&preview.file])?;
            let old = row.thumbnail.replace(preview.file);
            files::forget(app, conn, old)?;
            row.thumbnail_width = Some(preview.width);
            row.thumbnail_height = Some(preview.height);
            row.blurhash = preview.blurhash;
        }
        Ok(views::media(app, row))
    })
    .await
}

/// Forgets one's own file, if no status has it; earlier versions of statuses are shown without it from now on.
pub async fn delete(app: &App, person: &Person, id: MediaId) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let row = own(storage::media::hold(conn, id)?, me)?;
        if row.status_id.is_some() {
            return Err(invalid("Media attachment is currently used by a status"));
        }
        storage::media::delete(conn, id)?;
        files::forget(app, conn, row.into_files())
    })
    .await
}

/// Forgets files that nothing has, and which the transaction at hand holds.
pub(crate) fn forget(app: &App, conn: &mut DbConnection, rows: Vec<Media>) -> Result<()> {
    for row in &rows {
        storage::media::delete(conn, row.id)?;
    }
    files::forget(app, conn, rows.into_iter().flat_map(Media::into_files))
}

/// Forgets those of these files that nothing has any more.
pub(crate) fn forget_unused(app: &App, conn: &mut DbConnection, ids: &[MediaId]) -> Result<()> {
    let unused = storage::media::unused_among(conn, ids)?;
    forget(app, conn, unused)
}

/// Whether files can be shown.
pub(crate) fn check_ready(files: &[Media]) -> Result<()> {
    for file in files {
        match file.state {
            MediaState::Ready => {}
            MediaState::Waiting => {
                return Err(invalid(
                    "Media attachments are still being processed; try again in a moment",
                ));
            }
            MediaState::Failed => {
                return Err(invalid("Media attachments could not be processed"));
            }
        }
    }
    Ok(())
}

/// Whether each file says for those who do not see it what it shows, where that is asked for.
pub(crate) fn check_described(app: &App, files: &[Media]) -> Result<()> {
    let is_described = |file: &Media| {
        let text = file.description.as_deref().unwrap_or_default();
        !text.trim().is_empty()
    };
    if app.settings().require_description && !files.iter().all(is_described) {
        return Err(invalid(
            "Media attachments need a description (alt text) on this server",
        ));
    }
    Ok(())
}

pub(crate) fn check_description(description: Option<&str>) -> Result<()> {
    match description {
        Some(text) if text.chars().count() > limits::MEDIA_DESCRIPTION => Err(invalid(format!(
            "Description is too long (maximum is {} characters)",
            limits::MEDIA_DESCRIPTION
        ))),
        _ => Ok(()),
    }
}

pub(crate) fn check_focus(focus: Option<(f64, f64)>) -> Result<()> {
    match focus {
        Some((x, y)) if !(-1.0..=1.0).contains(&x) || !(-1.0..=1.0).contains(&y) => {
            Err(invalid("Focus must lie between -1 and 1"))
        }
        _ => Ok(()),
    }
}
