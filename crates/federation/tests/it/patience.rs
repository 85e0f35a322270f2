//! How long other servers may take, by a clock that runs as soon as nobody has anything to do, and how often they are asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use federation::net::FetchError;
use tokio::net::TcpSocket;
use tokio::time::Instant;
use url::Url;

use crate::outbound::client;

#[tokio::test(start_paused = true)]
async fn a_file_may_take_a_minute_and_all_else_a_quarter_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let client = client();
    let begun = Instant::now();
    let file = client.get_media(&url, 1_000).await;
    assert_eq!(file.unwrap_err(), FetchError::Timeout);
    assert_eq!(begun.elapsed().as_secs(), 60);
    let begun = Instant::now();
    assert_eq!(
        client.get_page(&url).await.unwrap_err(),
        FetchError::Timeout
    );
    assert_eq!(begun.elapsed().as_secs(), 15);
    let begun = Instant::now();
    assert_eq!(
        client.get_json(&url).await.unwrap_err(),
        FetchError::Timeout
    );
    assert_eq!(begun.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_lets_nobody_in_is_given_up_after_five_seconds() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Who comes while these wait to be let in gets no answer.
    let mut waiting = Vec::new();
    let patience = Duration::from_millis(300);
    while let Ok(one) = TcpStream::connect_timeout(&address, patience) {
        waiting.push(one);
        assert!(waiting.len() < 100, "all are let in");
    }
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    let begun = Instant::now();
    let file = client().get_media(&url, 1_000).await.unwrap_err();
    assert!(
        matches!(file, FetchError::Timeout | FetchError::Unreachable),
        "{file}"
    );
    assert_eq!(begun.elapsed().as_secs(), 5);
}

/// Reads what is asked, and answers it or closes the connection.
fn answer_one(connection: &mut TcpStream, answer: Option<&str>) {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        asked.extend(byte);
    }
    if let Some(body) = answer {
        let length = body.len();
        write!(
            connection,
            "HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_connection_that_is_closed_is_no_reason_to_give_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let server = std::thread::spawn(move || {
        let (mut kept, _) = listener.accept().unwrap();
        answer_one(&mut kept, Some(r#"{"id":"first"}"#));
        answer_one(&mut kept, None);
        drop(kept);
        let (mut fresh, _) = listener.accept().unwrap();
        answer_one(&mut fresh, Some(r#"{"id":"second"}"#));
        answer_one(&mut fresh, None);
        drop(fresh);
        // Whoever does so each time has had its chance.
        let (mut last, _) = listener.accept().unwrap();
        answer_one(&mut last, None);
    });
    let client = client();
    for id in ["first", "second"] {
        let found = client.get_activity_json(&url, None).await.unwrap();
        assert_eq!(found.json["id"], id);
    }
    assert_eq!(
        client.get_activity_json(&url, None).await.unwrap_err(),
        FetchError::Unreachable
    );
    server.join().unwrap();
}
