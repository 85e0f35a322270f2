//! What the outbound client asks, follows, takes and refuses.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use federation::{
    net::{FetchError, OutboundClient, OutboundSettings, Reply},
    origin::Origin,
    signatures::{Check, Format, PrivateKey, PublicKey, Signer, check},
};
use serde_json::json;
use url::Url;
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{any, method, path},
};

fn settings() -> OutboundSettings {
    OutboundSettings {
        public_url: Url::parse("https://school.example/").unwrap(),
        allow_loopback: true,
        allow_http: true,
        ca_file: None,
        failure_memory: Duration::from_secs(300),
    }
}

pub fn client() -> OutboundClient {
    OutboundClient::new(&settings()).unwrap()
}

fn at(server: &MockServer, path: &str) -> Url {
    Url::parse(&server.uri()).unwrap().join(path).unwrap()
}

/// The same server under another name.
fn as_localhost(server: &MockServer, path: &str) -> Url {
    let mut url = at(server, path);
    url.set_host(Some("localhost")).unwrap();
    url
}

fn note() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(
        r#"{"type":"Note"}"#,
        "application/activity+json; charset=utf-8",
    )
}

fn redirect(status: u16, to: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("location", to)
}

async fn serve(routes: &[(&str, ResponseTemplate)]) -> MockServer {
    let server = MockServer::start().await;
    for (route, answer) in routes {
        Mock::given(path(*route))
            .respond_with(answer.clone())
            .mount(&server)
            .await;
    }
    server
}

/// Accepts a request whose signature fits, as another server would; all others get 401.
struct Verifying {
    key: PublicKey,
    then: ResponseTemplate,
    /// Refuses the other format.
    only: Option<Format>,
}

impl Respond for Verifying {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let newer = request.headers.contains_key("signature-input");
        let path_and_query = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let host = request.headers.get("host").unwrap().to_str().unwrap();
        let body = (request.method.as_str() == "POST").then_some(request.body.as_slice());
        let verified = check(&Check {
            method: request.method.as_str(),
            path_and_query: &path_and_query,
            headers: &request.headers,
            body,
            origin: &Origin::parse(&format!("http://{host}")).unwrap(),
            now: Utc::now().naive_utc(),
            max_age: TimeDelta::hours(12),
        })
        .and_then(|checked| checked.verify(&self.key));
        let format = if newer {
            Format::Message
        } else {
            Format::Cavage
        };
        if verified.is_ok() && self.only.is_none_or(|only| only == format) {
            self.then.clone()
        } else {
            ResponseTemplate::new(401)
        }
    }
}

fn signer() -> (Signer, PublicKey) {
    let key = PrivateKey::generate_ed25519().unwrap();
    let public = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    (
        Signer::new("https://school.example/actor#main-key".to_owned(), key),
        public,
    )
}

#[tokio::test]
async fn an_object_is_fetched_with_the_right_headers() {
    let server = serve(&[("/note", note())]).await;
    let fetched = client()
        .get_activity_json(&at(&server, "/note#part"), None)
        .await
        .unwrap();
    assert_eq!(fetched.json, json!({"type": "Note"}));
    assert_eq!(fetched.url, at(&server, "/note"));
    let requests = server.received_requests().await.unwrap();
    let headers = &requests[0].headers;
    assert!(
        headers["accept"]
            .to_str()
            .unwrap()
            .starts_with("application/activity+json")
    );
    let agent = headers["user-agent"].to_str().unwrap();
    assert!(
        agent.starts_with("Staffroom/") && agent.ends_with(" (+https://school.example/)"),
        "{agent}"
    );
}

