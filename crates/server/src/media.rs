//! The files of the media store, our own and copies of others'. Their names are never used twice, so they
//! may be kept for ever.

use ::web as pages;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use domain::DocumentType;
use service::App;
use service::remote_files::{self, Owner};

/// Types of the files that we write: pictures are our own making, the rest is passed on.
const TYPES: [(&str, &str); 13] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("avif", "image/avif"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("flac", "audio/flac"),
    ("aac", "audio/aac"),
];
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Copies are asked for again now and then, so that those in use are known.
const A_DAY: &str = "public, max-age=86400";

pub async fn file(
    request: HttpRequest,
    path: Path<(String, String)>,
    app: Data<App>,
) -> HttpResponse {
    let (folder, name) = path.into_inner();
    match kind(&folder, &name) {
        Some(kind) => send(&request, &app, &format!("{folder}/{name}"), kind, FOR_EVER).await,
        None => HttpResponse::NotFound().finish(),
    }
}

/// A document: to be kept and never to be shown, under the name that stands in the address.
pub async fn document(
    request: HttpRequest,
    path: Path<(String, String, String)>,
    app: Data<App>,
) -> HttpResponse {
    let (folder, stem, name) = path.into_inner();
    let Some(kind) = document_kind(&folder, &stem, &name) else {
        return HttpResponse::NotFound().finish();
    };
    let path = format!("{folder}/{stem}.{}", kind.extension());
    let mut response = send(&request, &app, &path, kind.served_as(), FOR_EVER).await;
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment"),
    );
    response
}

/// A file of somebody elsewhere. What cannot be had of a person is the picture of nobody.
pub async fn copy(
    request: HttpRequest,
    path: Path<(String, String, String)>,
    app: Data<App>,
) -> HttpResponse {
    let (kind, id, digest) = path.into_inner();
    let Some(owner) = Owner::named(&kind, &id) else {
        return HttpResponse::NotFound().finish();
    };
    let mut refusal = match remote_files::open(&app, owner, &digest).await {
        Ok(found) => return send(&request, &app, &found.path, &found.mime, A_DAY).await,
        Err(service::Error::NotFound) => HttpResponse::NotFound(),
        Err(service::Error::Unavailable(_)) => HttpResponse::BadGateway(),
        Err(error) => {
            tracing::warn!(%error, "a copy could not be read");
            unavailable()
        }
    };
    refusal.insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    match owner {
        Owner::Account(_) => refusal
            .insert_header((header::CONTENT_TYPE, "image/png"))
            .body(pages::DEFAULT_AVATAR),
        Owner::Media(_) | Owner::Preview(_) | Owner::Status(_) | Owner::Card(_) => refusal.finish(),
    }
}

/// The whole, or the part that a player asks for: RFC 9110 section 14. Little of it is in memory at a time.
async fn send(
    request: &HttpRequest,
    app: &App,
    path: &str,
    kind: &str,
    kept: &'static str,
) -> HttpResponse {
    let size = match app.media().size(path).await {
        Ok(Some(size)) => size,
        Ok(None) => return HttpResponse::NotFound().finish(),
        Err(error) => return unreadable(&error),
    };
    let asked = request
        .headers()
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let part = match asked.map_or(Range::Whole, |asked| range(asked, size)) {
        Range::Whole => None,
        Range::Part(first, last) => Some((first, last)),
        Range::Beyond => return beyond(size),
    };
    let (start, end) = part.map_or((0, size), |(first, last)| (first, last + 1));
    let content = match app.media().stream(path, start..end).await {
        Ok(content) => content,
        Err(error) => return unreadable(&error),
    };
    let status = if part.is_some() {
        HttpResponse::PartialContent()
    } else {
        HttpResponse::Ok()
    };
    let mut response = safe(status, kind, kept);
    response
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // A part of a compressed whole would be another part, and none of these files gets smaller.
        .insert_header((
            header::CONTENT_ENCODING,
            HeaderValue::from_static("identity"),
        ));
    if let Some((first, last)) = part {
        response.insert_header((
            header::CONTENT_RANGE,
            format!("bytes {first}-{last}/{size}"),
        ));
    }
    response.body(SizedStream::new(end - start, content))
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// All of it, also where that is not what was asked for: several parts, or what cannot be read.
    Whole,
    /// From its first to its last byte.
    Part(u64, u64),
    /// Nothing of the file.
    Beyond,
}

