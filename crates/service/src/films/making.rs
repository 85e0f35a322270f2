//! What becomes of a film or a sound that waits: a job, which may be done twice.

use std::path::{Path, PathBuf};

use domain::{MediaId, MediaKind, MediaState};
use storage::media::{Media, Preview};

use super::Format;
use super::ffmpeg::{Failure, Ffmpeg};
use super::probe::{Probed, UNREADABLE};
use crate::files::{Unnamed, forget};
use crate::{App, Error, Result, attachments};

/// Sides of a film that is converted, at most.
const SHRUNK: &str = "scale=w='min(1920,iw)':h='min(1920,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1";
/// Of the picture that stands for it, before it is made still smaller.
const STILL: &str = "scale=w='min(1280,iw)':h='min(1280,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1";
const STILL_BYTES: u64 = 16 * 1_024 * 1_024;

/// How a file is made from what was sent.
struct Way {
    arguments: Vec<&'static str>,
    kind: MediaKind,
    mime: &'static str,
    extension: &'static str,
    format: Format,
}

/// A file that is ready, still where it was made.
struct Made {
    file: PathBuf,
    way: Way,
    probed: Probed,
    bytes: u64,
    /// Content of the picture that stands for it.
    still: Option<bytes::Bytes>,
}

/// Converts a file that waits. One that cannot be converted says so from then on; an error is worth another try.
pub(crate) async fn convert(app: &App, id: MediaId) -> Result<()> {
    let row = app
        .read(move |_, conn| Ok(storage::media::find(conn, id)?))
        .await?
        .filter(|row| row.state == MediaState::Waiting);
    let Some(row) = row else {
        return Ok(());
    };
    let workshop = app.media().workshop().await?;
    match make(app, &row, workshop.path()).await {
        Ok(made) => keep(app, row, made).await,
        Err(Error::Invalid(reason)) => {
            tracing::info!(media = %id, reason, "a file could not be converted");
            give_up(app, row, reason).await
        }
        Err(error) => Err(error),
    }
}

async fn make(app: &App, row: &Media, workshop: &Path) -> Result<Made> {
    let broken = || Error::Invalid(UNREADABLE.to_owned());
    let Some(ffmpeg) = &app.settings().ffmpeg else {
        return Err(Error::Invalid(
            "This server converts no films any more".to_owned(),
        ));
    };
    let format = Format::named(&row.mime).ok_or_else(broken)?;
    let sent = row.file.as_deref().ok_or_else(broken)?;
    let Some(sent) = app.media().local(sent).await? else {
        return Err(Error::Invalid(
            "The file was lost; please send it again".to_owned(),
        ));
    };
    let sent = sent.path();
    let probed = probe(ffmpeg, sent, format).await?;
    let way = way(&probed, format);
    // It may grow, but not without end.
    let most = u64::try_from(app.settings().max_video_bytes)
        .unwrap_or(u64::MAX)
        .saturating_mul(2);
    let file = workshop.join("made");
    let done = ffmpeg
        .make(sent, format, None, &way.arguments, &file, most)
        .await;
    done.map_err(judged)?;
    let made = probe(ffmpeg, &file, way.format).await?;
    let still = if row.thumbnail.is_some() {
        None
    } else {
        let (from, format) = if made.film.is_some() {
            (file.as_path(), way.format)
        } else {
            (sent, format)
        };
        let shows = made.film.is_some() || probed.cover;
        // The first pictures are often black.
        let at = made
            .facts
            .duration
            .map_or(0.0, |seconds| (seconds / 10.0).min(2.0));
        let at = made.film.as_ref().map(|_| at);
        if shows {
            still(ffmpeg, from, format, at, workshop).await
        } else {
            None
        }
    };
    Ok(Made {
        bytes: tokio::fs::metadata(&file)
            .await
            .map_err(storage::Error::from)?
            .len(),
        file,
        way,
        probed: made,
        still,
    })
}

async fn probe(ffmpeg: &Ffmpeg, file: &Path, format: Format) -> Result<Probed> {
    let said = ffmpeg.probe(file, format).await.map_err(judged)?;
    Probed::read(&said).map_err(|reason| Error::Invalid(reason.to_owned()))
}

