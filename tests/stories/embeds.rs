//! What a page offers to be shown in the place of a link to it, and cards where no app is.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::ResponseTemplate;

use crate::cards::{AT_ONCE, Site, card_of};
use crate::harness::School;

/// A page that has a document with what it offers.
async fn page(site: &Site, name: &str, offers: &Value) -> String {
    let document = ResponseTemplate::new(200).set_body_json(offers);
    site.answers(&format!("/{name}.json"), document).await;
    let head = format!(
        "<title>As the page says</title><meta property=\"og:image\" content=\"/bee.png\">\
         <link rel=\"alternate\" type=\"application/json+oembed\" href=\"/{name}.json?format=json\">"
    );
    site.page(&format!("/{name}"), &head).await
}

async fn story(kind: Kind) {
    let Some(school) = School::open_with(kind, &[AT_ONCE]).await else {
        return;
    };
    let ada = school.teacher("ada");
    let site = Site::open().await;
    let film = json!({
        "version": "1.0", "type": "video", "title": "Bees <dance>", "author_name": "A. Green", "width": 640, "height": 360,
        "provider_name": "Films", "provider_url": "https://films.example/",
        "html": "<iframe src='https://films.example/embed/1' onload='evil()'></iframe><script>evil()</script>",
    });
    let film = page(&site, "film", &film).await;
    let post = ada.publish(json!({ "status": film })).await;
    let card = card_of(&ada, &post["id"]).await;
    assert_eq!(
        (
            &card["type"],
            &card["title"],
            &card["width"],
            &card["height"]
        ),
        (
            &json!("video"),
            &json!("Bees <dance>"),
            &json!(640),
            &json!(360)
        )
    );
    assert_eq!(card["provider_url"], "https://films.example/");
    assert_eq!(card["author_name"], "A. Green");
    assert!(card["image"].is_string() && card["embed_url"] == "");
    let html = card["html"].as_str().unwrap();
    assert!(
        html.starts_with("<iframe src=\"https://films.example/embed/1\" width=\"640\""),
        "{html}"
    );
    assert!(
        html.contains("sandbox=") && !html.contains("evil"),
        "{html}"
    );

    // Who has no app sees where the link leads, and nothing of it is run.
    let shown = school.http.get(post["url"].as_str().unwrap());
    let shown = shown.header("accept", "text/html").send().await.unwrap();
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("Bees &#60;dance&#62;") || shown.contains("Bees &lt;dance&gt;"));
    assert!(shown.contains(card["image"].as_str().unwrap()), "{shown}");
    assert!(!shown.contains("<iframe"), "{shown}");

    let photo = json!({ "version": "1.0", "type": "photo", "title": "A bee", "url": "/bee.png", "width": 9, "height": 9 });
    let photo = page(&site, "photo", &photo).await;
    let post = ada.publish(json!({ "status": photo })).await;
    let card = card_of(&ada, &post["id"]).await;
    assert_eq!(
        (&card["type"], &card["title"]),
        (&json!("photo"), &json!("A bee"))
    );
    assert_eq!(
        card["embed_url"], card["image"],
        "and nobody learns who looks"
    );
    assert!(
        card["embed_url"]
            .as_str()
            .unwrap()
            .starts_with(&school.base)
    );
    assert_eq!(
        (&card["width"], &card["height"]),
        (&json!(64), &json!(32)),
        "as it is"
    );

    // The same in XML, where a page offers nothing else.
    let sounds = "<?xml version=\"1.0\" encoding=\"utf-8\"?><oembed><version>1.0</version><type>rich</type>\
        <title>Bees &amp; bumblebees</title><height>80</height><html><![CDATA[<iframe width=\"300\" \
        src=\"https://sounds.example/1\" onload=\"evil()\"></iframe>]]></html></oembed>";
    let document = ResponseTemplate::new(200).set_body_raw(sounds, "text/xml; charset=utf-8");
    site.answers("/sounds.xml", document).await;
    let head =
        "<title>As the page says</title><link type=\"text/xml+oembed\" href=\"/sounds.xml\">";
    let sounds = site.page("/sounds", head).await;
    let post = ada.publish(json!({ "status": sounds })).await;
    let card = card_of(&ada, &post["id"]).await;
    assert_eq!(
        (
            &card["type"],
            &card["title"],
            &card["width"],
            &card["height"]
        ),
        (
            &json!("rich"),
            &json!("Bees & bumblebees"),
            &json!(300),
            &json!(80)
        )
    );
    let html = card["html"].as_str().unwrap();
    assert!(
        html.contains("https://sounds.example/1") && !html.contains("evil"),
        "{html}"
    );

    // What would have to be run here is only a link.
    let script = json!({ "version": "1.0", "type": "rich", "title": "Run me", "html": "<script src='https://films.example/x.js'></script>" });
    let script = page(&site, "script", &script).await;
    let post = ada.publish(json!({ "status": script })).await;
    let card = card_of(&ada, &post["id"]).await;
    assert_eq!(
        (&card["type"], &card["title"], &card["html"]),
        (&json!("link"), &json!("As the page says"), &json!(""))
    );
}

#[tokio::test]
async fn what_a_page_offers_is_shown_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_a_page_offers_is_shown_on_postgresql() {
    story(Postgres).await;
}

async fn posts(kind: Kind) {
    let (Some(here), Some(there)) = (
        School::open_with(kind, &[AT_ONCE]).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    let said = bo.publish(json!({ "status": "Bees in winter" })).await;
    let post = ada.publish(json!({ "status": said["url"] })).await;
    let card = card_of(&ada, &post["id"]).await;
    assert_eq!(card["title"], format!("bo (@bo@{})", there.host));
    assert_eq!(card["description"], "Bees in winter");
    let post = ada
        .publish(json!({ "status": said["account"]["url"] }))
        .await;
    let card = card_of(&ada, &post["id"]).await;
    assert_eq!(card["title"], format!("bo (@bo@{})", there.host));
    assert!(
        card["provider_name"]
            .as_str()
            .unwrap()
            .starts_with("School")
    );
}

#[tokio::test]
async fn a_post_and_a_profile_of_another_school_have_cards_on_sqlite() {
    posts(Sqlite).await;
}

#[tokio::test]
async fn a_post_and_a_profile_of_another_school_have_cards_on_postgresql() {
    posts(Postgres).await;
}
