//! What is forged, altered, stale, meant for others or misattributed is refused or has no effect, whatever kind of activity it is,
//! and what comes twice is done once.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use federation::signatures::{Format, Outgoing, PrivateKey, Signer};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use url::Url;

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, Teacher, eventually, out};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const JSON: &str = "application/activity+json";

/// Grace and Heidi, whom Ada knows, and Mallory on another server.
struct Cast {
    school: School,
    ada: Teacher,
    ada_uri: String,
    /// A post of Ada's.
    note: String,
    good: Elsewhere,
    grace: Value,
    heidi: Value,
    evil: Elsewhere,
    mallory: Value,
    /// The Follows that Ada sent to Grace, who said yes, and to Heidi, who did not yet.
    follows: [Value; 2],
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn note(by: &str, uri: &str, words: &str) -> Value {
    json!({ "id": uri, "type": "Note", "attributedTo": by, "to": [PUBLIC], "content": words })
}

/// Each with an id of its own.
fn numbered(activities: Vec<Value>) -> Vec<Value> {
    let number = |(number, mut activity): (usize, Value)| {
        activity["id"] = json!(format!("{}/{number}", id(&activity)));
        activity
    };
    activities.into_iter().enumerate().map(number).collect()
}

impl Cast {
    async fn meet(kind: Kind) -> Option<Self> {
        let school = School::open(kind).await?;
        let ada = school.teacher("ada");
        let ada_uri = format!("{}/users/ada", school.base);
        let own = ada.publish(json!({ "status": "of Ada" })).await;
        let (good, evil) = (Elsewhere::open().await, Elsewhere::open().await);
        let (mut grace, heidi) = (good.person("grace"), good.person("heidi"));
        grace["featured"] = json!(format!("{}/featured", id(&grace)));
        good.serve(grace.clone());
        let follows = [
            good.asked_to_follow(&ada, &grace).await,
            good.asked_to_follow(&ada, &heidi).await,
        ];
        let cast = Self {
            note: own["uri"].as_str().unwrap().to_owned(),
            mallory: evil.person("mallory"),
            school,
            ada,
            ada_uri,
            good,
            grace,
            heidi,
            evil,
            follows,
        };
        cast.begin().await;
        Some(cast)
    }

    /// What is true before anybody lies: Grace has a post, likes and boosts one of Ada's, and both follow each other.
    async fn begin(&self) {
        let by = id(&self.grace);
        let first = note(by, &format!("{by}/first"), "true words");
        self.good.serve(first.clone());
        for (kind, object) in [
            ("Accept", self.follows[0].clone()),
            ("Follow", json!(self.ada_uri)),
            ("Like", json!(self.note)),
            ("Announce", json!(self.note)),
            ("Create", first),
        ] {
            self.good
                .tells(&self.school, &self.deed(by, kind, "true", object))
                .await;
        }
        self.ada.reads("true words").await;
        // So that Mallory is known, and worth attending to.
        let mallory = account_id(&self.ada, &format!("mallory@{}", self.evil.host)).await;
        let path = format!("/api/v1/accounts/{mallory}/follow");
        self.ada.post(&path, Value::Null).await;
        self.probe("first").await;
    }

    fn deed(&self, by: &str, kind: &str, name: &str, object: Value) -> Value {
        let id = format!("{by}/{kind}/{name}");
        let mut activity = json!({ "id": id, "type": kind, "actor": by, "to": [PUBLIC] });
        activity["object"] = object;
        activity
    }

