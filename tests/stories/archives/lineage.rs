//! Practice out of an archive stands where it comes from, and nobody is told of it.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{OLD, archive, created, id, written};
use crate::harness::{School, Teacher, eventually};
use crate::transfer::Desk;

/// A post of long ago that says that it comes from `source`.
fn adapted(number: usize, title: &str, source: &str) -> Value {
    let words = format!(
        "<p>{title}<br />Adapted from <a href=\"{source}\" rel=\"nofollow noopener\">this one</a>. Changed: for Year 7</p>{TAGGED}"
    );
    created(number, &words, &tags())
}

const TAGGED: &str = "<p><a href=\"https://old.example/tags/Practice\" class=\"mention hashtag\" rel=\"tag\">#<span>Practice</span></a></p>";

fn tags() -> Value {
    json!({ "tag": [{ "type": "Hashtag", "name": "#Practice", "href": "https://old.example/tags/Practice" }] })
}

/// What a post comes from, once it says so.
async fn source_of(teacher: &Teacher, post: &Value) -> Value {
    let path = format!("/api/v1/statuses/{}", id(post));
    eventually(&format!("the source of {}", post["content"]), || async {
        let seen = teacher.get(&path).await;
        let source = seen["staffroom"]["adapted_from"].get(0)?;
        Some(json!([source["uri"], source["kind"], source["state"]]))
    })
    .await
}

async fn brought(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let [bo, cy, eve] = ["bo", "cy", "eve"].map(|name| here.teacher(name));
    let mo = there.teacher("mo");
    let free = bo
        .publish(json!({ "status": "Exit tickets\n#Practice #CCBY #KS3 #English" }))
        .await;
    let asking = cy
        .publish(json!({ "status": "Spelling lists for a term" }))
        .await;
    let far = mo
        .publish(json!({ "status": "Paper strips\n#Practice #CCBY #KS3 #Maths" }))
        .await;
    let address = |post: &Value| post["url"].as_str().unwrap().to_owned();

    let mut quoting = tags();
    quoting["quote"] = free["uri"].clone();
    let tried = format!(
        "<p><span class=\"h-card\"><a href=\"{}\" class=\"u-url mention\">@<span>bo</span></a></span> \
         <a href=\"https://old.example/tags/Tried\" class=\"mention hashtag\" rel=\"tag\">#<span>Tried</span></a> and kept it</p>",
        address(&free)
    );
    let items = [
        adapted(1, "Tickets in Welsh", &address(&free)),
        adapted(2, "Lists in Welsh", &address(&asking)),
        adapted(3, "Strips in Welsh", &address(&far)),
        adapted(4, "Tickets for Year 8", &format!("{OLD}/statuses/1")),
        created(5, &format!("<p>Tickets on one page</p>{TAGGED}"), &quoting),
        created(6, &tried, &json!({ "inReplyTo": free["uri"] })),
        created(
            7,
            &format!("<p>Look at <a href=\"{}\">this</a></p>", address(&free)),
            &json!({}),
        ),
    ];
    let desk = Desk::of(&here, "eve").await;
    let report = desk.brings_posts(archive(&items, &[])).await;
    assert!(report.contains("taken over: 7"), "{report}");
    let posts = written(&eve).await;
    for (post, expected) in posts.iter().zip([
        json!([free["uri"], "adaptation", "confirmed"]),
        json!([asking["uri"], "adaptation", "claimed"]),
        json!([far["uri"], "adaptation", "claimed"]),
        json!([posts[0]["uri"], "adaptation", "confirmed"]),
        json!([free["uri"], "adaptation", "confirmed"]),
        json!([free["uri"], "tried", "confirmed"]),
    ]) {
        assert_eq!(source_of(&eve, post).await, expected, "{post}");
    }
    assert!(posts[6]["staffroom"].is_null(), "{}", posts[6]);
    let practice = eve.get("/api/staffroom/v1/practice").await;
    let titles: Vec<&Value> = practice
        .as_array()
        .unwrap()
        .iter()
        .map(|post| &post["staffroom"]["practice"]["title"])
        .collect();
    for title in ["Tickets in Welsh", "Tickets on one page"] {
        assert!(titles.contains(&&json!(title)), "{titles:?}");
    }

    // Nobody hears of it, but whoever looks at the tree of theirs finds it and may say no.
    for teacher in [&bo, &cy, &eve, &mo] {
        for path in ["/api/v1/notifications", "/api/v1/conversations"] {
            assert_eq!(
                teacher.get(path).await,
                json!([]),
                "{} {path}",
                teacher.name
            );
        }
    }
    let lineage = format!("/api/staffroom/v1/statuses/{}/lineage", id(&asking));
    let tree = cy.get(&lineage).await;
    let edge = tree["edges"][0]["id"].as_str().unwrap();
    cy.post(&format!("{lineage}/{edge}/refuse"), Value::Null)
        .await;
    let refused = json!([asking["uri"], "adaptation", "refused"]);
    assert_eq!(source_of(&eve, &posts[1]).await, refused);
}

#[tokio::test]
async fn practice_out_of_an_archive_is_tied_to_its_sources_on_sqlite() {
    brought(Sqlite).await;
}

#[tokio::test]
async fn practice_out_of_an_archive_is_tied_to_its_sources_on_postgresql() {
    brought(Postgres).await;
}
