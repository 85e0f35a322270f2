//! A network goes on at another server as it was: with its members, and though it moved a short while ago.

use std::os::unix::fs::PermissionsExt;

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::moves::{document, goes_along};
use super::takeover::{file, halves};
use super::{NETWORKS, hears, id_of, joins, network, text, writes};
use crate::elsewhere::{Elsewhere, account_id, follows};
use crate::harness::{School, Teacher, eventually, out};

/// Asks to follow; answers the account's id.
async fn asks(who: &Teacher, network: &str) -> String {
    let account = account_id(who, network).await;
    let path = format!("/api/v1/accounts/{account}/follow");
    who.post(&path, Value::Null).await;
    account
}

/// Waits until somebody stands among those who ask; answers their id there.
async fn waits(steward: &Teacher, network: &str, handle: &str) -> String {
    let path = format!("{NETWORKS}/{network}/requests");
    eventually(&format!("{handle} to ask"), || async {
        let asking = steward.get(&path).await;
        let found = asking.as_array()?.iter().find(|row| row["acct"] == handle);
        Some(text(&found?["id"]).to_owned())
    })
    .await
}

/// Whether somebody at the standby is a member: then the network is known there.
async fn by_approval(kind: Kind, is_known: bool) {
    let (Some(mut hub), Some(standby), Some(first)) = (
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let (ada, cy, zoe) = (
        hub.teacher("ada"),
        standby.teacher("cy"),
        standby.teacher("zoe"),
    );
    let (bo, eve) = (first.teacher("bo"), first.teacher("eve"));
    let (bo_there, eve_there) = (format!("bo@{}", first.host), format!("eve@{}", first.host));
    network(
        &hub,
        "english",
        &["ada", &bo_there],
        &["--membership", "by_approval"],
    );
    hears(&bo, "You look after").await;
    let (before, after) = (
        format!("english@{}", hub.host),
        format!("english@{}", standby.host),
    );
    let id = id_of(&hub, "english").await;
    let zoe_there = format!("zoe@{}", standby.host);
    let mut members = vec![(&bo, &bo_there)];
    if is_known {
        members.push((&zoe, &zoe_there));
    }
    for (member, handle) in &members {
        let account = asks(member, &before).await;
        let who = waits(&ada, &id, handle).await;
        ada.post(&format!("{NETWORKS}/{id}/people/{who}/accept"), Value::Null)
            .await;
        follows(member, &account).await;
    }
    let [one, other] = halves(&hub, &ada, &bo, &bo_there).await;
    let (one, other) = (
        file(&standby, "one.txt", &one),
        file(&standby, "other.txt", &other),
    );
    let saved = file(&standby, "english.json", "an older one");
    std::fs::set_permissions(&saved, PermissionsExt::from_mode(0o644)).unwrap();
    let written = hub.command(&["network", "save", "english", &saved]);
    assert!(written.status.success(), "{}", out(&written));
    let mode = std::fs::metadata(&saved).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let written: Value = serde_json::from_slice(&std::fs::read(&saved).unwrap()).unwrap();
    let named = written["members"].as_array().unwrap();
    assert_eq!(named.len(), members.len());
    assert_eq!(named[0], format!("{}/users/bo", first.base));
    assert_eq!(written["moved_at"], Value::Null);
    hub.kill();

    // What is wrong is said, in words of the command line, and leaves nothing behind.
    let begin = ["network", "takeover", &*saved, "--half", &*one, "--half"];
    for (more, reason) in [
        (vec![&*one, "--steward", "cy"], "the same half twice"),
        (vec![&*other], "--steward"),
        (vec![&*other, "--steward", "nobody"], "nobody is nobody"),
        (
            vec![&*other, "--steward", "cy", "--name", "not a name"],
            "Name must contain only",
        ),
        (
            vec![&*other, "--steward", "cy", "--name", "zoe"],
            "by no network",
        ),
    ] {
        let refused = standby.command(&[&begin[..], &more[..]].concat());
        let said = out(&refused);
        assert!(!refused.status.success(), "{said}");
        assert!(said.contains(reason), "{said}");
        assert!(!said.contains("Validation failed"), "{said}");
    }
    assert_eq!(cy.get(NETWORKS).await, json!([]));
    if !is_known {
        let lookup = format!("/api/v1/accounts/lookup?acct={before}");
        assert_eq!(cy.status_of(&lookup).await, StatusCode::NOT_FOUND);
    }

    let more = [&*other, "--steward", "cy"];
    let done = standby.command(&[&begin[..], &more[..]].concat());
    assert!(done.status.success(), "{}", out(&done));
    assert!(!out(&done).contains("told again"), "{}", out(&done));
    for (member, _) in &members {
        goes_along(member, &after).await;
    }

    // Whoever was no member asks, and so does a member who left.
    let id = id_of(&standby, "english").await;
    asks(&eve, &after).await;
    waits(&cy, &id, &eve_there).await;
    let account = account_id(&bo, &after).await;
    let leave = format!("/api/v1/accounts/{account}/unfollow");
    bo.post(&leave, Value::Null).await;
    let people = format!("{NETWORKS}/{id}/people");
    eventually("bo to be gone", || async {
        let members = cy.get(&people).await;
        let mut members = members.as_array()?.iter();
        members.all(|row| row["acct"] != *bo_there).then_some(())
    })
    .await;
    asks(&bo, &after).await;
    waits(&cy, &id, &bo_there).await;

    // Who looks after it now is not for a command to say.
    let more = [&*other, "--steward", "zoe"];
    let refused = standby.command(&[&begin[..], &more[..]].concat());
    let said = out(&refused);
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("is no steward of the network"), "{said}");
}

