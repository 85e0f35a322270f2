//! The page on which somebody writes a post with files, and to which other pages pass something on.

use std::io::Cursor;

use futures_util::future::join;
use image::{ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::documents::PDF;
use crate::harness::{School, Teacher, eventually, out};
use crate::sign_in::{Browser, field};
use crate::transfer::Desk;

const HERE: &str = "/share";
const DONE: StatusCode = StatusCode::SEE_OTHER;
const MISTAKEN: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

type Files<'a> = [(&'a str, &'a str, &'a [u8])];

impl Desk {
    /// Where the answer leads, or what it says.
    async fn shares(&self, fields: &[(&str, &str)], files: &Files<'_>) -> (StatusCode, String) {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        for (name, file, bytes) in files {
            let part = Part::bytes(bytes.to_vec()).file_name((*file).to_owned());
            form = form.part((*name).to_owned(), part);
        }
        let sent = self.http.post(format!("{}{HERE}", self.base));
        let response = sent.multipart(form).send().await.unwrap();
        let status = response.status();
        let to = response.headers().get("location").cloned();
        let text = response.text().await.unwrap();
        (
            status,
            to.map_or(text, |to| to.to_str().unwrap().to_owned()),
        )
    }

    /// The page, and what is hidden in it.
    async fn opens(&self, query: &str) -> (String, [String; 2]) {
        let (status, page) = self.page(&format!("{HERE}{query}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let hidden = ["csrf", "key"].map(|name| field(&page, name));
        (page, hidden)
    }
}

/// The form, with what is hidden in it first.
fn filled<'a>(hidden: &'a [String; 2], said: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("csrf", hidden[0].as_str()), ("key", hidden[1].as_str())];
    fields.extend(said);
    fields
}

fn picture() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

async fn post_at(teacher: &Teacher, url: &str) -> Value {
    let id = url.rsplit('/').next().unwrap();
    teacher.get(&format!("/api/v1/statuses/{id}")).await
}

async fn posts_of(teacher: &Teacher) -> Vec<Value> {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    let path = format!(
        "/api/v1/accounts/{}/statuses?exclude_reblogs=true",
        own["id"].as_str().unwrap()
    );
    teacher.get(&path).await.as_array().unwrap().clone()
}

