//! What is owed to other servers, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::{ActivityId, DeliveryId};
use federation::net::OutboundSettings;
use federation::{Federation, FederationSettings};
use service::App;
use service::oauth::Person;
use storage::DbConnection;
use storage::deliveries::lanes::{self, State};
use storage::deliveries::{Activity, Delivery};
use test_support::{Kind, TestApp};
use tokio::sync::watch;
use url::Url;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const PATIENCE: Duration = Duration::from_secs(60);

struct School {
    test: TestApp,
    ada: Person,
}

/// Answers in this order, and as the last from then on.
struct InTurn(Vec<ResponseTemplate>, Arc<AtomicUsize>);

impl Respond for InTurn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let turn = self.1.fetch_add(1, Ordering::SeqCst);
        self.0[turn.min(self.0.len() - 1)].clone()
    }
}

async fn server(answers: &[ResponseTemplate]) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(InTurn(answers.to_vec(), Arc::default()))
        .mount(&server)
        .await;
    server
}

fn host(server: &MockServer) -> String {
    server.address().to_string()
}

/// What a server was sent, in order; each signature is tried both ways where it is refused.
async fn sent_to(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| String::from_utf8(request.body.clone()).unwrap())
        .collect()
}

impl School {
    async fn on(kind: Kind) -> Option<Self> {
        let test = TestApp::on(kind)?;
        let ada = test.person("ada").await;
        // Made before time counts.
        service::keys::of_account(&test.app, ada.id())
            .await
            .unwrap();
        Some(Self { test, ada })
    }

