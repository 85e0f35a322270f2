//! Custom emoji, as administrators look after them by an app. Mastodon has no such operations; these are GoToSocial's.

use bytes::Bytes;
pub use storage::custom_emojis::Stretch;

use super::note;
use crate::custom_emojis::{
    Emoji, NewEmoji, category, delete, finish, keep, leave_rewriting, take_in,
};
use crate::files::Unnamed;
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
    let mut files = Unnamed::default();
    let written = write(app, by, id, wanted, change.picture, &mut files).await;
    let (now, before) = files.end(app, written).await?;
    if let Some(before) = before {
        finish(app, &before).await?;
    }
    Ok(now)
}

/// The emoji as it is now, and as it was if it has another picture.
async fn write(
    app: &App,
    by: &Person,
    id: i64,
    category: Option<Option<String>>,
    picture: Option<Bytes>,
    files: &mut Unnamed,
) -> Result<(Emoji, Option<Emoji>)> {
    let kept = match picture {
        Some(picture) => Some(keep(app, picture, files).await?),
        None => None,
    };
    let (by, files) = (by.clone(), files.clone());
    app.transaction(move |app, conn| {
        let before = storage::custom_emojis::hold(conn, id)?.ok_or(Error::NotFound)?;
        let mut now = before.clone();
        now.updated_at = app.now();
        if let Some(category) = category {
            now.category = category;
        }
        let has_picture = kept.is_some();
        if let Some(kept) = kept {
            files.name(app, conn, [&kept.file, &kept.static_file])?;
            now.file = kept.file;
            now.static_file = kept.static_file;
            now.mime = kept.mime.to_owned();
            now.bytes = Some(kept.bytes);
        }
        storage::custom_emojis::update(conn, now.clone())?;
        if has_picture {
            leave_rewriting(app, conn, &before)?;
        }
        note(app, conn, &by, "change emoji", now.shortcode.clone())?;
        Ok((now, has_picture.then_some(before)))
    })
    .await
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
