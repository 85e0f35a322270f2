use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::dev::ServiceResponse;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::{App, HttpResponse, web};
use serde_json::{Value, json};
use service::oauth::TokenOwner;

use super::*;

const SMALL: RateLimits = RateLimits {
    account: 3,
    token: 2,
    address: 4,
    paging: 2,
    media: 1,
    delete: 1,
    letters: 1,
    sign_up: 1,
    statuses: 1,
    follows: 1,
    reports: 1,
};
/// Whose tokens are known: Ada has two apps.
const TOKENS: [(&str, TokenOwner); 4] = [
    ("ada", TokenOwner::Account(AccountId(1))),
    ("ada2", TokenOwner::Account(AccountId(1))),
    ("bo", TokenOwner::Account(AccountId(2))),
    ("app", TokenOwner::Application),
];

/// A limiter whose clock stands at `seconds`.
fn limiter(limits: RateLimits, seconds: &Arc<AtomicI64>) -> RateLimiter {
    let seconds = seconds.clone();
    let limiter = RateLimiter::new(limits, move || {
        DateTime::from_timestamp(seconds.load(Ordering::Relaxed), 0)
            .unwrap()
            .naive_utc()
    });
    for (token, owner) in TOKENS {
        let request = get("192.0.2.1", token).to_http_request();
        let token = limiter.fingerprint(&Bearer::of(&request).unwrap());
        limiter.remember(token, owner);
    }
    limiter
}

macro_rules! app {
    ($limiter:expr) => {
        init_service(
            App::new()
                .app_data(Data::new($limiter))
                .wrap(from_fn(rate_limit))
                .default_service(web::to(HttpResponse::Ok)),
        )
        .await
    };
}

/// Answers of `$app` to a GET from `$address` with `$token`.
macro_rules! get {
    ($app:expr, $address:expr, $token:expr) => {
        call_service(&$app, get($address, $token).to_request()).await
    };
}

fn request(method: Method, path: &str, address: &str, token: &str) -> TestRequest {
    let request = TestRequest::with_uri(path)
        .method(method)
        .peer_addr(format!("{address}:1").parse().unwrap());
    if token.is_empty() {
        return request;
    }
    request.insert_header(("Authorization", format!("Bearer {token}")))
}

fn get(address: &str, token: &str) -> TestRequest {
    request(Method::GET, "/api/v1/timelines/home", address, token)
}

fn headers(response: &ServiceResponse<impl MessageBody>) -> [&str; 3] {
    ["limit", "remaining", "reset"].map(|name| {
        let name = format!("x-ratelimit-{name}");
        response.headers().get(name).unwrap().to_str().unwrap()
    })
}

#[actix_web::test]
async fn a_token_is_refused_beyond_its_limit_until_the_window_ends() {
    let clock = Arc::new(AtomicI64::new(1_000));
    let app = app!(limiter(SMALL, &clock));
    let first = get!(app, "192.0.2.1", "ada");
    assert_eq!(headers(&first), ["2", "1", "1970-01-01T00:20:00.000000Z"]);
    assert_eq!(get!(app, "192.0.2.1", "ada").status(), 200);
    let third = get!(app, "192.0.2.1", "ada");
    assert_eq!(third.status(), 429);
    assert_eq!(headers(&third), ["2", "0", "1970-01-01T00:20:00.000000Z"]);
    assert_eq!(
        read_body_json::<Value, _>(third).await,
        json!({ "error": "Too many requests" })
    );
    assert_eq!(get!(app, "192.0.2.2", "bo").status(), 200);
    clock.store(1_200, Ordering::Relaxed);
    assert_eq!(get!(app, "192.0.2.1", "ada").status(), 200);
}

#[actix_web::test]
async fn an_account_is_counted_with_all_its_apps_wherever_it_is() {
    let limits = RateLimits { token: 9, ..SMALL };
    let app = app!(limiter(limits, &Arc::default()));
    assert_eq!(get!(app, "192.0.2.1", "ada").status(), 200);
    assert_eq!(get!(app, "192.0.2.2", "ada2").status(), 200);
    let third = get!(app, "192.0.2.3", "ada");
    assert_eq!(headers(&third), ["3", "0", "1970-01-01T00:05:00.000000Z"]);
    assert_eq!(get!(app, "192.0.2.4", "ada2").status(), 429);
}

#[actix_web::test]
async fn who_is_signed_in_is_not_counted_by_address() {
    let limits = RateLimits {
        address: 1,
        account: 9,
        token: 9,
        ..SMALL
    };
    let app = app!(limiter(limits, &Arc::default()));
    assert_eq!(get!(app, "192.0.2.1", "").status(), 200);
    assert_eq!(get!(app, "192.0.2.1", "").status(), 429);
    for token in ["ada", "bo", "ada", "bo"] {
        assert_eq!(get!(app, "192.0.2.1", token).status(), 200);
    }
    // An app for itself is nobody.
    assert_eq!(get!(app, "192.0.2.1", "app").status(), 429);
}

#[actix_web::test]
async fn invented_tokens_do_not_get_round_the_limit_of_an_address() {
    let app = app!(limiter(SMALL, &Arc::default()));
    for token in ["a", "b", "c", ""] {
        assert_eq!(get!(app, "192.0.2.1", token).status(), 200);
    }
    assert_eq!(get!(app, "192.0.2.1", "e").status(), 429);
    assert_eq!(get!(app, "192.0.2.1", "").status(), 429);
    assert_eq!(get!(app, "192.0.2.2", "e").status(), 200);
}

