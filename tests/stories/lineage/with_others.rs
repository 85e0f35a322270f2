//! With servers that know nothing of us: what they are sent, what is read of them, and whom they can make believe what.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{asked, id, is_of, ties, tree, url};
use crate::elsewhere::{Elsewhere, fits};
use crate::harness::{School, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn uri(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// A post as Mastodon sends it.
fn note(by: &Value, number: u32, content: &str, mentioned: &str) -> Value {
    let author = uri(by);
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{author}/statuses/{number}"), "type": "Note", "attributedTo": author,
        "url": format!("{author}/statuses/{number}"),
        "to": [PUBLIC], "cc": [mentioned], "content": content,
        "tag": [{ "type": "Mention", "href": mentioned, "name": "@ada" }],
    })
}

async fn tells(elsewhere: &Elsewhere, school: &School, note: &Value) {
    elsewhere.serve(note.clone());
    let create = json!({ "id": format!("{}/activity", uri(note)), "type": "Create",
        "actor": note["attributedTo"], "to": note["to"], "cc": note["cc"], "object": note });
    elsewhere.tells(school, &create).await;
}

/// From Mastodon's HTML, and from what others name.
async fn claims_from_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let ada_uri = own["uri"].as_str().unwrap();
    let source = ada.publish(json!({ "status": "Paper strips" })).await;
    let elsewhere = Elsewhere::open().await;
    let mo = elsewhere.person("mo");
    let link = format!(
        "<a href=\"{}\" rel=\"nofollow\"><span class=\"invisible\">http://</span>strips</a>",
        url(&source)
    );
    let html = note(
        &mo,
        1,
        &format!("<p>Magnet strips</p><p>Adapté de {link} ! #fractions</p>"),
        ada_uri,
    );
    tells(&elsewhere, &school, &html).await;
    let first = asked(&ada, uri(&html)).await;
    let mut named = note(&mo, 2, "<p>Digital strips</p>", ada_uri);
    named["isBasedOn"] = source["uri"].clone();
    tells(&elsewhere, &school, &named).await;
    let second = asked(&ada, uri(&named)).await;
    let mut linked = note(&mo, 3, "<p>Long strips</p>", ada_uri);
    let tag = json!({ "type": "Link", "rel": "http://schema.org/isBasedOn", "href": source["uri"],
        "mediaType": "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"" });
    linked["tag"].as_array_mut().unwrap().push(tag);
    tells(&elsewhere, &school, &linked).await;
    asked(&ada, uri(&linked)).await;
    let denied = note(&mo, 4, &format!("<p>Not adapted from {link}</p>"), ada_uri);
    tells(&elsewhere, &school, &denied).await;
    eventually("the denial to arrive", || async {
        let told = ada.get("/api/v1/notifications?types[]=mention").await;
        let told = told.as_array()?.iter();
        let mut told = told.map(|line| &line["status"]["uri"]);
        told.any(|uri| *uri == denied["id"]).then_some(())
    })
    .await;
    // Told twice, it is one.
    tells(&elsewhere, &school, &named).await;
    let seen = tree(&ada, id(&source)).await;
    assert_eq!(ties(&seen), ["claimed"; 3], "{seen:#}");

    for (question, words) in [(&first, "yes"), (&second, "no")] {
        let said =
            json!({ "status": words, "in_reply_to_id": id(question), "visibility": "direct" });
        ada.publish(said).await;
    }
    let collection = format!("{}/derivations", source["uri"].as_str().unwrap());
    let add = elsewhere
        .receives("an Add", |activity| activity["type"] == "Add")
        .await;
    let expected = json!({ "actor": ada_uri, "object": html["id"], "target": collection });
    assert!(fits(&add, &expected), "{add:#}");
    let reject = elsewhere
        .receives("a Reject", |activity| activity["type"] == "Reject")
        .await;
    let expected =
        json!({ "actor": ada_uri, "object": named["id"], "target": collection, "to": [mo["id"]] });
    assert!(fits(&reject, &expected), "{reject:#}");
    let read = async |address: &str| {
        let request = school.http.get(address);
        answer(request.header("accept", "application/activity+json")).await
    };
    let document = read(source["uri"].as_str().unwrap()).await;
    assert_eq!(document["hadDerivation"], collection);
    let page = read(&format!("{collection}?page=true")).await;
    assert_eq!(page["orderedItems"], json!([html["id"]]), "{page:#}");
    let seen = tree(&ada, id(&source)).await;
    assert_eq!(ties(&seen), ["confirmed", "claimed"], "{seen:#}");
}

#[tokio::test]
async fn claims_from_elsewhere_are_read_on_sqlite() {
    claims_from_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn claims_from_elsewhere_are_read_on_postgresql() {
    claims_from_elsewhere(Postgres).await;
}

/// A post of ours says to come from theirs.
async fn sources_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (elsewhere, other) = (Elsewhere::open().await, Elsewhere::open().await);
    let grace = elsewhere.person("grace");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let ada_uri = own["uri"].as_str().unwrap();
    let mut honest = note(&grace, 1, "<p>Number lines</p>", ada_uri);
    honest["hadDerivation"] = json!(format!("{}/derivations", uri(&honest)));
    elsewhere.serve(honest.clone());
    // Its collection is at another server, which may say what it likes.
    let mut forged = note(&grace, 2, "<p>Number squares</p>", ada_uri);
    forged["hadDerivation"] = json!(format!("{}/forged", other.base));
    elsewhere.serve(forged.clone());

    let adapts = async |source: &Value| {
        let words = format!("Mine\nAdapted from {}", uri(source));
        ada.publish(json!({ "status": words })).await
    };
    let (of_honest, of_forged) = (adapts(&honest).await, adapts(&forged).await);
    for (made, source) in [(&of_honest, &honest), (&of_forged, &forged)] {
        let create = elsewhere
            .receives("a Create", |activity| {
                activity["type"] == "Create" && activity["object"]["id"] == made["uri"]
            })
            .await;
        let object = &create["object"];
        assert_eq!(object["isBasedOn"], source["id"], "{object:#}");
        let cc = object["cc"].as_array().unwrap();
        assert!(cc.contains(&grace["id"]), "{object:#}");
        let tags = object["tag"].as_array().unwrap();
        let link = tags.iter().find(|tag| tag["type"] == "Link").unwrap();
        assert_eq!(link["href"], source["id"]);
        assert!(
            tags.iter().any(|tag| tag["href"] == grace["id"]),
            "{object:#}"
        );
        assert_eq!(made["staffroom"]["adapted_from"][0]["state"], "claimed");
    }
    let list = |id: &str, made: &Value| json!({ "id": id, "type": "OrderedCollection", "orderedItems": [made["uri"]] });
    other.serve(list(&format!("{}/forged", other.base), &of_forged));
    elsewhere.serve(list(honest["hadDerivation"].as_str().unwrap(), &of_honest));
    let add = |number: u32, source: &Value, made: &Value| {
        json!({ "id": format!("{}#adds/{number}", uri(&grace)), "type": "Add", "actor": grace["id"],
            "to": [ada_uri], "object": made["uri"], "target": format!("{}/derivations", uri(source)) })
    };
    elsewhere.tells(&school, &add(1, &forged, &of_forged)).await;
    elsewhere.tells(&school, &add(2, &honest, &of_honest)).await;
    is_of(&ada, id(&of_honest), "confirmed").await;
    eventually("the forged one to be looked at", || async {
        let asked = elsewhere.asked_for("/users/grace/statuses/2").await;
        (asked > 1).then_some(())
    })
    .await;
    let seen = tree(&ada, id(&of_forged)).await;
    assert_eq!(ties(&seen), ["claimed"], "{seen:#}");
    assert_eq!(other.asked().await, 0);

    // It is taken off the list.
    let none =
        json!({ "id": honest["hadDerivation"], "type": "OrderedCollection", "orderedItems": [] });
    elsewhere.serve(none);
    let mut remove = add(3, &honest, &of_honest);
    remove["type"] = json!("Remove");
    elsewhere.tells(&school, &remove).await;
    is_of(&ada, id(&of_honest), "claimed").await;

    // Nobody says no but who wrote the source; a later yes counts.
    let iris = elsewhere.person("iris");
    let mut reject = add(4, &honest, &of_honest);
    reject["type"] = json!("Reject");
    let mut by_iris = reject.clone();
    by_iris["actor"] = iris["id"].clone();
    by_iris["id"] = json!(format!("{}#rejects/1", uri(&iris)));
    elsewhere.tells(&school, &by_iris).await;
    let like = json!({ "id": format!("{}#likes/1", uri(&iris)), "type": "Like", "actor": iris["id"],
        "object": of_honest["uri"] });
    elsewhere.tells(&school, &like).await;
    ada.is_told("favourite").await;
    is_of(&ada, id(&of_honest), "claimed").await;
    reject["object"] = of_forged["uri"].clone();
    reject["target"] = json!(format!("{}/derivations", uri(&forged)));
    elsewhere.tells(&school, &reject).await;
    is_of(&ada, id(&of_forged), "refused").await;
    is_of(&ada, id(&of_honest), "claimed").await;
    let mut no = add(5, &honest, &of_honest);
    no["type"] = json!("Reject");
    elsewhere.tells(&school, &no).await;
    is_of(&ada, id(&of_honest), "refused").await;
    let seen = tree(&ada, id(&of_honest)).await;
    assert!(ties(&seen).is_empty(), "{seen:#}");
    elsewhere.serve(list(honest["hadDerivation"].as_str().unwrap(), &of_honest));
    elsewhere.tells(&school, &add(6, &honest, &of_honest)).await;
    is_of(&ada, id(&of_honest), "confirmed").await;
}

#[tokio::test]
async fn sources_elsewhere_are_told_and_believed_about_themselves_on_sqlite() {
    sources_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn sources_elsewhere_are_told_and_believed_about_themselves_on_postgresql() {
    sources_elsewhere(Postgres).await;
}
