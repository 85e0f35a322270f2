//! One of our servers with its inbox, and people elsewhere.

use std::time::{Duration, Instant};

use domain::{AccountId, AccountKind, InboxId, Page, StatusId, Visibility};
use federation::net::OutboundSettings;
use federation::origin::Origin;
use federation::{Federation, FederationSettings};
use serde_json::{Value, json};
use service::App;
use service::incoming::RemoteAccount;
use service::oauth::Person;
use storage::DbConnection;
use storage::accounts::Account;
use storage::follows::Follow;
use storage::inbox::Received;
use storage::statuses::Status;
use test_support::{Kind, TestApp};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

/// Long enough for a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

pub struct School {
    test: TestApp,
    pub ada: Person,
}

/// Somebody elsewhere.
pub struct Remote {
    pub id: AccountId,
    pub uri: String,
}

/// A process that works off the inbox.
pub struct Worker {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Worker {
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.work.await.unwrap();
    }
}

/// Id of what an activity is about.
fn concerned(activity: &Value) -> Option<&str> {
    let object = &activity["object"];
    object["object"]
        .as_str()
        .or_else(|| object["id"].as_str())
        .or_else(|| object.as_str())
}

/// Tells the same story on each database.
pub async fn on_both(story: impl AsyncFn(&School)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        if let Some(school) = School::on(kind).await {
            story(&school).await;
        }
    }
}

impl School {
    pub async fn on(kind: Kind) -> Option<Self> {
        let test = TestApp::on(kind)?;
        let ada = test.person("ada").await;
        service::users::ensure_instance_actor(&test.app)
            .await
            .unwrap();
        Some(Self { test, ada })
    }

    fn app(&self) -> &App {
        &self.test.app
    }