#[tokio::test]
async fn members_of_a_network_that_asks_first_come_along_on_sqlite() {
    by_approval(Sqlite, true).await;
}

#[tokio::test]
async fn members_of_a_network_that_asks_first_come_along_on_postgresql() {
    by_approval(Postgres, true).await;
}

// On SQLite alone: where it was known it is taken over on both.
#[tokio::test]
async fn members_of_a_network_that_asks_first_come_along_to_where_nobody_knew_it() {
    by_approval(Sqlite, false).await;
}

/// Lets the work that a school owes begin now.
async fn days_pass(school: &mut School) {
    school.terminate();
    let mut conn = school.database().connect();
    let now = chrono::Utc::now().naive_utc();
    let later = now + TimeDelta::days(10);
    for job in storage::jobs::claim(&mut conn, later, later, 100).unwrap() {
        storage::jobs::postpone(&mut conn, job.id, now).unwrap();
    }
    drop(conn);
    school.start().await;
}

async fn moved_lately(kind: Kind) {
    let (Some(mut hub), Some(mut standby)) = (School::open(kind).await, School::open(kind).await)
    else {
        return;
    };
    let (ada, bo, cy) = (hub.teacher("ada"), hub.teacher("bo"), standby.teacher("cy"));
    network(&hub, "english", &["ada", "bo"], &[]);
    network(&standby, "letters", &["cy"], &[]);
    let far = Elsewhere::open().await;
    joins(&far, &hub, &far.person("fay"), "english").await;
    document(&hub, "/users/english").await;
    let before = format!("english@{}", hub.host);
    let id = id_of(&hub, "english").await;
    let path = format!("{NETWORKS}/{id}");
    let confirms = async || {
        let waiting = bo.get(&format!("{path}/proposals")).await;
        let number = waiting[0]["number"].as_i64().unwrap();
        bo.post(&format!("{path}/proposals/{number}/confirm"), Value::Null)
            .await
    };
    let moves = async |target: String| {
        far.receives("a Move", |activity| {
            activity["type"] == "Move" && activity["target"] == *target
        })
        .await
    };

    // It goes, and comes back.
    account_id(&cy, &before).await;
    writes(&cy, &format!("@letters alias {before}")).await;
    hears(&cy, "can move here now").await;
    let target = account_id(&ada, &format!("letters@{}", standby.host)).await;
    ada.post(&format!("{path}/people/{target}/move"), Value::Null)
        .await;
    confirms().await;
    moves(format!("{}/users/letters", standby.base)).await;
    writes(&ada, "@english move back").await;
    hears(&bo, "takes its move back").await;
    confirms().await;
    let who = account_id(&ada, "bo").await;
    ada.post(&format!("{path}/people/{who}/share_key"), Value::Null)
        .await;
    confirms().await;
    let mut halves = Vec::new();
    for (name, steward) in [("one.txt", &ada), ("other.txt", &bo)] {
        let half = steward.post(&format!("{path}/half"), Value::Null).await;
        halves.push(file(&standby, name, text(&half["half"])));
    }
    let saved = standby.folder().join("english.json").display().to_string();
    let written = hub.command(&["network", "save", "english", &saved]);
    assert!(written.status.success(), "{}", out(&written));
    let written: Value = serde_json::from_slice(&std::fs::read(&saved).unwrap()).unwrap();
    assert!(text(&written["moved_at"]).ends_with('Z'), "{written}");
    hub.kill();

    // What others do not listen to yet is said, and done again when they do.
    let halves = ["--half", &*halves[0], "--half", &*halves[1]];
    let begin = ["network", "takeover", &*saved, "--steward", "cy"];
    let done = standby.command(&[&begin[..], &halves[..]].concat());
    let said = out(&done);
    assert!(done.status.success(), "{said}");
    let day = chrono::Utc::now() + TimeDelta::days(8);
    assert!(said.contains("They are told again on "), "{said}");
    assert!(said.contains(&day.format("%Y-%m").to_string()), "{said}");
    let target = format!("{}/users/english", standby.base);
    let first = moves(target.clone()).await;
    days_pass(&mut standby).await;
    far.receives("the Move once more", |activity| {
        activity["type"] == "Move"
            && activity["target"] == *target
            && activity["id"] != first["id"]
            && activity["actor"] == first["actor"]
    })
    .await;
}

#[tokio::test]
async fn who_heard_of_a_move_lately_is_told_again_on_sqlite() {
    moved_lately(Sqlite).await;
}

#[tokio::test]
async fn who_heard_of_a_move_lately_is_told_again_on_postgresql() {
    moved_lately(Postgres).await;
}
