//! Style, pictures and the one script that belong to the program.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;

const CSS: &str = include_str!("../assets/staffroom.css");
const PASSKEYS: &str = include_str!("../assets/passkeys.js");
/// The picture of somebody who has none.
pub const DEFAULT_AVATAR: &[u8] = include_bytes!("../assets/avatar.png");

const PICTURES: [(&str, &[u8]); 5] = [
    ("avatar.png", DEFAULT_AVATAR),
    ("film.png", include_bytes!("../assets/film.png")),
    ("header.png", include_bytes!("../assets/header.png")),
    ("icon.png", include_bytes!("../assets/icon.png")),
    ("thumbnail.png", include_bytes!("../assets/thumbnail.png")),
];

/// The address of the style: another one whenever it changes, so that it may be kept for ever.
pub fn css_address() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| address("staffroom", "css", CSS));
    &ADDRESS
}

/// The address of the script that passkeys need, which changes with it too.
pub fn passkeys_address() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| address("passkeys", "js", PASSKEYS));
    &ADDRESS
}

fn address(name: &str, extension: &str, content: &str) -> String {
    // FNV-1a: not a secret, only a name.
    let hash = content
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("/assets/{name}-{hash:016x}.{extension}")
}

pub async fn asset(name: Path<String>) -> HttpResponse {
    for (address, kind, text) in [
        (css_address(), "text/css; charset=utf-8", CSS),
        (
            passkeys_address(),
            "text/javascript; charset=utf-8",
            PASSKEYS,
        ),
    ] {
        if address.strip_prefix("/assets/") == Some(name.as_str()) {
            return kept(31_536_000, kind, text.as_bytes());
        }
    }
    match PICTURES.iter().find(|(known, _)| *known == name.as_str()) {
        Some((_, bytes)) => kept(86_400, "image/png", bytes),
        None => HttpResponse::NotFound().finish(),
    }
}

/// The picture or header of somebody who has none: apps know by the end of Mastodon's address that there is none.
pub async fn missing(kind: Path<String>) -> HttpResponse {
    let name = match kind.as_str() {
        "avatars" => "avatar.png",
        "headers" => "header.png",
        _ => return HttpResponse::NotFound().finish(),
    };
    asset(Path::from(name.to_owned())).await
}

pub async fn icon() -> HttpResponse {
    asset(Path::from("icon.png".to_owned())).await
}

fn kept(seconds: u32, kind: &str, bytes: &'static [u8]) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={seconds}")))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(bytes)
}