    /// One activity of each kind, as Grace could mean it.
    fn of_every_kind(&self, name: &str) -> Vec<Value> {
        let by = id(&self.grace);
        let post = format!("{by}/{name}");
        let mut person = self.grace.clone();
        person["name"] = json!("Another Grace");
        let first = format!("{by}/first");
        let quoting = json!({ "id": post, "type": "Note", "attributedTo": by, "to": [PUBLIC], "content": "quoting",
            "quote": self.note });
        let with = |mut activity: Value, key: &str, value: Value| {
            activity[key] = value;
            activity
        };
        let deed = |kind: &str, object: Value| self.deed(by, kind, name, object);
        let request = deed("FeatureRequest", json!(self.ada_uri));
        let all = vec![
            deed("Accept", self.follows[1].clone()),
            with(
                deed("Add", json!(first)),
                "target",
                self.grace["featured"].clone(),
            ),
            deed("Announce", json!(self.note)),
            deed("Block", json!(self.ada_uri)),
            deed("Create", note(by, &post, "said by nobody")),
            deed("Delete", json!(first)),
            deed("Delete", json!(by)),
            with(deed("EmojiReact", json!(self.note)), "content", json!("🍎")),
            with(
                deed("Flag", json!([self.ada_uri])),
                "content",
                json!("not nice"),
            ),
            with(request, "instrument", json!(post)),
            deed("Follow", json!(self.ada_uri)),
            deed("Like", json!(self.note)),
            with(
                deed("Move", json!(by)),
                "target",
                self.mallory["id"].clone(),
            ),
            with(
                deed("QuoteRequest", json!(self.note)),
                "instrument",
                quoting,
            ),
            deed("Reject", self.follows[0].clone()),
            with(
                deed("Remove", json!(first)),
                "target",
                self.grace["featured"].clone(),
            ),
            deed("Undo", self.deed(by, "Like", "true", json!(self.note))),
            deed("Undo", self.deed(by, "Follow", "true", json!(self.ada_uri))),
            deed("Update", note(by, &first, "other words")),
            deed("Update", person),
        ];
        numbered(all)
    }

    /// What Mallory says rightly signed, of what is not hers.
    fn misattributed(&self) -> Vec<Value> {
        let (by, grace) = (id(&self.mallory), id(&self.grace));
        let first = format!("{grace}/first");
        let name = "lie";
        let deed = |kind: &str, object: Value| self.deed(by, kind, name, object);
        let with = |mut activity: Value, key: &str, value: Value| {
            activity[key] = value;
            activity
        };
        let mut renamed = self.grace.clone();
        renamed["name"] = json!("Mallory's Grace");
        let mut heidis = self.follows[1].clone();
        heidis["object"] = json!(by);
        let said_by_grace = |kind: &str, object: Value| self.deed(grace, kind, "lie", object);
        let at_mallory = |kind: &str, object: Value| {
            let mut activity = said_by_grace(kind, object);
            activity["id"] = json!(format!("{by}/passed-on/{kind}"));
            activity
        };
        let lies = vec![
            // Of what Grace wrote and is.
            deed("Update", note(grace, &first, "lies")),
            deed("Update", note(by, &first, "lies")),
            deed("Update", renamed),
            deed("Delete", json!(first)),
            deed("Delete", json!({ "id": first, "type": "Tombstone" })),
            deed("Delete", json!(grace)),
            with(
                deed("Add", json!(first)),
                "target",
                self.grace["featured"].clone(),
            ),
            with(
                deed("Remove", json!(first)),
                "target",
                self.grace["featured"].clone(),
            ),
            with(deed("Move", json!(grace)), "target", json!(by)),
            // Of what Grace did.
            deed("Undo", self.deed(grace, "Like", "true", json!(self.note))),
            deed("Undo", json!(format!("{grace}/Like/true"))),
            deed(
                "Undo",
                self.deed(grace, "Announce", "true", json!(self.note)),
            ),
            deed("Undo", json!(format!("{grace}/Announce/true"))),
            deed(
                "Undo",
                self.deed(grace, "Follow", "true", json!(self.ada_uri)),
            ),
            deed("Undo", json!(format!("{grace}/Follow/true"))),
            // Of what Ada asked others.
            deed("Accept", self.follows[1].clone()),
            deed("Accept", self.follows[1]["id"].clone()),
            deed("Accept", heidis),
            deed("Reject", self.follows[0].clone()),
            deed("Reject", self.follows[0]["id"].clone()),
            // Words put into Grace's mouth, and into Ada's.
            deed("Create", note(grace, &format!("{grace}/invented"), "lies")),
            deed("Create", note(grace, &format!("{by}/invented"), "lies")),
            deed("Create", note(by, &format!("{grace}/invented"), "lies")),
            deed(
                "Create",
                note(by, &format!("{}/statuses/1", self.ada_uri), "lies"),
            ),
            deed(
                "Create",
                note(&self.ada_uri, &format!("{by}/of-ada"), "lies"),
            ),
            deed("Update", note(by, &self.note, "lies")),
            deed("Delete", json!(self.note)),
            deed(
                "Announce",
                note(grace, &format!("{grace}/invented"), "lies"),
            ),
            with(
                deed("QuoteRequest", json!(self.note)),
                "instrument",
                note(grace, &format!("{grace}/quoting"), "lies"),
            ),
            // Passed on as a group does.
            deed(
                "Announce",
                said_by_grace("Create", note(grace, &format!("{grace}/invented"), "lies")),
            ),
            deed(
                "Announce",
                said_by_grace("Update", note(grace, &first, "lies")),
            ),
            deed("Announce", said_by_grace("Delete", json!(first))),
            deed("Announce", at_mallory("Delete", json!(first))),
            deed(
                "Announce",
                said_by_grace("Undo", self.deed(grace, "Like", "true", json!(self.note))),
            ),
            deed(
                "Announce",
                at_mallory("Undo", self.deed(grace, "Like", "true", json!(self.note))),
            ),
            deed("Announce", at_mallory("Like", json!(self.note))),
        ];
        numbered(lies)
    }