/// What is to be done: what plays everywhere is only packed anew, which is quick and loses nothing.
fn way(probed: &Probed, format: Format) -> Way {
    let fast = ["-movflags", "+faststart", "-f", "mp4"];
    let Some(film) = &probed.film else {
        let arguments: &[&str] = match probed.sound.as_deref() {
            Some("mp3") => {
                return Way {
                    arguments: vec![
                        "-map",
                        "0:a:0",
                        "-c:a",
                        "copy",
                        "-id3v2_version",
                        "0",
                        "-write_id3v1",
                        "0",
                        "-f",
                        "mp3",
                    ],
                    kind: MediaKind::Audio,
                    mime: Format::Mp3.mime(),
                    extension: Format::Mp3.extension(),
                    format: Format::Mp3,
                };
            }
            Some("aac") => &["-map", "0:a:0", "-c:a", "copy"],
            _ => &["-map", "0:a:0", "-c:a", "aac", "-b:a", "160k", "-ac", "2"],
        };
        return Way {
            arguments: arguments.iter().chain(&fast).copied().collect(),
            kind: MediaKind::Audio,
            mime: Format::M4a.mime(),
            extension: Format::M4a.extension(),
            format: Format::M4a,
        };
    };
    let boxed = matches!(format, Format::Mp4 | Format::QuickTime);
    let video: &[&str] = if boxed && film.codec == "h264" && film.pixels == "yuv420p" {
        &["-map", "0:V:0", "-c:v", "copy"]
    } else {
        &[
            "-map", "0:V:0", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate",
            "5M", "-bufsize", "10M", "-pix_fmt", "yuv420p", "-vf", SHRUNK,
        ]
    };
    let audio: &[&str] = match probed.sound.as_deref() {
        None => &["-an"],
        Some("aac") => &["-map", "0:a:0", "-c:a", "copy"],
        Some(_) => &["-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-ac", "2"],
    };
    Way {
        arguments: video.iter().chain(audio).chain(&fast).copied().collect(),
        // As in Mastodon: what has no sound is a picture that moves.
        kind: if probed.sound.is_some() {
            MediaKind::Video
        } else {
            MediaKind::Gifv
        },
        mime: Format::Mp4.mime(),
        extension: Format::Mp4.extension(),
        format: Format::Mp4,
    }
}

/// A picture out of a film, or the one that a sound carries. A film without one is still a film.
async fn still(
    ffmpeg: &Ffmpeg,
    file: &Path,
    format: Format,
    at: Option<f64>,
    workshop: &Path,
) -> Option<bytes::Bytes> {
    let to = workshop.join("still");
    let how = [
        "-map",
        "0:v:0",
        "-frames:v",
        "1",
        "-vf",
        STILL,
        "-c:v",
        "mjpeg",
        "-q:v",
        "3",
        "-f",
        "image2",
        "-update",
        "1",
    ];
    match ffmpeg.make(file, format, at, &how, &to, STILL_BYTES).await {
        Ok(()) => tokio::fs::read(&to).await.ok().map(Into::into),
        Err(error) => {
            tracing::info!(%error, "a film shows no picture");
            None
        }
    }
}

/// A file that it does not like is the sender's matter, a program that cannot be run is ours.
fn judged(failure: Failure) -> Error {
    match failure {
        Failure::Refused(reason) if reason.contains("No space left on device") => Error::Full,
        Failure::Refused(reason) => {
            tracing::debug!(reason, "ffmpeg refused a file");
            Error::Invalid(UNREADABLE.to_owned())
        }
        Failure::TooLong => Error::Invalid("It takes too long to convert".to_owned()),
        Failure::Stopped => Error::Unavailable("ffmpeg was stopped".to_owned()),
        Failure::NotRun(error) => Error::Unavailable(format!("ffmpeg: {error}")),
    }
}

async fn keep(app: &App, row: Media, made: Made) -> Result<()> {
    let mut files = Unnamed::default();
    let kept = write(app, row, made, &mut files).await;
    files.end(app, kept).await
}

async fn write(app: &App, row: Media, made: Made, files: &mut Unnamed) -> Result<()> {
    let preview = match made.still {
        Some(still) => preview(app, still, files).await?,
        None => None,
    };
    let path = files.take_over(app, made.way.extension, made.file).await?;
    let side = |side: u32| i32::try_from(side).ok();
    let film = made.probed.film.as_ref();
    let settled = Media {
        state: MediaState::Ready,
        kind: made.way.kind,
        mime: made.way.mime.to_owned(),
        file: Some(path),
        width: film.and_then(|film| side(film.width)),
        height: film.and_then(|film| side(film.height)),
        size: i64::try_from(made.bytes).unwrap_or(i64::MAX),
        facts: Some(
            serde_json::to_string(&made.probed.facts)
                .map_err(|error| Error::Internal(error.to_string()))?,
        ),
        ..row.clone()
    };
    let files = files.clone();
    app.transaction(move |app, conn| {
        if !storage::media::settle(conn, &settled)? {
            // It was deleted meanwhile, and what was made of it goes too.
            return files.name(app, conn, []);
        }
        // Its owner may have sent one meanwhile.
        let now = storage::media::find(conn, settled.id)?;
        let preview = preview.filter(|_| now.is_some_and(|row| row.thumbnail.is_none()));
        if let Some(preview) = &preview {
            storage::media::set_preview(conn, settled.id, preview)?;
        }
        let small = preview.as_ref().map(|preview| &preview.file);
        files.name(app, conn, settled.file.iter().chain(small))?;
        // What was sent says much of whoever sent it.
        forget(app, conn, row.file)
    })
    .await
}

async fn preview(app: &App, still: bytes::Bytes, files: &mut Unnamed) -> Result<Option<Preview>> {
    match attachments::preview(app, still, files).await {
        Ok(preview) => Ok(Some(preview)),
        Err(Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn give_up(app: &App, row: Media, reason: String) -> Result<()> {
    let settled = Media {
        state: MediaState::Failed,
        file: None,
        failure: Some(reason),
        ..row.clone()
    };
    app.transaction(move |app, conn| {
        // What was deleted meanwhile took its file along.
        if !storage::media::settle(conn, &settled)? {
            return Ok(());
        }
        forget(app, conn, row.file)
    })
    .await
}
