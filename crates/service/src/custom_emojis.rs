//! Custom emoji: small pictures for `:shortcode:` in what people here write.
//! <https://docs.joinmastodon.org/entities/CustomEmoji/>
//!
//! Rows hold the emoji that they use, as those from elsewhere do; where one is replaced or removed, our own rows are
//! written anew: docs/adr/0143.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::text::shortcodes;
use domain::{CustomEmoji, StatusId, limits};
use storage::DbConnection;
pub use storage::custom_emojis::Emoji;

use crate::error::invalid;
use crate::files::{self, Unnamed};
use crate::jobs::{Job, enqueue};
use crate::media::emoji;
use crate::moderation::note;
use crate::oauth::Person;
use crate::{App, Error, Result};

/// Characters of a category.
const CATEGORY: usize = 100;
/// Letters of a shortcode.
const SHORTCODE: std::ops::RangeInclusive<usize> = 2..=64;
/// How much larger than what is taken in a picture may be once it is written anew.
const GROWTH: usize = 4;
/// Statuses that are written anew in one transaction.
const AT_ONCE: i64 = 500;

/// An emoji as it is to be.
#[derive(Debug, Clone)]
pub struct NewEmoji {
    pub shortcode: String,
    pub picture: Bytes,
    pub category: Option<String>,
    pub visible_in_picker: bool,
    /// Whether one of that name gives way.
    pub replace: bool,
}

/// Whether it may be the name of an emoji.
#[must_use]
pub fn is_shortcode(name: &str) -> bool {
    SHORTCODE.contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Adds an emoji. [`Error::Conflict`] if there is one of that name that does not give way.
pub async fn add(app: &App, new: NewEmoji) -> Result<Emoji> {
    take_in(app, new, None).await
}

/// The same, noted if somebody does it by an app.
pub(crate) async fn take_in(app: &App, mut new: NewEmoji, by: Option<Person>) -> Result<Emoji> {
    if !is_shortcode(&new.shortcode) {
        return Err(invalid(
            "Shortcode must have 2 to 64 letters, digits and underscores",
        ));
    }
    new.category = category(new.category.take())?;
    let name = new.shortcode.clone();
    let known = app
        .read(move |_, conn| Ok(storage::custom_emojis::named(conn, &name)?))
        .await?;
    if known.is_some() && !new.replace {
        return Err(taken(&new.shortcode));
    }
    let mut files = Unnamed::default();
    let stored = write(app, new, by, &mut files).await;
    let (made, before) = files.end(app, stored).await?;
    if let Some(before) = before {
        finish(app, &before).await?;
    }
    Ok(made)
}

/// The emoji as it is now, and as it was.
async fn write(
    app: &App,
    new: NewEmoji,
    by: Option<Person>,
    files: &mut Unnamed,
) -> Result<(Emoji, Option<Emoji>)> {
    let kept = keep(app, new.picture, files).await?;
    let row = Emoji {
        id: app.next_id(),
        shortcode: new.shortcode,
        category: new.category,
        file: kept.file,
        static_file: kept.static_file,
        mime: kept.mime.to_owned(),
        visible_in_picker: new.visible_in_picker,
        created_at: app.now(),
        updated_at: app.now(),
        bytes: Some(kept.bytes),
    };
    let files = files.clone();
    app.transaction(move |app, conn| {
        if let Some(by) = by {
            note(app, conn, &by, "add emoji", row.shortcode.clone())?;
        }
        files.name(app, conn, [&row.file, &row.static_file])?;
        store(app, conn, row, new.replace)
    })
    .await
}

/// A category as it is stored; an empty one is none.
pub(crate) fn category(text: Option<String>) -> Result<Option<String>> {
    let text = text.map(|text| text.trim().replace('\0', ""));
    let text = text.filter(|text| !text.is_empty());
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > CATEGORY)
    {
        return Err(invalid(format!(
            "Category is too long (maximum is {CATEGORY} characters)"
        )));
    }
    Ok(text)
}

/// Files of an emoji that are in the media store, and in no row yet.
pub(crate) struct Kept {
    pub(crate) file: String,
    pub(crate) static_file: String,
    pub(crate) mime: &'static str,
    pub(crate) bytes: i64,
}

