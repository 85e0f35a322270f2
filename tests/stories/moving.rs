//! Moving: followers come along, if both accounts say so, and not all the time.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, fits, status_at};
use crate::harness::{School, Teacher, answer, eventually, out};
use crate::sign_in::{Browser, field};

const PASSWORD: &str = "chalk and cheese";

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

async fn relation(ada: &Teacher, account: &str) -> Value {
    let path = format!("/api/v1/accounts/relationships?id[]={account}");
    ada.get(&path).await[0].clone()
}

async fn follows(ada: &Teacher, account: &str) -> StatusCode {
    let path = format!("/api/v1/accounts/{account}/follow");
    let asked = ada.request(Method::POST, &path).send().await;
    asked.unwrap().status()
}

async fn others_move(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (old_home, new_home) = (Elsewhere::open().await, Elsewhere::open().await);
    let grace = old_home.person("grace");
    let (mut hopper, second) = (new_home.person("hopper"), new_home.person("second"));
    old_home.is_followed(&school, &ada, &grace).await;
    let by = grace["id"].as_str().unwrap();
    let moves = |id: &str, to: &Value| json!({ "id": format!("{by}#moves/{id}"), "type": "Move", "actor": by, "object": by, "target": to["id"] });
    let worked_off = async |id: &str| {
        let uri = format!("{by}/{id}");
        let own = format!("{}/users/ada", school.base);
        let probe = json!({ "id": format!("{uri}/c"), "type": "Create", "actor": by, "object": {
            "id": uri, "type": "Note", "attributedTo": by, "to": [PUBLIC, own], "content": "still here" } });
        old_home.tells(&school, &probe).await;
        eventually("the probe", || status_at(&ada, &uri)).await;
    };
    // Anybody could say so.
    old_home.tells(&school, &moves("1", &hopper)).await;
    worked_off("p1").await;
    let old = account_id(&ada, &format!("grace@{}", old_home.host)).await;
    assert_eq!(relation(&ada, &old).await["following"], true);
    assert!(new_home.received().await.is_empty());

    hopper["alsoKnownAs"] = json!([by]);
    new_home.serve(hopper.clone());
    old_home.tells(&school, &moves("2", &hopper)).await;
    let follow = new_home
        .receives("a Follow", |activity| activity["type"] == "Follow")
        .await;
    assert_eq!(follow["object"], hopper["id"]);
    let undo = old_home
        .receives("an Undo", |activity| activity["type"] == "Undo")
        .await;
    assert_eq!(undo["object"]["object"], grace["id"]);
    assert!(fits(
        &relation(&ada, &old).await,
        &json!({ "following": false, "requested": false })
    ));
    let shown = ada.get(&format!("/api/v1/accounts/{old}")).await;
    assert_eq!(shown["moved"]["acct"], format!("hopper@{}", new_home.host));

    // Not once more so soon.
    let mut second = second;
    second["alsoKnownAs"] = json!([by]);
    new_home.serve(second.clone());
    old_home.tells(&school, &moves("3", &second)).await;
    worked_off("p3").await;
    let shown = ada.get(&format!("/api/v1/accounts/{old}")).await;
    assert_eq!(shown["moved"]["acct"], format!("hopper@{}", new_home.host));
    let bo = school.teacher("bo");
    assert_eq!(follows(&bo, &old).await, StatusCode::FORBIDDEN);
    let follows = new_home.received().await;
    let follows = follows
        .iter()
        .filter(|activity| activity["type"] == "Follow");
    assert_eq!(follows.count(), 1);
}

#[tokio::test]
async fn others_move_and_we_follow_on_sqlite() {
    others_move(Sqlite).await;
}

#[tokio::test]
async fn others_move_and_we_follow_on_postgresql() {
    others_move(Postgres).await;
}

