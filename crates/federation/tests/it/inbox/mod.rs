//! What becomes of activities that were taken in, on both databases.

mod order;
mod school;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use domain::InboxId;
use serde_json::json;
use service::text::sanitise::SafeHtml;
use test_support::Kind;

use school::{PUBLIC, School, on_both};

#[tokio::test]
async fn one_that_fails_takes_no_other_with_it() {
    on_both(async |school: &School| {
        let (ada, note) = (school.ada_uri(), school.note("hello").await);
        let (bo, cy, di) = (
            school.remote("bo").await,
            school.remote("cy").await,
            school.remote("di").await,
        );
        let follow = |by: &str| json!({ "id": "https://other.example/taken", "type": "Follow", "actor": by, "object": ada });
        school.receive(&[follow(&bo.uri)]).await;
        school.work().await;
        school.forget_finished().await;
        // An id that the database has for somebody else: it cannot be written, now or later.
        school
            .receive(&[
                school.like(&bo.uri, "like", &note),
                follow(&cy.uri),
                school.like(&cy.uri, "like", &note),
                school.like(&di.uri, "like", &note),
            ])
            .await;
        school.work_until_only(&[(cy.uri.clone(), 1)]).await;
        assert_eq!(school.count_of_likes(&note).await, 3);
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_under_an_id_that_is_too_long_is_not_remembered() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        for (length, expected) in [(10, true), (100_000, false)] {
            let uri = format!("{}/{}", bo.uri, "x".repeat(length));
            let delete = json!({ "id": format!("{}/delete/{length}", bo.uri), "type": "Delete", "actor": bo.uri,
                "object": uri });
            school.receive(&[delete]).await;
            school.work().await;
            assert_eq!(school.remembers(bo.id, &uri).await, expected, "{length}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_third_server_holds_only_what_is_about_the_same() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        school.ask_to_follow(bo.id).await;
        let note = school.note("hello").await;
        // Nobody listens there.
        let far = "http://127.0.0.1:1/note";
        let deed = |kind: &str, name: &str, object: &str| {
            json!({ "id": format!("{}/{name}", bo.uri), "type": kind, "actor": bo.uri, "to": PUBLIC, "object": object })
        };
        let boost = deed("Announce", "boost", far);
        let undo = deed("Undo", "undo", boost["id"].as_str().unwrap());
        let like = school.like(&bo.uri, "like", &note);
        school
            .receive(&[boost, undo, like, school.post(&bo.uri, "p1", 0)])
            .await;
        let waiting = [(bo.uri.clone(), 1), (bo.uri.clone(), 0)];
        school.work_until_only(&waiting).await;
        assert_eq!(school.count_of_likes(&note).await, 1);
        // What comes later is not held either, unless it is about the same.
        school
            .receive(&[school.post(&bo.uri, "p2", 0), deed("Like", "like/far", far)])
            .await;
        school.work_until_only(&[&waiting[..], &waiting[1..]].concat()).await;
        for name in ["p1", "p2"] {
            let content = school.content(&format!("{}/{name}", bo.uri)).await;
            assert!(content.is_some(), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_one_batch_says_twice_is_done_once_and_the_last_word_counts() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        let first = school.post(&bo.uri, "p1", 0);
        let mut again = first.clone();
        again["id"] = json!(format!("{}/again", bo.uri));
        let second = school.post(&bo.uri, "p2", 0);
        school
            .receive(&[
                first,
                again,
                school.edit(&bo.uri, "p1", 2),
                school.edit(&bo.uri, "p1", 1),
                second,
                school.delete(&bo.uri, "p2"),
            ])
            .await;
        school.work().await;
        let content = school.content(&format!("{}/p1", bo.uri)).await;
        assert_eq!(content.as_deref(), Some("<p>version 2</p>"));
        assert_eq!(school.content(&format!("{}/p2", bo.uri)).await, None);
        assert_eq!(school.account(bo.id).await.statuses_count, 1);
    })
    .await;
}

#[tokio::test]
async fn while_hostile_words_are_read_others_write() {
    // Where there is one writer.
    let school = School::on(Kind::Sqlite).await.unwrap();
    let bo = school.remote("bo").await;
    // For each sign the rest of the text is looked at.
    let hostile = format!("{}&", "a".repeat(99)).repeat(990);
    let begun = Instant::now();
    let safe = SafeHtml::of(&hostile, hostile.len());
    let cost = begun.elapsed();
    let mut post = school.post(&bo.uri, "p1", 0);
    post["object"]["content"] = json!(hostile);
    school.receive(&[post]).await;
    let (worker, uri) = (school.worker(), format!("{}/p1", bo.uri));
    let mut longest = Duration::ZERO;
    let content = loop {
        assert!(begun.elapsed() < Duration::from_secs(60));
        let asked = Instant::now();
        let content = school.content(&uri).await;
        longest = longest.max(asked.elapsed());
        match content {
            Some(content) => break content,
            None => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    };
    worker.stop().await;
    assert_eq!(content, safe.as_str());
    let most = (cost / 2).max(Duration::from_millis(200));
    assert!(longest < most, "{longest:?} of {cost:?}");
}

#[tokio::test]
async fn one_server_whose_activities_take_long_leaves_room_for_others() {
    on_both(async |school: &School| {
        // Takes calls, and says nothing.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = format!("http://{}", silent.local_addr().unwrap());
        let (bo, note) = (school.remote("bo").await, school.note("hello").await);
        // More than are taken at a time; each wants to know who it is by.
        let slow: Vec<_> = (0..400)
            .map(|number| school.like(&format!("{there}/users/{number}"), "like", &note))
            .collect();
        school.receive(&slow).await;
        let worker = school.worker();
        // They have all that they get.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let begun = Instant::now();
        school.receive(&[school.like(&bo.uri, "like", &note)]).await;
        while !school.likes(bo.id, &note).await {
            // They would be let go after fifteen.
            assert!(begun.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        worker.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_said_yes_is_read_from_the_next_activity_on() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        let follow = school.ask_to_follow(bo.id).await;
        let note = json!({ "id": format!("{}/1", bo.uri), "type": "Note", "attributedTo": bo.uri,
                           "to": PUBLIC, "content": "for those who follow" });
        school
            .receive(&[
                json!({ "id": format!("{}/accept", bo.uri), "type": "Accept", "actor": bo.uri, "object": follow }),
                json!({ "id": format!("{}/create", bo.uri), "type": "Create", "actor": bo.uri, "object": note }),
            ])
            .await;
        school.work().await;
        assert!(school.content(&format!("{}/1", bo.uri)).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn only_its_owner_takes_back_what_is_not_there_yet() {
    on_both(async |school: &School| {
        let (bo, eve) = (school.remote("bo").await, school.remote("eve").await);
        let note = school.note("hello").await;
        let uri = format!("{}/p1", bo.uri);
        let like = school.like(&bo.uri, "like", &note);
        school
            .receive(&[
                json!({ "id": format!("{}/d", eve.uri), "type": "Delete", "actor": eve.uri, "object": uri }),
                json!({ "id": format!("{}/u", eve.uri), "type": "Undo", "actor": eve.uri, "object": like["id"] }),
            ])
            .await;
        school.work().await;
        school.receive(&[school.post(&bo.uri, "p1", 0), like]).await;
        school.work().await;
        assert!(school.content(&uri).await.is_some());
        assert_eq!(school.count_of_likes(&note).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_undo_that_comes_late_leaves_what_was_done_again() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        let follow = |id: &str| {
            json!({ "id": format!("{}/{id}", bo.uri), "type": "Follow", "actor": bo.uri, "object": school.ada_uri() })
        };
        let undo = |id: &str| {
            json!({ "id": format!("{}/{id}/undo", bo.uri), "type": "Undo", "actor": bo.uri, "object": follow(id) })
        };
        school.receive(&[follow("1"), follow("2"), undo("1")]).await;
        school.work().await;
        assert!(school.follows_ada(bo.id).await);
        // An id that nobody ever heard of was made up for the Undo.
        school.receive(&[undo("made-up")]).await;
        school.work().await;
        assert!(!school.follows_ada(bo.id).await);
    })
    .await;
}

#[tokio::test]
async fn who_leaves_leaves_nothing_behind() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        let posts: Vec<_> = (0..3)
            .map(|number| school.post(&bo.uri, &format!("p{number}"), 0))
            .collect();
        school.receive(&posts).await;
        let delete = json!({ "id": format!("{}/delete", bo.uri), "type": "Delete", "actor": bo.uri, "object": bo.uri });
        school.receive(&[delete, school.post(&bo.uri, "late", 0)]).await;
        school.work().await;
        school.run_jobs().await;
        for name in ["p0", "p1", "p2", "late"] {
            assert_eq!(school.content(&format!("{}/{name}", bo.uri)).await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn two_processes_do_each_thing_once() {
    let Some(school) = School::on(Kind::Postgres).await else {
        return;
    };
    let note = school.note("hello").await;
    let mut people = Vec::new();
    for number in 0..10 {
        people.push(school.remote(&format!("p{number}")).await);
    }
    let mut activities = Vec::new();
    for round in 0..12 {
        for person in &people {
            let name = format!("p{round}");
            activities.push(match round {
                0 => school.like(&person.uri, "like", &note),
                1 => json!({ "id": format!("{}/follow", person.uri), "type": "Follow", "actor": person.uri, "object": school.ada_uri() }),
                _ => school.post(&person.uri, &name, 0),
            });
        }
    }
    school.receive(&activities).await;
    let other = school.worker();
    school.work().await;
    other.stop().await;
    assert_eq!(school.count_of_likes(&note).await, 10);
    assert_eq!(school.account(school.ada.id()).await.followers_count, 10);
    for person in &people {
        assert_eq!(school.account(person.id).await.statuses_count, 10);
    }
}

#[tokio::test]
async fn what_another_process_finished_meanwhile_is_not_done_again() {
    on_both(async |school: &School| {
        let bo = school.remote("bo").await;
        school.receive(&[school.post(&bo.uri, "p1", 0)]).await;
        let ids = school.ids().await;
        let open: BTreeSet<InboxId> = school.hold(&ids).await.into_iter().collect();
        assert_eq!(open, ids.iter().copied().collect());
        school.work().await;
        assert!(school.hold(&ids).await.is_empty());
    })
    .await;
}
