//! Pictures that belong to statuses.

use bytes::Bytes;
use domain::{MediaId, MediaKind, limits};
use storage::media::Media;

use crate::error::invalid;
use crate::media::{Purpose, process};
use crate::oauth::Person;
use crate::profile::new_path;
use crate::views::{self, MediaView};
use crate::{App, Error, Result};

/// A file somebody sends.
#[derive(Debug, Clone)]
pub struct Upload {
    pub bytes: Bytes,
    pub description: Option<String>,
    /// The point that stays visible in a crop, from -1 to 1, to the right and upwards.
    pub focus: Option<(f64, f64)>,
}

/// Takes a picture in: without its metadata, with a thumbnail.
pub async fn upload(app: &App, person: &Person, upload: Upload) -> Result<MediaView> {
    check_description(upload.description.as_deref())?;
    check_focus(upload.focus)?;
    if upload.bytes.len() > app.settings().max_image_bytes {
        return Err(Error::TooLarge);
    }
    let picture = process(upload.bytes, Purpose::Attachment).await?;
    let file = new_path(picture.extension);
    let size = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
    app.media().write(&file, picture.bytes).await?;
    let thumbnail = match picture.thumbnail {
        Some(small) => {
            let path = new_path(small.extension);
            app.media().write(&path, small.bytes).await?;
            Some((path, small.width, small.height))
        }
        None => None,
    };
    let pixels = |count: u32| i32::try_from(count).ok();
    let focus = upload.focus.unwrap_or_default();
    let row = Media {
        id: MediaId(app.next_id()),
        account_id: person.id(),
        status_id: None,
        position: 0,
        kind: MediaKind::Image,
        mime: picture.mime.to_owned(),
        file: Some(file),
        remote_url: None,
        width: pixels(picture.width),
        height: pixels(picture.height),
        thumbnail_width: thumbnail.as_ref().and_then(|(_, width, _)| pixels(*width)),
        thumbnail_height: thumbnail
            .as_ref()
            .and_then(|(_, _, height)| pixels(*height)),
        thumbnail: thumbnail.map(|(path, _, _)| path),
        size,
        description: upload.description.map(|text| text.replace('\0', "")),
        blurhash: picture.blurhash,
        focus_x: focus.0,
        focus_y: focus.1,
        created_at: app.now(),
    };
    app.transaction(move |app, conn| {
        storage::media::insert(conn, row.clone())?;
        Ok(views::media(app, row))
    })
    .await
}

/// One's own file, attached or not.
pub async fn find(app: &App, person: &Person, id: MediaId) -> Result<MediaView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = storage::media::find(conn, id)?
            .filter(|row| row.account_id == me)
            .ok_or(Error::NotFound)?;
        Ok(views::media(app, row))
    })
    .await
}

/// Changes what is said of one's own file.
pub async fn update(
    app: &App,
    person: &Person,
    id: MediaId,
    description: Option<String>,
    focus: Option<(f64, f64)>,
) -> Result<MediaView> {
    check_description(description.as_deref())?;
    check_focus(focus)?;
    let me = person.id();
    app.transaction(move |app, conn| {
        let mut row = storage::media::find(conn, id)?
            .filter(|row| row.account_id == me)
            .ok_or(Error::NotFound)?;
        if let Some(text) = description {
            row.description = Some(text.replace('\0', "")).filter(|text| !text.is_empty());
        }
        (row.focus_x, row.focus_y) = focus.unwrap_or((row.focus_x, row.focus_y));
        storage::media::describe(
            conn,
            id,
            row.description.as_deref(),
            (row.focus_x, row.focus_y),
        )?;
        Ok(views::media(app, row))
    })
    .await
}

/// Forgets one's own file, if no status has it.
pub async fn delete(app: &App, person: &Person, id: MediaId) -> Result<()> {
    let me = person.id();
    let row = app
        .transaction(move |_, conn| {
            let row = storage::media::find(conn, id)?
                .filter(|row| row.account_id == me)
                .ok_or(Error::NotFound)?;
            if row.status_id.is_some() {
                return Err(invalid("Media attachment is currently used by a status"));
            }
            storage::media::delete(conn, id)?;
            Ok(row)
        })
        .await?;
    remove_files(app, row).await
}

/// After the row is gone, and not before: a file without a row is only waste.
pub(crate) async fn remove_files(app: &App, row: Media) -> Result<()> {
    for path in [row.file, row.thumbnail].into_iter().flatten() {
        app.media().delete(&path).await?;
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
