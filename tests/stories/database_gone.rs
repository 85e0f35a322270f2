//! A PostgreSQL that goes away, or falls silent, and comes back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{Postgres, Sqlite};
use test_support::TestDatabase;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::{School, Teacher};

const PROMPT: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Open,
    /// Connections end, and new ones are refused.
    Cut,
    /// Connections stay, new ones are taken, and nothing comes through.
    Silent,
}

/// A cable to PostgreSQL that can be pulled.
struct Cable {
    line: watch::Sender<Line>,
    address: SocketAddr,
}

impl Cable {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (line, state) = watch::channel(Line::Open);
        tokio::spawn(listen(listener, state, server));
        Self { line, address }
    }

    fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn listen(first: TcpListener, mut line: watch::Receiver<Line>, server: String) {
    let address = first.local_addr().unwrap();
    let mut listener = Some(first);
    let server = Arc::new(server);
    loop {
        let now = *line.borrow_and_update();
        match (now, &listener) {
            (Line::Cut, Some(_)) => listener = None,
            (Line::Cut, None) => {
                if line.changed().await.is_err() {
                    return;
                }
            }
            (_, None) => match TcpListener::bind(address).await {
                Ok(bound) => listener = Some(bound),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            (_, Some(listener)) => {
                tokio::select! {
                    taken = listener.accept() => {
                        let (stream, _) = taken.unwrap();
                        tokio::spawn(carry(stream, line.clone(), server.clone()));
                    }
                    changed = line.changed() => if changed.is_err() { return },
                }
            }
        }
    }
}

/// Carries one connection until it ends or is cut. One that fell silent stays so: its state is lost.
async fn carry(mut near: TcpStream, mut line: watch::Receiver<Line>, server: Arc<String>) {
    if *line.borrow() == Line::Open {
        let mut far = TcpStream::connect(&*server).await.unwrap();
        tokio::select! {
            _ = copy_bidirectional(&mut near, &mut far) => return,
            _ = line.wait_for(|line| *line != Line::Open) => {}
        }
        if *line.borrow() == Line::Silent {
            let _held = (near, far);
            std::future::pending::<()>().await;
        }
        return;
    }
    let _held = near;
    std::future::pending::<()>().await;
}

/// A school whose database is at the other end of a cable.
// On PostgreSQL alone: a file does not go away.
async fn school() -> Option<(School, Cable)> {
    let mut database = TestDatabase::new(Postgres)?;
    let url = url::Url::parse(&database.settings.url).unwrap();
    let server = format!(
        "{}:{}",
        url.host_str().unwrap(),
        url.port().unwrap_or(5_432)
    );
    let cable = Cable::to(server).await;
    let mut through = url;
    through.set_host(Some("127.0.0.1")).unwrap();
    through.set_port(Some(cable.address.port())).unwrap();
    database.settings.url = through.to_string();
    let folder = tempfile::tempdir().unwrap();
    Some((
        School::open_on(database, folder, "localhost", &[]).await,
        cable,
    ))
}

async fn try_to_post(author: &Teacher, words: &str) -> (StatusCode, Duration) {
    let begun = Instant::now();
    let sent = author
        .request(Method::POST, "/api/v1/statuses")
        .json(&json!({ "status": words }))
        .send()
        .await
        .unwrap();
    (sent.status(), begun.elapsed())
}

// On PostgreSQL alone: a file does not go away.
async fn goes_on_after(line: Line) {
    let (Some((school, cable)), Some(other)) = (school().await, School::open(Sqlite).await) else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), other.teacher("bo"));
    bo.follow(&format!("@ada@{}", school.host)).await;
    ada.publish(json!({ "status": "before" })).await;
    bo.reads("before").await;

    cable.set(line);
    for round in 0..3 {
        let asked = (0..4).map(|_| try_to_post(&ada, "into the void"));
        for (status, took) in futures_util::future::join_all(asked).await {
            assert_eq!(status, 503, "round {round}");
            assert!(took < PROMPT, "round {round}: {took:?}");
        }
    }
    let begun = Instant::now();
    let ready = school.request(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(begun.elapsed() < PROMPT);
    assert_eq!(
        ready.text().await.unwrap(),
        "not ready\nthe database cannot be written"
    );
    let alive = school.request(Method::GET, "/livez").send().await.unwrap();
    assert_eq!(alive.status(), 200);

    cable.set(Line::Open);
    let back = Instant::now();
    while try_to_post(&ada, "after").await.0 != 200 {
        assert!(back.elapsed() < PROMPT, "{:?}", back.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(back.elapsed() < PROMPT, "{:?}", back.elapsed());
    // Those who work in the background have survived too.
    bo.reads("after").await;
    drop(school);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_is_cut_off_is_missed_briefly() {
    goes_on_after(Line::Cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_falls_silent_is_missed_briefly() {
    goes_on_after(Line::Silent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_whose_database_is_silent_can_be_stopped() {
    let Some((mut school, cable)) = school().await else {
        return;
    };
    let ada = school.teacher("ada");
    cable.set(Line::Silent);
    assert_eq!(try_to_post(&ada, "into the void").await.0, 503);
    let (well, took) = school.terminate();
    assert!(well && took < Duration::from_secs(12), "{took:?}");
}
