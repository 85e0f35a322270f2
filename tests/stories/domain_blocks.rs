//! A server with which we have nothing to do: its four gates, what is undone, and lists of such servers.

use federation::signatures::Signer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::authorised_fetch::ask;
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, eventually, out};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn does(school: &School, arguments: &[&str]) -> String {
    let output = school.command(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", out(&output));
    out(&output)
}

fn note(by: &Value, path: &str, words: &str) -> Value {
    let by = by["id"].as_str().unwrap();
    let id = format!("{by}/{path}");
    json!({ "id": format!("{id}/create"), "type": "Create", "actor": by, "to": PUBLIC, "object": {
        "id": id, "type": "Note", "attributedTo": by, "to": PUBLIC, "content": words,
        "attachment": [{ "type": "Image", "mediaType": "image/png", "url": format!("{by}/{path}.png") }],
    }})
}

async fn follow_us(there: &Elsewhere, school: &School, mo: &Value, ada: &Value) {
    let id = mo["id"].as_str().unwrap();
    let follow = json!({ "id": format!("{id}#follow"), "type": "Follow", "actor": id, "object": ada["uri"] });
    there.tells(school, &follow).await;
    there
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;
}

async fn relationship(ada: &Teacher, id: &str) -> Value {
    let found = ada
        .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
        .await;
    found[0].clone()
}

/// What a signed request for Ada's actor is answered, in the name of somebody's key.
async fn asked_by(school: &School, key: &str) -> StatusCode {
    school
        .request(Method::GET, "/users/ada")
        .header("accept", "application/activity+json")
        .header(
            "signature",
            format!("keyId=\"{key}\",headers=\"date\",signature=\"x\""),
        )
        .send()
        .await
        .unwrap()
        .status()
}

async fn suspension(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let (there, other) = (Elsewhere::open().await, Elsewhere::open().await);
    let (mo, di) = (there.person("mo"), other.person("di"));
    there.is_followed(&school, &ada, &mo).await;
    follow_us(&there, &school, &mo, &own).await;
    follow_us(&other, &school, &di, &own).await;
    there
        .tells(&school, &note(&mo, "1", "before the block"))
        .await;
    ada.reads("before the block").await;
    let id = account_id(&ada, &format!("mo@{}", there.host)).await;

    does(
        &school,
        &["domain", "block", &there.host, "--comment", "spam"],
    );
    assert!(does(&school, &["domain", "list"]).contains(&format!("{}\tsuspend\tspam", there.host)));

    // Follows end both ways, and what was said is seen no more.
    eventually("the follows to end", async || {
        let now = relationship(&ada, &id).await;
        (now["following"] == false && now["followed_by"] == false).then_some(())
    })
    .await;
    let home = ada.get("/api/v1/timelines/home").await;
    assert_eq!(home.as_array().unwrap().len(), 0, "{home}");

    // Nothing comes in: neither from somebody known nor from a stranger, whose key is not even asked for.
    eventually("the gate to close", async || {
        let reply = there
            .send(&school, &note(&mo, "2", "after the block"))
            .await;
        (reply == federation::net::Reply::Refused(403)).then_some(())
    })
    .await;
    let ny = there.person("ny");
    let before = there.asked().await;
    let stranger = there.send(&school, &note(&ny, "3", "a stranger")).await;
    assert_eq!(stranger, federation::net::Reply::Refused(403));
    assert_eq!(there.asked().await, before);

    // Nothing is served to it, and all to others.
    let key = format!("{}#main-key", mo["id"].as_str().unwrap());
    assert_eq!(asked_by(&school, &key).await, StatusCode::FORBIDDEN);
    let key = format!("{}#main-key", di["id"].as_str().unwrap());
    assert_eq!(asked_by(&school, &key).await, StatusCode::OK);

    // Nothing is fetched from it.
    let found = ada
        .get(&format!("/api/v2/search?resolve=true&q=ny@{}", there.host))
        .await;
    assert_eq!(found["accounts"], json!([]), "{found}");
    assert_eq!(there.asked().await, before);

    // Nothing goes out.
    ada.publish(json!({ "status": "for all who follow" })).await;
    let says = |activity: &Value| {
        activity["object"]["content"]
            .as_str()
            .is_some_and(|text| text.contains("for all who follow"))
    };
    other.receives("the post", says).await;
    assert!(!there.received().await.iter().any(says));

    // Once the rule is lifted, people are there again.
    does(&school, &["domain", "unblock", &there.host]);
    eventually("the gate to open", async || {
        let reply = there.send(&school, &note(&mo, "4", "after all")).await;
        (reply == federation::net::Reply::Accepted).then_some(())
    })
    .await;
    let shown = ada.get(&format!("/api/v1/accounts/{id}/statuses")).await;
    assert!(shown.to_string().contains("before the block"), "{shown}");
}

#[tokio::test]
async fn a_suspended_server_is_behind_four_gates_on_sqlite() {
    suspension(Sqlite).await;
}

#[tokio::test]
async fn a_suspended_server_is_behind_four_gates_on_postgresql() {
    suspension(Postgres).await;
}

/// What was owed to a server is dropped when it is blocked.
async fn dropped(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let (there, other) = (Elsewhere::open_on(server).await, Elsewhere::open().await);
    let (mo, di) = (there.person("mo"), other.person("di"));
    follow_us(&there, &school, &mo, &own).await;
    follow_us(&other, &school, &di, &own).await;
    ada.publish(json!({ "status": "for all who follow" })).await;
    let owed = format!("{}: 2 to be delivered", there.host);
    eventually("the post to wait", async || {
        does(&school, &["jobs", "list"])
            .contains(&owed)
            .then_some(())
    })
    .await;
    does(&school, &["domain", "block", &there.host]);
    for question in ["list", "dead"] {
        let said = does(&school, &["jobs", question]);
        assert!(!said.contains(&there.host), "{question}: {said}");
    }
    other
        .receives("the post", |activity| activity["type"] == "Create")
        .await;
}

#[tokio::test]
async fn what_is_owed_to_a_server_is_dropped_with_it_on_sqlite() {
    dropped(Sqlite).await;
}

#[tokio::test]
async fn what_is_owed_to_a_server_is_dropped_with_it_on_postgresql() {
    dropped(Postgres).await;
}

/// What was taken in of a server's pictures is forgotten when they are wanted no more.
async fn forgotten(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mut mo = there.person("mo");
    let picture = format!("{}/mo.png", there.base);
    mo["icon"] = json!({ "type": "Image", "mediaType": "image/png", "url": picture });
    there.serve(mo.clone());
    there.is_followed(&school, &ada, &mo).await;
    there
        .tells(&school, &note(&mo, "1", "with a picture"))
        .await;
    let read = ada.reads("with a picture").await;
    assert_eq!(read["media_attachments"].as_array().unwrap().len(), 1);
    let shown = read["account"]["avatar"].clone();
    let noop = ["--severity", "noop", "--reject-media"];
    does(
        &school,
        &[&["domain", "block", &there.host], &noop[..]].concat(),
    );
    eventually("the pictures to be forgotten", async || {
        let read = ada.reads("with a picture").await;
        (read["media_attachments"] == json!([]) && read["account"]["avatar"] != shown).then_some(())
    })
    .await;
}

#[tokio::test]
async fn pictures_are_forgotten_that_are_wanted_no_more_on_sqlite() {
    forgotten(Sqlite).await;
}

#[tokio::test]
async fn pictures_are_forgotten_that_are_wanted_no_more_on_postgresql() {
    forgotten(Postgres).await;
}

async fn silence(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    there.is_followed(&school, &ada, &mo).await;
    does(
        &school,
        &[
            "domain",
            "block",
            &there.host,
            "--severity",
            "silence",
            "--reject-media",
        ],
    );
    // Within a second every part of the server knows.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let (ada_uri, bo_uri) = (
        format!("{}/users/ada", school.base),
        format!("{}/users/bo", school.base),
    );
    let mut post = note(&mo, "1", "to both");
    post["object"]["tag"] =
        json!([{ "type": "Mention", "href": ada_uri }, { "type": "Mention", "href": bo_uri }]);
    post["object"]["cc"] = json!([ada_uri, bo_uri]);
    there.tells(&school, &post).await;

    // Whoever follows sees it and is told; without its picture.
    let read = ada.reads("to both").await;
    assert_eq!(read["media_attachments"], json!([]));
    ada.is_told("mention").await;
    let told = bo.get("/api/v1/notifications").await;
    assert_eq!(told, json!([]));
    let public = bo.get("/api/v1/timelines/public").await;
    assert_eq!(public, json!([]));

    // A wish to follow waits for a yes.
    let id = mo["id"].as_str().unwrap();
    let follow =
        json!({ "id": format!("{id}#follow"), "type": "Follow", "actor": id, "object": bo_uri });
    there.tells(&school, &follow).await;
    bo.is_told("follow_request").await;
}

