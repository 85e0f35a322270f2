//! What kind of file something is, also where its server does not say.

use serde_json::Value;
use url::Url;

use crate::protocol::read::{self, kind, text, web_address};

/// Types by the ends of names.
const TYPES: [(&str, &str); 14] = [
    ("avif", "image/avif"),
    ("gif", "image/gif"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("m4a", "audio/mp4"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("png", "image/png"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
];

/// Whether apps show what is of this type. A playlist (HLS) they do not.
pub(super) fn shows(mime: &str) -> bool {
    let mime = mime.to_ascii_lowercase();
    let kinds = ["image/", "video/", "audio/"];
    kinds.iter().any(|kind| mime.starts_with(kind)) && !mime.ends_with("mpegurl")
}

/// Of several forms of a file, one that is shown: before it may stand a page or a playlist.
fn chosen(object: &Value) -> Option<&Value> {
    let forms = read::many(object, "url");
    let is_shown = |form: &&&Value| text(form, "mediaType").is_some_and(shows);
    forms
        .iter()
        .find(is_shown)
        .or_else(|| forms.first())
        .copied()
}

/// Where the file of an attachment is.
pub(super) fn address(object: &Value) -> Option<String> {
    let form = chosen(object).or_else(|| read::one(object, "href"))?;
    web_address(form.as_str().or_else(|| text(form, "href"))?)
}

/// Its pixels in one direction, said of itself or of the form that is shown.
pub(super) fn side(object: &Value, key: &str) -> Option<i32> {
    let said = [Some(object), chosen(object)].into_iter().flatten();
    let mut pixels = said.filter_map(|said| said.get(key)?.as_i64());
    i32::try_from(pixels.next()?).ok().filter(|side| *side > 0)
}

/// The type of an attachment. Pleroma gives it with the address, `BookWyrm` gives none.
pub(super) fn mime(object: &Value) -> String {
    let of_form = chosen(object).and_then(|form| text(form, "mediaType"));
    if let Some(said) = of_form.or_else(|| text(object, "mediaType")) {
        return said.to_owned();
    }
    let guessed = match kind(object) {
        "Image" => "image/jpeg",
        "Video" => "video/mp4",
        "Audio" => "audio/mpeg",
        _ => by_name(object).unwrap_or("application/octet-stream"),
    };
    guessed.to_owned()
}

fn by_name(object: &Value) -> Option<&'static str> {
    let address = Url::parse(&address(object)?).ok()?;
    let (_, end) = address.path().rsplit_once('.')?;
    let known = TYPES
        .iter()
        .find(|(name, _)| end.eq_ignore_ascii_case(name));
    known.map(|(_, mime)| *mime)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_what_is_said_or_what_it_is_called() {
        let url = |name: &str| json!(format!("https://books.example/{name}"));
        for (object, expected) in [
            (
                json!({ "mediaType": "image/png", "url": url("a.mp4") }),
                "image/png",
            ),
            (
                json!({ "url": { "href": url("a.png"), "mediaType": "image/gif" } }),
                "image/gif",
            ),
            (
                json!({ "type": "Document", "url": url("cover.JPG?v=1.png") }),
                "image/jpeg",
            ),
            (
                json!({ "type": "Audio", "url": url("a.png") }),
                "audio/mpeg",
            ),
            (
                json!({ "type": "Document", "url": url("a.exe") }),
                "application/octet-stream",
            ),
            (json!({ "type": "Document" }), "application/octet-stream"),
        ] {
            assert_eq!(mime(&object), expected, "{object}");
        }
    }

    #[test]
    fn of_several_forms_one_is_shown() {
        let form = |mime: &str, name: &str, width: i64| json!({ "type": "Link", "mediaType": mime, "href": format!("https://tube.example/{name}"), "width": width });
        let playlist = form("application/x-mpegURL", "1.m3u8", 1920);
        let film = json!({ "type": "Video", "mediaType": "application/x-mpegURL", "url": [
            form("text/html", "w/1", 1), playlist, form("audio/mpegurl", "1.m3u", 1), form("video/mp4", "1.mp4", 1280),
        ] });
        assert_eq!(
            address(&film).as_deref(),
            Some("https://tube.example/1.mp4")
        );
        assert_eq!(mime(&film), "video/mp4");
        assert_eq!(side(&film, "width"), Some(1280));
        let only = json!({ "type": "Video", "url": [playlist], "width": 640 });
        assert_eq!(mime(&only), "application/x-mpegURL");
        assert_eq!(side(&only, "width"), Some(640));
        let link = json!({ "type": "Link", "mediaType": "image/png", "href": "https://hub.example/1.png" });
        assert_eq!(address(&link).as_deref(), Some("https://hub.example/1.png"));
    }
}
