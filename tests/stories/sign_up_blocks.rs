//! With which addresses nobody signs up, and from where nobody is let in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::{SCOPES, is_refused, names, signs_up};
use crate::harness::{School, answer, eventually, out};

async fn blocks(kind: Kind) {
    let proxies = [("server.trusted_proxies", "[\"127.0.0.1/32\"]")];
    let Some(school) = School::open_with(kind, &proxies).await else {
        return;
    };
    let abe = school.person("abe", "admin", SCOPES);
    let mia = school.person("mia", "moderator", SCOPES);
    let (bad, missing, forbidden) = (
        StatusCode::UNPROCESSABLE_ENTITY,
        StatusCode::NOT_FOUND,
        StatusCode::FORBIDDEN,
    );
    let home = "198.51.100.1";

    // A host, and all below it.
    let hosts = "/api/v1/admin/email_domain_blocks";
    let host = abe
        .post(hosts, json!({ "domain": "Throwaway.example" }))
        .await;
    assert_eq!(host["domain"], "throwaway.example");
    assert_eq!(host["history"], json!([]));
    for email in ["ida@throwaway.example", "ida@mail.throwaway.example"] {
        let (status, said) = signs_up(&school, "ida", email, home).await;
        assert_eq!(status, bad);
        assert_eq!(
            said["details"]["email"][0]["error"], "ERR_BLOCKED",
            "{said}"
        );
        assert_eq!(
            said["error"],
            "Validation failed: Email cannot be used here"
        );
    }

    // One address, however it is written.
    let addresses = "/api/v1/admin/canonical_email_blocks";
    let address = abe
        .post(addresses, json!({ "email": "jo@school.example" }))
        .await;
    assert_eq!(address["canonical_email_hash"].as_str().unwrap().len(), 64);
    let (status, said) = signs_up(&school, "jo", "j.o+new@school.example", home).await;
    assert_eq!(status, bad, "{said}");
    let test = format!("{addresses}/test");
    let met = abe
        .post(&test, json!({ "email": "J.O@school.example" }))
        .await;
    assert_eq!(met, json!([address]));
    let met = abe
        .post(&test, json!({ "email": "joe@school.example" }))
        .await;
    assert_eq!(met, json!([]));
    let again = json!({ "canonical_email_hash": address["canonical_email_hash"] });
    is_refused(&abe, Method::POST, addresses, again, bad).await;

    // A network: nobody signs up, or only with approval, or nothing is answered at all.
    let networks = "/api/v1/admin/ip_blocks";
    let rule = json!({ "ip": "203.0.113.7/24", "severity": "sign_up_block", "comment": "noise", "expires_in": 3600 });
    let network = abe.post(networks, rule).await;
    assert_eq!(network["ip"], "203.0.113.0/24");
    assert_eq!(network["severity"], "sign_up_block");
    assert_eq!(network["comment"], "noise");
    assert!(network["expires_at"].is_string(), "{network}");
    let (status, said) = signs_up(&school, "kim", "kim@school.example", "203.0.113.9").await;
    assert_eq!(status, forbidden, "{said}");
    let (status, said) = signs_up(&school, "kim", "kim@school.example", home).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    // Moderators are told, also where nobody needs their yes.
    let told = mia.is_told("admin.sign_up").await;
    assert_eq!(told["account"]["username"], "kim");
    let own = format!("{networks}/{}", network["id"].as_str().unwrap());
    let change = json!({ "severity": "sign_up_requires_approval", "expires_in": "" });
    let changed = answer(abe.request(Method::PUT, &own).json(&change)).await;
    assert_eq!(changed["expires_at"], Value::Null);
    assert_eq!(changed["comment"], "noise");
    let (status, said) = signs_up(&school, "lou", "lou@school.example", "203.0.113.9").await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let waiting = names(&mia, "/api/v2/admin/accounts?status=pending").await;
    assert_eq!(waiting, ["lou"]);
    let change = json!({ "severity": "no_access" });
    answer(abe.request(Method::PUT, &own).json(&change)).await;
    let status_from = async |from: &str| {
        let asked = school
            .request(Method::GET, "/about")
            .header("x-forwarded-for", from);
        asked.send().await.unwrap().status()
    };
    eventually("the network to be turned away", async || {
        (status_from("203.0.113.9").await == forbidden).then_some(())
    })
    .await;
    assert_eq!(status_from(home).await, StatusCode::OK);
    answer(abe.request(Method::DELETE, &own)).await;
    eventually("the network to be let in", async || {
        (status_from("203.0.113.9").await == StatusCode::OK).then_some(())
    })
    .await;

    for (list, made) in [(hosts, &host), (addresses, &address)] {
        let own = format!("{list}/{}", made["id"].as_str().unwrap());
        assert_eq!(&abe.get(&own).await, made);
        assert_eq!(abe.get(list).await, json!([made]));
        is_refused(&mia, Method::GET, list, json!({}), forbidden).await;
        assert_eq!(answer(abe.request(Method::DELETE, &own)).await, json!({}));
        assert_eq!(abe.get(list).await, json!([]));
        is_refused(&abe, Method::DELETE, &own, json!({}), missing).await;
    }
    for (list, body) in [
        (hosts, json!({})),
        (hosts, json!({ "domain": "no name" })),
        (addresses, json!({})),
        (addresses, json!({ "canonical_email_hash": "beef" })),
        (networks, json!({ "ip": "203.0.113.0/24" })),
        (networks, json!({ "ip": "school", "severity": "no_access" })),
        (networks, json!({ "ip": "203.0.113.7", "severity": "odd" })),
        // Nobody shuts themselves out.
        (
            networks,
            json!({ "ip": "127.0.0.0/8", "severity": "no_access" }),
        ),
    ] {
        is_refused(&abe, Method::POST, list, body, bad).await;
    }
    for trend in ["links", "links/publishers", "statuses", "tags"] {
        let path = format!("/api/v1/admin/trends/{trend}");
        assert_eq!(mia.get(&path).await, json!([]));
    }
}

