//! What other software sends, in its own shape: every file of `crates/federation/tests/fixtures` goes through the inbox
//! of a real server, signed, with what it leads to at hand; `expected.json` beside it says what comes of it.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, fits, follows, name, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const SOFTWARE: [&str; 11] = [
    "ghost",
    "gotosocial",
    "lemmy",
    "mastodon",
    "misskey",
    "mobilizon",
    "nodebb",
    "peertube",
    "pixelfed",
    "pleroma",
    "wordpress",
];

/// One folder of fixtures, with the names of real places in it.
struct Folder {
    name: &'static str,
    elsewhere: Elsewhere,
    /// What is written in the files, and what it stands for.
    places: Vec<(String, String)>,
}

impl Folder {
    async fn open(name: &'static str, school: &School, note: &str) -> Self {
        let elsewhere = Elsewhere::open().await;
        let short = if name == "gotosocial" { "gts" } else { name };
        let place = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let folder = Self {
            name,
            places: vec![
                place(
                    "https://school.example/users/ada/statuses/1\"",
                    &format!("{note}\""),
                ),
                place("https://school.example", &school.base),
                place("school.example", &school.host),
                place(&format!("https://{short}.example"), &elsewhere.base),
                place(&format!("{short}.example"), &elsewhere.host),
            ],
            elsewhere,
        };
        for file in folder.files() {
            let document = folder.read(&file);
            if document
                .get("actor")
                .is_none_or(|_| document["type"] == "Event")
                && document.get("id").is_some()
            {
                folder.elsewhere.serve(document);
            }
        }
        folder
    }

    fn path(&self) -> PathBuf {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../federation/tests/fixtures");
        PathBuf::from(root).join(self.name)
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .collect()
    }

    fn read(&self, name: &str) -> Value {
        let path = self.path().join(format!("{name}.json"));
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in &self.places {
            text = text.replace(from, to);
        }
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    async fn walk(&mut self, school: &School, ada: &Teacher) {
        let expected = self.read("expected");
        for follow in expected["follow"].as_array().unwrap() {
            let handle = follow["actor"].as_str().unwrap();
            let name = handle.split('@').next().unwrap();
            let documents = self.elsewhere.documents.lock().unwrap().clone();
            let actor = documents
                .values()
                .find(|document| document["preferredUsername"] == name);
            let asked = self.elsewhere.asked_to_follow(ada, actor.unwrap()).await;
            let id = asked["id"].as_str().unwrap().to_owned();
            self.places.insert(
                0,
                ("https://school.example/users/ada#follows/1".to_owned(), id),
            );
            let accept = self.read(follow["answer"].as_str().unwrap());
            self.elsewhere.tells(school, &accept).await;
            follows(ada, &account_id(ada, handle).await).await;
        }
        let mut by = expected["follow"][0]["actor"].as_str().unwrap().to_owned();
        let mut sent: Vec<String> = vec!["expected".to_owned()];
        for follow in expected["follow"].as_array().unwrap() {
            sent.push(follow["answer"].as_str().unwrap().to_owned());
        }
        for (number, step) in expected["steps"].as_array().unwrap().iter().enumerate() {
            if let Some(file) = step["send"].as_str() {
                sent.push(file.to_owned());
                let activity = self.read(file);
                self.elsewhere.tells(school, &activity).await;
                let named = step["by"].as_str().map(str::to_owned);
                by = named.unwrap_or_else(|| self.handle_of(&activity["actor"]));
                self.is_worked_off(school, ada, &activity, &step["expect"], number)
                    .await;
            }
            let place = format!("{} {}", self.name, step["send"]);
            for (kind, wanted) in step["expect"].as_object().unwrap() {
                Expecting {
                    ada,
                    by: &by,
                    place: &place,
                }
                .see(kind, wanted)
                .await;
            }
        }
        for file in self.files() {
            let is_document =
                self.read(&file).get("actor").is_none() || self.read(&file)["type"] == "Event";
            assert!(
                is_document || sent.contains(&file),
                "{} {file} was never sent",
                self.name
            );
        }
    }

    fn handle_of(&self, actor: &Value) -> String {
        let documents = self.elsewhere.documents.lock().unwrap();
        let found = documents.values().find(|document| document["id"] == *actor);
        format!("{}@{}", name(found.unwrap()), self.elsewhere.host)
    }

    /// Where nothing is to come of an activity, another one of the same actor shows that it was worked off.
    async fn is_worked_off(
        &self,
        school: &School,
        ada: &Teacher,
        activity: &Value,
        expected: &Value,
        number: usize,
    ) {
        let expected = expected.as_object().unwrap();
        let shows = expected
            .keys()
            .any(|key| !matches!(&**key, "no_status" | "untold"));
        if shows || activity["object"] == activity["actor"] {
            return;
        }
        let actor = activity["actor"].as_str().unwrap();
        let uri = format!("{}/probe/{number}", self.elsewhere.base);
        let own = format!("{}/users/ada", school.base);
        let probe = json!({ "id": format!("{uri}/activity"), "type": "Create", "actor": actor, "to": [own],
            "object": { "id": uri, "type": "Note", "attributedTo": actor, "to": [own], "content": "and?" } });
        self.elsewhere.tells(school, &probe).await;
        eventually("the probe", || status_at(ada, &uri)).await;
    }
}

struct Expecting<'a> {
    ada: &'a Teacher,
    /// The handle of who sent.
    by: &'a str,
    place: &'a str,
}

