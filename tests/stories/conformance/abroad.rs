//! People and posts from elsewhere: the same shapes, with what only they have: a host in the name, addresses on their own
//! server, their own emoji, files that were not uploaded here.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::World;
use super::driver::Driver;
use super::people::text;
use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::eventually;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Somebody elsewhere with all that an account can have.
fn person(there: &Elsewhere) -> Value {
    let mut grace = there.person("grace");
    grace["name"] = json!("Grace :bee:");
    grace["summary"] = json!("<p>I keep <a href=\"https://bees.example\">bees</a> :bee:</p>");
    grace["attachment"] = json!([{ "type": "PropertyValue", "name": "School", "value": "Hill" }]);
    grace["tag"] = json!([emoji(there)]);
    grace["icon"] = picture(there, "grace.png");
    grace["image"] = picture(there, "hill.png");
    grace["published"] = json!("2020-01-01T00:00:00Z");
    grace["discoverable"] = json!(true);
    grace["indexable"] = json!(true);
    there.serve(grace.clone());
    grace
}

fn emoji(there: &Elsewhere) -> Value {
    json!({ "id": format!("{}/emoji/bee", there.base), "type": "Emoji", "name": ":bee:",
        "updated": "2020-01-01T00:00:00Z", "icon": picture(there, "bee.png") })
}

fn picture(there: &Elsewhere, name: &str) -> Value {
    json!({ "type": "Image", "mediaType": "image/png", "url": format!("{}/{name}", there.base) })
}

