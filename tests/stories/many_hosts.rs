//! A post to a hundred servers, of which twenty are dead and twenty slow: the others do not notice.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use federation::net::{OutboundClient, OutboundSettings, Reply};
use federation::signatures::{PrivateKey, Signer};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use url::Url;

use crate::elsewhere::Elsewhere;
use crate::harness::{School, eventually};

/// Of a hundred.
const GOOD: usize = 60;
const SLOW: usize = 20;
const DEAD: usize = 20;
/// For the last of the good ones, on a machine that has nothing else to do: two seconds. This machine also tests.
const IN_TIME: Duration = Duration::from_secs(6);

/// What somebody was sent, and when.
type Sent = Vec<(Instant, Value)>;

#[derive(Clone)]
struct Played {
    pem: Arc<String>,
    slow: bool,
    /// By host.
    sent: Arc<Mutex<BTreeMap<String, Sent>>>,
}

/// Servers at these ports that know one person each.
fn play(played: &Played, count: usize) -> (Vec<String>, ServerHandle) {
    let data = Data::new(played.clone());
    let mut http = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .default_service(web::to(answer))
    })
    .workers(1)
    .shutdown_timeout(0)
    .disable_signals();
    let mut hosts = Vec::new();
    for _ in 0..count {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        hosts.push(listener.local_addr().unwrap().to_string());
        http = http.listen(listener).unwrap();
    }
    let running = http.run();
    let handle = running.handle();
    std::thread::spawn(move || actix_web::rt::System::new().block_on(running));
    (hosts, handle)
}

async fn answer(request: HttpRequest, body: Bytes, played: Data<Played>) -> HttpResponse {
    let host = request.connection_info().host().to_owned();
    if request.method() == "POST" {
        if played.slow {
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        let activity = serde_json::from_slice(&body).unwrap();
        let mut sent = played.sent.lock().unwrap();
        sent.entry(host)
            .or_default()
            .push((Instant::now(), activity));
        return HttpResponse::Accepted().finish();
    }
    if request.path() != "/users/grace" {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok()
        .content_type("application/activity+json")
        .body(person(&host, &played.pem).to_string())
}

fn person(host: &str, pem: &str) -> Value {
    let uri = format!("http://{host}/users/grace");
    json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Person", "preferredUsername": "grace",
        "inbox": format!("{uri}/inbox"), "outbox": format!("{uri}/outbox"),
        "publicKey": { "id": format!("{uri}#main-key"), "owner": uri, "publicKeyPem": pem },
    })
}

impl Played {
    /// Who was sent these words, and when at last; how often is said by the number.
    fn have(&self, words: &str) -> BTreeMap<String, (Instant, usize)> {
        let sent = self.sent.lock().unwrap();
        let with_words = sent.iter().filter_map(|(host, sent)| {
            let fits = |(_, activity): &&(Instant, Value)| activity.to_string().contains(words);
            let found: Vec<_> = sent.iter().filter(fits).collect();
            Some((host.clone(), (found.first()?.0, found.len())))
        });
        with_words.collect()
    }
}

async fn follow(client: &OutboundClient, school: &School, host: &str, key: &PrivateKey) {
    let uri = format!("http://{host}/users/grace");
    let follow = json!({ "id": format!("{uri}#follow"), "type": "Follow", "actor": uri,
                         "object": format!("{}/users/ada", school.base) });
    let inbox = Url::parse(&format!("{}/inbox", school.base)).unwrap();
    let signer = Signer::new(format!("{uri}#main-key"), key.clone());
    let reply = client.post_signed(&inbox, follow.to_string().into(), &signer);
    assert_eq!(reply.await, Reply::Accepted);
}