impl Expecting<'_> {
    async fn see(&self, kind: &str, wanted: &Value) {
        let seen = Mutex::new(Value::Null);
        let waiting = eventually_within(Duration::from_secs(20), || async {
            let found = self.look(kind, wanted).await;
            let good = match kind {
                "no_status" | "untold" => found.is_null(),
                "told" | "home" => found
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| fits(one, wanted)),
                _ => fits(&found, wanted),
            };
            *seen.lock().unwrap() = found;
            good
        });
        assert!(
            waiting.await,
            "{}: {kind} is not {wanted:#} but {:#}",
            self.place,
            seen.lock().unwrap()
        );
    }

    async fn look(&self, kind: &str, wanted: &Value) -> Value {
        match kind {
            "status" => status_at(self.ada, wanted["uri"].as_str().unwrap())
                .await
                .unwrap_or_default(),
            "no_status" => status_at(self.ada, wanted.as_str().unwrap())
                .await
                .unwrap_or_default(),
            "home" => self.ada.get("/api/v1/timelines/home?limit=40").await,
            "told" => self.told(wanted["type"].as_str().unwrap()).await,
            "untold" => {
                let lines = self.told(wanted.as_str().unwrap()).await;
                lines
                    .as_array()
                    .unwrap()
                    .first()
                    .cloned()
                    .unwrap_or_default()
            }
            "account" => self.account().await,
            "relationship" => {
                let id = self.account().await["id"].clone();
                let path = format!(
                    "/api/v1/accounts/relationships?id[]={}",
                    id.as_str().unwrap_or("0")
                );
                self.ada.get(&path).await[0].clone()
            }
            "pinned" => {
                let id = self.account().await["id"].clone();
                let path = format!(
                    "/api/v1/accounts/{}/statuses?pinned=true",
                    id.as_str().unwrap()
                );
                let list = self.ada.get(&path).await;
                list.as_array()
                    .unwrap()
                    .iter()
                    .map(|status| status["uri"].clone())
                    .collect()
            }
            "collections" => {
                let id = self.account().await["id"].clone();
                let path = format!("/api/v1/accounts/{}/collections", id.as_str().unwrap());
                self.ada.get(&path).await["collections"].clone()
            }
            _ => panic!("{}: {kind} is not known", self.place),
        }
    }

    /// Null as long as nobody is known by the handle.
    async fn account(&self) -> Value {
        let path = format!("/api/v1/accounts/lookup?acct={}", self.by);
        let response = self.ada.request(Method::GET, &path).send().await.unwrap();
        if response.status().is_success() {
            response.json().await.unwrap()
        } else {
            Value::Null
        }
    }

    /// What ada was told that the sender did.
    async fn told(&self, kind: &str) -> Value {
        let id = self.account().await["id"].clone();
        let path = format!(
            "/api/v1/notifications?types[]={kind}&account_id={}",
            id.as_str().unwrap()
        );
        self.ada.get(&path).await
    }
}

async fn eventually_within<F: Future<Output = bool>>(
    patience: Duration,
    ask: impl Fn() -> F,
) -> bool {
    let begun = std::time::Instant::now();
    while begun.elapsed() < patience {
        if ask().await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

async fn all_is_understood(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let wish = ada.request(Method::PATCH, "/api/v1/profile");
    answer(wish.json(&json!({ "discoverable": true }))).await;
    for software in SOFTWARE {
        let note = ada
            .publish(json!({ "status": format!("For {software}") }))
            .await;
        let note = note["uri"].as_str().unwrap();
        Folder::open(software, &school, note)
            .await
            .walk(&school, &ada)
            .await;
    }
}

#[tokio::test]
async fn what_other_software_sends_is_understood_on_sqlite() {
    all_is_understood(Sqlite).await;
}

#[tokio::test]
async fn what_other_software_sends_is_understood_on_postgresql() {
    all_is_understood(Postgres).await;
}

// On SQLite alone: it is counted in memory.
#[tokio::test]
async fn what_means_nothing_is_taken_and_counted() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let listen = format!("\"{address}\"");
    let Some(school) = School::open_with(Sqlite, &[("metrics.listen", &listen)]).await else {
        return;
    };
    let elsewhere = Elsewhere::open().await;
    let grace = elsewhere.person("grace");
    let by = grace["id"].as_str().unwrap();
    let song = json!({ "id": format!("{by}/song"), "type": "Song", "attributedTo": by });
    let activities = [
        json!({ "id": format!("{by}/1"), "type": "Dance", "actor": by, "object": song }),
        json!({ "id": format!("{by}/2"), "type": "Create", "actor": by, "object": song }),
        json!({ "id": format!("{by}/3"), "type": "Announce", "actor": by,
                "object": { "id": format!("{by}/4"), "type": "Dislike", "actor": by, "object": song } }),
    ];
    for activity in &activities {
        elsewhere.tells(&school, activity).await;
    }
    eventually("all to be counted", || async {
        let metrics = school.http.get(format!("http://{address}/metrics"));
        let shown = metrics.send().await.ok()?.text().await.ok()?;
        shown
            .lines()
            .any(|line| line == "staffroom_inbox_unknown_total 3")
            .then_some(())
    })
    .await;
}