/// Reads the one range that is asked for.
fn range(asked: &str, size: u64) -> Range {
    let bounds = asked
        .strip_prefix("bytes=")
        .and_then(|bounds| bounds.split_once('-'));
    let Some((first, last)) = bounds else {
        return Range::Whole;
    };
    let (first, last) = match (first.trim(), last.trim()) {
        ("", suffix) => match suffix.parse::<u64>() {
            Ok(0) => return Range::Beyond,
            Ok(suffix) => (size.saturating_sub(suffix), u64::MAX),
            Err(_) => return Range::Whole,
        },
        (first, "") => match first.parse() {
            Ok(first) => (first, u64::MAX),
            Err(_) => return Range::Whole,
        },
        (first, last) => match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) if first <= last => (first, last),
            _ => return Range::Whole,
        },
    };
    match size.checked_sub(1) {
        Some(end) if first <= end => Range::Part(first, last.min(end)),
        _ => Range::Beyond,
    }
}

/// Of how many bytes nothing was asked for.
fn beyond(size: u64) -> HttpResponse {
    HttpResponse::RangeNotSatisfiable()
        .insert_header((header::CONTENT_RANGE, format!("bytes */{size}")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .finish()
}

/// Of a fixed type, and a page neither here nor in a frame.
fn safe(mut response: HttpResponseBuilder, kind: &str, kept: &'static str) -> HttpResponseBuilder {
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response
}

fn unreadable(error: &storage::Error) -> HttpResponse {
    tracing::warn!(%error, "a file could not be read");
    unavailable().finish()
}

fn unavailable() -> HttpResponseBuilder {
    let mut response = HttpResponse::ServiceUnavailable();
    response.insert_header((header::RETRY_AFTER, "30"));
    response
}

/// The type of a file whose name is one of ours; everything else is not there.
fn kind(folder: &str, name: &str) -> Option<&'static str> {
    let (stem, extension) = name.split_once('.')?;
    let known = TYPES.iter().find(|(known, _)| *known == extension)?;
    is_ours(folder, stem).then_some(known.1)
}

/// The same of a document; what people call it says its type, and there is no file of another one.
fn document_kind(folder: &str, stem: &str, name: &str) -> Option<DocumentType> {
    DocumentType::named(name).filter(|_| is_ours(folder, stem))
}

fn is_ours(folder: &str, stem: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    folder.len() == 2 && hex(folder) && hex(stem)
}

#[cfg(test)]
mod tests {
    use domain::DocumentType;

    use super::{Range, document_kind, kind, range};

    #[test]
    fn only_names_that_we_gave_are_looked_for() {
        assert_eq!(kind("ab", "0123.png"), Some("image/png"));
        for (folder, name) in [
            ("..", "staffroom.db"),
            ("ab", "../x.png"),
            ("ab", "0123.svg"),
            // As it came, and not yet converted.
            ("ab", "0123.upload"),
            ("ab", "0123"),
            ("a/", "12.png"),
            // A document is never shown.
            ("ab", "0123.pdf"),
        ] {
            assert_eq!(kind(folder, name), None, "{folder}/{name}");
        }
        let plan = document_kind("ab", "0123", "A plan.pdf");
        assert_eq!(plan, Some(DocumentType::Pdf));
        for (folder, stem, name) in [
            ("..", "data", "staffroom.txt"),
            ("ab", "..", "a.txt"),
            ("ab", "0123", "a.html"),
            ("ab", "0123", "pdf"),
        ] {
            assert_eq!(document_kind(folder, stem, name), None, "{folder}/{stem}");
        }
    }

    #[test]
    fn a_player_gets_the_part_that_it_asks_for() {
        for (asked, part) in [
            ("bytes=0-1", Range::Part(0, 1)),
            ("bytes=5-", Range::Part(5, 9)),
            ("bytes=-3", Range::Part(7, 9)),
            ("bytes=-30", Range::Part(0, 9)),
            ("bytes=8-20", Range::Part(8, 9)),
            ("bytes=9-9", Range::Part(9, 9)),
            ("bytes=10-", Range::Beyond),
            ("bytes=10-20", Range::Beyond),
            ("bytes=-0", Range::Beyond),
            ("bytes=3-2", Range::Whole),
            ("bytes=-", Range::Whole),
            ("bytes=0-1,4-5", Range::Whole),
            ("bytes=a-b", Range::Whole),
            ("lines=0-1", Range::Whole),
        ] {
            assert_eq!(range(asked, 10), part, "{asked}");
        }
        for asked in ["bytes=0-", "bytes=-1"] {
            assert_eq!(range(asked, 0), Range::Beyond, "{asked}");
        }
    }
}