async fn story(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let [ada, _, dee] = ["ada", "cy", "dee"].map(|name| here.teacher(name));
    let bo = there.teacher("bo");
    bo.follow(&format!("@ada@{}", here.host)).await;
    let made = here.command(&[
        "network",
        "create",
        "maths",
        "--title",
        "All of maths",
        "--steward",
        "cy",
        "--steward",
        "dee",
    ]);
    assert!(made.status.success(), "{}", out(&made));
    ada.follow(&format!("@maths@{}", here.host)).await;
    let source = dee
        .publish(json!({ "status": "Strips of cloth\n#Practice #Maths #CCBY" }))
        .await;
    let source = source["url"].as_str().unwrap();

    let desk = Desk::of(&here, "ada").await;
    for path in ["/", "/@ada", "/practice"] {
        let (_, page) = desk.page(path).await;
        assert!(page.contains("href=\"/share"), "{path}: {page}");
    }
    assert!(!desk.page("/@cy").await.1.contains("href=\"/share"));
    let passed_on = "?title=Paper+strips&text=One+%3Clesson%3E.&url=https%3A%2F%2Fmaths.example";
    let (page, _) = desk.opens(passed_on).await;
    let expected = "\nPaper strips\nOne &#60;lesson&#62;.\nhttps://maths.example</textarea>";
    assert!(page.contains(expected), "{page}");
    assert!(!page.contains("checked"), "{page}");
    let (page, hidden) = desk.opens("?practice=yes").await;
    for part in [
        "name=\"practice\" value=\"yes\" checked",
        "<option value=\"maths\">All of maths (@maths)</option>",
        "<option value=\"public\" selected>",
        "<option value=\"ks2\">Key Stage 2</option>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }

    let said = [
        ("text", "Paper strips\r\nOne lesson."),
        ("practice", "yes"),
        ("stage", "ks2"),
        ("subject", "maths"),
        ("kind", "lesson-plan"),
        ("licence", "cc-by"),
        ("source", source),
        ("network", "maths"),
        ("visibility", "public"),
        ("language", "cy"),
        ("warning", ""),
        ("about1", "Fractions plan"),
        ("about2", "A strip of paper"),
        ("deed", "post"),
    ];
    let fields = filled(&hidden, &said);
    let dot = picture();
    let files: [(&str, &str, &[u8]); 3] = [
        ("file1", "plan v2.pdf", PDF),
        ("file2", "dot.png", &dot),
        ("file3", "", b""),
    ];
    // Whoever presses twice posts once, whichever comes first.
    let (first, second) = join(desk.shares(&fields, &files), desk.shares(&fields, &files)).await;
    assert_eq!(first.0, DONE, "{}", first.1);
    assert_eq!(first, second);
    assert_eq!(desk.shares(&fields, &files).await, first);
    assert_eq!(posts_of(&ada).await.len(), 1);

    let url = first.1;
    let post = post_at(&ada, &url).await;
    assert_eq!(post["url"], format!("{}{url}", here.base));
    assert_eq!(post["language"], "cy");
    assert_eq!(post["visibility"], "public");
    assert_eq!(post["application"], Value::Null);
    let plan = &post["staffroom"]["documents"][0];
    assert_eq!(plan["name"], "Fractions plan.pdf");
    let shown = post["media_attachments"].as_array().unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["description"], "A strip of paper");
    let practice = &post["staffroom"]["practice"];
    assert_eq!(practice["title"], "Paper strips");
    for (list, id) in [
        ("stages", "ks2"),
        ("subjects", "maths"),
        ("kinds", "lesson-plan"),
    ] {
        assert_eq!(practice[list][0]["id"], id, "{practice}");
    }
    assert_eq!(practice["licence"]["id"], "cc-by");
    let path = format!("/api/v1/statuses/{}/source", post["id"].as_str().unwrap());
    assert_eq!(
        ada.get(&path).await["text"],
        format!(
            "Paper strips\nOne lesson.\n\nAdapted from {source}\n\n@maths #Practice #KeyStage2 #Mathematics #LessonPlan #CCBY"
        )
    );
    let (status, page) = desk.page(&url).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(plan["url"].as_str().unwrap()), "{page}");
    let seen = bo.reads("Paper strips").await;
    assert_eq!(seen["staffroom"]["documents"][0]["url"], plan["url"]);
    let networks = ada.get("/api/staffroom/v1/networks").await;
    let id = networks[0]["id"].as_str().unwrap();
    let path = format!("/api/staffroom/v1/networks/{id}/posts");
    eventually("the network to pass it on", || async {
        let posts = ada.get(&path).await;
        (posts.as_array()?.len() == 1).then_some(())
    })
    .await;

    // A post for few has no page.
    let (_, hidden) = desk.opens("").await;
    let said = [
        ("text", "Only for followers"),
        ("visibility", "private"),
        ("warning", "Marks"),
        ("deed", "post"),
    ];
    let mut loud = filled(&hidden, &said);
    loud.push(("network", "maths"));
    let (status, page) = desk.shares(&loud, &[]).await;
    assert_eq!(status, MISTAKEN, "{page}");
    assert!(page.contains("id=\"visibility-mistake\""), "{page}");
    let (status, page) = desk.shares(&filled(&hidden, &said), &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Your post is there"), "{page}");
    let newest = &posts_of(&ada).await[0];
    assert_eq!(newest["visibility"], "private");
    assert_eq!(newest["spoiler_text"], "Marks");
}

#[tokio::test]
async fn a_post_is_written_on_a_page_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn a_post_is_written_on_a_page_on_postgres() {
    story(Postgres).await;
}

