//! A server that is told to stop finishes what it began, puts the rest back, and ends well.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, eventually};

/// A request whose head is sent, and whose body is not yet.
fn begin_to_post(school: &School, token: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&school.host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    write!(
        stream,
        "POST /api/v1/statuses HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        school.host,
        body.len()
    )
    .unwrap();
    stream
}

/// A connection that was used once and is kept.
fn keep_alive(school: &School) -> TcpStream {
    let mut stream = TcpStream::connect(&school.host).unwrap();
    write!(
        stream,
        "GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n",
        school.host
    )
    .unwrap();
    let mut answer = [0; 4_096];
    assert!(stream.read(&mut answer).unwrap() > 0);
    stream
}

async fn finishes_requests(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let _idle: Vec<TcpStream> = (0..4).map(|_| keep_alive(&school)).collect();
    let body = json!({ "status": "half said" }).to_string();
    let mut posting = begin_to_post(&school, &ada.token, &body);
    // The server has read the head by now, and waits for the body.
    tokio::time::sleep(Duration::from_millis(300)).await;

    let begun = Instant::now();
    let mut process = school.tell_to_stop();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(
        TcpStream::connect(&school.host).is_err(),
        "no new connections"
    );
    posting.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    posting.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(process.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(6), "{begun:?}");

    school.start().await;
    ada.reads("half said").await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_and_idle_connections_hold_nothing_up() {
    finishes_requests(Sqlite).await;
    finishes_requests(Postgres).await;
}

// On SQLite alone: it is about connections.
#[tokio::test]
async fn a_request_that_never_ends_holds_the_stop_up_for_eight_seconds() {
    let Some(mut school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let _posting = begin_to_post(&school, &ada.token, "never said");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (well, took) = school.terminate();
    assert!(well && took < Duration::from_secs(10), "{took:?}");
}

// On SQLite alone: it is about connections.
#[tokio::test]
async fn ready_is_red_before_the_listening_ends() {
    let Some(mut school) = School::open_with(Sqlite, &[("server.stop_notice_seconds", "2")]).await
    else {
        return;
    };
    let mut process = school.tell_to_stop();
    tokio::time::sleep(Duration::from_millis(700)).await;
    let asked = school
        .http
        .get(format!("{}/readyz", school.base))
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 503);
    assert_eq!(asked.text().await.unwrap(), "stopping");
    let alive = school
        .http
        .get(format!("{}/livez", school.base))
        .send()
        .await
        .unwrap();
    assert_eq!(alive.status(), 200);
    assert!(process.wait().unwrap().success());
}

/// A delivery to a server that never answers is in hand when the stop comes.
async fn puts_work_back(kind: Kind) {
    let (Some(mut here), Some(mut there)) = (School::open(kind).await, School::open(Sqlite).await)
    else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    bo.follow(&format!("@ada@{}", here.host)).await;
    there.kill();
    let port = there.host.rsplit(':').next().unwrap().to_owned();
    let _silent = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    ada.publish(json!({ "status": "into the silence" })).await;
    let held = || async {
        let mut conn = here.database().connect();
        let held = storage::backlog::held(&mut conn).unwrap();
        (held > 0).then_some(held)
    };
    eventually("the delivery to be in hand", held).await;

    let (well, took) = here.terminate();
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    let mut conn = here.database().connect();
    assert_eq!(storage::backlog::held(&mut conn).unwrap(), 0);
    let waiting = storage::backlog::waiting(&mut conn, chrono::Utc::now().naive_utc()).unwrap();
    assert_eq!(waiting.deliveries.waiting, 1);
}

#[tokio::test]
async fn what_was_in_hand_is_put_back_on_sqlite() {
    puts_work_back(Sqlite).await;
}

#[tokio::test]
async fn what_was_in_hand_is_put_back_on_postgresql() {
    puts_work_back(Postgres).await;
}
