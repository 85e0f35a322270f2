//! Copies of what is elsewhere: pictures and films are fetched once and shown from here, so that no other
//! server learns who looks at them.
//!
//! An address of a copy names a row of ours and the digest of an address that the row holds. Whoever knows
//! the digest knew the address; and nothing is fetched that no row names.

use std::time::Duration;

use bytes::Bytes;
use domain::{AccountId, CardId, CustomEmoji, MediaId, MediaKind, StatusId, Time, limits};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use storage::DbConnection;
use storage::accounts::Account;
use storage::media::Media;
use storage::remote_files::RemoteFile;

use crate::files::{Unnamed, forget};
use crate::media::{Purpose, foreign_type, process};
use crate::{App, Error, Result};

/// A copy at which nobody looked for so long goes.
const KEPT_DAYS: i64 = 7;
/// How often it is noted that somebody looked.
const NOTED_EVERY_HOURS: i64 = 12;
/// Copies removed in one transaction.
const AT_ONCE: i64 = 200;
/// For how long a file that could not be had is not asked for again.
const FAILURE_MEMORY: Duration = Duration::from_secs(300);

/// The row that holds an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Account(AccountId),
    Media(MediaId),
    /// The small copy of a picture.
    Preview(MediaId),
    Status(StatusId),
    /// The picture of a card, small.
    Card(CardId),
}

impl Owner {
    /// From the two words in an address.
    #[must_use]
    pub fn named(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "accounts" => id.parse().ok().map(Self::Account),
            "files" => id.parse().ok().map(Self::Media),
            "previews" => id.parse().ok().map(Self::Preview),
            "statuses" => id.parse().ok().map(Self::Status),
            "cards" => id.parse().ok().map(Self::Card),
            _ => None,
        }
    }

    fn path(self) -> String {
        match self {
            Self::Account(id) => format!("accounts/{id}"),
            Self::Media(id) => format!("files/{id}"),
            Self::Preview(id) => format!("previews/{id}"),
            Self::Status(id) => format!("statuses/{id}"),
            Self::Card(id) => format!("cards/{id}"),
        }
    }
}

/// What a file is for, which decides what is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Avatar,
    Header,
    Emoji,
    Picture,
    /// Film or sound.
    Film,
}

impl Use {
    fn of(kind: MediaKind) -> Option<Self> {
        match kind {
            MediaKind::Image => Some(Self::Picture),
            MediaKind::Gifv | MediaKind::Video | MediaKind::Audio => Some(Self::Film),
            MediaKind::Unknown | MediaKind::Document => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Avatar => "avatar",
            Self::Header => "header",
            Self::Emoji => "emoji",
            Self::Picture => "picture",
            Self::Film => "film",
        }
    }
}

/// What fetches are under way or failed a short while ago, by digest.
pub(crate) type Fetches = Cache<String, std::result::Result<RemoteFile, Missing>>;

pub(crate) fn fetches() -> Fetches {
    Cache::builder()
        .max_capacity(10_000)
        .time_to_live(FAILURE_MEMORY)
        .build()
}

/// Why there is no copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Its own server has it no more, or it is nothing that we show.
    Gone,
    /// Its server cannot be reached, or ours has no room.
    Failed,
}

fn digest(purpose: Use, url: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(purpose.name());
    hash.update([0]);
    hash.update(url);
    let hash = hash.finalize();
    crate::passwords::hex(hash.get(..16).unwrap_or_default())
}

/// The address under which readers find what is at `url`: ours, unless the administrator chose otherwise.
pub(crate) fn address(app: &App, owner: Owner, purpose: Use, url: &str) -> String {
    if app.settings().cache_remote {
        app.addresses()
            .media(&format!("proxy/{}/{}", owner.path(), digest(purpose, url)))
    } else {
        url.to_owned()
    }
}

/// The same of an attachment; of a kind that nobody shows, its own address.
pub(crate) fn attachment_address(app: &App, media: &Media, owner: Owner, url: &str) -> String {
    match Use::of(media.kind) {
        Some(purpose) => address(app, owner, purpose, url),
        None => url.to_owned(),
    }
}

/// The same of a picture that stands for something.
pub(crate) fn picture_address(app: &App, owner: Owner, url: &str) -> String {
    address(app, owner, Use::Picture, url)
}

/// The same of the emoji that a text of `owner` uses.
pub(crate) fn show_emojis(app: &App, owner: Owner, emojis: &mut [CustomEmoji]) {
    for emoji in emojis {
        emoji.static_url = address(app, owner, Use::Emoji, &emoji.url);
        emoji.url.clone_from(&emoji.static_url);
    }
}

