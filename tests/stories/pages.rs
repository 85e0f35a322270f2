//! What people see in a browser: refusals, forms with mistakes, and what a post tells of itself.

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};
use crate::sign_in::{Browser, field};

// On SQLite alone: it is about a page.
#[tokio::test]
async fn what_is_not_there_is_a_page_like_every_other() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let browser = Browser::new(&school);
    for path in [
        "/nowhere",
        "/@nobody",
        "/users/nobody",
        "/@ada/123",
        "/users/ada/statuses/1",
        "/users/ada/inbox",
    ] {
        let (status, _, page) = browser.page(path).await;
        assert!(status.is_client_error(), "{path}: {status}");
        assert!(page.contains("<nav aria-label=\"Main\">"), "{path}: {page}");
    }
    for (method, path, status) in [
        (Method::DELETE, "/about", 405),
        (Method::GET, "/inbox", 405),
        (Method::GET, "/users/nobody", 404),
        (Method::GET, "/nowhere", 404),
    ] {
        let refused = school.request(method.clone(), path).send().await.unwrap();
        assert_eq!(refused.status(), status, "{method} {path}");
        let text = refused.text().await.unwrap();
        assert!(
            !text.is_empty() && !text.contains("<html"),
            "{path}: {text}"
        );
    }
    let api = school.request(Method::GET, "/api/v1/nowhere");
    let api = api.header("accept", "text/html").send().await.unwrap();
    assert_eq!(
        api.headers()["content-type"],
        "application/json; charset=utf-8"
    );
}

// On SQLite alone: it is about a page.
#[tokio::test]
async fn a_mistake_stands_beside_its_field() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let browser = Browser::new(&school);
    let (_, _, page) = browser.page("/sign-up").await;
    assert!(!page.contains("aria-invalid"), "{page}");
    let csrf = field(&page, "csrf");
    let form = [("csrf", csrf.as_str()), ("username", "a b"), ("email", "x")];
    let (status, _, page) = browser.submit("/sign-up", &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.matches("role=\"alert\"").count(), 1, "{page}");
    for name in ["username", "email", "password", "agreement"] {
        for part in [
            format!("id=\"{name}\" aria-invalid=\"true\" aria-describedby=\"{name}-mistake\""),
            format!("id=\"{name}-mistake\""),
            format!("href=\"#{name}\""),
        ] {
            assert!(page.contains(&part), "{part} in {page}");
        }
    }
    let (status, _, page) = browser.sign_in("ada", "wrong password", "/").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.matches("role=\"alert\"").count(), 1, "{page}");
    assert!(page.contains("aria-describedby=\"mistakes\""), "{page}");
}

async fn an_invitation_opens_the_door(kind: Kind) {
    let settings = [
        ("registrations.mode", "\"approval\""),
        ("registrations.reason_required", "true"),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let invite = school.command(&["invite", "create", "--uses", "1"]);
    let link = String::from_utf8(invite.stdout).unwrap();
    let path = link.trim().strip_prefix(&school.base).unwrap().to_owned();
    let code = path.strip_prefix("/invite/").unwrap().to_owned();
    let browser = Browser::new(&school);
    // Where invitations led before.
    for path in [&format!("/sign-up?invite={code}"), &path] {
        let (_, _, page) = browser.page(path).await;
        assert!(!page.contains("Why would you like to join"), "{page}");
        assert_eq!(field(&page, "invite"), code);
    }
    let (_, _, page) = browser.page(&path).await;
    let csrf = field(&page, "csrf");
    let sign_up = async |name: &str, code: &str| {
        let email = format!("{name}@school.example");
        let form = [
            ("csrf", csrf.as_str()),
            ("username", name),
            ("email", &email),
            ("password", "chalk and cheese"),
            ("agreement", "true"),
            ("invite", code),
        ];
        browser.submit("/sign-up", &form).await
    };
    let (status, _, page) = sign_up("bo", "made-up").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("The invitation is not valid, was used up"),
        "{page}"
    );
    let (status, to, page) = sign_up("bo", &code).await;
    assert_eq!(
        (status, to.as_str()),
        (StatusCode::SEE_OTHER, "/welcome"),
        "{page}"
    );
    let (status, _, page) = browser.page("/welcome").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(&format!("@bo@{}", school.host)), "{page}");
    let (status, _, page) = sign_up("cy", &code).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("was used up"), "{page}");

    let app = answer(school.request(Method::POST, "/api/v1/apps").json(
        &json!({ "client_name": "An app", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write" }),
    ))
    .await;
    let grant = json!({ "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": "read write" });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let form = json!({ "username": "dee", "email": "dee@school.example", "password": "chalk and cheese",
        "agreement": true, "locale": "en", "invite_code": code });
    let refused = school
        .request(Method::POST, "/api/v1/accounts")
        .bearer_auth(token["access_token"].as_str().unwrap())
        .json(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let said: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(
        said["details"]["invite"][0]["error"], "ERR_INVALID",
        "{said}"
    );
}

#[tokio::test]
async fn an_invitation_stands_for_the_approval_on_sqlite() {
    an_invitation_opens_the_door(Sqlite).await;
}

#[tokio::test]
async fn an_invitation_stands_for_the_approval_on_postgresql() {
    an_invitation_opens_the_door(Postgres).await;
}

// On SQLite alone: it is about a page.
#[tokio::test]
async fn a_post_tells_previews_what_it_is() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let plain = ada
        .publish(json!({ "status": "Paper strips for fractions\nand more" }))
        .await;
    let warned = ada
        .publish(json!({ "status": "the ending", "spoiler_text": "Of a <book>" }))
        .await;
    let browser = Browser::new(&school);
    let path = |post: &serde_json::Value| {
        let url = post["url"].as_str().unwrap();
        url.strip_prefix(&school.base).unwrap().to_owned()
    };
    let (_, _, page) = browser.page(&path(&plain)).await;
    assert!(
        page.contains("<title>ada: “Paper strips for fractions…” –"),
        "{page}"
    );
    assert!(
        page.contains("property=\"article:published_time\""),
        "{page}"
    );
    assert!(
        page.contains("name=\"twitter:card\" content=\"summary\""),
        "{page}"
    );
    let (_, _, page) = browser.page(&path(&warned)).await;
    let title = page.split("</title>").next().unwrap();
    assert!(
        title.contains("Of a") && !title.contains("ending"),
        "{page}"
    );
    let (_, _, feed) = browser.page("/@ada.atom").await;
    assert!(feed.contains("Of a &amp;lt;book&amp;gt;"), "{feed}");
    assert!(feed.contains("the ending"), "{feed}");
    // Pasted out of a PDF: of such characters XML has none.
    let pasted = ada
        .publish(json!({ "status": "A bell\u{7}\u{c}\u{fffe} #Practice" }))
        .await;
    for place in [
        "/@ada.atom",
        "/practice.atom",
        &format!("{}/tree.svg", path(&pasted)),
    ] {
        let (_, _, xml) = browser.page(place).await;
        let odd =
            |c: char| (c.is_control() && !c.is_whitespace()) || c == '\u{c}' || c == '\u{fffe}';
        assert!(xml.contains("A bell") && !xml.contains(odd), "{xml:?}");
    }

    let unknown = "/oauth/authorize?client_id=unknown&redirect_uri=x&response_type=code";
    let (status, _, page) = browser.page(unknown).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("does not know the app"), "{page}");
}

