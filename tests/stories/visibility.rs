//! Who may see what: every read path, asked by everybody, against a model of a few lines.

mod world;

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{Postgres, Sqlite};

use crate::harness::{answer, eventually};

use self::world::{Item, Shape, Tie, VISIBILITIES, World, may_see};

/// Every post has this word.
const BY_WORD: &str = "/api/v2/search?type=statuses&q=matrix&limit=40";
const ACTIVITY_JSON: &str = "application/activity+json";

/// Somebody who looks.
struct Viewer<'a> {
    world: &'a World,
    name: &'a str,
    tie: Tie,
    token: Option<&'a str>,
}

impl World {
    fn viewers(&self) -> Vec<Viewer<'_>> {
        let known = self.people.iter().map(|(name, tie, teacher, _)| Viewer {
            world: self,
            name,
            tie: *tie,
            token: Some(&teacher.token),
        });
        let mut all: Vec<_> = known
            // Carl is one more follower. Once nothing is to be seen, a few are enough.
            .filter(|viewer| match viewer.name {
                "carl" => false,
                "flo" | "mona" => true,
                _ => !self.suspended,
            })
            .collect();
        all.push(self.anonymous());
        all
    }

    fn anonymous(&self) -> Viewer<'_> {
        Viewer {
            world: self,
            name: "nobody",
            tie: Tie::Anonymous,
            token: None,
        }
    }

    async fn check(&self) {
        // Many at once, or the test would mostly wait.
        join_all(self.viewers().iter().map(Viewer::checks)).await;
        self.anonymous().checks_pages().await;
        self.anonymous().checks_documents().await;
    }
}

impl World {
    /// Waits until Ada finds all that she wrote, and lets others find what they may.
    async fn is_searched(&self) {
        let (name, tie, ada, _) = &self.people[0];
        assert_eq!((*name, *tie), ("ada", Tie::Author));
        let wish = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
        answer(wish.json(&json!({ "indexable": true }))).await;
        let written: BTreeSet<String> = self
            .items
            .iter()
            .filter(|item| item.by == *name && item.shape != Shape::Boost && may_see(*tie, item))
            .map(|item| item.id.clone())
            .collect();
        assert!(written.len() > 4, "{written:?}");
        eventually("Ada to find what she wrote", || async {
            let found = ids(&ada.get(BY_WORD).await["statuses"]);
            written.is_subset(&found).then_some(())
        })
        .await;
    }
}

