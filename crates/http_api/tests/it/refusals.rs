//! Refusals as apps in a browser see them: JSON, with every header.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use http_api::ApiError;
use http_api::middleware::json_answers::{json_answers, unknown_route};
use http_api::middleware::rate_limit::{RateLimiter, RateLimits, rate_limit};
use http_api::middleware::{cors, request_id::request_id};
use serde_json::{Value, json};

macro_rules! app {
    ($limits:expr) => {
        init_service(
            App::new()
                .app_data(Data::new(RateLimiter::new($limits, Default::default)))
                .service(
                    web::scope("/api")
                        .wrap(from_fn(rate_limit))
                        .wrap(from_fn(json_answers))
                        .wrap(from_fn(request_id))
                        .wrap(cors::api())
                        .service(web::resource("/fine").route(web::get().to(HttpResponse::Ok)))
                        .route("/broken", web::get().to(HttpResponse::InternalServerError))
                        .route(
                            "/mine",
                            web::get().to(|| async { Err::<String, _>(ApiError::INVALID_TOKEN) }),
                        )
                        .default_service(web::to(unknown_route)),
                ),
        )
        .await
    };
}

fn from_a_page(path: &str) -> TestRequest {
    TestRequest::with_uri(path).insert_header(("Origin", "https://app.example"))
}

#[actix_web::test]
async fn every_refusal_is_json_and_open_to_other_origins() {
    let app = app!(RateLimits::default());
    for (method, path, status, error) in [
        (Method::GET, "/api/nowhere", 404, "Record not found"),
        (Method::POST, "/api/fine", 404, "Record not found"),
        (Method::GET, "/api/mine", 401, "The access token is invalid"),
        (Method::GET, "/api/broken", 500, "Something went wrong"),
    ] {
        let request = from_a_page(path).method(method).to_request();
        let response = call_service(&app, request).await;
        assert_eq!(response.status(), status, "{path}");
        let headers = response.headers();
        assert_eq!(headers.get("access-control-allow-origin").unwrap(), "*");
        assert_eq!(
            headers.get("content-type").unwrap(),
            "application/json; charset=utf-8"
        );
        let exposed = headers
            .get("access-control-expose-headers")
            .unwrap()
            .to_str()
            .unwrap()
            .to_ascii_lowercase();
        for name in [
            "link",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-request-id",
        ] {
            assert!(exposed.contains(name), "{exposed}");
        }
        assert!(!headers.contains_key("access-control-allow-credentials"));
        assert!(headers.contains_key("x-ratelimit-reset"));
        assert_eq!(headers.get("x-request-id").unwrap().len(), 32);
        assert_eq!(headers.get("cache-control").unwrap(), "private, no-store");
        assert_eq!(headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(
            read_body_json::<Value, _>(response).await,
            json!({ "error": error })
        );
    }
}

#[actix_web::test]
async fn too_many_requests_is_open_to_other_origins() {
    let app = app!(RateLimits {
        address: 0,
        ..RateLimits::default()
    });
    let response = call_service(&app, from_a_page("/api/fine").to_request()).await;
    assert_eq!(response.status(), 429);
    assert!(
        response
            .headers()
            .contains_key("access-control-allow-origin")
    );
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(
        response.headers().get("x-ratelimit-remaining").unwrap(),
        "0"
    );
}

#[actix_web::test]
async fn a_browser_may_send_any_header_with_any_method_of_the_api() {
    let app = app!(RateLimits {
        address: 0,
        ..RateLimits::default()
    });
    for method in ["POST", "PUT", "DELETE", "GET", "PATCH", "OPTIONS"] {
        let request = from_a_page("/api/fine")
            .method(Method::OPTIONS)
            .insert_header(("Access-Control-Request-Method", method))
            .insert_header((
                "Access-Control-Request-Headers",
                "authorization,idempotency-key,x-mine",
            ));
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), 200, "{method}");
        let allowed = response
            .headers()
            .get("access-control-allow-headers")
            .unwrap();
        assert!(allowed.to_str().unwrap().contains("x-mine"));
    }
}
