//! How often anyone may ask: Mastodon's numbers for each kind of request, told in its headers; who is signed in is
//! counted by account, since a whole school sits behind one address.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher};

const SETTINGS: [(&str, &str); 1] = [("limits.rate_limits", "true")];

/// The limit, what is left of it, and in how many seconds it begins anew at most.
fn told(response: &Response) -> (u32, u32, i64) {
    let header = |name: &str| {
        let name = format!("x-ratelimit-{name}");
        let value = response.headers().get(&name);
        value
            .unwrap_or_else(|| panic!("no {name}"))
            .to_str()
            .unwrap()
    };
    let reset = chrono::DateTime::parse_from_rfc3339(header("reset")).unwrap();
    assert!(header("reset").ends_with('Z'), "{}", header("reset"));
    (
        header("limit").parse().unwrap(),
        header("remaining").parse().unwrap(),
        (reset.to_utc() - chrono::Utc::now()).num_seconds(),
    )
}

/// As if it came from there, by the proxy that this machine is.
fn from(request: RequestBuilder, address: &str) -> RequestBuilder {
    request.header("x-forwarded-for", address)
}

async fn limits(kind: Kind) {
    let Some(school) = School::open_with(kind, &SETTINGS).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let minutes = |minutes: i64| 0..=minutes * 60;
    for (method, path, who, limit, window) in [
        (Method::GET, "/api/v1/timelines/home", Some(&ada), 300, 5),
        (Method::GET, "/api/v1/instance", None, 300, 5),
        (Method::GET, "/api/v1/timelines/public", None, 300, 5),
        (Method::POST, "/api/v1/media", Some(&ada), 30, 30),
        (Method::POST, "/api/v2/media", Some(&ada), 30, 30),
        (Method::DELETE, "/api/v1/statuses/1", Some(&ada), 30, 30),
        (
            Method::POST,
            "/api/v1/statuses/1/unreblog",
            Some(&ada),
            30,
            30,
        ),
        (
            Method::POST,
            "/api/v1/emails/confirmations",
            Some(&ada),
            5,
            30,
        ),
        (Method::POST, "/api/v1/accounts", None, 5, 30),
    ] {
        let request = from(school.request(method.clone(), path), "192.0.2.10");
        let request = match who {
            Some(who) => request.bearer_auth(&who.token),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (said, left, seconds) = told(&response);
        assert_eq!(said, limit, "{method} {path}");
        assert!(left < limit, "{method} {path}: {left}");
        assert!(
            minutes(window).contains(&seconds),
            "{method} {path}: {seconds}"
        );
    }

    // Twice as many as in one window, in case one ends meanwhile.
    let mut refused = None;
    for _ in 0..602 {
        let request = from(
            school.request(Method::GET, "/api/v1/instance"),
            "192.0.2.20",
        );
        let response = request.send().await.unwrap();
        if response.status() == 429 {
            refused = Some(response);
            break;
        }
    }
    let (limit, left, _) = told(refused.as_ref().unwrap());
    assert_eq!((limit, left), (300, 0));

    // Nobody at that address may ask any more, but who is signed in may, wherever they are.
    let nobody = from(
        school.request(Method::GET, "/api/v1/instance"),
        "192.0.2.20",
    );
    let nobody = nobody.send().await.unwrap();
    assert_eq!(nobody.status(), 429);
    let said: Value = nobody.json().await.unwrap();
    assert_eq!(said, serde_json::json!({ "error": "Too many requests" }));
    let asks = |who: &Teacher, address: &str| {
        from(who.request(Method::GET, "/api/v1/markers"), address).send()
    };
    let first = told(&asks(&bo, "192.0.2.20").await.unwrap());
    assert_eq!((first.0, first.1), (300, 299));
    let second = told(&asks(&bo, "192.0.2.30").await.unwrap());
    // A window may end meanwhile.
    assert!(second.1 == 298 || second.1 == 299, "{second:?}");
    let other = told(&asks(&ada, "192.0.2.20").await.unwrap());
    assert!(other.1 > 280, "{other:?}");
}

#[tokio::test]
async fn everybody_has_mastodons_limits_on_sqlite() {
    limits(Sqlite).await;
}

#[tokio::test]
async fn everybody_has_mastodons_limits_on_postgresql() {
    limits(Postgres).await;
}