#[actix_web::test]
async fn pages_after_the_first_have_a_limit_of_their_own() {
    let limits = RateLimits {
        account: 99,
        token: 99,
        address: 99,
        ..SMALL
    };
    let app = app!(limiter(limits, &Arc::default()));
    for (address, token, others) in [("192.0.2.1", "ada", "ada2"), ("192.0.2.2", "", "invented")] {
        let paging = |query: &str, token: &str| {
            let path = format!("/api/v1/timelines/public?{query}");
            request(Method::GET, &path, address, token).to_request()
        };
        for query in ["max_id=1", "min_id=1"] {
            assert_eq!(call_service(&app, paging(query, token)).await.status(), 200);
        }
        let third = call_service(&app, paging("since_id=1", others)).await;
        assert_eq!(third.status(), 429);
        assert_eq!(headers(&third), ["2", "0", "1970-01-01T00:15:00.000000Z"]);
        for query in ["limit=1", "max_id="] {
            assert_eq!(call_service(&app, paging(query, token)).await.status(), 200);
        }
    }
}

#[actix_web::test]
async fn neighbours_in_one_ipv6_network_count_as_one() {
    let app = app!(limiter(
        RateLimits {
            address: 1,
            ..SMALL
        },
        &Arc::default()
    ));
    assert_eq!(get!(app, "[2001:db8::1]", "").status(), 200);
    assert_eq!(get!(app, "[2001:db8::2]", "").status(), 429);
    assert_eq!(get!(app, "[2001:db8:0:1::1]", "").status(), 200);
}

#[actix_web::test]
async fn uploads_deletions_and_sign_ups_have_limits_of_their_own() {
    let limits = RateLimits {
        account: 1_500,
        token: 300,
        address: 300,
        ..SMALL
    };
    let app = app!(limiter(limits, &Arc::default()));
    let confirmations = "/api/v1/emails/confirmations";
    for (method, path, again) in [
        (Method::POST, "/api/v2/media", "/api/v1/med%69a"),
        (Method::DELETE, "/api/v1/statuses/1", "/api/v1/statuses/2"),
        (Method::POST, "/api/v1/accounts", "/api/v1/accounts/"),
        (Method::POST, confirmations, confirmations),
    ] {
        let first = request(method.clone(), path, "192.0.2.1", "ada").to_request();
        assert_eq!(call_service(&app, first).await.status(), 200, "{path}");
        let second = request(method, again, "192.0.2.1", "ada2").to_request();
        let second = call_service(&app, second).await;
        assert_eq!(second.status(), 429, "{path}");
        assert_eq!(headers(&second), ["1", "0", "1970-01-01T00:30:00.000000Z"]);
    }
    let unreblog = request(
        Method::POST,
        "/api/v1/statuses/3/unreblog",
        "192.0.2.1",
        "ada",
    );
    assert_eq!(
        call_service(&app, unreblog.to_request()).await.status(),
        429
    );
    let favourite = request(
        Method::POST,
        "/api/v1/statuses/3/favourite",
        "192.0.2.1",
        "ada",
    );
    assert_eq!(
        call_service(&app, favourite.to_request()).await.status(),
        200
    );
}

#[actix_web::test]
async fn what_others_are_told_of_is_counted_for_longer() {
    let limits = RateLimits {
        account: 99,
        token: 99,
        ..SMALL
    };
    let clock = Arc::new(AtomicI64::new(0));
    let app = app!(limiter(limits, &clock));
    let asks = async |path: &str, token: &str| {
        let asked = request(Method::POST, path, "192.0.2.1", token).to_request();
        let response = call_service(&app, asked).await;
        let reset = headers(&response)[2].to_owned();
        (response.status().as_u16(), reset)
    };
    let (in_three_hours, tomorrow) = ("1970-01-01T03:00:00.000000Z", "1970-01-02T00:00:00.000000Z");
    for (path, again, reset) in [
        ("/api/v1/statuses", "/api/v1/statuses/", in_three_hours),
        (
            "/api/v1/accounts/1/follow",
            "/api/v1/accounts/2/follow",
            tomorrow,
        ),
        ("/api/v1/reports", "/api/v1/reports", tomorrow),
    ] {
        assert_eq!(asks(path, "ada").await.0, 200, "{path}");
        assert_eq!(asks(again, "ada2").await, (429, reset.to_owned()), "{path}");
        assert_eq!(asks(path, "bo").await.0, 200, "{path}");
    }
    assert_eq!(asks("/api/v1/accounts/1/unfollow", "ada").await.0, 200);
    // An hour later it is not forgotten.
    clock.store(3_600, Ordering::Relaxed);
    assert_eq!(asks("/api/v1/statuses", "ada").await.0, 429);
    clock.store(3 * 3_600, Ordering::Relaxed);
    assert_eq!(asks("/api/v1/statuses", "ada").await.0, 200);
    assert_eq!(asks("/api/v1/reports", "ada").await.0, 429);
}

#[test]
fn files_of_a_page_are_counted_with_those_of_apps() {
    let limits = RateLimits {
        account: 9,
        ..SMALL
    };
    let limiter = Data::new(limiter(limits, &Arc::default()));
    let form = request(Method::POST, "/share", "192.0.2.1", "").app_data(limiter);
    let form = form.to_http_request();
    let (ada, bo) = (AccountId(1), AccountId(2));
    assert!(is_visitor_admitted(&form, ada));
    assert!(is_upload_admitted(&form, ada));
    assert!(!is_upload_admitted(&form, ada));
    assert!(is_upload_admitted(&form, bo));
    assert!(is_visitor_admitted(&form, ada));
}

#[actix_web::test]
async fn without_a_limiter_nothing_is_counted() {
    let app = init_service(
        App::new()
            .wrap(from_fn(rate_limit))
            .default_service(web::to(HttpResponse::Ok)),
    )
    .await;
    let response = get!(app, "192.0.2.1", "a");
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("x-ratelimit-limit"));
}