#[tokio::test]
async fn a_silenced_server_is_for_those_who_follow_it_on_sqlite() {
    silence(Sqlite).await;
}

#[tokio::test]
async fn a_silenced_server_is_for_those_who_follow_it_on_postgresql() {
    silence(Postgres).await;
}

// On SQLite alone: rules are kept on both; this is about a setting.
#[tokio::test]
async fn where_few_are_allowed_all_others_stay_outside() {
    let few = [("federation.mode", "\"allow_list\"")];
    let school = School::open_with(Sqlite, &few).await.unwrap();
    let ada = school.teacher("ada");
    let (there, other) = (Elsewhere::open().await, Elsewhere::open().await);
    let (mo, di) = (there.person("mo"), other.person("di"));
    does(&school, &["domain", "allow", &there.host]);
    eventually("the gate to open", async || {
        let found = ada
            .get(&format!("/api/v2/search?resolve=true&q=mo@{}", there.host))
            .await;
        (found["accounts"] != json!([])).then_some(())
    })
    .await;
    there.is_followed(&school, &ada, &mo).await;
    let stranger = other.send(&school, &note(&di, "1", "hello")).await;
    assert_eq!(stranger, federation::net::Reply::Refused(403));
    assert_eq!(other.asked().await, 0);

    // Whoever does not say who they are gets no document, but the key with which we ask.
    let unsigned = async |path: &str| {
        let request = school
            .request(Method::GET, path)
            .header("accept", "application/activity+json");
        request.send().await.unwrap().status()
    };
    assert_eq!(unsigned("/users/ada").await, StatusCode::UNAUTHORIZED);
    assert_eq!(unsigned("/@ada").await, StatusCode::UNAUTHORIZED);
    assert_eq!(unsigned("/actor").await, StatusCode::OK);
    let instance = ada.get("/api/v2/instance").await;
    assert_eq!(instance["configuration"]["limited_federation"], true);

    // Nor does whoever only says that they are one of the few.
    let forger = Signer::new(
        format!("{}#main-key", mo["id"].as_str().unwrap()),
        other.key(),
    );
    let address = format!("{}/users/ada", school.base);
    let asked = async |signer: &Signer| ask(&school, &address, Some(signer)).await.status;
    assert_eq!(asked(&there.signer(&mo)).await, StatusCode::OK);
    assert_eq!(asked(&forger).await, StatusCode::UNAUTHORIZED);

    does(&school, &["domain", "disallow", &there.host]);
    let again = school.command(&["domain", "disallow", &there.host]);
    assert!(!again.status.success(), "{}", out(&again));
    eventually("the gate to close", async || {
        let reply = there.send(&school, &note(&mo, "2", "still there?")).await;
        (reply == federation::net::Reply::Refused(403)).then_some(())
    })
    .await;
    let account = ada
        .get(&format!("/api/v1/accounts/lookup?acct=mo@{}", there.host))
        .await;
    let id = account["id"].as_str().unwrap();
    eventually("the follow to end", async || {
        let relation = ada
            .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
            .await;
        (relation[0]["following"] == false).then_some(())
    })
    .await;
}

