//! Documents: taken in by what they are, linked to and never shown, here and elsewhere, and gone when they are taken away.

use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use image::{ImageFormat, RgbImage};
use reqwest::{Method, RequestBuilder, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{School, Teacher, answer, eventually, out};

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const OFFICE: &str = "application/vnd.openxmlformats-officedocument";

fn upload(teacher: &Teacher, bytes: &[u8], name: &str) -> RequestBuilder {
    // Neither the name of the part nor its type is to be believed.
    let part = multipart::Part::bytes(bytes.to_vec()).file_name("x.html");
    let form = multipart::Form::new()
        .text("name", name.to_owned())
        .part("file", part.mime_str("text/html").unwrap());
    teacher
        .request(Method::POST, "/api/staffroom/v1/documents")
        .multipart(form)
}

pub async fn uploaded(teacher: &Teacher, bytes: &[u8], name: &str) -> Value {
    answer(upload(teacher, bytes, name)).await
}

/// Code and text of a refusal, in Mastodon's shape.
async fn refused(request: RequestBuilder) -> (StatusCode, String) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let said: Value = response.json().await.unwrap();
    (status, said["error"].as_str().unwrap().to_owned())
}

async fn picture(teacher: &Teacher) -> Value {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let part = multipart::Part::bytes(png.into_inner()).file_name("dot.png");
    let form = multipart::Form::new().part("file", part.mime_str("image/png").unwrap());
    answer(
        teacher
            .request(Method::POST, "/api/v2/media")
            .multipart(form),
    )
    .await
}

fn id(entity: &Value) -> &str {
    entity["id"].as_str().unwrap()
}

fn documents(post: &Value) -> Vec<Value> {
    let documents = post["staffroom"]["documents"].as_array();
    documents.cloned().unwrap_or_default()
}

async fn edit(teacher: &Teacher, post: &Value, change: Value) -> Value {
    let path = format!("/api/v1/statuses/{}", id(post));
    answer(teacher.request(Method::PUT, &path).json(&change)).await
}

async fn status_of(school: &School, url: &str) -> StatusCode {
    school.http.get(url).send().await.unwrap().status()
}

async fn page(school: &School, url: &str) -> String {
    let response = school.http.get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{url}");
    response.text().await.unwrap()
}

/// Waits until a reader finds so many documents in a post.
async fn finds(reader: &Teacher, post: &Value, count: usize) -> Value {
    let path = format!("/api/v1/statuses/{}", id(post));
    eventually(&format!("{count} documents"), || async {
        let seen = reader.get(&path).await;
        (documents(&seen).len() == count).then_some(seen)
    })
    .await
}

async fn is_served_to_be_kept(school: &School, plan: &Value) {
    let url = plan["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/media/", school.base)), "{url}");
    assert!(url.ends_with("/Fractions%20plan.pdf"), "{url}");
    let served = school.http.get(url).send().await.unwrap();
    assert_eq!(served.status(), StatusCode::OK);
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-disposition", "attachment"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(served.headers()[name], value);
    }
    assert_eq!(served.bytes().await.unwrap(), PDF);
    let (stem, _) = url.rsplit_once('/').unwrap();
    for other in [".pdf", "/plan.html", "/plan.txt", "/plan", "/..%2fplan.svg"] {
        let missing = status_of(school, &format!("{stem}{other}")).await;
        assert_eq!(missing, StatusCode::NOT_FOUND, "{other}");
    }
}