async fn story(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let key = PrivateKey::generate_rsa().unwrap();
    let played = |slow| Played {
        pem: Arc::new(key.public_pem().unwrap()),
        slow,
        sent: Arc::default(),
    };
    let (good, slow, dead) = (played(false), played(true), played(false));
    let (good_hosts, _good) = play(&good, GOOD);
    let (slow_hosts, _slow) = play(&slow, SLOW);
    let (dead_hosts, dead_handle) = play(&dead, DEAD);
    let client = OutboundClient::new(&OutboundSettings {
        public_url: Url::parse("http://127.0.0.1").unwrap(),
        allow_loopback: true,
        allow_http: true,
        ca_file: None,
        failure_memory: Duration::ZERO,
    })
    .unwrap();
    for host in good_hosts.iter().chain(&slow_hosts).chain(&dead_hosts) {
        follow(&client, &school, host, &key).await;
    }
    for (played, count) in [(&good, GOOD), (&dead, DEAD), (&slow, SLOW)] {
        eventually("everybody to follow", || async {
            (played.have("Accept").len() == count).then_some(())
        })
        .await;
    }
    dead_handle.stop(false).await;

    let begun = Instant::now();
    ada.publish(json!({ "status": "first words" })).await;
    let arrived = eventually("the good ones to have it", || async {
        let have = good.have("first words");
        (have.len() == GOOD).then_some(have)
    })
    .await;
    let last = arrived.values().map(|(time, _)| *time).max().unwrap();
    let took = last.duration_since(begun);
    eprintln!("{kind:?}: {GOOD} servers had the post after {took:?}");
    assert!(took < IN_TIME, "{took:?}");
    assert!(slow.have("first words").is_empty(), "they are slow");

    // In the middle of the next one the power fails.
    ada.publish(json!({ "status": "second words" })).await;
    eventually("some to have it", || async {
        (good.have("second words").len() >= 5).then_some(())
    })
    .await;
    school.kill();
    school.start().await;
    for words in ["first words", "second words"] {
        for (played, count) in [(&good, GOOD), (&slow, SLOW)] {
            let have = eventually("all to have it", || async {
                let have = played.have(words);
                (have.len() == count).then_some(have)
            })
            .await;
            // What was under way when the power failed may come once more, by the same id.
            assert!(have.values().all(|(_, times)| *times <= 2), "{have:?}");
        }
    }
}

#[tokio::test]
async fn the_dead_and_the_slow_hold_up_nobody_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn the_dead_and_the_slow_hold_up_nobody_on_postgresql() {
    story(Postgres).await;
}

async fn a_server_that_is_heard_from_is_asked_again_at_once(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let grace = elsewhere.person("grace");
    let uri = grace["id"].as_str().unwrap();
    let ada_uri = format!("{}/users/ada", school.base);
    let follow =
        json!({ "id": format!("{uri}#follow"), "type": "Follow", "actor": uri, "object": ada_uri });
    elsewhere.tells(&school, &follow).await;
    elsewhere
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;
    let busy = wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(wiremock::ResponseTemplate::new(503))
        .with_priority(1)
        .mount_as_scoped(&elsewhere.server)
        .await;
    ada.publish(json!({ "status": "while it is away" })).await;
    eventually("the school to have tried", || async {
        let listed = school.command(&["jobs", "list"]);
        let text = String::from_utf8(listed.stdout).unwrap();
        let waits = format!("{}: 1 to be delivered", elsewhere.host);
        let failed = format!("{}: failed 1 times", elsewhere.host);
        (text.contains(&waits) && text.contains(&failed)).then_some(())
    })
    .await;
    drop(busy);
    let words = school.command(&["jobs", "dead"]);
    assert!(String::from_utf8_lossy(&words.stdout).contains("Nothing was given up."));
    eventually(
        "the school to hear of it and to send what was missed",
        || async {
            let id = format!("{uri}#like/{}", chrono::Utc::now().timestamp_millis());
            let like = json!({ "id": id, "type": "Like", "actor": uri, "object": ada_uri });
            elsewhere.tells(&school, &like).await;
            let received = elsewhere.received().await;
            received
                .iter()
                .any(|activity| activity.to_string().contains("while it is away"))
                .then_some(())
        },
    )
    .await;
}

#[tokio::test]
async fn a_server_that_is_heard_from_is_asked_again_at_once_on_sqlite() {
    a_server_that_is_heard_from_is_asked_again_at_once(Sqlite).await;
}

#[tokio::test]
async fn a_server_that_is_heard_from_is_asked_again_at_once_on_postgresql() {
    a_server_that_is_heard_from_is_asked_again_at_once(Postgres).await;
}
