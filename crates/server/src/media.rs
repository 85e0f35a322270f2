//! The files of the media store. Their names are never used twice, so they may be kept for ever.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use service::App;

/// Types of the files that we write ourselves.
const TYPES: [(&str, &str); 3] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
];

pub async fn file(path: Path<(String, String)>, app: Data<App>) -> HttpResponse {
    let (folder, name) = path.into_inner();
    let Some(kind) = kind(&folder, &name) else {
        return HttpResponse::NotFound().finish();
    };
    match app.media().read(&format!("{folder}/{name}")).await {
        Ok(Some(content)) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, kind))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; sandbox",
            ))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .body(content),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(error) => {
            tracing::warn!(%error, "a file could not be read");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}

/// The type of a file whose name is one of ours; everything else is not there.
fn kind(folder: &str, name: &str) -> Option<&'static str> {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (stem, extension) = name.split_once('.')?;
    let known = TYPES.iter().find(|(known, _)| *known == extension)?;
    (folder.len() == 2 && hex(folder) && hex(stem)).then_some(known.1)
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn only_names_that_we_gave_are_looked_for() {
        assert_eq!(kind("ab", "0123.png"), Some("image/png"));
        for (folder, name) in [
            ("..", "staffroom.db"),
            ("ab", "../x.png"),
            ("ab", "0123.svg"),
            ("ab", "0123"),
            ("a/", "12.png"),
        ] {
            assert_eq!(kind(folder, name), None, "{folder}/{name}");
        }
    }
}