    /// A post of Mallory's that is true. What she said before has been worked off when it is there.
    async fn probe(&self, name: &str) {
        let by = id(&self.mallory);
        let uri = format!("{by}/probe/{name}");
        let mut probe = note(by, &uri, "still here");
        probe["tag"] = json!([{ "type": "Mention", "href": self.ada_uri }]);
        self.evil
            .tells(&self.school, &self.deed(by, "Create", name, probe))
            .await;
        eventually("the probe", || status_at(&self.ada, &uri)).await;
    }

    /// All that the lies are about.
    async fn state(&self) -> BTreeMap<&'static str, Value> {
        let find = |name: &'static str, host: &'static str| (name, host);
        let mut accounts = Vec::new();
        for (name, host) in [
            find("grace", "good"),
            find("heidi", "good"),
            find("mallory", "evil"),
        ] {
            let host = if host == "good" {
                &self.good.host
            } else {
                &self.evil.host
            };
            let found = self
                .ada
                .get(&format!("/api/v1/accounts/lookup?acct={name}@{host}"))
                .await;
            let number = id(&found).to_owned();
            let relation = self
                .ada
                .get(&format!("/api/v1/accounts/relationships?id[]={number}"))
                .await;
            let statuses = self
                .ada
                .get(&format!("/api/v1/accounts/{number}/statuses?limit=40"))
                .await;
            let pinned = self
                .ada
                .get(&format!("/api/v1/accounts/{number}/statuses?pinned=true"))
                .await;
            let kept = |list: Value| {
                let words =
                    |status: &Value| json!([status["uri"], status["content"], status["edited_at"]]);
                let all = list.as_array().unwrap().iter().map(words);
                all.filter(|status| status[1] != "still here")
                    .collect::<Vec<_>>()
            };
            accounts.push(json!([
                found["display_name"],
                found["moved"],
                relation,
                kept(statuses),
                kept(pinned)
            ]));
        }
        let own = status_at(&self.ada, &self.note).await.unwrap();
        let told = self.ada.get("/api/v1/notifications?limit=80").await;
        let told = told.as_array().unwrap().iter();
        let told = told.map(|each| {
            json!([
                each["type"],
                each["account"]["acct"],
                each["status"]["content"]
            ])
        });
        let told: Vec<Value> = told.filter(|each| each[2] != "still here").collect();
        let reports = out(&self.school.command(&["report", "list", "--all"]));
        BTreeMap::from([
            ("accounts", json!(accounts)),
            (
                "own",
                json!([
                    own["content"],
                    own["favourites_count"],
                    own["reblogs_count"],
                    own["edited_at"]
                ]),
            ),
            ("told", json!(told)),
            ("reports", json!(reports)),
        ])
    }

