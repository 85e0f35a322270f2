//! What moderators and administrators do by their apps: about people, reports and servers.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, answer, out};

pub const SCOPES: &str = "read write admin:read admin:write";

async fn asks(who: &Teacher, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let response = who.request(method, path).json(&body).send().await.unwrap();
    let status = response.status();
    (status, response.json().await.unwrap())
}

pub async fn is_refused(
    who: &Teacher,
    method: Method,
    path: &str,
    body: Value,
    expected: StatusCode,
) {
    let (status, said) = asks(who, method.clone(), path, body).await;
    assert_eq!(status, expected, "{method} {path}: {said}");
    assert!(said["error"].is_string(), "{said}");
}

async fn own_id(who: &Teacher) -> String {
    let own = who.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

pub async fn names(who: &Teacher, path: &str) -> Vec<String> {
    let found = who.get(path).await;
    let names = found.as_array().unwrap().iter();
    names
        .map(|account| account["username"].as_str().unwrap().to_owned())
        .collect()
}

/// By an app, from somewhere behind a proxy.
pub async fn signs_up(school: &School, name: &str, email: &str, from: &str) -> (StatusCode, Value) {
    let app = school.request(Method::POST, "/api/v1/apps").form(&[
        ("client_name", "An app"),
        ("redirect_uris", "urn:ietf:wg:oauth:2.0:oob"),
        ("scopes", "read write"),
    ]);
    let app = answer(app).await;
    let grant = json!({ "grant_type": "client_credentials", "scope": "read write",
        "client_id": app["client_id"], "client_secret": app["client_secret"] });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let form = json!({ "username": name, "email": email, "agreement": true, "locale": "en",
        "password": "chalk and cheese", "reason": "I teach" });
    let signed = school
        .request(Method::POST, "/api/v1/accounts")
        .header("x-forwarded-for", from)
        .bearer_auth(token["access_token"].as_str().unwrap())
        .json(&form);
    let response = signed.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn servers(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let abe = school.person("abe", "admin", SCOPES);
    let mia = school.person("mia", "moderator", SCOPES);
    let blocks = "/api/v1/admin/domain_blocks";

    let rule = json!({ "domain": "Loud.Example", "private_comment": "noise", "obfuscate": true });
    let made = abe.post(blocks, rule.clone()).await;
    assert_eq!(made["domain"], "loud.example");
    assert_eq!(made["severity"], "silence");
    assert_eq!(made["private_comment"], "noise");
    assert_eq!(made["public_comment"], Value::Null);
    assert_eq!(made["obfuscate"], true);
    assert_eq!(made["digest"].as_str().unwrap().len(), 64);
    let own = format!("{blocks}/{}", made["id"].as_str().unwrap());
    assert_eq!(abe.get(&own).await, made);

    let change =
        json!({ "severity": "suspend", "public_comment": "too loud", "private_comment": "" });
    let changed = answer(abe.request(Method::PUT, &own).json(&change)).await;
    assert_eq!(changed["id"], made["id"]);
    assert_eq!(changed["created_at"], made["created_at"]);
    assert_eq!(changed["severity"], "suspend");
    assert_eq!(changed["public_comment"], "too loud");
    assert_eq!(changed["private_comment"], Value::Null);
    assert_eq!(changed["obfuscate"], true);
    assert_eq!(abe.get(blocks).await, json!([changed]));
    let none = format!("{blocks}?limit=0");
    assert_eq!(abe.get(&none).await, json!([]));
    let (status, said) = asks(&abe, Method::POST, blocks, rule.clone()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    assert_eq!(said["existing_domain_block"], changed);
    let listed = school.command(&["domain", "list"]);
    assert!(
        out(&listed).contains("loud.example\tsuspend"),
        "{}",
        out(&listed)
    );

    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    for body in [
        json!({}),
        json!({ "domain": "not a name" }),
        json!({ "domain": "quiet.example", "severity": "boring" }),
        json!({ "domain": "quiet.example", "reject_media": "maybe" }),
        json!({ "domain": school.host }),
    ] {
        is_refused(&abe, Method::POST, blocks, body, bad).await;
    }
    for id in ["1", "x"] {
        let path = format!("{blocks}/{id}");
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            is_refused(&abe, method, &path, json!({}), StatusCode::NOT_FOUND).await;
        }
    }
    is_refused(&mia, Method::POST, blocks, rule, StatusCode::FORBIDDEN).await;
    assert_eq!(answer(abe.request(Method::DELETE, &own)).await, json!({}));
    is_refused(&abe, Method::GET, &own, json!({}), StatusCode::NOT_FOUND).await;
    assert_eq!(abe.get(blocks).await, json!([]));

    let allows = "/api/v1/admin/domain_allows";
    let made = abe.post(allows, json!({ "domain": "ally.example" })).await;
    assert_eq!(made["domain"], "ally.example");
    let again = abe.post(allows, json!({ "domain": "ally.example" })).await;
    assert_eq!(again, made);
    let own = format!("{allows}/{}", made["id"].as_str().unwrap());
    assert_eq!(abe.get(&own).await, made);
    assert_eq!(abe.get(allows).await, json!([made]));
    is_refused(&abe, Method::POST, allows, json!({ "domain": "" }), bad).await;
    is_refused(&mia, Method::DELETE, &own, json!({}), StatusCode::FORBIDDEN).await;
    assert_eq!(answer(abe.request(Method::DELETE, &own)).await, json!({}));
    is_refused(&abe, Method::DELETE, &own, json!({}), StatusCode::NOT_FOUND).await;

    let log = out(&school.command(&["report", "log"]));
    for line in [
        "@abe\tblock domain\tloud.example",
        "@abe\tdisallow domain\tally.example",
    ] {
        assert!(log.contains(line), "{log}");
    }
}

async fn people(kind: Kind) {
    let Some(school) = School::open_with(kind, &[("registrations.mode", "\"approval\"")]).await
    else {
        return;
    };
    let abe = school.person("abe", "admin", SCOPES);
    let mia = school.person("mia", "moderator", SCOPES);
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    there.is_followed(&school, &ada, &mo).await;
    let mo = account_id(&ada, &format!("mo@{}", there.host)).await;
    let ada_id = own_id(&ada).await;
    let of = |id: &str| format!("/api/v1/admin/accounts/{id}");

    // Somebody waits to be let in, somebody else too.
    for name in ["wim", "xia"] {
        let email = format!("{name}@school.example");
        let (status, said) = signs_up(&school, name, &email, "127.0.0.1").await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }
    let list = "/api/v2/admin/accounts";
    let waiting = mia.get(&format!("{list}?status=pending")).await;
    assert_eq!(waiting.as_array().unwrap().len(), 2, "{waiting}");
    assert_eq!(waiting[0]["username"], "xia");
    assert_eq!(waiting[0]["invite_request"], "I teach");
    assert_eq!(waiting[0]["approved"], false);
    let [xia, wim] = [0, 1].map(|place: usize| of(waiting[place]["id"].as_str().unwrap()));
    let let_in = mia.post(&format!("{wim}/approve"), json!({})).await;
    assert_eq!(let_in["approved"], true);
    let away = mia.post(&format!("{xia}/reject"), json!({})).await;
    assert_eq!(away["username"], "xia");
    let forbidden = StatusCode::FORBIDDEN;
    for verb in ["approve", "reject"] {
        is_refused(
            &mia,
            Method::POST,
            &format!("{wim}/{verb}"),
            json!({}),
            forbidden,
        )
        .await;
    }
    is_refused(&mia, Method::GET, &xia, json!({}), StatusCode::NOT_FOUND).await;

    // All filters of both versions.
    for (query, expected) in [
        ("", vec!["wim", "mo", "bo", "ada", "mia", "abe"]),
        ("?origin=local", vec!["wim", "bo", "ada", "mia", "abe"]),
        ("?origin=remote", vec!["mo"]),
        ("?permissions=staff", vec!["mia", "abe"]),
        ("?role_ids[]=2", vec!["abe"]),
        ("?username=AD", vec!["ada"]),
        ("?username=%25", vec![]),
        ("?email=BO@", vec!["bo"]),
        ("?ip=127.0.0.1", vec![]),
        ("?invited_by=1", vec![]),
        ("?status=suspended", vec![]),
        ("?limit=2", vec!["wim", "mo"]),
    ] {
        assert_eq!(
            names(&mia, &format!("{list}{query}")).await,
            expected,
            "{query}"
        );
    }
    assert_eq!(
        names(&mia, &format!("{list}?by_domain={}", there.host)).await,
        ["mo"]
    );
    for (query, expected) in [
        ("", vec!["wim", "bo", "ada", "mia", "abe"]),
        ("?local=true", vec!["wim", "bo", "ada", "mia", "abe"]),
        ("?remote=true", vec!["mo"]),
        ("?staff=true&local=1", vec!["mia", "abe"]),
        ("?suspended=true", vec![]),
        ("?ip=127.0.0.1", vec![]),
    ] {
        let path = format!("/api/v1/admin/accounts{query}");
        assert_eq!(names(&mia, &path).await, expected, "{query}");
    }
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    for query in ["?status=odd", "?origin=odd"] {
        is_refused(&mia, Method::GET, &format!("{list}{query}"), json!({}), bad).await;
    }

    let shown = mia.get(&of(&ada_id)).await;
    assert_eq!(shown["email"], "ada@school.example");
    assert_eq!(shown["role"]["name"], "user");
    assert_eq!(shown["account"]["acct"], "ada");
    assert_eq!(shown["confirmed"], true);
    let elsewhere = mia.get(&of(&mo)).await;
    assert_eq!(elsewhere["domain"], json!(there.host));
    assert_eq!(elsewhere["email"], Value::Null);

    // Each sanction works, and is lifted again.
    let post = ada.publish(json!({ "status": "chalk" })).await;
    let read = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let action = format!("{}/action", of(&ada_id));
    let act = async |kind: &str| {
        mia.post(&action, json!({ "type": kind, "text": "please" }))
            .await
    };
    let lift = async |verb: &str| {
        mia.post(&format!("{}/{verb}", of(&ada_id)), json!({}))
            .await
    };
    assert_eq!(act("none").await, json!({}));
    act("sensitive").await;
    assert_eq!(bo.get(&read).await["sensitive"], true);
    assert_eq!(lift("unsensitive").await["sensitized"], false);
    assert_eq!(bo.get(&read).await["sensitive"], false);
    act("silence").await;
    let public = "/api/v1/timelines/public?local=true";
    assert_eq!(bo.get(public).await, json!([]));
    assert_eq!(
        names(&mia, &format!("{list}?status=silenced")).await,
        ["ada"]
    );
    assert_eq!(lift("unsilence").await["silenced"], false);
    assert_eq!(bo.get(public).await[0]["id"], post["id"]);
    act("disable").await;
    assert_eq!(ada.status_of(&read).await, forbidden);
    assert_eq!(bo.status_of(&read).await, StatusCode::OK);
    assert_eq!(
        names(&mia, &format!("{list}?status=disabled")).await,
        ["ada"]
    );
    assert_eq!(lift("enable").await["disabled"], false);
    assert_eq!(ada.status_of(&read).await, StatusCode::OK);
    act("suspend").await;
    assert_eq!(bo.status_of(&read).await, StatusCode::NOT_FOUND);
    assert_eq!(
        names(&mia, &format!("{list}?status=suspended")).await,
        ["ada"]
    );
    let first_list = "/api/v1/admin/accounts";
    assert_eq!(names(&mia, first_list).await, ["wim", "bo", "mia", "abe"]);
    let suspended = format!("{first_list}?suspended=true");
    assert_eq!(names(&mia, &suspended).await, ["ada"]);
    assert_eq!(lift("unsuspend").await["suspended"], false);
    assert_eq!(bo.status_of(&read).await, StatusCode::OK);

    // Somebody elsewhere who is suspended is followed no more.
    let far = format!("{}/action", of(&mo));
    is_refused(&mia, Method::POST, &far, json!({ "type": "disable" }), bad).await;
    mia.post(&far, json!({ "type": "suspend" })).await;
    let lifted = mia.post(&format!("{}/unsuspend", of(&mo)), json!({})).await;
    assert_eq!(lifted["suspended"], false);
    let relation = ada
        .get(&format!("/api/v1/accounts/relationships?id[]={mo}"))
        .await;
    assert_eq!(relation[0]["following"], false, "{relation}");

    // Nobody decides about their equals, nor about what is not there.
    let abe_id = own_id(&abe).await;
    let above = format!("{}/action", of(&abe_id));
    is_refused(
        &mia,
        Method::POST,
        &above,
        json!({ "type": "suspend" }),
        forbidden,
    )
    .await;
    for (path, body, expected) in [
        (action.clone(), json!({}), bad),
        (action.clone(), json!({ "type": "tease" }), bad),
        (
            action.clone(),
            json!({ "type": "none", "report_id": "1" }),
            StatusCode::NOT_FOUND,
        ),
        (
            format!("{}/action", of("1")),
            json!({ "type": "none" }),
            StatusCode::NOT_FOUND,
        ),
        (
            format!("{}/unsuspend", of("x")),
            json!({}),
            StatusCode::NOT_FOUND,
        ),
    ] {
        is_refused(&mia, Method::POST, &path, body, expected).await;
    }
    is_refused(&bo, Method::GET, list, json!({}), forbidden).await;

    // For good, and only by administrators of those who are suspended.
    is_refused(&abe, Method::DELETE, &of(&ada_id), json!({}), forbidden).await;
    act("suspend").await;
    is_refused(&mia, Method::DELETE, &of(&ada_id), json!({}), forbidden).await;
    let gone = answer(abe.request(Method::DELETE, &of(&ada_id))).await;
    assert_eq!(gone["username"], "ada");
    is_refused(
        &abe,
        Method::GET,
        &of(&ada_id),
        json!({}),
        StatusCode::NOT_FOUND,
    )
    .await;
    let log = out(&school.command(&["report", "log"]));
    for line in [
        "@mia\tapprove\t@wim",
        "@mia\tlift suspend\t@ada",
        "@abe\tdelete\t@ada",
    ] {
        assert!(log.contains(line), "{log}");
    }
}

async fn reports(kind: Kind) {
    let rules = [("instance.rules", "[\"Be kind.\", \"No grades.\"]")];
    let Some(school) = School::open_with(kind, &rules).await else {
        return;
    };
    let mia = school.person("mia", "moderator", SCOPES);
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let (ada_id, bo_id) = (own_id(&ada).await, own_id(&bo).await);
    let post = bo
        .publish(json!({ "status": "@ada you fool", "visibility": "direct" }))
        .await;
    let told = json!({ "account_id": bo_id, "status_ids": [post["id"], post["id"]], "comment": "rude",
        "rule_ids": ["2", "1", "2"] });
    let first = ada.post("/api/v1/reports", told).await;
    assert_eq!(first["category"], "violation");
    assert_eq!(first["rule_ids"], json!(["1", "2"]));
    for none in ["3", "0", "kind"] {
        let told = json!({ "account_id": bo_id, "rule_ids": [none] });
        let refused = ada.request(Method::POST, "/api/v1/reports").json(&told);
        let refused = refused.send().await.unwrap().status();
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "{none}");
    }
    let second = ada
        .post("/api/v1/reports", json!({ "account_id": bo_id }))
        .await;
    let list = "/api/v1/admin/reports";
    let of = |report: &Value| format!("{list}/{}", report["id"].as_str().unwrap());

    let shown = mia.get(&of(&first)).await;
    assert_eq!(shown["comment"], "rude");
    assert_eq!(shown["rules"][1]["text"], "No grades.");
    assert_eq!(shown["account"]["username"], "ada");
    assert_eq!(shown["target_account"]["email"], "bo@school.example");
    assert_eq!(shown["statuses"][0]["id"], post["id"]);
    assert_eq!(shown["assigned_account"], Value::Null);
    let ids = async |query: &str| {
        let found = mia.get(&format!("{list}{query}")).await;
        let found = found.as_array().unwrap().clone();
        found
            .into_iter()
            .map(|report| report["id"].clone())
            .collect::<Vec<_>>()
    };
    let both = vec![second["id"].clone(), first["id"].clone()];
    assert_eq!(ids("").await, both);
    assert_eq!(ids(&format!("?account_id={ada_id}")).await, both);
    assert_eq!(
        ids(&format!("?target_account_id={ada_id}")).await,
        Vec::<Value>::new()
    );
    assert_eq!(
        ids("?by_target_domain=elsewhere.example").await,
        Vec::<Value>::new()
    );
    assert_eq!(ids("?resolved=true").await, Vec::<Value>::new());
    assert_eq!(ids("?limit=1").await, both[..1]);

    let change = json!({ "category": "spam", "rule_ids": ["2"] });
    let changed = answer(mia.request(Method::PUT, &of(&first)).json(&change)).await;
    assert_eq!(changed["category"], "spam");
    assert_eq!(changed["rules"].as_array().unwrap().len(), 1, "{changed}");
    let does = async |verb: &str| mia.post(&format!("{}/{verb}", of(&first)), json!({})).await;
    let mine = does("assign_to_self").await;
    assert_eq!(mine["assigned_account"]["username"], "mia");
    assert_eq!(does("unassign").await["assigned_account"], Value::Null);
    let settled = does("resolve").await;
    assert_eq!(settled["action_taken"], true);
    assert_eq!(settled["action_taken_by_account"]["username"], "mia");
    assert_eq!(ids("?resolved=true").await, both[1..]);
    assert_eq!(ids("?resolved=true&unresolved=true").await, both);
    let open = does("reopen").await;
    assert_eq!(open["action_taken"], false);
    assert_eq!(open["action_taken_at"], Value::Null);
    assert_eq!(open["action_taken_by_account"], Value::Null);

    // A decision settles the report that led to it, if it is about the same person.
    let action = |id: &str| format!("/api/v1/admin/accounts/{id}/action");
    let decision = json!({ "type": "silence", "report_id": second["id"] });
    let missing = StatusCode::NOT_FOUND;
    is_refused(
        &mia,
        Method::POST,
        &action(&ada_id),
        decision.clone(),
        missing,
    )
    .await;
    mia.post(&action(&bo_id), decision).await;
    assert_eq!(mia.get(&of(&second)).await["action_taken"], true);

    // What is imposed on somebody settles all that waits about them, a mere warning what it is about. They are told which
    // posts that is.
    assert_eq!(mia.get(&of(&first)).await["action_taken"], true);
    does("reopen").await;
    let mut warning = json!({ "type": "none", "text": "Please be kind" });
    mia.post(&action(&bo_id), warning.clone()).await;
    assert_eq!(mia.get(&of(&first)).await["action_taken"], false);
    let told = bo.is_told("moderation_warning").await;
    assert_eq!(told["moderation_warning"]["status_ids"], Value::Null);
    warning["report_id"] = first["id"].clone();
    mia.post(&action(&bo_id), warning).await;
    assert_eq!(mia.get(&of(&first)).await["action_taken"], true);
    let told = bo.is_told("moderation_warning").await;
    assert_eq!(
        told["moderation_warning"]["status_ids"],
        json!([post["id"]])
    );

    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    for body in [json!({ "category": "odd" }), json!({ "rule_ids": ["3"] })] {
        is_refused(&mia, Method::PUT, &of(&first), body, bad).await;
    }
    for id in ["1", "x"] {
        let path = format!("{list}/{id}");
        is_refused(&mia, Method::GET, &path, json!({}), missing).await;
        is_refused(
            &mia,
            Method::POST,
            &format!("{path}/resolve"),
            json!({}),
            missing,
        )
        .await;
    }
    is_refused(
        &ada,
        Method::GET,
        &of(&first),
        json!({}),
        StatusCode::FORBIDDEN,
    )
    .await;
    let weak = school.person("max", "moderator", "read admin:read:accounts");
    is_refused(
        &weak,
        Method::GET,
        &of(&first),
        json!({}),
        StatusCode::FORBIDDEN,
    )
    .await;
}

#[tokio::test]
async fn administrators_decide_about_servers_on_sqlite() {
    servers(Sqlite).await;
}

#[tokio::test]
async fn administrators_decide_about_servers_on_postgresql() {
    servers(Postgres).await;
}

#[tokio::test]
async fn moderators_decide_about_people_on_sqlite() {
    people(Sqlite).await;
}

#[tokio::test]
async fn moderators_decide_about_people_on_postgresql() {
    people(Postgres).await;
}

#[tokio::test]
async fn moderators_settle_reports_on_sqlite() {
    reports(Sqlite).await;
}

#[tokio::test]
async fn moderators_settle_reports_on_postgresql() {
    reports(Postgres).await;
}