/// The ids of the files that are attached by now.
fn attached(page: &str) -> Vec<String> {
    let parts = page.split("name=\"attached\" value=\"").skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

async fn mistakes(kind: Kind) {
    let settings = [
        ("media.max_image_bytes", "100000"),
        ("media.max_video_bytes", "100000"),
        ("media.max_document_bytes", "100000"),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let desk = Desk::of(&school, "ada").await;
    let (_, hidden) = desk.opens("").await;
    let [csrf, key] = &hidden;
    let plan: &Files<'_> = &[("file1", "plan.pdf", PDF)];

    // What did not come from the page is not read, and neither are its files.
    let text = ("text", "Forged");
    let post = ("deed", "post");
    for forged in [
        vec![("csrf", "forged"), ("key", key.as_str()), text, post],
        vec![("key", key.as_str()), text, post],
    ] {
        let (status, page) = desk.shares(&forged, plan).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{page}");
    }
    for unreadable in [
        vec![("csrf", csrf.as_str()), text, post],
        vec![("csrf", csrf.as_str()), ("key", "mine"), text, post],
    ] {
        let (status, page) = desk.shares(&unreadable, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{page}");
    }
    let fields = filled(&hidden, &[text, post]);
    let twice: &Files<'_> = &[("file1", "a.pdf", PDF), ("file1", "b.pdf", PDF)];
    let (status, _) = desk.shares(&fields, twice).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    // A mistake stands beside its field.
    let long = "a".repeat(6_000);
    for (place, said) in [
        ("text", vec![("text", " ")]),
        ("text", vec![("text", long.as_str())]),
        ("source", vec![text, ("source", "javascript:alert(1)")]),
        ("source", vec![text, ("source", "a book")]),
        ("network", vec![text, ("network", "maths")]),
        ("language", vec![text, ("language", long.as_str())]),
    ] {
        let mut fields = filled(&hidden, &said);
        fields.push(post);
        let (status, page) = desk.shares(&fields, &[]).await;
        assert_eq!(status, MISTAKEN, "{place}: {page}");
        let tied = format!("aria-describedby=\"{place}-mistake\"");
        assert!(page.contains(&tied), "{place}: {page}");
        assert_eq!(page.matches("role=\"alert\"").count(), 1, "{page}");
        assert_eq!(&field(&page, "key"), key);
    }

    // What is typed is kept, and so is the file that is good.
    let words = ("text", "Paper strips");
    let said = [
        words,
        ("subject", "maths"),
        ("warning", "Long"),
        ("about2", "A page"),
        post,
    ];
    let typed = filled(&hidden, &said);
    let html: &[u8] = b"<!doctype html><script>alert(1)</script>";
    let files: &Files<'_> = &[("file1", "plan.pdf", PDF), ("file2", "page.html", html)];
    let (status, page) = desk.shares(&typed, files).await;
    assert_eq!(status, MISTAKEN, "{page}");
    for part in [
        "Paper strips</textarea>",
        "<option value=\"maths\" selected>",
        "value=\"Long\"",
        "value=\"A page\"",
        "So far: #Mathematics",
        "Attached: plan.pdf (PDF, ",
        "id=\"file2-mistake\">page.html: File content type is invalid.",
        "href=\"#file2\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let kept = attached(&page);
    assert_eq!(kept.len(), 1, "{page}");
    let large = vec![b'a'; 150_000];
    let larger = vec![b'a'; 1_400_000];
    for (content, said) in [
        (&large, "large.txt is too large."),
        (&larger, "The files have more than 1 MB."),
    ] {
        let fields = filled(&hidden, &[words, post]);
        let files: &Files<'_> = &[("file1", "large.txt", content.as_slice())];
        let (status, page) = desk.shares(&fields, files).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{page}");
        assert!(page.contains(said), "{page}");
        assert!(page.contains("Paper strips</textarea>"), "{page}");
    }
    assert!(posts_of(&ada).await.is_empty());

    // Files are attached first, described, and taken away again.
    let more = [words, ("attached", kept[0].as_str()), ("deed", "attach")];
    let dot = picture();
    let files: &Files<'_> = &[("file1", "dot.png", dot.as_slice())];
    let (status, page) = desk.shares(&filled(&hidden, &more), files).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let both = attached(&page);
    assert_eq!(both.len(), 2, "{page}");
    assert_eq!(both[0], kept[0]);
    let about = format!("about-{}", both[1]);
    let [first, second] = [both[0].as_str(), both[1].as_str()];
    let said = [
        words,
        ("attached", first),
        ("attached", second),
        ("attached", "1"),
        ("remove", first),
        (about.as_str(), "A strip of paper"),
        post,
    ];
    // What is not there any more is said, and left out from then on.
    let (status, page) = desk.shares(&filled(&hidden, &said), &[]).await;
    assert_eq!(status, MISTAKEN, "{page}");
    assert!(page.contains("id=\"files-mistake\""), "{page}");
    assert_eq!(attached(&page), [second]);
    let gone = ada.status_of(&format!("/api/v1/media/{first}")).await;
    assert_eq!(gone, StatusCode::NOT_FOUND);
    let said = [words, ("attached", second), post];
    let (status, url) = desk.shares(&filled(&hidden, &said), &[]).await;
    assert_eq!(status, DONE, "{url}");
    let made = post_at(&ada, &url).await;
    let shown = &made["media_attachments"][0];
    assert_eq!(shown["description"], "A strip of paper");
    assert_eq!(made["staffroom"]["documents"], Value::Null);

    // Nobody attaches what is somebody else's.
    school.teacher("eve");
    let eve = Desk::of(&school, "eve").await;
    let (_, hidden) = eve.opens("").await;
    let (status, page) = eve.shares(&filled(&hidden, &said), &[]).await;
    assert_eq!(status, MISTAKEN, "{page}");
    assert!(attached(&page).is_empty(), "{page}");
}

#[tokio::test]
async fn what_is_wrong_with_a_post_is_said_and_nothing_is_lost_on_sqlite() {
    mistakes(Sqlite).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_post_is_said_and_nothing_is_lost_on_postgres() {
    mistakes(Postgres).await;
}

async fn only_who_is_signed_in(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let asked = "/share?text=Paper+strips+%26+glue&practice=yes";
    let browser = Browser::new(&school);
    let (status, to, _) = browser.page(asked).await;
    assert_eq!(status, DONE);
    let (_, _, page) = browser.page(&to).await;
    let back = field(&page, "return_to").replace("&#38;", "&");
    assert_eq!(back, asked);
    let (status, to, _) = browser.sign_in("ada", "chalk and cheese", &back).await;
    assert_eq!((status, to.as_str()), (DONE, asked));
    let (_, _, page) = browser.page(&to).await;
    assert!(
        page.contains("Paper strips &#38; glue</textarea>"),
        "{page}"
    );

    // A token opens no page, however wide.
    let to_sign_in = "/sign-in?return_to=%2Fshare";
    let client = Client::builder().redirect(redirect::Policy::none());
    let client = client.build().unwrap();
    for (name, scopes) in [
        ("kit", "write:statuses write:media"),
        ("bo", "read write follow"),
    ] {
        let who = school.person(name, "user", scopes);
        let form = Form::new().text("text", "By a token").text("deed", "post");
        let sent = client.post(format!("{}{HERE}", school.base));
        let refused = sent.bearer_auth(&who.token).multipart(form);
        let refused = refused.send().await.unwrap();
        assert_eq!(refused.status(), DONE);
        assert_eq!(refused.headers()["location"], to_sign_in);
    }

    // Who is suspended is signed in no more.
    let desk = Desk::of(&school, "ada").await;
    let (_, hidden) = desk.opens("").await;
    let suspended = school.command(&["user", "suspend", "ada"]);
    assert!(suspended.status.success(), "{}", out(&suspended));
    let fields = filled(&hidden, &[("text", "Still here"), ("deed", "post")]);
    let (status, to) = desk.shares(&fields, &[("file1", "plan.pdf", PDF)]).await;
    assert_eq!((status, to.as_str()), (DONE, to_sign_in));
    assert_eq!(desk.page(HERE).await.0, DONE);
    let lifted = school.command(&["user", "unsuspend", "ada"]);
    assert!(lifted.status.success(), "{}", out(&lifted));
    assert!(posts_of(&ada).await.is_empty());
}

#[tokio::test]
async fn only_who_is_signed_in_writes_on_the_page_on_sqlite() {
    only_who_is_signed_in(Sqlite).await;
}

#[tokio::test]
async fn only_who_is_signed_in_writes_on_the_page_on_postgres() {
    only_who_is_signed_in(Postgres).await;
}

// On SQLite alone: it is about counting in memory.
#[tokio::test]
async fn files_of_the_page_and_of_apps_are_counted_together() {
    let settings = [("limits.rate_limits", "true")];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let desk = Desk::of(&school, "ada").await;
    let (_, hidden) = desk.opens("").await;
    let words = ("text", "Paper strips");
    let fields = filled(&hidden, &[words, ("deed", "attach")]);
    let files: &Files<'_> = &[
        ("file1", "a.pdf", PDF),
        ("file2", "b.pdf", PDF),
        ("file3", "c.pdf", PDF),
    ];
    // Twice as many as in one window, in case one ends meanwhile.
    let mut refused = None;
    for _ in 0..21 {
        let (status, page) = desk.shares(&fields, files).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(page);
            break;
        }
        assert_eq!(status, StatusCode::OK, "{page}");
    }
    let page = refused.unwrap();
    assert!(page.contains("These were many files."), "{page}");
    assert!(page.contains("Paper strips</textarea>"), "{page}");
    let part = Part::bytes(PDF.to_vec()).file_name("plan.pdf");
    let upload = ada
        .request(Method::POST, "/api/staffroom/v1/documents")
        .multipart(Form::new().part("file", part));
    let status = upload.send().await.unwrap().status();
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);

    // Words alone are no upload.
    let fields = filled(&hidden, &[words, ("deed", "post")]);
    assert_eq!(desk.shares(&fields, &[]).await.0, DONE);
}
