//! What kind of file something is, also where its server does not say.

use serde_json::Value;
use url::Url;

use crate::protocol::read::{self, kind, link, text};

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

/// The type of an attachment. Pleroma gives it with the address, `BookWyrm` gives none.
pub(super) fn mime(object: &Value) -> String {
    let said = text(object, "mediaType").or_else(|| text(read::one(object, "url")?, "mediaType"));
    if let Some(said) = said {
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
    let address = Url::parse(&link(object, "url")?).ok()?;
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
}