    fn key_of_grace(&self) -> String {
        format!("{}#main-key", id(&self.grace))
    }
}

/// A request as it goes over the wire.
struct Letter {
    body: Vec<u8>,
    signer: Option<Signer>,
    /// Where it was meant to go, and when it was signed.
    to: Url,
    age: TimeDelta,
    /// What it says when it arrives, and whether its digest is that of these words.
    arrives: Option<(Vec<u8>, bool)>,
}

impl Letter {
    async fn send(self, school: &School, format: Format) -> u16 {
        let mut request = school.request(Method::POST, "/inbox");
        let sign = |body: &[u8]| {
            let outgoing = Outgoing {
                method: "POST",
                url: &self.to,
                accept: JSON,
                body: Some((body, JSON)),
                followers: None,
            };
            let signer = self.signer.as_ref()?;
            Some(
                signer
                    .sign(&outgoing, format, Utc::now().naive_utc() - self.age)
                    .unwrap(),
            )
        };
        let mut headers = sign(&self.body);
        if let (Some((altered, true)), Some(headers)) = (&self.arrives, &mut headers) {
            for (name, value) in sign(altered).unwrap() {
                let name = name.unwrap();
                if name.as_str().ends_with("digest") {
                    headers.insert(name, value);
                }
            }
        }
        request = match headers {
            Some(headers) => request.headers(headers),
            None => request.header("content-type", JSON),
        };
        let body = self.arrives.map_or(self.body, |(altered, _)| altered);
        request.body(body).send().await.unwrap().status().as_u16()
    }
}

async fn refused(kind: Kind) {
    let Some(cast) = Cast::meet(kind).await else {
        return;
    };
    let before = cast.state().await;
    let inbox = Url::parse(&format!("{}/inbox", cast.school.base)).unwrap();
    let elsewhere = Url::parse(&format!("{}/inbox", cast.evil.base)).unwrap();
    let grace = || Some(cast.good.signer(&cast.grace));
    let stranger = PrivateKey::generate_rsa().unwrap();
    let as_grace = || Some(Signer::new(cast.key_of_grace(), stranger.clone()));
    let mallory = || Some(cast.evil.signer(&cast.mallory));
    let heidi = || Some(cast.good.signer(&cast.heidi));
    for format in [Format::Cavage, Format::Message] {
        for activity in cast.of_every_kind("false") {
            let body = activity.to_string().into_bytes();
            let mut other = activity.clone();
            other["to"] = json!([PUBLIC, "https://other.example/"]);
            let altered = other.to_string().into_bytes();
            let letter = |signer: Option<Signer>| Letter {
                body: body.clone(),
                signer,
                to: inbox.clone(),
                age: TimeDelta::zero(),
                arrives: None,
            };
            let letters = [
                ("unsigned", letter(None)),
                ("by another's key", letter(mallory())),
                (
                    "by a key that is not hers under its name",
                    letter(as_grace()),
                ),
                (
                    "altered",
                    Letter {
                        arrives: Some((altered.clone(), false)),
                        ..letter(grace())
                    },
                ),
                (
                    "altered with its digest",
                    Letter {
                        arrives: Some((altered, true)),
                        ..letter(grace())
                    },
                ),
                (
                    "stale",
                    Letter {
                        age: TimeDelta::hours(13),
                        ..letter(grace())
                    },
                ),
                (
                    "early",
                    Letter {
                        age: TimeDelta::minutes(-10),
                        ..letter(grace())
                    },
                ),
                (
                    "to another",
                    Letter {
                        to: elsewhere.clone(),
                        ..letter(grace())
                    },
                ),
                ("by a neighbour's key", letter(heidi())),
            ];
            for (what, letter) in letters {
                let status = letter.send(&cast.school, format).await;
                assert_eq!(status, 401, "{what}, {format:?}: {activity}");
            }
        }
    }
    // Whoever is lied about is asked for anew because of their key, but not each time.
    assert!(cast.good.asked_for("/users/grace").await <= 5);
    cast.probe("refused").await;
    assert_eq!(cast.state().await, before);
}