impl Viewer<'_> {
    fn sees(&self, item: &Item) -> bool {
        !self.world.suspended && may_see(self.tie, item)
    }

    /// Status and body of an answer, which never has a word that is not for the viewer.
    async fn ask_for(&self, path: &str, accept: &str) -> (StatusCode, String) {
        let mut request = self.world.school.request(Method::GET, path);
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        let response = request.header("accept", accept).send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(!status.is_server_error(), "{path}: {status} {body}");
        let (seen, hidden): (Vec<&Item>, Vec<&Item>) =
            self.world.items.iter().partition(|item| self.sees(item));
        for item in hidden {
            // Who does not see a boost may see what it repeats.
            let known = seen.iter().any(|other| other.word == item.word);
            let place = format!("{} at {path}, {} {:?}", self.name, item.by, item.shape);
            assert!(known || !body.contains(&item.word), "{place} leaks: {body}");
        }
        (status, body)
    }

    async fn ask(&self, path: &str) -> (StatusCode, Value) {
        let (status, body) = self.ask_for(path, "application/json").await;
        let value = serde_json::from_str(&body);
        (status, value.unwrap_or_else(|_| panic!("{path}: {body}")))
    }

    async fn checks(&self) {
        self.checks_each_status().await;
        self.checks_lists().await;
        if self.token.is_some() {
            self.checks_own_lists().await;
        }
    }

    async fn checks_each_status(&self) {
        for item in &self.world.items {
            let seen = self.sees(item);
            let expected = if seen { 200 } else { 404 };
            let place = format!("{} at {} {:?}", self.name, item.by, item.shape);
            for part in [
                "",
                "/context",
                "/history",
                "/favourited_by",
                "/reblogged_by",
            ] {
                let path = format!("/api/v1/statuses/{}{part}", item.id);
                let (status, _) = self.ask(&path).await;
                assert_eq!(
                    status, expected,
                    "{place}, {}{part}",
                    VISIBILITIES[item.level]
                );
            }
            for part in ["lineage", "similar"] {
                let path = format!("/api/staffroom/v1/statuses/{}/{part}", item.id);
                let (status, _) = self.ask(&path).await;
                assert_eq!(status, expected, "{place}, {part}");
            }
            let (status, _) = self
                .ask(&format!("/api/v1/statuses/{}/source", item.id))
                .await;
            let expected = match self.tie {
                Tie::Anonymous => 401,
                _ if seen && item.shape != Shape::Boost => 200,
                _ => 404,
            };
            assert_eq!(status, expected, "{place}, source");
            for address in [&item.uri, &item.url] {
                let (_, found) = self.ask(&format!("/api/v2/search?q={address}")).await;
                let found = ids(&found["statuses"]);
                assert_eq!(
                    found.contains(&item.id),
                    seen,
                    "{place}, {address}: {found:?}"
                );
            }
            if let Some(answer) = &item.answer {
                let (_, thread) = self
                    .ask(&format!("/api/v1/statuses/{answer}/context"))
                    .await;
                let before = ids(&thread["ancestors"]);
                assert_eq!(before.contains(&item.id), seen, "{place}, thread");
            }
        }
        let (_, thread) = self
            .ask(&format!("/api/v1/statuses/{}/context", self.world.root))
            .await;
        let (_, found) = self.ask("/api/v2/search?q=zq&limit=40").await;
        assert_eq!(ids(&found["statuses"]), BTreeSet::new(), "{}", self.name);
        let (_, found) = self.ask(BY_WORD).await;
        let mut found = ids(&found["statuses"]);
        found.retain(|id| self.world.items.iter().any(|item| item.id == *id));
        assert!(found.is_subset(&self.those(|_| true)), "{}", self.name);
        if self.token.is_none() {
            assert_eq!(found, BTreeSet::new(), "{}", self.name);
        }
        let answers = self.those(|item| item.shape == Shape::Answer);
        let mut below = ids(&thread["descendants"]);
        below.retain(|id| self.world.items.iter().any(|item| item.id == *id));
        assert_eq!(below, answers, "{}, thread", self.name);
    }

    /// Ids of the statuses that the viewer sees and that fit.
    fn those(&self, fits: impl Fn(&Item) -> bool) -> BTreeSet<String> {
        let items = self.world.items.iter();
        let seen = items.filter(|item| self.sees(item) && fits(item));
        seen.map(|item| item.id.clone()).collect()
    }

    /// Asks for a list: of those that `concerns` names it must have those that `belongs` does, if seen.
    async fn list(
        &self,
        path: &str,
        concerns: impl Fn(&Item) -> bool,
        belongs: impl Fn(&Item) -> bool,
    ) {
        let (status, list) = self.ask(path).await;
        let statuses = list.get("statuses").unwrap_or(&list);
        let mut found = if status.is_success() {
            ids(statuses)
        } else {
            BTreeSet::new()
        };
        found.retain(|id| {
            let known = self.world.items.iter().find(|item| item.id == *id);
            known.is_some_and(|item| {
                assert!(self.sees(item), "{} at {path}: {}", self.name, item.url);
                concerns(item)
            })
        });
        let expected = self.those(|item| concerns(item) && belongs(item));
        assert_eq!(found, expected, "{} at {path}", self.name);
    }

    async fn checks_lists(&self) {
        let all = |_: &Item| true;
        let [ada, carl] = ["ada", "carl"]
            .map(|name| format!("/api/v1/accounts/{}/statuses?limit=40", self.world.id(name)));
        let by_ada = |item: &Item| item.by == "ada";
        let post = |item: &Item| by_ada(item) && item.shape != Shape::Boost;
        self.list(&ada, all, by_ada).await;
        self.list(&carl, all, |item| item.by == "carl").await;
        self.list(&format!("{ada}&exclude_reblogs=true"), all, post)
            .await;
        self.list(&format!("{ada}&exclude_direct=true"), all, |item| {
            by_ada(item) && VISIBILITIES[item.level] != "direct"
        })
        .await;
        self.list(&format!("{ada}&exclude_replies=true"), all, |item| {
            by_ada(item) && item.shape != Shape::Answer
        })
        .await;
        self.list(&format!("{ada}&only_media=true"), all, |item| {
            item.shape == Shape::Picture
        })
        .await;
        self.list(&format!("{ada}&tagged=matrix"), all, post).await;
        self.list(&format!("{ada}&pinned=true"), all, |item| {
            item.shape == Shape::Post && item.level < 3
        })
        .await;
        let public = |item: &Item| post(item) && item.level == 0;
        for path in ["public?limit=40", "public?local=true&limit=40"] {
            let begun = |item: &Item| public(item) && item.shape != Shape::Answer;
            self.list(&format!("/api/v1/timelines/{path}"), all, begun)
                .await;
        }
        self.list("/api/v1/timelines/tag/matrix?limit=40", all, public)
            .await;
        for order in ["newest", "title"] {
            let path = format!("/api/staffroom/v1/practice?stage=ks3&limit=40&order={order}");
            self.list(&path, all, public).await;
        }
        let all_ids: String = self
            .world
            .items
            .iter()
            .map(|item| format!("id[]={}&", item.id))
            .collect();
        self.list(&format!("/api/v1/statuses?{all_ids}"), all, all)
            .await;
    }

    async fn checks_own_lists(&self) {
        let all = |_: &Item| true;
        let post = |item: &Item| item.shape != Shape::Boost;
        let liked = |item: &Item| match self.name {
            "mona" | "bill" | "bess" => post(item),
            "exa" => post(item) && item.level < 3,
            _ => false,
        };
        self.list("/api/v1/favourites?limit=40", all, liked).await;
        self.list("/api/v1/bookmarks?limit=40", all, liked).await;
        let told = |item: &Item| match self.tie {
            // Of the favourites.
            Tie::Author => post(item),
            Tie::Mentioned => post(item),
            // Of each post that is no answer.
            Tie::Follower | Tie::Former if self.name != "carl" => {
                post(item) && item.shape != Shape::Answer && item.level < 3
            }
            _ => false,
        };
        let path = "/api/v1/notifications?limit=80";
        let (_, lines) = self.ask(path).await;
        let lines: Vec<Value> = lines
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["status"].clone())
            .collect();
        let mut found = ids(&Value::from(lines));
        found.retain(|id| self.world.items.iter().any(|item| item.id == *id));
        assert_eq!(found, self.those(told), "{} at {path}", self.name);
        self.list("/api/v2/notifications?limit=80", all, told).await;
        // A boost is left out where the post is there already.
        self.list("/api/v1/timelines/home?limit=40", post, |item| {
            match self.tie {
                Tie::Author => true,
                Tie::Follower => item.level < 3,
                _ => false,
            }
        })
        .await;
    }

    /// Asks for a page or document: it has the words of those that belong and no others.
    async fn words(&self, path: &str, accept: &str, belongs: impl Fn(&Item) -> bool) {
        let (_, body) = self.ask_for(path, accept).await;
        for item in self
            .world
            .items
            .iter()
            .filter(|item| item.shape != Shape::Boost)
        {
            let expected = self.sees(item) && belongs(item);
            assert_eq!(
                body.contains(&item.word),
                expected,
                "{path}, {}: {body}",
                item.word
            );
        }
    }

    async fn checks_pages(&self) {
        let first = |item: &Item| item.shape != Shape::Answer;
        self.words("/@ada", "text/html", first).await;
        self.words("/@ada.atom", "*/*", first).await;
        self.words("/tags/matrix", "text/html", |item| item.level == 0)
            .await;
        for path in ["/practice", "/practice.atom?subject=english"] {
            self.words(path, "text/html", |item| item.level == 0).await;
        }
        let begun = |item: &Item| item.level == 0 && item.shape != Shape::Answer;
        self.words("/", "text/html", begun).await;
        for item in self
            .world
            .items
            .iter()
            .filter(|item| item.shape != Shape::Boost)
        {
            let parts = ["", "/tree", "/tree.svg"];
            let paths = ["ada", "carl"]
                .into_iter()
                .flat_map(|name| parts.map(|part| format!("/@{name}/{}{part}", item.id)));
            for path in paths {
                let (status, _) = self.ask_for(&path, "text/html").await;
                let seen = self.sees(item) && path.starts_with("/@ada");
                assert_eq!(status, if seen { 200 } else { 404 }, "{path}");
            }
        }
    }

    async fn checks_documents(&self) {
        self.words("/users/ada/outbox?page=true", ACTIVITY_JSON, |item| {
            item.shape != Shape::Boost
        })
        .await;
        let pinned = |item: &Item| item.shape == Shape::Post;
        self.words("/users/ada/collections/featured", ACTIVITY_JSON, pinned)
            .await;
        for item in &self.world.items {
            let note = format!("/users/{}/statuses/{}", item.by, item.id);
            let activity = format!("{note}/activity");
            let page = format!("/@{}/{}", item.by, item.id);
            let paths = if item.shape == Shape::Boost {
                vec![activity]
            } else {
                let [likes, shares] = ["likes", "shares"].map(|name| format!("{note}/{name}"));
                vec![
                    format!("{note}/derivations"),
                    note,
                    activity,
                    page,
                    likes,
                    shares,
                ]
            };
            let gone = item.level < 2 && item.shape == Shape::Deleted || self.world.suspended;
            for path in paths {
                let (status, _) = self.ask_for(&path, ACTIVITY_JSON).await;
                let good = match status.as_u16() {
                    200 => self.sees(item),
                    404 => !self.sees(item) && (!gone || item.by == "carl"),
                    410 => gone,
                    _ => false,
                };
                assert!(good, "{path}: {status}");
            }
        }
    }
}

/// The ids of a list of statuses.
fn ids(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|status| status["id"].as_str().map(str::to_owned))
        .collect()
}

async fn story(kind: test_support::Kind) {
    let Some(mut world) = World::new(kind).await else {
        return;
    };
    world.is_searched().await;
    world.check().await;
    let suspended = world.school.command(&["user", "suspend", "ada"]);
    assert!(suspended.status.success());
    world.suspended = true;
    world.check().await;
}

#[tokio::test]
async fn nobody_reads_what_is_not_for_them_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn nobody_reads_what_is_not_for_them_on_postgresql() {
    story(Postgres).await;
}
