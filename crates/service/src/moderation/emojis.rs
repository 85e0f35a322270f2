//! Custom emoji, as administrators look after them by an app. Mastodon has no such operations; these are GoToSocial's.

use bytes::Bytes;
pub use storage::custom_emojis::Stretch;

use super::note;
use crate::custom_emojis::{
    Emoji, NewEmoji, category, delete, finish, keep, leave_rewriting, take_in,
};
use crate::oauth::Person;
use crate::{App, Error, Result};

/// What is to be another one.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub picture: Option<Bytes>,
    /// An empty one takes the category away.
    pub category: Option<String>,
}

/// A stretch of all emoji, by name.
pub async fn list(app: &App, stretch: Stretch) -> Result<Vec<Emoji>> {
    app.read(move |_, conn| Ok(storage::custom_emojis::stretch(conn, &stretch)?))
        .await
}

pub async fn find(app: &App, id: i64) -> Result<Emoji> {
    app.read(move |_, conn| storage::custom_emojis::find(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// Adds an emoji.
pub async fn add(app: &App, by: &Person, new: NewEmoji) -> Result<Emoji> {
    take_in(app, new, Some(by.clone())).await
}

/// Gives an emoji another picture, also where it was used, or another category.
pub async fn change(app: &App, by: &Person, id: i64, change: Change) -> Result<Emoji> {
    find(app, id).await?;
    let wanted = match change.category {
        Some(text) => Some(category(Some(text))?),
        None => None,
    };
    let kept = match change.picture {
        Some(picture) => Some(keep(app, picture).await?),
        None => None,
    };
    let files = kept.as_ref().map(|kept| {
        (
            kept.file.clone(),
            kept.static_file.clone(),
            kept.mime,
            kept.bytes,
        )
    });
    let by = by.clone();
    let stored = app
        .transaction(move |app, conn| {
            let before = storage::custom_emojis::hold(conn, id)?.ok_or(Error::NotFound)?;
            let mut now = before.clone();
            now.updated_at = app.now();
            if let Some(category) = wanted {
                now.category = category;
            }
            let has_picture = files.is_some();
            if let Some((file, static_file, mime, bytes)) = files {
                now.file = file;
                now.static_file = static_file;
                now.mime = mime.to_owned();
                now.bytes = Some(bytes);
            }
            storage::custom_emojis::update(conn, now.clone())?;
            if has_picture {
                leave_rewriting(app, conn, &before)?;
            }
            note(app, conn, &by, "change emoji", now.shortcode.clone())?;
            Ok((now, before))
        })
        .await;
    match (stored, kept) {
        (Ok((now, before)), Some(_)) => {
            finish(app, &before).await?;
            Ok(now)
        }
        (Ok((now, _)), None) => Ok(now),
        (Err(error), Some(kept)) => {
            kept.remove(app).await?;
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}

/// Removes an emoji, also from what was written with it; answers what it was.
pub async fn remove(app: &App, by: &Person, id: i64) -> Result<Emoji> {
    let by = by.clone();
    let gone = app
        .transaction(move |app, conn| {
            let gone = storage::custom_emojis::hold(conn, id)?.ok_or(Error::NotFound)?;
            delete(app, conn, &gone)?;
            note(app, conn, &by, "remove emoji", gone.shortcode.clone())?;
            Ok(gone)
        })
        .await?;
    finish(app, &gone).await?;
    Ok(gone)
}
