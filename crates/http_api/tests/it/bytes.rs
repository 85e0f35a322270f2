//! Requests of any bytes: an answer, and never a failure of ours.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::rt::System;
use actix_web::rt::time::timeout;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use http_api::extract::{Flag, Many, Number, PageParams, Params, Text, Upload, UploadLimit, Words};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    a: Text,
    b: Flag,
    c: Words,
    d: Number,
    e: Many<Inside>,
    #[serde(flatten)]
    page: PageParams,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Inside {
    a: Text,
}

async fn upload(upload: Upload<Asked>) -> HttpResponse {
    assert!(upload.files.len() <= 2);
    let bytes: usize = upload.files.iter().map(|file| file.bytes.len()).sum();
    assert!(bytes <= 1_000);
    read(Params(upload.params)).await
}

/// Whatever was asked, a page is within its bounds.
async fn read(Params(asked): Params<Asked>) -> HttpResponse {
    let page = asked.page.page(20, 40);
    assert!((1..=40).contains(&page.limit));
    for cursor in [page.max_id, page.min_id, page.since_id]
        .into_iter()
        .flatten()
    {
        assert!(cursor >= 0);
    }
    HttpResponse::Ok().finish()
}

/// An answer that comes later does not come at all.
const LONGEST: Duration = Duration::from_secs(5);

/// Statuses of the answers; 0 where there was none.
fn status_of(kind: &str, query: &str, body: Vec<u8>) -> Vec<u16> {
    let (kind, query) = (kind.to_owned(), query.to_owned());
    System::new().block_on(async move {
        let site = App::new()
            .app_data(Data::new(UploadLimit(1_000)))
            .route("/params", web::route().to(read))
            .route("/upload", web::route().to(upload));
        let site = init_service(site).await;
        let mut answers = Vec::new();
        for path in ["params", "upload"] {
            let request = TestRequest::with_uri(&format!("/{path}?{query}"))
                .method(Method::POST)
                .insert_header(("Content-Type", kind.as_str()))
                .set_payload(body.clone());
            let answer = timeout(LONGEST, call_service(&site, request.to_request())).await;
            answers.push(answer.map_or(0, |answer| answer.status().as_u16()));
        }
        answers
    })
}

#[test]
fn bodies_that_parsers_have_stumbled_over_are_refused() {
    let part = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
    for body in ["\n", "--", "--B", "--B\r\n", part, &part[..20]] {
        let answers = status_of("multipart/form-data; boundary=B", "", body.into());
        assert_eq!(answers, [400, 400], "{body:?}");
    }
    let whole = format!("{part}x\r\n--B--\r\n").into_bytes();
    assert_eq!(
        status_of("multipart/form-data; boundary=B", "", whole),
        [200, 200]
    );
}

/// Parts of a multipart body, most of them broken.
fn multipart() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"--B\r\n".to_vec()),
        Just(b"--B--\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"c[]\"\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"e[0][a]\"; filename=\"x\"\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name*=utf-8''%00; filename*=x\r\n".to_vec()),
        Just(b"Content-Type: text/\xff\r\n".to_vec()),
        Just(b"Content-Length: 99999999999999999999\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(vec![b'x'; 700]),
        prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn any_body_and_query_are_answered(
        kind in prop::sample::select(vec![
            "multipart/form-data; boundary=B",
            "multipart/form-data",
            "application/json",
            "application/x-www-form-urlencoded",
            "text/plain",
        ]),
        query in "((a|b|c|d|e|limit|max_id|min_id)(\\[[0a]?\\]){0,3}=(%[0-9a-f]{2}|[a-z0-9+-]){0,12}&?){0,6}",
        body in prop_oneof![multipart(), prop::collection::vec(any::<u8>(), 0..60), "[\\[\\]{}\":,a-e0-9 ]{0,40}".prop_map(String::into_bytes)],
    ) {
        for status in status_of(kind, &query, body) {
            prop_assert!(matches!(status, 200 | 400 | 413 | 422), "{status}");
        }
    }
}