/// A copy, and where it is in the media store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCopy {
    pub path: String,
    pub mime: String,
}

/// The copy of that digest, fetched if it is not here.
/// [`Error::NotFound`] if the row holds no such address, or there is nothing to show;
/// [`Error::Unavailable`] if it cannot be had now.
pub async fn open(app: &App, owner: Owner, wanted: &str) -> Result<FileCopy> {
    if !app.settings().cache_remote {
        return Err(Error::NotFound);
    }
    let key = wanted.to_owned();
    let ((purpose, url), known) = app
        .read(move |_, conn| {
            let named = addresses(conn, owner)?
                .into_iter()
                .find(|(purpose, url)| digest(*purpose, url) == key)
                .ok_or(Error::NotFound)?;
            Ok((named, storage::remote_files::find(conn, &key)?))
        })
        .await?;
    if let Some(row) = known {
        // That our own store does not answer is nothing that another server could do something about.
        let has = app.media().has(&row.file).await;
        if has.map_err(|error| Error::Internal(error.to_string()))? {
            note_use(app, &row).await?;
            return Ok(shown(owner, row));
        }
    }
    let fetch = async {
        match copy(app, wanted, purpose, &url).await {
            Ok((row, _)) => Ok(row),
            Err(error) => {
                tracing::info!(%error, "a file from elsewhere was not copied");
                Err(match error {
                    Error::NotFound | Error::Gone | Error::Invalid(_) | Error::TooLarge => {
                        Missing::Gone
                    }
                    _ => Missing::Failed,
                })
            }
        }
    };
    // Many who ask for the same at the same time wait for one fetch.
    match app.fetches().get_with_by_ref(wanted, fetch).await {
        Ok(row) => Ok(shown(owner, row)),
        Err(Missing::Gone) => Err(Error::NotFound),
        Err(Missing::Failed) => Err(Error::Unavailable("it cannot be had now".to_owned())),
    }
}

fn shown(owner: Owner, row: RemoteFile) -> FileCopy {
    match (owner, row.thumbnail) {
        (Owner::Preview(_) | Owner::Card(_), Some(path)) => FileCopy {
            mime: if path.ends_with(".png") {
                "image/png".to_owned()
            } else {
                "image/jpeg".to_owned()
            },
            path,
        },
        _ => FileCopy {
            path: row.file,
            mime: row.mime,
        },
    }
}

/// Every address that a row holds, with what is there. None of those who are gone.
fn addresses(conn: &mut DbConnection, owner: Owner) -> Result<Vec<(Use, String)>> {
    let living = |row: &Account| !row.is_local() && !row.is_gone();
    let emojis = |emojis: Vec<CustomEmoji>| emojis.into_iter().map(|emoji| (Use::Emoji, emoji.url));
    Ok(match owner {
        Owner::Account(id) => {
            let Some(row) = storage::accounts::find(conn, id)?.filter(living) else {
                return Ok(Vec::new());
            };
            let pictures = [
                (Use::Avatar, row.avatar_remote_url),
                (Use::Header, row.header_remote_url),
            ];
            pictures
                .into_iter()
                .filter_map(|(purpose, url)| Some((purpose, url?)))
                .chain(emojis(row.emojis))
                .collect()
        }
        Owner::Media(id) | Owner::Preview(id) => {
            let Some(row) = storage::media::find(conn, id)? else {
                return Ok(Vec::new());
            };
            let author = storage::accounts::find(conn, row.account_id)?.filter(living);
            if author.is_none() {
                return Ok(Vec::new());
            }
            let whole = Use::of(row.kind).zip(row.remote_url);
            let small = row.remote_thumbnail.map(|url| (Use::Picture, url));
            whole.into_iter().chain(small).collect()
        }
        Owner::Status(id) => storage::statuses::find(conn, id)?
            .filter(|row| !row.local)
            .map(|row| emojis(row.emojis).collect())
            .unwrap_or_default(),
        Owner::Card(id) => storage::cards::find(conn, id)?
            .and_then(|row| row.image_url)
            .map(|url| vec![(Use::Picture, url)])
            .unwrap_or_default(),
    })
}

async fn note_use(app: &App, row: &RemoteFile) -> Result<()> {
    let now = app.now();
    if now - row.used_at < chrono::Duration::hours(NOTED_EVERY_HOURS) {
        return Ok(());
    }
    let digest = row.digest.clone();
    app.transaction(move |_, conn| Ok(storage::remote_files::used(conn, &digest, now)?))
        .await
}