/// Writes a picture anew, and puts it into the media store.
pub(crate) async fn keep(app: &App, picture: Bytes, files: &mut Unnamed) -> Result<Kept> {
    let most = app.settings().max_emoji_bytes;
    if picture.len() > most {
        return Err(Error::TooLarge);
    }
    let picture = emoji::emoji(picture).await?;
    if picture.bytes.len() > most.saturating_mul(GROWTH) {
        return Err(Error::TooLarge);
    }
    let still = picture.still.as_ref().map_or(0, Bytes::len);
    let bytes = picture.bytes.len().saturating_add(still);
    let file = files.write(app, picture.extension, picture.bytes).await?;
    let static_file = match picture.still {
        Some(still) => files.write(app, "png", still).await?,
        None => file.clone(),
    };
    Ok(Kept {
        file,
        static_file,
        mime: picture.mime,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
    })
}

fn taken(shortcode: &str) -> Error {
    Error::Conflict(format!(
        "Validation failed: there is an emoji :{shortcode}: already"
    ))
}

/// The emoji as it is now, and as it was.
fn store(
    app: &App,
    conn: &mut DbConnection,
    row: Emoji,
    replace: bool,
) -> Result<(Emoji, Option<Emoji>)> {
    let Some(before) = storage::custom_emojis::hold_named(conn, &row.shortcode)? else {
        storage::custom_emojis::insert(conn, row.clone())?;
        return Ok((row, None));
    };
    if !replace {
        return Err(taken(&row.shortcode));
    }
    let now = Emoji {
        id: before.id,
        category: row.category.or_else(|| before.category.clone()),
        created_at: before.created_at,
        ..row
    };
    storage::custom_emojis::update(conn, now.clone())?;
    leave_rewriting(app, conn, &before)?;
    Ok((now, Some(before)))
}

/// Removes an emoji, also from what was written with it.
pub async fn remove(app: &App, shortcode: &str) -> Result<()> {
    let name = shortcode.to_owned();
    let gone = app
        .transaction(move |app, conn| {
            let gone = storage::custom_emojis::hold_named(conn, &name)?.ok_or(Error::NotFound)?;
            delete(app, conn, &gone)?;
            Ok(gone)
        })
        .await?;
    finish(app, &gone).await
}

/// Removes the row of an emoji; [`finish`] does the rest.
pub(crate) fn delete(app: &App, conn: &mut DbConnection, gone: &Emoji) -> Result<()> {
    storage::custom_emojis::delete(conn, gone.id)?;
    leave_rewriting(app, conn, gone)
}

/// After an emoji was removed or got another picture: `before` is what it was.
pub(crate) async fn finish(app: &App, before: &Emoji) -> Result<()> {
    rewrite_everywhere(app, before.shortcode.clone(), files_of(before)).await
}

/// All emoji, by name.
pub async fn all(app: &App) -> Result<Vec<Emoji>> {
    app.read(|_, conn| Ok(storage::custom_emojis::all(conn)?))
        .await
}

/// For how long the list is not read again: a command may have changed it, which is another process.
const LISTED: Duration = Duration::from_millis(200);

/// The list that was read last, and when.
pub(crate) type Remembered = Mutex<Option<(Instant, Arc<Vec<Emoji>>)>>;

/// All emoji, by name, as they were a moment ago, however many ask.
pub async fn listed(app: &App) -> Result<Arc<Vec<Emoji>>> {
    let known = app.emojis().lock().ok().and_then(|known| known.clone());
    if let Some((at, list)) = known
        && at.elapsed() < LISTED
    {
        return Ok(list);
    }
    let list = Arc::new(all(app).await?);
    if let Ok(mut known) = app.emojis().lock() {
        *known = Some((Instant::now(), list.clone()));
    }
    Ok(list)
}

/// The emoji of that name.
pub async fn find(app: &App, shortcode: String) -> Result<Emoji> {
    app.read(move |_, conn| storage::custom_emojis::named(conn, &shortcode)?.ok_or(Error::NotFound))
        .await
}

/// An emoji as texts show it.
#[must_use]
pub fn shown(app: &App, emoji: &Emoji) -> CustomEmoji {
    CustomEmoji {
        shortcode: emoji.shortcode.clone(),
        url: app.addresses().media(&emoji.file),
        static_url: app.addresses().media(&emoji.static_file),
    }
}

