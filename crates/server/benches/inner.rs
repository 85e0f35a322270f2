//! Figures of the inner parts, without sockets: `cargo bench -p server`.
#![expect(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark that cannot go on stops"
)]

use std::hint::black_box;

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use criterion::{Criterion, criterion_group, criterion_main};
use domain::Page;
use domain::text::Hosts;
use federation::origin::Origin;
use federation::signatures::{Check, Format, Outgoing, PrivateKey, PublicKey, Signer, check};
use http_api::entities::Status;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use service::oauth::Person;
use service::statuses::{NewStatus, publish};
use service::text::format::{self, Rel};
use service::text::sanitise;
use service::{oauth, timelines};
use test_support::{Kind, TestApp};
use tokio::runtime::Runtime;
use url::Url;

const TEXT: &str = "We tried @ada@avon.example's starter with #Year9 today: five words, one minute, no books. \
    The whole class wrote. https://school.example/starters has the list, and #KS3 people may like the second half.";

fn now() -> NaiveDateTime {
    DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc()
}

fn texts(criterion: &mut Criterion) {
    let html = format::to_html(
        TEXT,
        Hosts::Public,
        Rel::Foreign,
        |_| None,
        |tag| format!("/tags/{tag}"),
    );
    criterion.bench_function("text to HTML", |bench| {
        bench.iter(|| {
            format::to_html(
                black_box(TEXT),
                Hosts::Public,
                Rel::Foreign,
                |_| None,
                |tag| format!("/tags/{tag}"),
            )
        });
    });
    criterion.bench_function("count characters", |bench| {
        bench.iter(|| domain::text::count(black_box(TEXT), "", Hosts::Public));
    });
    criterion.bench_function("sanitise HTML", |bench| {
        bench.iter(|| sanitise::html(black_box(&html)));
    });
}

fn signatures(criterion: &mut Criterion) {
    let key = PKey::from_rsa(Rsa::generate(2_048).unwrap()).unwrap();
    let pem = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let private = PrivateKey::from_pem(&pem(key.private_key_to_pem_pkcs8().unwrap())).unwrap();
    let public = PublicKey::from_pem(&pem(key.public_key_to_pem().unwrap())).unwrap();
    let signer = Signer::new(
        "https://avon.example/users/ada#main-key".to_owned(),
        private,
    );
    let url = Url::parse("https://school.example/inbox").unwrap();
    let body = format!("{{\"content\":\"{}\"}}", TEXT.repeat(10));
    let outgoing = Outgoing {
        method: "POST",
        url: &url,
        accept: "*/*",
        body: Some((body.as_bytes(), "application/activity+json")),
        followers: None,
    };
    criterion.bench_function("sign a delivery", |bench| {
        bench.iter(|| {
            signer
                .sign(black_box(&outgoing), Format::Cavage, now())
                .unwrap()
        });
    });
    let headers = signer.sign(&outgoing, Format::Cavage, now()).unwrap();
    let origin = Origin::of(&url).unwrap();
    criterion.bench_function("check a signature", |bench| {
        bench.iter(|| {
            let checked = check(&Check {
                method: "POST",
                path_and_query: "/inbox",
                headers: black_box(&headers),
                body: Some(body.as_bytes()),
                origin: &origin,
                now: now(),
                max_age: TimeDelta::hours(12),
            });
            checked.unwrap().verify(&public).unwrap();
        });
    });
}

async fn fill(school: &TestApp) -> (Person, String) {
    let ada = school.person("ada").await;
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(&school.app, ada.user.id, scopes)
        .await
        .unwrap();
    let application = oauth::authenticate(&school.app, &token)
        .await
        .unwrap()
        .unwrap()
        .application;
    for number in 0..60 {
        let new = NewStatus {
            text: format!("{number}: five words, one minute, no books. #Year9 #KS3"),
            ..NewStatus::default()
        };
        publish(&school.app, &ada, application, new).await.unwrap();
    }
    (ada, token)
}

fn pages(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let school = TestApp::on(Kind::Sqlite).unwrap();
    let (ada, token) = runtime.block_on(fill(&school));
    criterion.bench_function("find who holds a token", |bench| {
        bench.iter(|| {
            runtime
                .block_on(oauth::authenticate(&school.app, &token))
                .unwrap()
        });
    });
    criterion.bench_function("read a home page of 20", |bench| {
        bench.iter(|| {
            runtime
                .block_on(timelines::home(&school.app, &ada, Page::newest(20)))
                .unwrap()
        });
    });
    let page = runtime
        .block_on(timelines::home(&school.app, &ada, Page::newest(20)))
        .unwrap();
    criterion.bench_function("a page of 20 to JSON", |bench| {
        bench.iter(|| {
            let entities: Vec<Status> = page.items.clone().into_iter().map(Status::from).collect();
            serde_json::to_string(&entities).unwrap()
        });
    });
}

criterion_group!(inner, texts, signatures, pages);
criterion_main!(inner);