async fn story(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    bo.follow(&format!("@ada@{}", here.host)).await;
    let plan = uploaded(&ada, PDF, "../lessons/Fractions\u{202e} plan.pdf").await;
    assert_eq!(plan["name"], "Fractions plan.pdf");
    assert_eq!(plan["type"], "application/pdf");
    assert_eq!(plan["size"], PDF.len());
    is_served_to_be_kept(&here, &plan).await;

    let words = "Paper strips\nOne lesson.\n\n#Practice #Maths #Year5 #CCBY";
    let dot = picture(&ada).await;
    let post = ada
        .publish(json!({ "status": words, "document_ids": [id(&plan)], "media_ids": [id(&dot)] }))
        .await;
    assert_eq!(documents(&post), std::slice::from_ref(&plan));
    assert_eq!(post["media_attachments"].as_array().unwrap().len(), 1);
    let url = plan["url"].as_str().unwrap();
    let link = format!("href=\"{url}\"");
    let about = format!(">Fractions plan.pdf</a> (PDF, {} bytes)", PDF.len());
    let content = post["content"].as_str().unwrap();
    assert!(
        content.contains(&link) && content.contains(&about),
        "{content}"
    );
    let source = ada
        .get(&format!("/api/v1/statuses/{}/source", id(&post)))
        .await;
    assert_eq!(source["text"], words);

    // Others get a link, and what it is; the file stays where it is.
    let seen = bo.reads("Paper strips").await;
    for key in ["name", "type", "size", "url"] {
        assert_eq!(documents(&seen)[0][key], plan[key], "{seen}");
    }
    assert_eq!(seen["content"].as_str().unwrap().matches(url).count(), 1);
    assert_eq!(seen["media_attachments"].as_array().unwrap().len(), 1);
    assert_eq!(seen["media_attachments"][0]["type"], "image");
    let note = here.http.get(post["uri"].as_str().unwrap());
    let note = answer(note.header("accept", "application/activity+json")).await;
    let attached = &note["attachment"][1];
    assert_eq!(attached["type"], "Document");
    assert_eq!(attached["mediaType"], "application/pdf");
    assert_eq!(attached["name"], "Fractions plan.pdf");
    assert_eq!(attached["size"], PDF.len());
    let library = format!("{}/practice", here.base);
    for address in [post["url"].as_str().unwrap(), &library] {
        let page = page(&here, address).await;
        assert!(page.contains(&link) && page.contains(&about), "{page}");
    }
    let listed = page(&here, &library).await;
    assert!(listed.contains("aria-label=\"Documents\""), "{listed}");

    // An app that knows nothing of documents keeps them.
    let changed = json!({ "status": format!("{words} #Fractions"), "media_ids": [id(&dot)] });
    let edited = edit(&ada, &post, changed).await;
    assert_eq!(documents(&edited), std::slice::from_ref(&plan));
    let marks = uploaded(&ada, b"name,mark\nBo,7\n", "Marks.csv").await;
    let both = json!({ "document_ids": [id(&plan), id(&marks)], "media_ids": [id(&dot)] });
    let edited = edit(&ada, &post, both).await;
    assert_eq!(documents(&edited), [plan.clone(), marks.clone()]);
    assert_eq!(edited["media_attachments"].as_array().unwrap().len(), 1);
    let seen = finds(&bo, &seen, 2).await;
    assert_eq!(documents(&seen)[1]["url"], marks["url"]);
    let none = json!({ "document_ids": [], "media_ids": [id(&dot)] });
    edit(&ada, &post, none).await;
    let seen = finds(&bo, &seen, 0).await;
    let content = seen["content"].as_str().unwrap();
    for gone in ["Fractions%20plan.pdf", "Marks.csv"] {
        assert!(!content.contains(gone), "{content}");
    }

    // A document needs no words, is no picture, and goes with its post.
    let bare = ada.publish(json!({ "document_ids": [id(&marks)] })).await;
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let pictured = format!("/api/v1/accounts/{}/statuses?only_media=true", id(&own));
    let pictured = ada.get(&pictured).await;
    assert_eq!(pictured.as_array().unwrap().len(), 1);
    assert_eq!(id(&pictured[0]), id(&post));
    let url = marks["url"].as_str().unwrap();
    let served = here.http.get(url).send().await.unwrap();
    assert_eq!(served.headers()["content-type"], "text/csv; charset=utf-8");
    let path = format!("/api/v1/statuses/{}?delete_media=true", id(&bare));
    let deleted = answer(ada.request(Method::DELETE, &path)).await;
    assert_eq!(documents(&deleted), std::slice::from_ref(&marks));
    eventually("the file to go", || async {
        (status_of(&here, url).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_document_is_linked_to_here_and_elsewhere_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn a_document_is_linked_to_here_and_elsewhere_on_postgres() {
    story(Postgres).await;
}

async fn belongs_to_one(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, eve] = ["ada", "eve"].map(|name| school.teacher(name));
    let plan = uploaded(&ada, PDF, "plan.pdf").await;
    let dot = picture(&ada).await;
    let post = async |teacher: &Teacher, body: &Value| {
        let request = teacher.request(Method::POST, "/api/v1/statuses");
        refused(request.json(body)).await
    };
    let linked = json!({ "status": "A plan", "document_ids": [id(&plan)] });
    for (teacher, body) in [
        (&eve, linked.clone()),
        (
            &ada,
            json!({ "status": "A plan", "media_ids": [id(&plan)] }),
        ),
        (
            &ada,
            json!({ "status": "A dot", "document_ids": [id(&dot)] }),
        ),
        (&ada, json!({ "status": "What?", "document_ids": ["1"] })),
        (&ada, json!({ "status": "What?", "document_ids": ["plan"] })),
        (
            &ada,
            json!({ "status": "Many", "document_ids": [1, 2, 3, 4, 5] }),
        ),
    ] {
        let (status, said) = post(teacher, &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {said}");
        assert!(said.starts_with("Validation failed: "), "{said}");
    }
    let later = json!({ "status": "*Later*", "document_ids": [id(&plan)], "local_only": true,
        "content_type": "text/markdown", "language": "cy", "quote_approval_policy": "nobody",
        "scheduled_at": "2099-01-01T09:00:00Z" });
    let waiting = ada.publish(later).await;
    let params = &waiting["params"];
    let own =
        json!({ "content_type": "text/markdown", "local_only": true, "document_ids": [id(&plan)] });
    assert_eq!(params["staffroom"], own);
    assert_eq!(params["language"], "cy");
    assert_eq!(params["quote_approval_policy"], "nobody");
    assert_eq!(documents(&waiting), std::slice::from_ref(&plan));
    let (status, said) = post(&ada, &linked).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let path = format!("/api/v1/scheduled_statuses/{}", id(&waiting));
    answer(ada.request(Method::DELETE, &path)).await;
    let posted = ada.publish(linked.clone()).await;
    let (status, said) = post(&ada, &linked).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");

    // It is called what its file is called, by whichever way.
    let path = format!("/api/v1/media/{}", id(&plan));
    let renamed = json!({ "description": "<b>x</b>.exe" });
    let (status, said) = refused(ada.request(Method::PUT, &path).json(&renamed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let described = json!({ "status": "A plan",
        "media_attributes": [{ "id": id(&plan), "description": "<b>x</b>.exe" }] });
    let edited = edit(&ada, &posted, described).await;
    assert_eq!(documents(&edited)[0]["name"], "plan.pdf");
    assert_eq!(eve.status_of(&path).await, StatusCode::NOT_FOUND);
    let reader = school.person("kit", "user", "read write:statuses");
    let (status, _) = refused(upload(&reader, PDF, "plan.pdf")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_document_belongs_to_one_person_and_one_post_on_sqlite() {
    belongs_to_one(Sqlite).await;
}

#[tokio::test]
async fn a_document_belongs_to_one_person_and_one_post_on_postgres() {
    belongs_to_one(Postgres).await;
}

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn word(more: &[(&str, &[u8])]) -> Vec<u8> {
    let types = format!(
        "<Types><Override ContentType=\"{OFFICE}.wordprocessingml.document.main+xml\"/></Types>"
    );
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("word/document.xml", b"<w:document/>"),
    ];
    files.extend(more);
    packed(&files)
}

/// Files in a folder and those in it.
fn files_in(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let entries = entries.map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files_in(&path) } else { 1 })
        .sum()
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn what_is_not_what_it_says_is_refused() {
    let settings = [("media.max_document_bytes", "100000")];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let letter = uploaded(&ada, &word(&[]), "Letter.DOCX").await;
    assert_eq!(
        letter["type"],
        format!("{OFFICE}.wordprocessingml.document")
    );
    let zeros = vec![0; 32 * 1_024 * 1_024];
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    for (bytes, name) in [
        (html.clone(), "plan.pdf"),
        (html.clone(), "plan.html"),
        (html.clone(), "plan.txt"),
        (html, "plan.pdf.html"),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
            "plan.md",
        ),
        (b"<svg/>".to_vec(), "plan.svg"),
        (b"MZ\x90\0\x03\0".to_vec(), "plan.exe"),
        (b"MZ\x90\0\x03\0".to_vec(), "plan.csv"),
        (b"#!/bin/sh\nrm -r .".to_vec(), "plan.txt"),
        (b"#!/bin/sh\nrm -r .".to_vec(), "plan.sh"),
        (PDF.to_vec(), "plan.docx"),
        (PDF.to_vec(), "plan.txt"),
        (PDF.to_vec(), "plan"),
        (PDF.to_vec(), ".pdf"),
        (word(&[]), "letter.pdf"),
        (word(&[]), "letter.xlsx"),
        (word(&[]), "letter.docm"),
        (word(&[]), "letter.zip"),
        (word(&[("word/vbaProject.bin", b"x")]), "letter.docx"),
        (word(&[("word/media/a.bmp", &zeros)]), "letter.docx"),
        (packed(&[("a.txt", b"a")]), "letter.docx"),
        (word(&[])[..40].to_vec(), "letter.docx"),
    ] {
        let (status, said) = refused(upload(&ada, &bytes, name)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {said}");
        assert!(said.starts_with("Validation failed: "), "{name}: {said}");
    }
    for (bytes, reason) in [
        (&b"<HTML><p>Chalk"[..], "begins as a page"),
        (b"ch\xe2lk", "no text in UTF-8"),
    ] {
        let (_, said) = refused(upload(&ada, bytes, "plan.txt")).await;
        assert!(said.contains(reason), "{said}");
    }
    let (status, said) = refused(upload(&ada, &vec![b'a'; 150_000], "long.txt")).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{said}");
    let nothing = multipart::Form::new().text("name", "plan.pdf");
    let nothing = ada
        .request(Method::POST, "/api/staffroom/v1/documents")
        .multipart(nothing);
    let (status, said) = refused(nothing).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let kept = files_in(&school.folder().join("media"));
    assert_eq!(kept, 1, "what is refused is not kept");
}

/// Whether a process is there and does something yet.
fn is_running(number: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{number}/stat"));
    state.is_ok_and(|state| !state.contains(") Z"))
}

// On SQLite alone: it is about a program and files.
#[tokio::test]
async fn what_the_scanner_does_not_call_clean_is_not_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = folder.path().join("scanner");
    let script = "#!/bin/sh\n[ \"$1\" = --quiet ] || exit 3\ncase \"$(cat \"$2\")\" in\n*WORM*) exit 1;;\n*BROKEN*) echo no >&2; exit 2;;\n*SLOW*) sleep 600 & echo $! >\"$0.child\"; wait;;\nesac\n";
    std::fs::write(&scanner, script).unwrap();
    std::fs::set_permissions(&scanner, PermissionsExt::from_mode(0o755)).unwrap();
    let command = format!("[\"{}\", \"--quiet\"]", scanner.display());
    let settings = [
        ("media.scan_command", command.as_str()),
        ("media.scan_seconds", "1"),
    ];
    let Some(mut school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let clean = uploaded(&ada, b"a clean text", "plan.txt").await;
    assert_eq!(clean["name"], "plan.txt");
    for (text, code, words) in [
        ("a WORM", StatusCode::UNPROCESSABLE_ENTITY, "infected"),
        ("BROKEN", StatusCode::SERVICE_UNAVAILABLE, "viruses"),
        ("SLOW", StatusCode::SERVICE_UNAVAILABLE, "viruses"),
    ] {
        let (status, said) = refused(upload(&ada, text.as_bytes(), "plan.txt")).await;
        assert_eq!(status, code, "{text}: {said}");
        assert!(said.contains(words), "{text}: {said}");
    }
    // What it started is gone with it.
    let child = std::fs::read_to_string(folder.path().join("scanner.child")).unwrap();
    eventually("the scanner's child to go", || async {
        (!is_running(child.trim())).then_some(())
    })
    .await;
    std::fs::remove_file(&scanner).unwrap();
    let (status, said) = refused(upload(&ada, b"a clean text", "plan.txt")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    assert_eq!(files_in(&school.folder().join("media")), 1);

    // A server starts without it, too, and whoever looks after it is told.
    school.kill();
    school.start().await;
    let (status, said) = refused(upload(&ada, b"a clean text", "plan.txt")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    let missing = format!("there is no program at {}", scanner.display());
    for command in [&["config", "check"][..], &["doctor"]] {
        let done = school.command(command);
        let said = out(&done);
        assert!(!done.status.success() && said.contains(&missing), "{said}");
    }
}