/// The names that texts use, each once and in their order.
pub(crate) fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in texts {
        for range in shortcodes(text) {
            let name = text.get(range).unwrap_or_default().trim_matches(':');
            if names.len() < limits::EMOJI && names.iter().all(|known| known != name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The emoji of these names that there are, in the same order. One query; none where there is no name.
pub(crate) fn of_names(
    app: &App,
    conn: &mut DbConnection,
    names: &[String],
) -> Result<Vec<CustomEmoji>> {
    let found = storage::custom_emojis::among_names(conn, names)?;
    let named = names
        .iter()
        .filter_map(|name| found.iter().find(|emoji| emoji.shortcode == *name));
    Ok(named.map(|emoji| shown(app, emoji)).collect())
}

/// Those of `emojis` that these texts use.
pub(crate) fn used_by<'a>(
    emojis: &[CustomEmoji],
    texts: impl IntoIterator<Item = &'a str>,
) -> Vec<CustomEmoji> {
    if emojis.is_empty() {
        return Vec::new();
    }
    let names = names(texts);
    let used = emojis
        .iter()
        .filter(|emoji| names.contains(&emoji.shortcode));
    used.cloned().collect()
}

fn files_of(emoji: &Emoji) -> Vec<String> {
    vec![emoji.file.clone(), emoji.static_file.clone()]
}

/// What follows from the transaction at hand is done at once; the job does it if that is cut off.
pub(crate) fn leave_rewriting(app: &App, conn: &mut DbConnection, before: &Emoji) -> Result<()> {
    let job = Job::RewriteEmoji {
        shortcode: before.shortcode.clone(),
        files: files_of(before),
    };
    enqueue(app, conn, &job)
}

/// Writes in all that people here wrote what an emoji is by now, and then removes the files that it had.
pub(crate) async fn rewrite_everywhere(
    app: &App,
    shortcode: String,
    files: Vec<String>,
) -> Result<()> {
    let now = match find(app, shortcode.clone()).await {
        Ok(emoji) => Some(emoji),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    rewrite(app, &shortcode, now.map(|emoji| shown(app, &emoji))).await?;
    files::remove(app, &files).await
}

/// Writes in all that people here wrote what an emoji is now; none: it is gone.
async fn rewrite(app: &App, shortcode: &str, now: Option<CustomEmoji>) -> Result<()> {
    let changed = {
        let shortcode = shortcode.to_owned();
        move |emojis: &[CustomEmoji]| {
            let is_it = |emoji: &&CustomEmoji| emoji.shortcode == shortcode;
            emojis.iter().find(is_it)?;
            let kept = emojis.iter().filter_map(|emoji| match &now {
                _ if emoji.shortcode != shortcode => Some(emoji.clone()),
                Some(now) => Some(now.clone()),
                None => None,
            });
            Some(kept.collect::<Vec<CustomEmoji>>())
        }
    };
    let of_accounts = changed.clone();
    app.transaction(move |_, conn| {
        for (id, emojis) in storage::custom_emojis::accounts_with_any(conn)? {
            if of_accounts(&emojis).is_some()
                && let Some(account) = storage::accounts::hold(conn, id)?
                && let Some(emojis) = of_accounts(&account.emojis)
            {
                storage::custom_emojis::set_of_account(conn, id, emojis)?;
            }
        }
        Ok(())
    })
    .await?;
    let mut after = Some(StatusId(0));
    while let Some(from) = after {
        let changed = changed.clone();
        after = app
            .transaction(move |_, conn| {
                let rows = storage::custom_emojis::statuses_with_any(conn, from, AT_ONCE)?;
                let last = rows.last().map(|(id, _)| *id);
                for (id, emojis) in rows {
                    if changed(&emojis).is_some()
                        && let Some(status) = storage::statuses::hold(conn, id)?
                        && let Some(emojis) = changed(&status.emojis)
                    {
                        storage::custom_emojis::set_of_status(conn, id, emojis)?;
                    }
                }
                Ok(last)
            })
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_digits_and_underscores() {
        for good in ["ab", "Blob_Cat", "_9", &"x".repeat(64)] {
            assert!(is_shortcode(good), "{good}");
        }
        for bad in ["", "a", "a-b", "a b", "é_", ":ab:", "a/b", &"x".repeat(65)] {
            assert!(!is_shortcode(bad), "{bad}");
        }
    }

    #[test]
    fn each_name_counts_once_and_not_too_many_do() {
        assert_eq!(names([":aa: :bb:", "x", ":aa:"]), ["aa", "bb"]);
        let many: String = (0..200).map(|number| format!(":e{number:03}: ")).collect();
        assert_eq!(names([many.as_str()]).len(), limits::EMOJI);
    }
}