#[tokio::test]
async fn who_is_blocked_cannot_sign_up_on_sqlite() {
    blocks(Sqlite).await;
}

#[tokio::test]
async fn who_is_blocked_cannot_sign_up_on_postgresql() {
    blocks(Postgres).await;
}

async fn lifted(kind: Kind) {
    let proxies = [("server.trusted_proxies", "[\"127.0.0.1/32\"]")];
    let Some(school) = School::open_with(kind, &proxies).await else {
        return;
    };
    let abe = school.person("abe", "admin", SCOPES);
    for (list, body) in [
        (
            "ip_blocks",
            json!({ "ip": "203.0.113.0/24", "severity": "no_access", "comment": "noise" }),
        ),
        (
            "ip_blocks",
            json!({ "ip": "203.0.113.128/25", "severity": "sign_up_block" }),
        ),
        (
            "ip_blocks",
            json!({ "ip": "2001:db8::/32", "severity": "no_access" }),
        ),
        (
            "email_domain_blocks",
            json!({ "domain": "throwaway.example" }),
        ),
        (
            "canonical_email_blocks",
            json!({ "email": "jo@school.example" }),
        ),
        (
            "canonical_email_blocks",
            json!({ "email": "kim@school.example" }),
        ),
    ] {
        abe.post(&format!("/api/v1/admin/{list}"), body).await;
    }
    let status_from = async |from: &str| {
        let asked = school
            .request(Method::GET, "/about")
            .header("x-forwarded-for", from);
        asked.send().await.unwrap().status()
    };
    eventually("the network to be turned away", async || {
        (status_from("203.0.113.200").await == StatusCode::FORBIDDEN).then_some(())
    })
    .await;
    let run = |arguments: &[&str]| {
        let done = school.command(arguments);
        (done.status.success(), out(&done))
    };
    let (_, listed) = run(&["ip", "list"]);
    assert!(
        listed.contains("203.0.113.0/24\tno access\t-\tnoise"),
        "{listed}"
    );
    assert!(listed.contains("203.0.113.128/25\tno sign-up"), "{listed}");
    let (_, listed) = run(&["email", "list"]);
    assert!(listed.contains("throwaway.example"), "{listed}");
    let hash = listed.lines().find(|line| line.contains("one address"));
    let hash = hash.unwrap().split('\t').next().unwrap().to_owned();

    for nothing in [
        ["ip", "unblock", "198.51.100.1"],
        ["ip", "unblock", "203.0.0.0/16"],
        ["email", "unblock", "school.example"],
        ["email", "unblock", "ida@throwaway.example"],
    ] {
        let (good, said) = run(&nothing);
        assert!(!good, "{said}");
        assert!(said.contains("there is no"), "{said}");
    }
    let (good, said) = run(&["ip", "unblock", "school"]);
    assert!(!good && said.contains("Ip is invalid"), "{said}");
    // An address lifts all that it meets, a network itself alone.
    let (good, said) = run(&["ip", "unblock", "203.0.113.200"]);
    assert!(
        good && said.contains("203.0.113.0/24") && said.contains("203.0.113.128/25"),
        "{said}"
    );
    let (_, listed) = run(&["ip", "list"]);
    assert!(listed.starts_with("2001:db8::/32"), "{listed}");
    let (good, said) = run(&["ip", "unblock", "2001:db8::/32"]);
    assert!(good, "{said}");
    eventually("the network to be let in", async || {
        (status_from("203.0.113.200").await == StatusCode::OK).then_some(())
    })
    .await;
    // The first of the two by its hash, the other by another way to write it.
    for what in [hash.as_str(), "K.im+x@School.example", "Throwaway.example"] {
        let (good, said) = run(&["email", "unblock", what]);
        assert!(good, "{said}");
    }
    let (_, listed) = run(&["email", "list"]);
    assert_eq!(listed, "");
}

#[tokio::test]
async fn blocks_are_lifted_by_command_on_sqlite() {
    lifted(Sqlite).await;
}

#[tokio::test]
async fn blocks_are_lifted_by_command_on_postgresql() {
    lifted(Postgres).await;
}