/// A post with whatever `more` says, told to the school; answers its id elsewhere.
async fn posts(world: &World, there: &Elsewhere, grace: &Value, name: &str, more: Value) -> String {
    let by = text(&grace["id"]);
    let uri = format!("{by}/{name}");
    let mut post = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Note",
        "attributedTo": by, "url": format!("{}/@grace/{name}", there.base), "to": [PUBLIC],
        "cc": [format!("{by}/followers")], "published": Utc::now().to_rfc3339(), "content": "<p>Hello</p>" });
    for (key, value) in more.as_object().unwrap() {
        post[key] = value.clone();
    }
    there.serve(post.clone());
    let create = json!({ "id": format!("{uri}/create"), "type": "Create", "actor": by,
        "to": post["to"], "cc": post["cc"], "object": post });
    there.tells(&world.school, &create).await;
    uri
}

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let ada = &world.ada;
    let there = Elsewhere::open().await;
    let grace = person(&there);
    there.is_followed(&world.school, ada, &grace).await;
    let handle = format!("grace@{}", there.host);
    let lookup = format!("GET /api/v1/accounts/lookup?acct={handle}");
    let found = driver.gets(ada, &lookup, &[]).await;
    let account = found["id"].clone();
    expects(driver, &found, "/acct", json!(handle));
    expects(driver, &found, "/url", grace["url"].clone());
    expects(driver, &found, "/uri", grace["id"].clone());
    expects(driver, &found, "/emojis/0/shortcode", json!("bee"));
    expects(driver, &found, "/fields/0/verified_at", Value::Null);

    let mention = json!({ "type": "Mention", "href": format!("{}/users/ada", world.school.base),
        "name": format!("@ada@{}", world.school.host) });
    let tag = json!({ "type": "Hashtag", "name": "#Hives", "href": format!("{}/tags/hives", there.base) });
    let by = text(&grace["id"]);
    let told = json!({ "content": "<p>@ada look at the <b>apiary</b> :bee: #Hives</p>", "summary": "Insects",
        "sensitive": true, "contentMap": { "en": "<p>apiary</p>" }, "tag": [mention, tag, emoji(&there)],
        "cc": [format!("{by}/followers"), format!("{}/users/ada", world.school.base)],
        "attachment": [{ "type": "Document", "mediaType": "image/png", "url": format!("{}/hive.png", there.base),
            "name": "A hive", "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "width": 64, "height": 32 }],
        "interactionPolicy": { "canQuote": { "automaticApproval": [PUBLIC] } } });
    let uri = posts(world, &there, &grace, "1", told).await;
    let status = eventually("the post from elsewhere", || status_at(ada, &uri)).await;
    let id = status["id"].clone();
    let shown = driver.gets(ada, "GET /api/v1/statuses/{id}", &[&id]).await;
    expects(driver, &shown, "/uri", json!(uri));
    expects(driver, &shown, "/account/acct", json!(handle));
    expects(driver, &shown, "/emojis/0/shortcode", json!("bee"));
    expects(driver, &shown, "/mentions/0/acct", json!("ada"));
    expects(driver, &shown, "/tags/0/name", json!("hives"));
    let remote = json!(format!("{}/hive.png", there.base));
    expects(driver, &shown, "/media_attachments/0/remote_url", remote);
    ada.is_told("mention").await;

    people(world, driver, &account, &handle).await;
    statuses(world, driver, &id, &uri).await;
    question(world, driver, &there, &grace).await;
    hush(world, driver, &there, &grace).await;
    report(world, driver, &account, &id).await;
}

fn expects(driver: &mut Driver<'_>, value: &Value, place: &str, expected: impl Into<Value>) {
    let expected = expected.into();
    let found = value.pointer(place).unwrap_or(&Value::Null);
    if *found != expected {
        driver.is_wrong(
            format!("{place} from elsewhere is {found}, not {expected}"),
            "elsewhere",
        );
    }
}

async fn people(world: &World, driver: &mut Driver<'_>, account: &Value, handle: &str) {
    let ada = &world.ada;
    for part in [
        "",
        "/statuses",
        "/followers",
        "/following",
        "/featured_tags",
        "/endorsements",
        "/lists",
        "/collections",
    ] {
        let operation = format!("GET /api/v1/accounts/{{id}}{part}");
        driver.gets(ada, &operation, &[account]).await;
    }
    let id = text(account);
    for operation in [
        format!("GET /api/v1/accounts?id[]={id}"),
        format!("GET /api/v1/accounts/relationships?id[]={id}"),
        format!("GET /api/v1/accounts/familiar_followers?id[]={id}"),
        format!("GET /api/v1/accounts/search?q={handle}"),
        format!("GET /api/v2/search?q={handle}&type=accounts"),
        "GET /api/v1/instance/peers".to_owned(),
        "GET /api/v1/notifications?types[]=mention".to_owned(),
        "GET /api/v2/notifications?types[]=mention".to_owned(),
    ] {
        driver.gets(ada, &operation, &[]).await;
    }
    let bell = json!({ "notify": true, "languages": ["en"] });
    for (deed, body) in [
        ("follow", bell),
        ("note", json!({ "comment": "kind" })),
        ("endorse", Value::Null),
        ("unendorse", Value::Null),
        ("mute", Value::Null),
    ] {
        let operation = format!("POST /api/v1/accounts/{{id}}/{deed}");
        driver.asks(ada, &operation, &[account], body).await;
    }
    driver.gets(ada, "GET /api/v1/mutes", &[]).await;
    driver
        .gets(ada, "POST /api/v1/accounts/{id}/unmute", &[account])
        .await;
    let bo = &world.bo;
    for deed in ["block", "unblock"] {
        let operation = format!("POST /api/v1/accounts/{{id}}/{deed}");
        driver.gets(bo, &operation, &[account]).await;
        driver.gets(bo, "GET /api/v1/blocks", &[]).await;
    }
}

async fn statuses(world: &World, driver: &mut Driver<'_>, id: &Value, uri: &str) {
    let ada = &world.ada;
    for deed in ["favourite", "reblog", "bookmark", "mute", "unmute"] {
        let operation = format!("POST /api/v1/statuses/{{id}}/{deed}");
        driver.gets(ada, &operation, &[id]).await;
    }
    for part in [
        "context",
        "history",
        "source",
        "quotes",
        "favourited_by",
        "reblogged_by",
    ] {
        let operation = format!("GET /api/v1/statuses/{{id}}/{part}");
        driver.gets(ada, &operation, &[id]).await;
    }
    let post = "POST /api/v1/statuses";
    let reply = json!({ "status": "Fine", "in_reply_to_id": id });
    driver.asks(ada, post, &[], reply).await;
    let quote = json!({ "status": "See this", "quoted_status_id": id });
    driver.asks(ada, post, &[], quote).await;
    let query: String = url::form_urlencoded::byte_serialize(uri.as_bytes()).collect();
    for operation in [
        format!("GET /api/v2/search?q={query}&type=statuses"),
        "GET /api/v2/search?q=apiary&type=statuses".to_owned(),
        "GET /api/v2/search?q=%23hives".to_owned(),
        "GET /api/v1/timelines/home".to_owned(),
        "GET /api/v1/timelines/public?remote=true".to_owned(),
        "GET /api/v1/favourites".to_owned(),
        "GET /api/v1/bookmarks".to_owned(),
    ] {
        driver.gets(ada, &operation, &[]).await;
    }
    let tag = "GET /api/v1/timelines/tag/{hashtag}";
    driver.gets(ada, tag, &[&json!("hives")]).await;
    for deed in ["unfavourite", "unreblog", "unbookmark"] {
        let operation = format!("POST /api/v1/statuses/{{id}}/{deed}");
        driver.gets(ada, &operation, &[id]).await;
    }
}

/// A poll that somebody asks elsewhere.
async fn question(world: &World, driver: &mut Driver<'_>, there: &Elsewhere, grace: &Value) {
    let ada = &world.ada;
    let option = |name: &str| json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": 1 } });
    let ends = (Utc::now() + TimeDelta::hours(1)).to_rfc3339();
    let asks = json!({ "type": "Question", "oneOf": [option("Honey"), option("Wax")], "endTime": ends,
        "votersCount": 2 });
    let uri = posts(world, there, grace, "2", asks).await;
    let status = eventually("the question", || status_at(ada, &uri)).await;
    let poll = &status["poll"]["id"];
    driver.gets(ada, "GET /api/v1/polls/{id}", &[poll]).await;
    let choice = json!({ "choices": [0] });
    driver
        .asks(ada, "POST /api/v1/polls/{id}/votes", &[poll], choice)
        .await;
}

/// A word to one alone.
async fn hush(world: &World, driver: &mut Driver<'_>, there: &Elsewhere, grace: &Value) {
    let ada = &world.ada;
    let me = format!("{}/users/ada", world.school.base);
    let hush = json!({ "to": [me], "cc": [], "tag": [{ "type": "Mention", "href": me }] });
    let uri = posts(world, there, grace, "3", hush).await;
    eventually("the word", || status_at(ada, &uri)).await;
    let talks = driver.gets(ada, "GET /api/v1/conversations", &[]).await;
    let talk = &talks[0];
    let handle = json!(format!("grace@{}", there.host));
    expects(driver, talk, "/accounts/0/acct", handle);
    let read = "POST /api/v1/conversations/{id}/read";
    driver.gets(ada, read, &[&talk["id"]]).await;
}

/// What moderators see of people elsewhere.
async fn report(world: &World, driver: &mut Driver<'_>, account: &Value, status: &Value) {
    let World { ada, abe, .. } = world;
    let body = json!({ "account_id": account, "status_ids": [status], "comment": "Loud", "forward": true });
    driver.asks(ada, "POST /api/v1/reports", &[], body).await;
    let reports = driver.gets(abe, "GET /api/v1/admin/reports", &[]).await;
    let one = "GET /api/v1/admin/reports/{id}";
    driver.gets(abe, one, &[&reports[0]["id"]]).await;
    driver
        .gets(abe, "GET /api/v1/admin/accounts?remote=true", &[])
        .await;
    driver
        .gets(abe, "GET /api/v2/admin/accounts?origin=remote", &[])
        .await;
    driver
        .gets(abe, "GET /api/v1/admin/accounts/{id}", &[account])
        .await;
    // There may be no other when the administrator looks for the report of the story of this house.
    driver
        .gets(
            abe,
            "POST /api/v1/admin/reports/{id}/resolve",
            &[&reports[0]["id"]],
        )
        .await;
}