#[tokio::test]
async fn no_lie_about_whose_words_they_are_is_taken_in_on_sqlite() {
    refused(Sqlite).await;
}

#[tokio::test]
async fn no_lie_about_whose_words_they_are_is_taken_in_on_postgresql() {
    refused(Postgres).await;
}

async fn without_effect(kind: Kind) {
    let Some(cast) = Cast::meet(kind).await else {
        return;
    };
    let before = cast.state().await;
    for lie in cast.misattributed() {
        cast.evil.send(&cast.school, &lie).await;
    }
    let signer = cast.evil.signer(&cast.mallory);
    for mut activity in cast.of_every_kind("false") {
        // Of our own people, and under ids of other servers.
        activity["actor"] = json!(cast.ada_uri);
        let reply = cast.evil.send_as(&signer, &cast.school, &activity).await;
        assert_ne!(reply, federation::net::Reply::Accepted, "{activity}");
        activity["actor"] = cast.grace["id"].clone();
        activity["id"] = json!(format!("{}/of-grace", id(&cast.mallory)));
        let reply = cast.evil.send_as(&signer, &cast.school, &activity).await;
        assert_eq!(reply, crate::strangers::REFUSED, "{activity}");
        activity["actor"] = cast.mallory["id"].clone();
        for id in [
            format!("{}#1", cast.ada_uri),
            format!("{}/1", cast.good.base),
        ] {
            activity["id"] = json!(id);
            let reply = cast.evil.send_as(&signer, &cast.school, &activity).await;
            assert_ne!(reply, federation::net::Reply::Accepted, "{activity}");
        }
    }
    cast.probe("without effect").await;
    assert_eq!(cast.state().await, before);
}

#[tokio::test]
async fn nobody_has_a_say_in_what_is_not_theirs_on_sqlite() {
    without_effect(Sqlite).await;
}

#[tokio::test]
async fn nobody_has_a_say_in_what_is_not_theirs_on_postgresql() {
    without_effect(Postgres).await;
}

/// Every kind of activity comes three times: what is seen is what is seen after the first.
async fn once(kind: Kind) {
    let Some(cast) = Cast::meet(kind).await else {
        return;
    };
    let lasting = |activity: &Value| {
        let kind = activity["type"].as_str();
        !matches!(kind, Some("Delete" | "Block" | "Move" | "Reject"))
    };
    let all: Vec<Value> = cast
        .of_every_kind("true")
        .into_iter()
        .filter(lasting)
        .collect();
    // Whoever looks again finds what was told.
    let mut renamed = cast.grace.clone();
    renamed["name"] = json!("Another Grace");
    cast.good.serve(renamed);
    let mut states = Vec::new();
    for round in 0..3 {
        for activity in &all {
            cast.good.tells(&cast.school, activity).await;
        }
        let by = id(&cast.grace);
        let uri = format!("{by}/round/{round}");
        cast.good
            .tells(
                &cast.school,
                &cast.deed(
                    by,
                    "Create",
                    &format!("round{round}"),
                    note(by, &uri, "still here"),
                ),
            )
            .await;
        eventually("the end of the round", || status_at(&cast.ada, &uri)).await;
        states.push(cast.state().await);
    }
    assert_eq!(states[0], states[1]);
    assert_eq!(states[0], states[2]);
}

#[tokio::test]
async fn what_comes_again_is_not_done_again_on_sqlite() {
    once(Sqlite).await;
}

#[tokio::test]
async fn what_comes_again_is_not_done_again_on_postgresql() {
    once(Postgres).await;
}