// On SQLite alone: it is about a page.
#[tokio::test]
async fn a_moving_picture_moves_on() {
    use image::codecs::gif::{GifEncoder, Repeat};
    use image::{AnimationDecoder, Delay, Frame, Rgba, RgbaImage};

    // With ffmpeg it would become a film.
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let mut gif = Vec::new();
    {
        let mut encoder = GifEncoder::new(&mut gif);
        encoder.set_repeat(Repeat::Infinite).unwrap();
        for shade in [0, 120, 240] {
            let picture = RgbaImage::from_pixel(40, 30, Rgba([shade, 90, 40, 255]));
            let delay = Delay::from_numer_denom_ms(200, 1);
            encoder
                .encode_frame(Frame::from_parts(picture, 0, 0, delay))
                .unwrap();
        }
    }
    // A comment in front of the end.
    let end = gif.pop().unwrap();
    gif.extend(b"\x21\xfe\x0651.45N\0");
    gif.push(end);
    let part = reqwest::multipart::Part::bytes(gif).file_name("strip.gif");
    let form = reqwest::multipart::Form::new().part("file", part);
    let media = answer(ada.request(Method::POST, "/api/v2/media").multipart(form)).await;
    assert_eq!(media["type"], "image");
    let url = media["url"].as_str().unwrap();
    let file = school.http.get(url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/gif");
    let bytes = file.bytes().await.unwrap();
    assert!(!bytes.windows(6).any(|part| part == b"51.45N"));
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(&bytes)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 3);
    assert_eq!(frames[1].delay().numer_denom_ms(), (200, 1));
}

// On SQLite alone: it is about addresses.
#[tokio::test]
async fn apps_open_mastodons_pages_and_find_ours() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let browser = Browser::new(&school);
    for (there, here) in [
        ("/.well-known/change-password", "/settings/account"),
        ("/about/more", "/about"),
        ("/auth/confirmation/new", "/sign-in"),
        ("/auth/edit", "/settings/account"),
        ("/auth/password/new", "/password/forgotten"),
        ("/auth/sign_in", "/sign-in"),
        ("/auth/sign_up", "/sign-up"),
        ("/oauth/authorized_applications", "/settings/sessions"),
        ("/privacy-policy", "/about#privacy"),
        ("/settings/applications", "/settings/sessions"),
        ("/settings/export", "/settings/transfer"),
        ("/settings/imports", "/settings/transfer"),
        ("/settings/migration", "/settings/move"),
        ("/settings/preferences", "/settings"),
        ("/settings/preferences/notifications", "/settings"),
        ("/settings/preferences/other", "/settings"),
        ("/settings/profile", "/settings"),
        ("/terms", "/about#privacy"),
        ("/terms-of-service", "/about#terms"),
    ] {
        let (status, to, _) = browser.page(there).await;
        assert_eq!((status, &*to), (StatusCode::SEE_OTHER, here), "{there}");
        let (status, _, page) = browser.page(here).await;
        assert!(
            matches!(status, StatusCode::OK | StatusCode::SEE_OTHER),
            "{here}: {page}"
        );
    }
}