#[tokio::test]
async fn each_status_has_its_own_failure() {
    let server = serve(&[
        ("/missing", ResponseTemplate::new(404)),
        ("/gone", ResponseTemplate::new(410)),
        ("/broken", ResponseTemplate::new(500)),
        (
            "/page",
            ResponseTemplate::new(200).set_body_raw("<p>", "text/html"),
        ),
        (
            "/plain",
            ResponseTemplate::new(200).set_body_raw("{}", "application/json"),
        ),
        (
            "/cut",
            ResponseTemplate::new(200).set_body_raw("{", "application/activity+json"),
        ),
    ])
    .await;
    let client = client();
    for (route, failure) in [
        ("/missing", FetchError::NotFound),
        ("/gone", FetchError::Gone),
        ("/broken", FetchError::Status(500)),
        ("/page", FetchError::WrongType),
        ("/plain", FetchError::WrongType),
        ("/cut", FetchError::NotJson),
    ] {
        assert_eq!(
            client
                .get_activity_json(&at(&server, route), None)
                .await
                .unwrap_err(),
            failure,
            "{route}"
        );
    }
    assert!(client.get_json(&at(&server, "/plain")).await.is_ok());
}

#[tokio::test]
async fn an_address_that_failed_is_not_asked_again_soon() {
    let server = serve(&[("/missing", ResponseTemplate::new(404))]).await;
    let client = client();
    for _ in 0..3 {
        assert_eq!(
            client
                .get_activity_json(&at(&server, "/missing"), None)
                .await
                .unwrap_err(),
            FetchError::NotFound
        );
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert_eq!(
        client.get_json(&at(&server, "/missing")).await.unwrap_err(),
        FetchError::NotFound
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_more() {
    let server = serve(&[
        ("/a", redirect(301, "/b")),
        ("/b", redirect(302, "/c")),
        ("/c", redirect(307, "/d")),
        ("/d", note()),
        ("/start", redirect(308, "/a")),
        ("/nowhere", ResponseTemplate::new(302)),
    ])
    .await;
    let client = client();
    assert_eq!(
        client
            .get_activity_json(&at(&server, "/a"), None)
            .await
            .unwrap()
            .url,
        at(&server, "/d")
    );
    for route in ["/start", "/nowhere"] {
        assert_eq!(
            client
                .get_activity_json(&at(&server, route), None)
                .await
                .unwrap_err(),
            FetchError::Redirect,
            "{route}"
        );
    }
}

#[tokio::test]
async fn an_object_is_not_taken_from_another_host() {
    let server = serve(&[("/note", note())]).await;
    let elsewhere = as_localhost(&server, "/note");
    Mock::given(path("/away"))
        .respond_with(redirect(302, elsewhere.as_str()))
        .mount(&server)
        .await;
    assert!(client().get_activity_json(&elsewhere, None).await.is_ok());
    assert_eq!(
        client()
            .get_activity_json(&at(&server, "/away"), None)
            .await
            .unwrap_err(),
        FetchError::ForeignHost
    );
    assert_eq!(
        client()
            .get_media(&at(&server, "/away"), 100)
            .await
            .unwrap()
            .bytes,
        br#"{"type":"Note"}"#
    );
}

#[tokio::test]
async fn a_redirect_into_the_private_network_is_blocked() {
    let server = serve(&[
        (
            "/number",
            redirect(302, "http://169.254.169.254/latest/meta-data"),
        ),
        ("/mapped", redirect(302, "http://[::ffff:10.0.0.1]/")),
        ("/user", redirect(302, "http://user:secret@127.0.0.1/")),
        ("/file", redirect(302, "file:///etc/passwd")),
    ])
    .await;
    let fetch = async |route| {
        client()
            .get_activity_json(&at(&server, route), None)
            .await
            .unwrap_err()
    };
    assert_eq!(
        fetch("/number").await,
        FetchError::Blocked("169.254.169.254".parse().unwrap())
    );
    assert_eq!(
        fetch("/mapped").await,
        FetchError::Blocked("::ffff:10.0.0.1".parse().unwrap())
    );
    assert_eq!(fetch("/user").await, FetchError::InvalidUrl);
    assert_eq!(fetch("/file").await, FetchError::InvalidUrl);
}

#[tokio::test]
async fn without_the_switches_neither_this_machine_nor_plain_http_is_asked() {
    let server = serve(&[("/note", note())]).await;
    let no_loopback = OutboundClient::new(&OutboundSettings {
        allow_loopback: false,
        ..settings()
    })
    .unwrap();
    for url in [at(&server, "/note"), as_localhost(&server, "/note")] {
        let error = no_loopback.get_activity_json(&url, None).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Blocked(address) if address.is_loopback()),
            "{url}: {error}"
        );
    }
    let no_http = OutboundClient::new(&OutboundSettings {
        allow_http: false,
        ..settings()
    })
    .unwrap();
    let error = no_http
        .get_activity_json(&at(&server, "/note"), None)
        .await
        .unwrap_err();
    assert_eq!(error, FetchError::InvalidUrl);
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn too_large_an_answer_is_refused_also_when_it_is_large_only_unpacked() {
    let packed: &[u8] = include_bytes!("two_mebibytes.json.gz");
    let server = serve(&[
        (
            "/packed",
            ResponseTemplate::new(200)
                .insert_header("content-encoding", "gzip")
                .set_body_raw(packed, "application/activity+json"),
        ),
        (
            "/file",
            ResponseTemplate::new(200).set_body_raw(vec![0; 1001], "Image/PNG; x=y"),
        ),
    ])
    .await;
    let client = client();
    assert_eq!(
        client
            .get_activity_json(&at(&server, "/packed"), None)
            .await
            .unwrap_err(),
        FetchError::TooLarge
    );
    assert_eq!(
        client
            .get_media(&at(&server, "/file"), 1000)
            .await
            .unwrap_err(),
        FetchError::TooLarge
    );
    let media = self::client()
        .get_media(&at(&server, "/file"), 1001)
        .await
        .unwrap();
    assert_eq!(
        (media.bytes.len(), media.content_type.as_str()),
        (1001, "image/png")
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    assert_eq!(
        client().get_activity_json(&url, None).await.unwrap_err(),
        FetchError::Timeout
    );
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    assert_eq!(
        client().get_activity_json(&url, None).await.unwrap_err(),
        FetchError::Unreachable
    );
    let (signer, _) = signer();
    assert_eq!(
        client().post_signed(&url, "{}".into(), &signer).await,
        Reply::Silent(FetchError::Unreachable)
    );
}

#[tokio::test]
async fn a_signed_fetch_verifies_at_each_hop() {
    let (signer, key) = signer();
    let server = MockServer::start().await;
    let hop = Verifying {
        key: key.clone(),
        then: redirect(302, "/users/ada?full=1"),
        only: None,
    };
    Mock::given(path("/@ada"))
        .respond_with(hop)
        .mount(&server)
        .await;
    let last = Verifying {
        key,
        then: note(),
        only: None,
    };
    Mock::given(path("/users/ada"))
        .respond_with(last)
        .mount(&server)
        .await;
    assert!(
        client()
            .get_activity_json(&at(&server, "/@ada"), Some(&signer))
            .await
            .is_ok()
    );
    assert_eq!(
        client()
            .get_activity_json(&at(&server, "/@ada"), None)
            .await
            .unwrap_err(),
        FetchError::Status(401)
    );
}

#[tokio::test]
async fn a_server_is_asked_again_with_the_signature_that_it_reads() {
    let (signer, key) = signer();
    for (only, requests_each) in [
        (None, [1, 1]),
        (Some(Format::Message), [1, 1]),
        (Some(Format::Cavage), [2, 1]),
    ] {
        let server = MockServer::start().await;
        let inbox = Verifying {
            key: key.clone(),
            then: ResponseTemplate::new(202),
            only,
        };
        Mock::given(method("POST"))
            .respond_with(inbox)
            .mount(&server)
            .await;
        let url = at(&server, "/inbox");
        let client = client();
        let mut expected = 0;
        for requests in requests_each {
            let reply = client.post_signed(&url, "{}".into(), &signer).await;
            assert_eq!(reply, Reply::Accepted, "{only:?}");
            expected += requests;
            let requests = server.received_requests().await.unwrap();
            assert_eq!(requests.len(), expected, "{only:?}");
            let last = requests.last().unwrap();
            assert_eq!(last.headers["content-type"], "application/activity+json");
            assert_eq!(last.body, b"{}");
        }
        let read = only.unwrap_or(Format::Message);
        assert_eq!(client.learnt_formats(), [(server.uri(), read)]);
        assert!(client.learnt_formats().is_empty());

        // Whoever recalls it need not find it out; what has changed is found out anew.
        for (recalled, more) in [
            (read, 1),
            (read.other(), if only.is_some() { 2 } else { 1 }),
        ] {
            let other = self::client();
            other.recall_format(server.uri(), recalled);
            let reply = other.post_signed(&url, "{}".into(), &signer).await;
            assert_eq!(reply, Reply::Accepted, "{only:?}");
            expected += more;
            let requests = server.received_requests().await.unwrap();
            assert_eq!(requests.len(), expected, "{only:?} {recalled:?}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_both_ways_is_refused_and_teaches_nothing() {
    for status in [400, 401, 403, 418, 500] {
        let server = serve(&[("/inbox", ResponseTemplate::new(status))]).await;
        let (signer, _) = signer();
        let client = client();
        let reply = client
            .post_signed(&at(&server, "/inbox"), "{}".into(), &signer)
            .await;
        assert_ne!(reply, Reply::Accepted);
        assert_eq!(server.received_requests().await.unwrap().len(), 2);
        assert!(client.learnt_formats().is_empty());
    }
    // What is not there is asked for with the older signature too, since it may not be there for others.
    let server = serve(&[("/note", ResponseTemplate::new(404))]).await;
    let (signer, _) = signer();
    let fetched = client()
        .get_activity_json(&at(&server, "/note"), Some(&signer))
        .await;
    assert_eq!(fetched.unwrap_err(), FetchError::NotFound);
    let requests = server.received_requests().await.unwrap();
    let newer = |position: usize| requests[position].headers.contains_key("signature-input");
    assert!(requests.len() == 2 && newer(0) && !newer(1));
}

#[tokio::test]
async fn only_a_success_counts_as_delivered() {
    let busy = |status, retry_after| Reply::Busy {
        status,
        retry_after,
    };
    let troubled = |status, retry_after| Reply::Troubled {
        status,
        retry_after,
    };
    for (answer, reply) in [
        (ResponseTemplate::new(200), Reply::Accepted),
        (ResponseTemplate::new(202), Reply::Accepted),
        (
            ResponseTemplate::new(301).insert_header("location", "/elsewhere"),
            troubled(301, None),
        ),
        // It leads to itself, again and again.
        (
            ResponseTemplate::new(307).insert_header("location", "/inbox"),
            Reply::Silent(FetchError::Redirect),
        ),
        (ResponseTemplate::new(400), Reply::Refused(400)),
        (ResponseTemplate::new(401), troubled(401, None)),
        (ResponseTemplate::new(403), Reply::Refused(403)),
        (ResponseTemplate::new(404), Reply::Refused(404)),
        (ResponseTemplate::new(410), Reply::Gone),
        (
            ResponseTemplate::new(429).insert_header("retry-after", "90"),
            busy(429, Some(Duration::from_secs(90))),
        ),
        (
            ResponseTemplate::new(503)
                .insert_header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
            busy(503, Some(Duration::ZERO)),
        ),
        (
            ResponseTemplate::new(500).insert_header("retry-after", "soon"),
            troubled(500, None),
        ),
    ] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let (signer, _) = signer();
        assert_eq!(
            client()
                .post_signed(&at(&server, "/inbox"), "{}".into(), &signer)
                .await,
            reply
        );
    }
}

#[tokio::test]
async fn an_inbox_at_a_private_address_is_never_sent_to() {
    let (signer, _) = signer();
    let inbox = Url::parse("http://169.254.0.1/inbox").unwrap();
    let reply = client().post_signed(&inbox, "{}".into(), &signer).await;
    assert_eq!(
        reply,
        Reply::Blocked(FetchError::Blocked("169.254.0.1".parse().unwrap()))
    );
}