    pub fn ada_uri(&self) -> String {
        self.ada.account.uri.clone()
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, &mut DbConnection) -> Result<T, storage::QueryError> + Send + 'static,
    ) -> T {
        self.app()
            .transaction(move |app, conn| Ok(work(app, conn)?))
            .await
            .unwrap()
    }

    pub async fn remote(&self, name: &str) -> Remote {
        let uri = format!("https://other.example/users/{name}");
        let account = RemoteAccount {
            followers: format!("{uri}/followers"),
            ..RemoteAccount::new(
                AccountKind::Person,
                name.to_owned(),
                "other.example".parse().unwrap(),
                uri.clone(),
                format!("{uri}/inbox"),
            )
        };
        let account = service::incoming::upsert_account(self.app(), account, self.app().now())
            .await
            .unwrap();
        Remote {
            id: account.id,
            uri,
        }
    }

    /// The id of a public note of ada's.
    pub async fn note(&self, name: &str) -> String {
        let uri = format!("https://school.example/users/ada/statuses/{name}");
        let (note, by) = (uri.clone(), self.ada.id());
        self.write(move |app, conn| {
            let id = StatusId(app.next_id());
            let status = Status::new(id, by, note, Visibility::Public, app.now());
            storage::statuses::insert(conn, status)
        })
        .await;
        uri
    }

    /// The id of the Follow by which ada asks to follow somebody.
    pub async fn ask_to_follow(&self, account_id: AccountId) -> String {
        let uri = "https://school.example/users/ada/follows/1";
        let follower_id = self.ada.id();
        self.write(move |app, conn| {
            let follow = Follow {
                id: app.next_id(),
                follower_id,
                account_id,
                uri: uri.to_owned(),
                pending: true,
                show_reblogs: true,
                notify: false,
                languages: None,
                created_at: app.now(),
            };
            storage::follows::insert(conn, follow)
        })
        .await;
        uri.to_owned()
    }

    /// Takes activities in as `POST /inbox` does once it knows whose they are.
    pub async fn receive(&self, activities: &[Value]) {
        let activities = activities.to_vec();
        self.write(move |app, conn| {
            for activity in activities {
                let text = |key: &str| activity[key].as_str().unwrap().to_owned();
                let row = Received {
                    id: InboxId(app.next_id()),
                    uri: text("id"),
                    actor_uri: text("actor"),
                    body: activity.to_string(),
                    received_at: app.now(),
                    run_at: app.now(),
                    leased_until: None,
                    attempts: 0,
                    finished_at: None,
                    error: None,
                    concerns: concerned(&activity).map(str::to_owned),
                    hint: false,
                    requests: 0,
                    sender: Origin::parse(&text("actor")).unwrap().authority(),
                };
                storage::inbox::insert(conn, row)?;
            }
            Ok(())
        })
        .await;
        self.app().wake().inbox.notify_one();
    }

    pub fn worker(&self) -> Worker {
        let outbound = OutboundSettings {
            public_url: Url::parse("https://school.example/").unwrap(),
            allow_loopback: true,
            allow_http: true,
            ca_file: None,
            failure_memory: Duration::from_secs(300),
        };
        let federation = Federation::new(FederationSettings {
            outbound,
            signature_max_age: Duration::from_secs(43_200),
            authorized_fetch: false,
            parallel_hosts: 1,
            give_up_after: Duration::from_secs(60),
            first_retry: Duration::from_secs(30),
            translator: None,
        })
        .unwrap();
        let (stop, stopping) = watch::channel(false);
        let work = tokio::spawn(federation.receive(self.app().clone(), stopping));
        Worker { stop, work }
    }

    /// Works off all that waits.
    pub async fn work(&self) {
        self.work_until_only(&[]).await;
    }

    /// As if a week went by.
    pub async fn forget_finished(&self) {
        self.write(|app, conn| storage::inbox::prune(conn, app.now() + chrono::TimeDelta::days(1)))
            .await;
    }

    /// Does what is left to be done here; nobody is told of it.
    pub async fn run_jobs(&self) {
        let mut more = true;
        while more {
            let jobs = self
                .write(|app, conn| storage::jobs::claim(conn, app.now(), app.now(), 100))
                .await;
            more = !jobs.is_empty();
            for row in jobs {
                let job = serde_json::from_str(&row.payload).unwrap();
                if !matches!(job, service::jobs::Job::Federate(_)) {
                    service::jobs::run(self.app(), job).await.unwrap();
                }
                self.write(move |_, conn| storage::jobs::finish(conn, row.id))
                    .await;
            }
        }
    }

    pub async fn ids(&self) -> Vec<InboxId> {
        let rows = self
            .write(|_, conn| Ok(test_support::unfinished(conn)))
            .await;
        rows.into_iter().map(|(id, _, _)| InboxId(id)).collect()
    }

    /// Whose activities wait, and how often each was tried.
    pub async fn unfinished(&self) -> Vec<(String, i32)> {
        let rows = self
            .write(|_, conn| Ok(test_support::unfinished(conn)))
            .await;
        rows.into_iter()
            .map(|(_, actor, attempts)| (actor, attempts))
            .collect()
    }

    /// Works until exactly these wait, tried so many times.
    pub async fn work_until_only(&self, expected: &[(String, i32)]) {
        let (worker, begun) = (self.worker(), Instant::now());
        while self.unfinished().await != expected {
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain: {:?}",
                self.unfinished().await
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        worker.stop().await;
    }

    pub async fn hold(&self, ids: &[InboxId]) -> Vec<InboxId> {
        let ids = ids.to_vec();
        self.write(move |_, conn| storage::inbox::hold_unfinished(conn, &ids))
            .await
    }

    pub fn post(&self, by: &str, name: &str, version: i64) -> Value {
        self.tell("Create", by, name, version)
    }

    pub fn edit(&self, by: &str, name: &str, version: i64) -> Value {
        self.tell("Update", by, name, version)
    }

    /// A version of a post for ada; later versions are later.
    fn tell(&self, kind: &str, by: &str, name: &str, version: i64) -> Value {
        let (uri, ada) = (format!("{by}/{name}"), self.ada_uri());
        let published = self.app().now().and_utc();
        let updated = published + chrono::TimeDelta::seconds(version);
        json!({
            "id": format!("{uri}/{kind}{version}"), "type": kind, "actor": by,
            "object": {
                "id": uri, "type": "Note", "attributedTo": by, "to": PUBLIC, "cc": [ada],
                "published": published.to_rfc3339(),
                "updated": (version > 0).then(|| updated.to_rfc3339()),
                "content": format!("<p>version {version}</p>"),
                "tag": [{ "type": "Mention", "href": ada }],
            },
        })
    }

    pub fn delete(&self, by: &str, name: &str) -> Value {
        let uri = format!("{by}/{name}");
        json!({ "id": format!("{uri}/delete"), "type": "Delete", "actor": by,
                "object": { "id": uri, "type": "Tombstone" } })
    }

    /// Somebody by a name that changes; later versions are later.
    pub fn rename(&self, by: &str, version: i64) -> Value {
        let name = by.rsplit('/').next().unwrap();
        let updated = self.app().now().and_utc() + chrono::TimeDelta::seconds(version);
        json!({ "id": format!("{by}/update/{version}"), "type": "Update", "actor": by,
            "object": { "id": by, "type": "Person", "preferredUsername": name, "inbox": format!("{by}/inbox"),
                "name": format!("Name {version}"), "updated": updated.to_rfc3339() } })
    }

    pub fn leave(&self, by: &str) -> Value {
        json!({ "id": format!("{by}/delete"), "type": "Delete", "actor": by, "object": by })
    }

    pub fn like(&self, by: &str, name: &str, of: &str) -> Value {
        json!({ "id": format!("{by}/{name}"), "type": "Like", "actor": by, "object": of })
    }

    /// What a status reads like, if it is there.
    pub async fn content(&self, uri: &str) -> Option<String> {
        let uri = uri.to_owned();
        self.write(move |_, conn| storage::statuses::with_address(conn, &uri))
            .await
            .map(|status| status.content)
    }

    pub async fn status(&self, uri: &str) -> Status {
        let uri = uri.to_owned();
        self.write(move |_, conn| storage::statuses::with_address(conn, &uri))
            .await
            .unwrap()
    }

    /// How many like a status; the number kept with it must be the same.
    pub async fn count_of_likes(&self, uri: &str) -> i64 {
        let status = self.status(uri).await;
        let rows = self
            .write(move |_, conn| {
                storage::favourites::of_status(conn, status.id, &Page::newest(80))
            })
            .await;
        assert_eq!(i64::try_from(rows.len()).unwrap(), status.favourites_count);
        status.favourites_count
    }

    pub async fn account(&self, id: AccountId) -> Account {
        self.write(move |_, conn| storage::accounts::find(conn, id))
            .await
            .unwrap()
    }

    pub async fn follows_ada(&self, id: AccountId) -> bool {
        let ada = self.ada.id();
        self.write(move |_, conn| storage::follows::find(conn, id, ada))
            .await
            .is_some()
    }

    pub async fn boosts(&self, by: AccountId, of: &str) -> bool {
        let of = self.status(of).await.id;
        self.write(move |_, conn| storage::statuses::boost_by(conn, by, of))
            .await
            .is_some()
    }

    pub async fn likes(&self, by: AccountId, of: &str) -> bool {
        let of = self.status(of).await.id;
        self.write(move |_, conn| storage::favourites::find(conn, by, of))
            .await
            .is_some()
    }

    /// Whether it is remembered that they took back what has this id.
    pub async fn remembers(&self, by: AccountId, uri: &str) -> bool {
        let uri = uri.to_owned();
        self.write(move |_, conn| storage::retractions::contains(conn, &uri, by))
            .await
    }

    /// Of what kinds the lines are that tell ada of somebody's deeds.
    pub async fn told_of(&self, from: AccountId) -> Vec<String> {
        let wanted = storage::notifications::Wanted {
            from: Some(from),
            ..Default::default()
        };
        let ada = self.ada.id();
        let rows = self
            .write(move |_, conn| {
                storage::notifications::page(conn, ada, &wanted, &Page::newest(80))
            })
            .await;
        let mut kinds: Vec<String> = rows.iter().map(|row| format!("{:?}", row.kind)).collect();
        kinds.sort();
        kinds
    }
}
