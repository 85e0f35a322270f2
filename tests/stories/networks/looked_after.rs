//! What a network says of itself is its stewards' to write; and where none of them is left, an administrator names one.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, network, text, writes};
use crate::elsewhere::account_id;
use crate::harness::{School, answer, out};

fn picture() -> multipart::Part {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    multipart::Part::bytes(png.into_inner()).file_name("face.png")
}

async fn described(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, bo, dan] = ["ada", "bo", "dan"].map(|name| hub.teacher(name));
    network(&hub, "english", &["ada", "bo"], &["--rules", "Be kind."]);
    let id = id_of(&hub, "english").await;
    let one = format!("{NETWORKS}/{id}");
    let before = dan.get(&one).await;

    let form = || {
        let form = multipart::Form::new().part("avatar", picture());
        form.text("title", "English for all")
    };
    let by_dan = dan.request(Method::PATCH, &one).multipart(form());
    assert_eq!(by_dan.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(dan.get(&one).await, before);
    answer(ada.request(Method::PATCH, &one).multipart(form())).await;
    let now = dan.get(&one).await;
    assert_eq!(now["title"], "English for all");
    assert_ne!(now["account"]["avatar"], before["account"]["avatar"]);
    assert_eq!(now["rules"], "Be kind.");
    assert_eq!(now["description"], before["description"]);
    hears(&bo, "changed what").await;

    // From any app, in plain words; for others to read.
    writes(&bo, "@english description: For all who teach #English").await;
    hears(&bo, "It is changed").await;
    writes(&dan, "@english description: Mine").await;
    hears(&dan, "Only stewards").await;
    writes(&dan, "@english Description, please!").await;
    hears(&dan, "For all who teach").await;
    let now = dan.get(&one).await;
    assert!(text(&now["description"]).starts_with("<p>For all who teach <a href="));
    assert_eq!(now["title"], "English for all");

    // Rules bind others, whatever else is said with them; and what is too long changes nothing.
    let both =
        json!({ "title": "English again", "rules": "Be kinder.", "posts_are_practice": true });
    let said = answer(ada.request(Method::PATCH, &one).json(&both)).await;
    for number in ["1", "2"] {
        let waits = format!("This is proposal {number}.");
        assert!(text(&said["message"]).contains(&waits), "{said}");
    }
    let long = json!({ "title": "x".repeat(200), "rules": "Be kindest." });
    let refused = ada.request(Method::PATCH, &one).json(&long);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let now = dan.get(&one).await;
    assert_eq!(now["title"], "English again");
    assert_eq!(now["rules"], "Be kind.");
    assert_eq!(now["posts_are_practice"], false);
    let open = bo.get(&format!("{one}/proposals")).await;
    assert_eq!(open.as_array().unwrap().len(), 2, "{open}");
}

#[tokio::test]
async fn stewards_write_what_a_network_says_of_itself_on_sqlite() {
    described(Sqlite).await;
}

#[tokio::test]
async fn stewards_write_what_a_network_says_of_itself_on_postgresql() {
    described(Postgres).await;
}

async fn orphaned(kind: Kind) {
    let (Some(hub), Some(other)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let owner = hub.person("owner", "admin", "read write follow admin:read admin:write");
    let (ada, dan, bo) = (hub.teacher("ada"), hub.teacher("dan"), other.teacher("bo"));
    network(&hub, "english", &["ada"], &[]);
    let id = id_of(&hub, "english").await;
    let who = account_id(&owner, "dan").await;
    let path = format!("{NETWORKS}/{id}/stewards/{who}");
    // As long as there is one, she decides.
    let refused = owner.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = hub.command(&["network", "steward", "english", "dan"]);
    assert!(!refused.status.success(), "{}", out(&refused));

    let leaves = |name: &str| {
        let left = hub.command(&["user", "delete", name, "--yes"]);
        assert!(left.status.success(), "{}", out(&left));
    };
    leaves(&ada.name);
    let mine = dan.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(mine.status(), StatusCode::FORBIDDEN);
    let said = owner.post(&path, Value::Null).await;
    assert!(text(&said["message"]).contains("is a steward of"), "{said}");
    hears(&dan, "You look after").await;
    leaves(&dan.name);
    let elsewhere = format!("bo@{}", other.host);
    let named = hub.command(&["network", "steward", "english", &elsewhere]);
    assert!(named.status.success(), "{}", out(&named));
    let heard = hears(&bo, "You look after").await;
    assert!(has(&heard, "english"));
    let shown = owner.get(&format!("{NETWORKS}/{id}")).await;
    assert_eq!(shown["stewards"][0]["acct"], elsewhere);
    let log = out(&hub.command(&["report", "log"]));
    for line in [
        format!(
            "@owner\tname steward\t@dan@{host} @english@{host}",
            host = hub.host
        ),
        format!(
            "command line\tname steward\t@{elsewhere} @english@{}",
            hub.host
        ),
    ] {
        assert!(log.contains(&line), "{line}: {log}");
    }
}

#[tokio::test]
async fn an_administrator_names_a_steward_where_none_is_left_on_sqlite() {
    orphaned(Sqlite).await;
}

#[tokio::test]
async fn an_administrator_names_a_steward_where_none_is_left_on_postgresql() {
    orphaned(Postgres).await;
}
