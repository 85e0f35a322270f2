//! The same request as query, form, multipart and JSON.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};
use domain::StatusId;
use http_api::extract::{
    Bearer, File, Flag, Many, Number, Params, PathId, Text, Upload, UploadLimit, Words,
};
use http_api::middleware::token_in_body::token_in_body;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Post {
    status: Text,
    sensitive: Flag,
    media_ids: Words,
    poll: Poll,
    fields_attributes: Many<Row>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Poll {
    options: Words,
    expires_in: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    name: Text,
}

fn told(post: Post) -> Value {
    let rows = post
        .fields_attributes
        .0
        .map(|rows| rows.into_iter().map(|row| row.name.0).collect::<Vec<_>>());
    json!({
        "status": post.status.0, "sensitive": post.sensitive.0, "media_ids": post.media_ids.0,
        "options": post.poll.options.0, "expires_in": post.poll.expires_in.0, "fields": rows,
    })
}

async fn echo(Params(post): Params<Post>) -> HttpResponse {
    HttpResponse::Ok().json(told(post))
}

async fn upload(mut upload: Upload<Post>) -> HttpResponse {
    let file = upload.take("file").map(
        |file| json!({ "name": file.name, "type": file.content_type, "bytes": file.bytes.len() }),
    );
    HttpResponse::Ok().json(json!({ "file": file, "status": upload.params.status.0 }))
}

/// How long the file is for which the name of each row stands.
async fn nested(upload: Upload<Post>) -> HttpResponse {
    let Upload { params, files } = upload;
    let rows = params.fields_attributes.0.unwrap_or_default();
    let lengths: Vec<Option<usize>> = rows
        .iter()
        .map(|row| Some(File::at(&files, row.name.filled()?)?.bytes.len()))
        .collect();
    HttpResponse::Ok().json(lengths)
}

async fn read(id: PathId<StatusId>) -> HttpResponse {
    HttpResponse::Ok().json(id.0)
}

async fn token(bearer: Bearer) -> HttpResponse {
    HttpResponse::Ok().json(bearer.token())
}

/// Status and body of the answer.
async fn answer(request: TestRequest) -> (u16, Value) {
    let app = init_service(
        App::new()
            .app_data(Data::new(UploadLimit(1_000)))
            .route("/echo", web::route().to(echo))
            .route("/upload", web::route().to(upload))
            .route("/nested", web::route().to(nested))
            .route("/statuses/{id}", web::route().to(read))
            .service(
                web::resource("/token")
                    .wrap(from_fn(token_in_body))
                    .route(web::route().to(token)),
            ),
    )
    .await;
    let response = call_service(&app, request.to_request()).await;
    (response.status().as_u16(), read_body_json(response).await)
}

fn sent(path: &str, content_type: &str, body: impl Into<web::Bytes>) -> TestRequest {
    TestRequest::with_uri(path)
        .method(Method::POST)
        .insert_header(("Content-Type", content_type))
        .set_payload(body)
}

const JSON: &str = "application/json; charset=utf-8";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=B";

/// A body of parts, each of a disposition and its content.
fn parts(parts: &[(&str, &str)]) -> String {
    let parts: String = parts
        .iter()
        .map(|(disposition, content)| {
            format!("--B\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
        })
        .collect();
    parts + "--B--\r\n"
}

fn full() -> Value {
    json!({
        "status": "Grüße", "sensitive": true, "media_ids": ["1", "2"],
        "options": ["yes", "no"], "expires_in": 300, "fields": ["Subject", "Room"],
    })
}

const PAIRS: [(&str, &str); 9] = [
    ("status", "Grüße"),
    ("sensitive", "on"),
    ("media_ids[]", "1"),
    ("media_ids[]", "2"),
    ("poll[options][]", "yes"),
    ("poll[options][]", "no"),
    ("poll[expires_in]", "300"),
    ("fields_attributes[0][name]", "Subject"),
    ("fields_attributes[1][name]", "Room"),
];

fn form() -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(PAIRS)
        .finish()
}

#[actix_web::test]
async fn query_form_multipart_and_json_say_the_same() {
    let multipart: Vec<_> = PAIRS
        .map(|(name, value)| (format!("name=\"{name}\""), value))
        .into();
    let multipart: Vec<_> = multipart
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let json = json!({
        "status": "Grüße", "sensitive": 1, "media_ids": ["1", 2],
        "poll": { "options": ["yes", "no"], "expires_in": "300" },
        "fields_attributes": [{ "name": "Subject" }, { "name": "Room" }],
    });
    for request in [
        TestRequest::with_uri(&format!("/echo?{}", form())),
        sent("/echo", FORM, form()),
        sent("/echo", MULTIPART, parts(&multipart)),
        sent("/echo", JSON, json.to_string()),
        sent("/echo", JSON, json.to_string()).method(Method::DELETE),
        sent("/echo", FORM, form()).method(Method::GET),
        TestRequest::with_uri("/echo")
            .method(Method::PUT)
            .set_payload(form()),
    ] {
        assert_eq!(answer(request).await, (200, full()));
    }
}

#[actix_web::test]
async fn the_body_outweighs_the_query_and_an_empty_body_says_nothing() {
    let (_, both) = answer(sent(
        "/echo?status=query&sensitive=f",
        JSON,
        r#"{"status":"body"}"#,
    ))
    .await;
    assert_eq!(
        (&both["status"], &both["sensitive"]),
        (&json!("body"), &json!(false))
    );
    let (code, empty) = answer(sent("/echo?status=query", JSON, "")).await;
    assert_eq!((code, &empty["status"]), (200, &json!("query")));
}

#[actix_web::test]
async fn no_nul_gets_in() {
    let (_, post) = answer(sent("/echo", JSON, "{\"status\":\"a\\u0000b\"}")).await;
    assert_eq!(post["status"], "ab");
    let (_, post) = answer(sent("/echo", FORM, "status=a%00b")).await;
    assert_eq!(post["status"], "ab");
}

#[actix_web::test]
async fn what_cannot_be_read_is_refused_with_a_sentence() {
    let deep = format!(
        "{{\"status\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let wide = "media_ids[]=1&".repeat(1_001);
    for (code, content_type, body) in [
        (400, JSON, "{\"status\":".to_owned()),
        (400, JSON, "[1]".to_owned()),
        (400, JSON, "\u{feff}{}".to_owned()),
        (400, JSON, deep),
        (400, FORM, wide),
        (400, FORM, "poll=1&poll[options][]=2".to_owned()),
        (413, FORM, "status=".to_owned() + &"a".repeat(1024 * 1024)),
        (
            413,
            MULTIPART,
            parts(&[("name=\"status\"", &"a".repeat(1024 * 1024 + 1))]),
        ),
        (400, "multipart/form-data", parts(&[])),
        (
            400,
            MULTIPART,
            "--B\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\ncut".to_owned(),
        ),
        (400, MULTIPART, "no parts at all".to_owned()),
        (422, JSON, r#"{"sensitive":"perhaps"}"#.to_owned()),
        (422, JSON, r#"{"status":{"a":1}}"#.to_owned()),
        (422, JSON, r#"{"poll":"yes"}"#.to_owned()),
        (422, FORM, "poll[expires_in]=soon".to_owned()),
    ] {
        let shown = body.chars().take(40).collect::<String>();
        let (status, refusal) = answer(sent("/echo", content_type, body)).await;
        assert_eq!(status, code, "{content_type} {shown}: {refusal}");
        assert!(refusal["error"].is_string(), "{refusal}");
    }
}

#[actix_web::test]
async fn a_body_of_an_unknown_kind_says_nothing() {
    let (status, post) = answer(sent("/echo?status=query", "text/plain", "status=body")).await;
    assert_eq!((status, &post["status"]), (200, &json!("query")));
}

#[actix_web::test]
async fn files_come_with_their_parameters() {
    let body = parts(&[
        ("name=\"avatar\"; filename=\"\"", ""),
        (
            "name=\"file\"; filename=\"class.png\"\r\nContent-Type: image/png",
            "picture",
        ),
        ("name=\"status\"", "text"),
    ]);
    let file = json!({ "name": "class.png", "type": "image/png", "bytes": 7 });
    let expected = json!({ "file": file, "status": "text" });
    assert_eq!(
        answer(sent("/upload", MULTIPART, body)).await,
        (200, expected)
    );
}

#[actix_web::test]
async fn too_much_of_a_file_is_refused() {
    let file = |size: usize| parts(&[("name=\"file\"; filename=\"a\"", &"a".repeat(size))]);
    assert_eq!(answer(sent("/upload", MULTIPART, file(1_000))).await.0, 200);
    assert_eq!(answer(sent("/upload", MULTIPART, file(1_001))).await.0, 413);
    let many = |count: usize| parts(&vec![("name=\"file\"; filename=\"a\"", "a"); count]);
    assert_eq!(answer(sent("/upload", MULTIPART, many(16))).await.0, 200);
    assert_eq!(answer(sent("/upload", MULTIPART, many(17))).await.0, 422);
}

#[actix_web::test]
async fn a_file_where_none_is_taken_is_refused_in_words() {
    let picture = "name=\"media_file\"; filename=\"a.png\"";
    let (code, refusal) = answer(sent("/echo", MULTIPART, parts(&[(picture, "a")]))).await;
    assert_eq!(code, 422);
    let said = "Validation failed: Media file takes no file";
    assert_eq!(refusal["error"], said);
    let unchosen = parts(&[(picture, ""), ("name=\"status\"", "text")]);
    let (code, post) = answer(sent("/echo", MULTIPART, unchosen)).await;
    assert_eq!((code, &post["status"]), (200, &json!("text")));
}

#[actix_web::test]
async fn a_file_within_a_list_comes_with_its_item() {
    let body = parts(&[
        ("name=\"fields_attributes[][name]\"", "words"),
        ("name=\"fields_attributes[][name]\"; filename=\"\"", ""),
        (
            "name=\"fields_attributes[][name]\"; filename=\"a.png\"",
            "picture",
        ),
        (
            "name=\"fields_attributes[][name]\"; filename=\"b.png\"",
            "film",
        ),
    ]);
    let (code, said) = answer(sent("/nested", MULTIPART, body)).await;
    assert_eq!((code, said), (200, json!([null, 7, 4])));
    let (_, said) = answer(sent("/nested", FORM, "fields_attributes[][name]=file:0")).await;
    assert_eq!(said, json!([null]));
}

#[actix_web::test]
async fn a_path_without_an_id_names_nothing() {
    assert_eq!(
        answer(TestRequest::with_uri("/statuses/5")).await,
        (200, json!("5"))
    );
    for id in ["abc", "-5", "5x", "99999999999999999999", "%00", "%ff"] {
        let request = TestRequest::with_uri(&format!("/statuses/{id}"));
        assert_eq!(
            answer(request).await,
            (404, json!({ "error": "Record not found" })),
            "{id}"
        );
    }
}

#[actix_web::test]
async fn a_token_comes_in_the_header_the_query_or_the_body() {
    let with =
        |value: &str| TestRequest::with_uri("/token").insert_header(("Authorization", value));
    assert_eq!(answer(with("Bearer abc")).await, (200, json!("abc")));
    assert_eq!(answer(with("bearer  abc ")).await, (200, json!("abc")));
    assert_eq!(
        answer(TestRequest::with_uri("/token?access_token=abc")).await,
        (200, json!("abc"))
    );
    let parts = parts(&[
        ("name=\"file\"; filename=\"a.png\"", "dots"),
        ("name=\"access_token\"", "abc"),
    ]);
    for (kind, body) in [
        (FORM, "status=hi&access_token=abc"),
        (FORM, "access_token=&bearer_token=abc"),
        (JSON, r#"{"status":"hi","access_token":"abc"}"#),
        (MULTIPART, parts.as_str()),
    ] {
        let length = ("Content-Length", body.len().to_string());
        let request = sent("/token", kind, body.to_owned()).insert_header(length);
        assert_eq!(answer(request).await, (200, json!("abc")), "{body}");
    }
    for nothing in ["Basic abc", "Bearer", ""] {
        let (status, refusal) = answer(with(nothing)).await;
        assert_eq!(status, 401);
        assert_eq!(refusal, json!({ "error": "The access token is invalid" }));
    }
}