async fn a_list_is_taken_in_line_by_line_and_shown_to_whom_it_is_for(kind: Kind) {
    let shown = [("federation.show_domain_blocks", "\"users\"")];
    let Some(school) = School::open_with(kind, &shown).await else {
        return;
    };
    let ada = school.teacher("ada");
    let list = school.folder().join("list.csv");
    std::fs::write(
        &list,
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
         bad.example,suspend,false,false,\"spam, mostly\",false\n\
         b*d.example,suspend,false,false,,false\n\
         hidden.example,silence,true,false,,true\n",
    )
    .unwrap();
    let output = school.command(&["domain", "import", list.to_str().unwrap()]);
    let said = out(&output);
    assert!(!output.status.success());
    assert!(said.contains("2: bad.example: new, suspend"), "{said}");
    assert!(said.contains("3: not taken: b*d.example"), "{said}");
    assert!(said.contains("4: hidden.example: new, silence"), "{said}");
    let exported = does(&school, &["domain", "export"]);
    assert_eq!(exported.lines().count(), 3, "{exported}");
    std::fs::write(&list, &exported).unwrap();
    let again = does(&school, &["domain", "import", list.to_str().unwrap()]);
    assert_eq!(again.matches("unchanged").count(), 2, "{again}");
    let json = does(&school, &["domain", "export", "--format", "gotosocial"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json,
        json!([{ "domain": "bad.example", "public_comment": "spam, mostly" }])
    );

    let place = "/api/v1/instance/domain_blocks";
    let stranger = school.request(Method::GET, place).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    let seen = ada.get(place).await;
    assert_eq!(seen[0]["domain"], "bad.example");
    assert_eq!(seen[0]["severity"], "suspend");
    assert_eq!(seen[0]["comment"], "spam, mostly");
    assert_eq!(seen[0]["digest"].as_str().unwrap().len(), 64);
    assert_eq!(seen[1]["domain"], "hid***.****ple");
    let ours = school.command(&["domain", "block", &school.host]);
    assert!(!ours.status.success());
    for rule in ["block", "allow"] {
        let refused = school.command(&["domain", rule, "*.bad.example"]);
        assert_eq!(refused.status.code(), Some(1), "{rule}");
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(why.contains("written whole"), "{why}");
    }
}

#[tokio::test]
async fn a_list_is_taken_in_line_by_line_and_shown_to_whom_it_is_for_on_sqlite() {
    a_list_is_taken_in_line_by_line_and_shown_to_whom_it_is_for(Sqlite).await;
}

#[tokio::test]
async fn a_list_is_taken_in_line_by_line_and_shown_to_whom_it_is_for_on_postgresql() {
    a_list_is_taken_in_line_by_line_and_shown_to_whom_it_is_for(Postgres).await;
}

async fn for_one(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let there = Elsewhere::open().await;
    let (mo, ny) = (there.person("mo"), there.person("ny"));
    there.is_followed(&school, &ada, &mo).await;
    there.is_followed(&school, &bo, &mo).await;
    follow_us(&there, &school, &mo, &own).await;
    there.tells(&school, &note(&mo, "1", "before")).await;
    ada.reads("before").await;
    let place = "/api/v1/domain_blocks";
    // Apps show before what a block would end.
    let preview = format!("{place}/preview?domain={}", there.host);
    let ends = |following, followers| json!({ "following_count": following, "followers_count": followers });
    assert_eq!(ada.get(&preview).await, ends(1, 1));
    assert_eq!(bo.get(&preview).await, ends(1, 0));
    let ours = format!("{place}/preview?domain={}", school.host);
    assert_eq!(ada.status_of(&ours).await, StatusCode::UNPROCESSABLE_ENTITY);
    ada.post(place, json!({ "domain": there.host })).await;
    ada.post(place, json!({ "domain": there.host })).await;
    assert_eq!(ada.get(place).await, json!([there.host]));
    assert_eq!(bo.get(place).await, json!([]));
    assert_eq!(ada.get(&preview).await, ends(0, 0));

    // Follows end both ways, and the other server is told.
    let id = account_id(&ada, &format!("mo@{}", there.host)).await;
    let now = relationship(&ada, &id).await;
    assert_eq!(now["domain_blocking"], true);
    assert_eq!(
        (&now["following"], &now["followed_by"]),
        (&json!(false), &json!(false))
    );
    there
        .receives("an Undo", |activity| activity["type"] == "Undo")
        .await;
    there
        .receives("a Reject", |activity| activity["type"] == "Reject")
        .await;
    let follow = ada.request(Method::POST, &format!("/api/v1/accounts/{id}/follow"));
    assert_eq!(follow.send().await.unwrap().status(), StatusCode::FORBIDDEN);

    // Bo reads on; nothing reaches Ada, who is named.
    let uri = format!("{}/users/ada", school.base);
    let mut post = note(&mo, "2", "after");
    post["object"]["tag"] = json!([{ "type": "Mention", "href": uri }]);
    post["object"]["cc"] = json!([uri]);
    there.tells(&school, &post).await;
    bo.reads("after").await;
    for place in ["home", "public"] {
        let seen = ada.get(&format!("/api/v1/timelines/{place}")).await;
        assert_eq!(seen, json!([]), "{place}");
    }
    let told = ada.get("/api/v1/notifications").await;
    let kinds: Vec<&Value> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(
        kinds,
        ["severed_relationships"],
        "of what the block ended, and no more"
    );

    // What people there want of Ada is refused or has no effect.
    let written = ada.publish(json!({ "status": "for all" })).await;
    let ny_id = ny["id"].as_str().unwrap();
    let like = json!({ "id": format!("{ny_id}#like"), "type": "Like", "actor": ny_id, "object": written["uri"] });
    there.tells(&school, &like).await;
    let follow =
        json!({ "id": format!("{ny_id}#follow"), "type": "Follow", "actor": ny_id, "object": uri });
    there.tells(&school, &follow).await;
    there
        .receives("a second Reject", |activity| {
            activity["type"] == "Reject" && activity["object"]["actor"] == *ny_id
        })
        .await;
    let status = ada
        .get(&format!(
            "/api/v1/statuses/{}",
            written["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(status["favourites_count"], 0);

    // Nor do they get what she writes, as they get what Bo writes.
    let quiet = json!({ "status": "for all, too", "visibility": "unlisted" });
    let other = bo.publish(quiet).await;
    let signer = there.signer(&ny);
    for (post, expected) in [(&written, StatusCode::NOT_FOUND), (&other, StatusCode::OK)] {
        let address = post["uri"].as_str().unwrap();
        let answer = ask(&school, address, Some(&signer)).await;
        assert_eq!(answer.status, expected, "{address}");
    }

    let lift = ada.request(Method::DELETE, place);
    let lift = lift.json(&json!({ "domain": there.host }));
    assert_eq!(lift.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(ada.get(place).await, json!([]));
    let seen = ada.get("/api/v1/timelines/public").await;
    assert_eq!(seen.as_array().unwrap().len(), 3, "{seen}");
    for bad in ["", "no name", &school.host] {
        let refused = ada.request(Method::POST, place);
        let refused = refused.json(&json!({ "domain": bad }));
        assert_eq!(
            refused.send().await.unwrap().status(),
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

#[tokio::test]
async fn one_may_hear_nothing_of_a_server_on_sqlite() {
    for_one(Sqlite).await;
}

#[tokio::test]
async fn one_may_hear_nothing_of_a_server_on_postgresql() {
    for_one(Postgres).await;
}