async fn ours_move(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (_ada, cy) = (here.teacher("ada"), here.teacher("cy"));
    let (bo, _ada_there) = (there.teacher("bo"), there.teacher("ada2"));
    let old = bo.follow(&format!("@ada@{}", here.host)).await;
    let own = cy.get("/api/v1/accounts/lookup?acct=ada").await;
    cy.post(
        &format!("/api/v1/accounts/{}/follow", own["id"].as_str().unwrap()),
        Value::Null,
    )
    .await;
    let target = format!("ada2@{}", there.host);
    let refused = here.command(&["user", "move", "ada", &target]);
    assert!(
        !refused.status.success() && out(&refused).contains("alias"),
        "{}",
        out(&refused)
    );
    let alias = there.command(&["user", "alias", "ada2", &format!("ada@{}", here.host)]);
    assert!(alias.status.success(), "{}", out(&alias));
    let moved = here.command(&["user", "move", "ada", &target]);
    assert!(moved.status.success(), "{}", out(&moved));

    // Both those who live here and those who live there follow the other account now.
    let new = bo.get("/api/v1/accounts/lookup?acct=ada2").await["id"].clone();
    let new = new.as_str().unwrap();
    eventually("bo to be taken along", || async {
        (relation(&bo, new).await["following"] == true).then_some(())
    })
    .await;
    assert_eq!(relation(&bo, &old).await["following"], false);
    let seen = account_id(&cy, &target).await;
    eventually("cy to be taken along", || async {
        (relation(&cy, &seen).await["following"] == true).then_some(())
    })
    .await;
    let document = here
        .request(Method::GET, "/users/ada")
        .header("accept", "application/activity+json");
    assert_eq!(
        answer(document).await["movedTo"],
        format!("{}/users/ada2", there.base)
    );
    let document = there
        .request(Method::GET, "/users/ada2")
        .header("accept", "application/activity+json");
    assert_eq!(
        answer(document).await["alsoKnownAs"],
        json!([format!("{}/users/ada", here.base)])
    );
    let shown = cy.get("/api/v1/accounts/lookup?acct=ada").await;
    assert_eq!(shown["moved"]["acct"], target);
    // Nobody follows the old one anew, from here or from elsewhere.
    let (third, di) = (Elsewhere::open().await, here.teacher("di"));
    let own = own["id"].as_str().unwrap();
    assert_eq!(follows(&di, own).await, StatusCode::FORBIDDEN);
    let mo = third.person("mo");
    let asks = |id: &str| {
        json!({ "id": format!("{}#follows/{id}", mo["id"].as_str().unwrap()), "type": "Follow",
        "actor": mo["id"], "object": format!("{}/users/ada", here.base) })
    };
    third.tells(&here, &asks("1")).await;
    let answered = async |kind: &str, id: &str| {
        let uri = asks(id)["id"].clone();
        let fits = |told: &Value| told["type"] == kind && told["object"]["id"] == uri;
        third.receives(kind, fits).await
    };
    answered("Reject", "1").await;
    let again = here.command(&["user", "move", "ada", &target]);
    assert!(out(&again).contains("thirty days"), "{}", out(&again));
    let stays = here.command(&["user", "move", "ada", "--undo"]);
    assert!(stays.status.success(), "{}", out(&stays));
    assert_eq!(
        cy.get("/api/v1/accounts/lookup?acct=ada")
            .await
            .get("moved"),
        None
    );
    assert_eq!(follows(&di, own).await, StatusCode::OK);
    third.tells(&here, &asks("2")).await;
    answered("Accept", "2").await;
}

#[tokio::test]
async fn ours_move_and_are_followed_on_sqlite() {
    ours_move(Sqlite).await;
}

#[tokio::test]
async fn ours_move_and_are_followed_on_postgresql() {
    ours_move(Postgres).await;
}

// On SQLite alone: one moves on both; this is about a page.
#[tokio::test]
async fn one_moves_in_the_browser_if_one_knows_the_password() {
    let (Some(here), Some(there)) = (School::open(Sqlite).await, School::open(Sqlite).await) else {
        return;
    };
    let (_ada, _ada_there) = (here.teacher("ada"), there.teacher("ada2"));
    let (old, new) = (Browser::new(&here), Browser::new(&there));
    let (status, to, _) = old.page("/settings/move").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(to, "/sign-in?return_to=/settings/move");
    old.sign_in("ada", PASSWORD, "/").await;
    new.sign_in("ada2", PASSWORD, "/").await;
    let submit = async |browser: &Browser, deed: &str, handle: &str, password: &str| {
        let (_, _, page) = browser.page("/settings/move").await;
        let csrf = field(&page, "csrf");
        let form = [
            ("csrf", &*csrf),
            ("deed", deed),
            ("handle", handle),
            ("password", password),
        ];
        let (status, _, page) = browser.submit("/settings/move", &form).await;
        (status, page)
    };
    let target = format!("ada2@{}", there.host);
    let origin = format!("@ada@{}", here.host);
    for (deed, handle, password, reason) in [
        ("move", &*target, PASSWORD, "alias"),
        (
            "move",
            &*target,
            "guess",
            "Invalid e-mail address or password",
        ),
        ("add", "nobody at all", PASSWORD, "no handle"),
        ("add", "ada", PASSWORD, "no alias of itself"),
    ] {
        let (status, page) = submit(&old, deed, handle, password).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{deed} {handle}");
        assert!(page.contains(reason), "{page}");
    }
    let forged = [("csrf", "forged"), ("deed", "stay"), ("password", PASSWORD)];
    let (status, _, _) = old.submit("/settings/move", &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(
        submit(&new, "add", &origin, PASSWORD).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, _, page) = new.page("/settings/move").await;
    let alias = format!("{}/users/ada", here.base);
    assert!(page.contains(&alias), "{page}");
    assert_eq!(
        submit(&old, "move", &target, PASSWORD).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, _, page) = old.page("/settings/move").await;
    assert!(
        page.contains(&format!("{}/users/ada2", there.base)),
        "{page}"
    );
    assert_eq!(
        submit(&old, "stay", "", PASSWORD).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, _, page) = old.page("/settings/move").await;
    assert!(!page.contains("has moved to"), "{page}");
    assert_eq!(
        submit(&new, "remove", &alias, PASSWORD).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, _, page) = new.page("/settings/move").await;
    assert!(!page.contains(&alias), "{page}");
}