/// What is kept of a file.
struct Kept {
    bytes: Bytes,
    mime: &'static str,
    extension: &'static str,
    /// Content and extension.
    thumbnail: Option<(Bytes, &'static str)>,
    measures: Option<Measures>,
}

/// Of a picture as it is shown small.
#[derive(Debug, Clone)]
pub(crate) struct Measures {
    pub width: i32,
    pub height: i32,
    pub blurhash: Option<String>,
}

/// Copies a file before anybody looks at it, and measures it. None if nothing is copied here, or it has no measures.
pub(crate) async fn fetch(app: &App, purpose: Use, url: &str) -> Result<Option<Measures>> {
    if !app.settings().cache_remote {
        return Ok(None);
    }
    let copied = copy(app, &digest(purpose, url), purpose, url).await?;
    Ok(copied.1)
}

async fn copy(
    app: &App,
    digest: &str,
    purpose: Use,
    url: &str,
) -> Result<(RemoteFile, Option<Measures>)> {
    let limit = match purpose {
        Use::Film => limits::REMOTE_FILM_BYTES,
        Use::Avatar | Use::Header | Use::Emoji | Use::Picture => app.settings().max_image_bytes,
    };
    let bytes = app.remote().file(url, limit).await?;
    let kept = keep(bytes, purpose).await?;
    let measures = kept.measures.clone();
    let mut files = Unnamed::default();
    let stored = store(app, digest, kept, &mut files).await;
    Ok((files.end(app, stored).await?, measures))
}

/// Writes the files and the row; one whose files were lost makes room.
async fn store(app: &App, digest: &str, kept: Kept, files: &mut Unnamed) -> Result<RemoteFile> {
    let now = app.now();
    let size = i64::try_from(kept.bytes.len()).unwrap_or(i64::MAX);
    let file = files.write(app, kept.extension, kept.bytes).await?;
    let thumbnail = match kept.thumbnail {
        Some((bytes, extension)) => Some(files.write(app, extension, bytes).await?),
        None => None,
    };
    let row = RemoteFile {
        digest: digest.to_owned(),
        file,
        thumbnail,
        mime: kept.mime.to_owned(),
        size,
        fetched_at: now,
        used_at: now,
    };
    let files = files.clone();
    app.transaction(move |app, conn| {
        if let Some(lost) = storage::remote_files::find(conn, &row.digest)? {
            storage::remote_files::delete(conn, std::slice::from_ref(&row.digest))?;
            forget(app, conn, lost.into_files())?;
        }
        files.name(app, conn, row.files())?;
        storage::remote_files::insert(conn, row.clone())?;
        Ok(row)
    })
    .await
}

/// What a reader's browser may be given: pictures written anew, and types that it only plays.
async fn keep(bytes: Bytes, purpose: Use) -> Result<Kept> {
    let foreign = foreign_type(&bytes);
    if let Some((mime, extension)) = foreign {
        let fits = mime.starts_with("image/") != (purpose == Use::Film);
        return if fits {
            Ok(Kept {
                bytes,
                mime,
                extension,
                thumbnail: None,
                measures: None,
            })
        } else {
            Err(crate::error::invalid("File content type is invalid"))
        };
    }
    let picture = match purpose {
        Use::Avatar => process(bytes, Purpose::Avatar).await?,
        Use::Header => process(bytes, Purpose::Header).await?,
        Use::Emoji | Use::Picture => process(bytes, Purpose::Foreign).await?,
        Use::Film => return Err(crate::error::invalid("File content type is invalid")),
    };
    let small = picture.thumbnail.filter(|_| purpose == Use::Picture);
    Ok(Kept {
        bytes: picture.bytes,
        mime: picture.mime,
        extension: picture.extension,
        measures: small.as_ref().map(|small| Measures {
            width: i32::try_from(small.width).unwrap_or(0),
            height: i32::try_from(small.height).unwrap_or(0),
            blurhash: picture.blurhash,
        }),
        thumbnail: small.map(|small| (small.bytes, small.extension)),
    })
}

/// Removes copies at which nobody looked for a week.
pub(crate) async fn prune(app: &App) -> Result<()> {
    loop {
        let before: Time = app.now() - chrono::Duration::days(KEPT_DAYS);
        let removed = app
            .transaction(move |app, conn| {
                let rows = storage::remote_files::unused_since(conn, before, AT_ONCE)?;
                let digests: Vec<String> = rows.iter().map(|row| row.digest.clone()).collect();
                if !digests.is_empty() {
                    storage::remote_files::delete(conn, &digests)?;
                }
                forget(app, conn, rows.into_iter().flat_map(RemoteFile::into_files))?;
                Ok(digests.len())
            })
            .await?;
        if removed == 0 {
            return Ok(());
        }
    }
}
