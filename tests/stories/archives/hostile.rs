//! Archives that were made to do harm, or are none.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{OLD, archive, created, id, picture, written, zipped};
use crate::harness::School;
use crate::transfer::{Desk, HERE};

async fn hostile(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let desk = Desk::of(&school, "ada").await;
    let whole = archive(&[], &[]);
    let end = whole.len() - 22;
    let mut promising = whole.clone();
    promising[end + 10..end + 12].copy_from_slice(&u16::MAX.to_le_bytes());
    for (file, reason) in [
        (b"Account address\nbo\n".to_vec(), "no ZIP file"),
        (Vec::new(), "no ZIP file"),
        (whole[..end].to_vec(), "no ZIP file"),
        (promising, "no ZIP file"),
        (
            b"\x1f\x8b\x08\0an older archive, or anything else".to_vec(),
            ".tar.gz",
        ),
        (zipped(&[("a.txt", b"a")]), "no outbox.json"),
        (
            zipped(&[("outbox.json", b"{}")]),
            "actor.json is not in the archive",
        ),
        (
            zipped(&[("outbox.json", b"{}"), ("actor.json", b"[]")]),
            "whose archive this is",
        ),
    ] {
        let (status, page) = desk.tries_posts(file).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}: {page}");
        assert!(page.contains(reason), "{reason}: {page}");
    }
    assert_eq!(
        desk.submits_posts("forged", whole).await.0,
        StatusCode::FORBIDDEN
    );

    // Of what can only be seen when all of it is read, the report tells.
    let actor = json!({ "id": OLD }).to_string();
    let large = format!("{{\"orderedItems\":[\"{}\"]}}", "a".repeat(3_000_000));
    let deep = format!(
        "{{\"orderedItems\":[{}{}]}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for outbox in [large.as_str(), &deep, "{\"orderedItems\":[{}", "{}"] {
        let file = zipped(&[
            ("actor.json", actor.as_bytes()),
            ("outbox.json", outbox.as_bytes()),
        ]);
        let report = desk.brings_posts(file).await;
        assert!(report.contains("could not be read to its end"), "{report}");
    }
    assert_eq!(written(&ada).await, Vec::<Value>::new());

    // One bad post costs the others nothing.
    let script = "<p onclick=\"evil()\">fine<script>alert(1)</script></p>";
    let files = |names: &[&str]| {
        let files = names
            .iter()
            .map(|name| json!({ "type": "Document", "url": name, "name": name }));
        json!({ "attachment": files.collect::<Vec<_>>() })
    };
    let mut forged = created(4, "<p>not mine</p>", &json!({}));
    forged["object"]["attributedTo"] = json!("https://old.example/users/bo");
    let same = "media_attachments/files/a.png";
    let items = [
        created(
            1,
            script,
            &json!({ "summary": "\u{0}odd", "tag": [{ "type": "Hashtag", "name": "#Odd\u{0}\"> <!" }] }),
        ),
        created(
            2,
            "<p>files</p>",
            &files(&["../../staffroom.toml", "/etc/passwd", "text.png", same]),
        ),
        created(3, "<p>many</p>", &files(&[same; 9])),
        forged,
        created(5, "<p>never</p>", &json!({ "published": null })),
        created(6, "", &json!({})),
        created(7, "<p>an event</p>", &json!({ "type": "Event" })),
        created(1, "<p>the same again</p>", &json!({})),
        created(
            9,
            "<p>answer</p>",
            &json!({ "inReplyTo": "https://elsewhere.example/1", "to": [format!("{OLD}/followers")], "cc": [] }),
        ),
        json!(null),
        json!({ "type": "Announce", "object": "https://elsewhere.example/2" }),
    ];
    let png = picture();
    let file = archive(&items, &[("text.png", b"no picture"), (same, &png)]);
    let (status, path) = desk.tries_posts(file).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
    let report = desk.reads_report(&path).await;
    for line in [
        "taken over: 4",
        "here already: 1",
        "refused: 5",
        "boosts that stay behind: 1",
    ] {
        assert!(report.contains(line), "{line}: {report}");
    }
    for reason in [
        "../../staffroom.toml is not in the archive",
        "more files than a post may have",
        "Somebody else wrote it",
        "does not say when it was written",
        "It says nothing",
        "Only posts are taken over",
        "It has no address",
    ] {
        assert!(report.contains(reason), "{reason}: {report}");
    }
    let posts = written(&ada).await;
    assert_eq!(posts.len(), 4);
    let html = posts[0]["content"].as_str().unwrap();
    assert!(
        html.contains("fine") && !html.contains("onclick") && !html.contains("script"),
        "{html}"
    );
    assert_eq!(posts[0]["spoiler_text"], "odd");
    assert_eq!(posts[0]["tags"][0]["name"], "odd");
    assert_eq!(posts[0]["created_at"], "2021-03-04T00:00:01.000Z");
    assert_eq!(posts[1]["media_attachments"].as_array().unwrap().len(), 1);
    assert_eq!(posts[2]["media_attachments"].as_array().unwrap().len(), 4);
    assert_eq!(posts[3]["visibility"], "private");
    let profile = bo.get("/api/v1/accounts/lookup?acct=ada").await;
    let shown = bo
        .get(&format!("/api/v1/accounts/{}/statuses", id(&profile)))
        .await;
    assert_eq!(
        shown.as_array().unwrap().len(),
        3,
        "not what is for followers"
    );

    // Somebody else's report is not there, nor is what was never brought.
    let others = Desk::of(&school, "bo").await;
    for path in [
        path,
        format!("{HERE}/posts/1"),
        format!("{HERE}/archives/1"),
    ] {
        assert_eq!(others.page(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_archive_that_is_to_do_harm_does_none_on_sqlite() {
    hostile(Sqlite).await;
}

#[tokio::test]
async fn an_archive_that_is_to_do_harm_does_none_on_postgresql() {
    hostile(Postgres).await;
}