    fn app(&self) -> &App {
        &self.test.app
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

    async fn owes(&self, server: &MockServer, words: &str) {
        self.owes_at(server, "inbox", words).await;
    }

    async fn owes_at(&self, server: &MockServer, inbox: &str, words: &str) {
        let (host, inbox) = (host(server), format!("{}/{inbox}", server.uri()));
        let (body, account_id) = (words.to_owned(), self.ada.id());
        self.write(move |app, conn| {
            let activity = Activity {
                id: ActivityId(app.next_id()),
                account_id,
                body,
                created_at: app.now(),
                names_followers: false,
            };
            let delivery = Delivery {
                id: DeliveryId(app.next_id()),
                activity_id: activity.id,
                host,
                inbox,
                attempts: 0,
                created_at: app.now(),
                failed_at: None,
                error: None,
                run_at: None,
            };
            storage::deliveries::enqueue(conn, activity, vec![delivery])
        })
        .await;
        self.app().wake().deliveries.notify_one();
    }

    async fn waiting(&self) -> i64 {
        self.write(|app, conn| storage::backlog::waiting(conn, app.now()))
            .await
            .deliveries
            .waiting
    }

    async fn given_up(&self) -> i64 {
        self.write(|_, conn| storage::backlog::given_up(conn))
            .await
            .deliveries
    }

    async fn failing(&self) -> Vec<State> {
        self.write(|_, conn| lanes::failing(conn, 10)).await
    }

    /// Delivers until this is so.
    async fn deliver_until(&self, give_up_after: Duration, done: impl AsyncFn() -> bool) {
        let federation = Federation::new(FederationSettings {
            outbound: OutboundSettings {
                public_url: Url::parse("https://school.example/").unwrap(),
                allow_loopback: true,
                allow_http: true,
                ca_file: None,
                failure_memory: Duration::ZERO,
            },
            signature_max_age: Duration::from_secs(43_200),
            authorized_fetch: false,
            parallel_hosts: 8,
            give_up_after,
            first_retry: Duration::from_millis(500),
            translator: None,
        })
        .unwrap();
        let (stop, stopping) = watch::channel(false);
        let work = tokio::spawn(federation.deliver(self.app().clone(), stopping));
        let begun = Instant::now();
        while !done().await {
            assert!(begun.elapsed() < PATIENCE, "waited in vain");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.send_replace(true);
        work.await.unwrap();
    }
}

async fn on_both(story: impl AsyncFn(&School)) {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        if let Some(school) = School::on(kind).await {
            story(&school).await;
        }
    }
}

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[tokio::test]
async fn a_server_that_returns_gets_what_it_missed_in_order() {
    on_both(async |school: &School| {
        let busy = ResponseTemplate::new(503);
        let server = server(&[busy.clone(), busy, ResponseTemplate::new(202)]).await;
        for words in ["one", "two", "three"] {
            school.owes(&server, words).await;
        }
        school
            .deliver_until(WEEK, async || school.waiting().await == 0)
            .await;
        assert_eq!(
            sent_to(&server).await,
            ["one", "one", "one", "two", "three"]
        );
        assert_eq!(school.given_up().await, 0);
        assert!(school.failing().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_says_when_to_come_again_is_obeyed_and_what_is_gone_is_given_up() {
    on_both(async |school: &School| {
        let later = ResponseTemplate::new(429).insert_header("retry-after", "3");
        let (gone, good) = (ResponseTemplate::new(410), ResponseTemplate::new(202));
        let server = server(&[later, gone, good]).await;
        let begun = Instant::now();
        school.owes(&server, "one").await;
        school.owes(&server, "two").await;
        school
            .deliver_until(WEEK, async || school.waiting().await == 0)
            .await;
        assert!(begun.elapsed() >= Duration::from_secs(3));
        assert_eq!(sent_to(&server).await, ["one", "one", "two"]);
        assert_eq!(school.given_up().await, 1);
    })
    .await;
}

#[tokio::test]
async fn one_inbox_that_fails_holds_up_no_other() {
    on_both(async |school: &School| {
        let server = MockServer::start().await;
        for (inbox, answers) in [("/broken", vec![401, 500, 500, 202]), ("/inbox", vec![202])] {
            let answers = answers.into_iter().map(ResponseTemplate::new).collect();
            Mock::given(path(inbox))
                .respond_with(InTurn(answers, Arc::default()))
                .mount(&server)
                .await;
        }
        school.owes_at(&server, "broken", "for the broken").await;
        school.owes_at(&server, "broken", "and more").await;
        for words in ["one", "two"] {
            school.owes(&server, words).await;
        }
        school
            .deliver_until(WEEK, async || school.waiting().await == 2)
            .await;
        assert!(school.failing().await.is_empty(), "the host answers");
        // What comes later need not wait for it either.
        school.owes(&server, "three").await;
        school
            .deliver_until(WEEK, async || school.waiting().await == 0)
            .await;
        let sent = sent_to(&server).await;
        let good: Vec<&str> = sent.iter().map(String::as_str).collect();
        let place = |words| good.iter().position(|sent| *sent == words).unwrap();
        assert!(place("three") < place("and more"), "{good:?}");
        assert!(place("two") < place("and more"), "{good:?}");
        assert_eq!(school.given_up().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_dead_server_costs_nothing_until_it_is_heard_from() {
    on_both(async |school: &School| {
        let server = server(&[ResponseTemplate::new(503)]).await;
        let other = self::server(&[ResponseTemplate::new(202)]).await;
        for words in ["one", "two", "three"] {
            school.owes(&server, words).await;
        }
        let is_dead = async || {
            let failing = school.failing().await;
            failing
                .first()
                .is_some_and(|lane| lane.dead_since.is_some())
        };
        school.deliver_until(Duration::from_secs(2), is_dead).await;
        assert_eq!(school.given_up().await, 3, "visibly");
        let tried = sent_to(&server).await.len();
        school.owes(&server, "four").await;
        assert_eq!(school.waiting().await, 0, "nothing is owed to the dead");
        school.owes(&other, "elsewhere").await;
        school
            .deliver_until(WEEK, async || school.waiting().await == 0)
            .await;
        assert_eq!(sent_to(&server).await.len(), tried);

        server.reset().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(202))
            .mount(&server)
            .await;
        let name = host(&server);
        school
            .write(move |app, conn| lanes::revive(conn, &name, app.now()))
            .await;
        school.owes(&server, "five").await;
        school
            .deliver_until(WEEK, async || school.waiting().await == 0)
            .await;
        assert_eq!(sent_to(&server).await, ["five"]);
        assert!(school.failing().await.is_empty());

        // Somebody who looks after the server has it sent what it missed.
        let name = host(&server);
        let again = school.write(move |app, conn| {
            storage::given_up::retry_deliveries(conn, Some(&name), app.now())
        });
        assert_eq!(again.await, 3);
        school
            .deliver_until(WEEK, async || school.waiting().await == 0)
            .await;
        assert_eq!(sent_to(&server).await, ["five", "one", "two", "three"]);
    })
    .await;
}
