use std::sync::LazyLock;

use url::Url;

use super::*;
use crate::signatures::{Format, Outgoing, PrivateKey, Signer, format_http_date};

static RSA: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate_rsa().unwrap());

const BODY: &[u8] = br#"{"type":"Follow"}"#;
const KEY_ID: &str = "https://lighthouse.example/users/ada#main-key";

fn now() -> NaiveDateTime {
    parse_http_date("Tue, 24 Nov 2026 09:00:00 GMT").unwrap()
}

/// A request as it arrives here, changed by one thing at a time.
struct Arrived {
    method: &'static str,
    path_and_query: &'static str,
    headers: HeaderMap,
    body: Option<&'static [u8]>,
    origin: Origin,
    now: NaiveDateTime,
}

impl Arrived {
    fn signed(key: &PrivateKey, format: Format, body: Option<&'static [u8]>) -> Self {
        Self::signed_as(KEY_ID, key, format, body)
    }

    fn signed_as(
        key_id: &str,
        key: &PrivateKey,
        format: Format,
        body: Option<&'static [u8]>,
    ) -> Self {
        let url = Url::parse("https://school.example/users/bob/inbox?page=1").unwrap();
        let method = if body.is_some() { "POST" } else { "GET" };
        let content = body.map(|body| (body, "application/activity+json"));
        let request = Outgoing {
            method,
            url: &url,
            accept: "application/activity+json",
            body: content,
            followers: None,
        };
        let headers = Signer::new(key_id.to_owned(), key.clone())
            .sign(&request, format, now())
            .unwrap();
        let origin = Origin::of(&url).unwrap();
        Self {
            method,
            path_and_query: "/users/bob/inbox?page=1",
            headers,
            body,
            origin,
            now: now(),
        }
    }

    fn bare(headers: &[(&'static str, &str)], body: Option<&'static [u8]>) -> Self {
        let mut arrived = Self::signed(&RSA, Format::Cavage, body);
        arrived.headers = headers
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        arrived
    }

    fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.insert(header, value.parse().unwrap());
        self
    }

    fn check(&self) -> Result<Checked, Error> {
        check(&Check {
            method: self.method,
            path_and_query: self.path_and_query,
            headers: &self.headers,
            body: self.body,
            origin: &self.origin,
            now: self.now,
            max_age: TimeDelta::hours(12),
        })
    }

    fn verify(&self, key: &PrivateKey) -> Result<(), Error> {
        self.check()?.verify(&key.public())
    }
}

#[test]
fn what_we_sign_we_verify() {
    for key in [&*RSA, &PrivateKey::fixed()] {
        for format in [Format::Cavage, Format::Message] {
            for body in [Some(BODY), None] {
                let arrived = Arrived::signed(key, format, body);
                assert_eq!(arrived.check().unwrap().key_id(), KEY_ID);
                assert_eq!(arrived.verify(key), Ok(()), "{format:?} {body:?}");
            }
        }
    }
}

#[test]
fn another_key_does_not_verify() {
    let other = PrivateKey::generate_rsa().unwrap();
    for format in [Format::Cavage, Format::Message] {
        let arrived = Arrived::signed(&RSA, format, Some(BODY));
        assert_eq!(arrived.verify(&other), Err(Error::WrongSignature));
        assert_eq!(
            arrived.verify(&PrivateKey::fixed()),
            Err(Error::WrongSignature)
        );
    }
}

#[test]
fn a_key_id_needs_no_fragment() {
    let arrived = Arrived::signed_as(
        "https://lighthouse.example/users/ada/key",
        &RSA,
        Format::Cavage,
        Some(BODY),
    );
    assert_eq!(
        arrived.check().unwrap().key_id(),
        "https://lighthouse.example/users/ada/key"
    );
    assert_eq!(arrived.verify(&RSA), Ok(()));
}

#[test]
fn a_change_in_any_part_is_noticed() {
    for format in [Format::Cavage, Format::Message] {
        let signed = || Arrived::signed(&RSA, format, Some(BODY));
        let changed = [
            Arrived {
                method: "PUT",
                ..signed()
            },
            Arrived {
                path_and_query: "/users/ann/inbox?page=1",
                ..signed()
            },
            Arrived {
                path_and_query: "/users/bob/inbox?page=2",
                ..signed()
            },
            Arrived {
                path_and_query: "/users/bob/inbox",
                ..signed()
            },
        ];
        for arrived in changed {
            assert_eq!(
                arrived.verify(&RSA),
                Err(Error::WrongSignature),
                "{format:?} {}",
                arrived.path_and_query
            );
        }
        let other_body = Arrived {
            body: Some(b"{}"),
            ..signed()
        };
        assert_eq!(other_body.verify(&RSA), Err(Error::WrongDigest));
        let other_host = signed().with("host", "lighthouse.example");
        assert_eq!(other_host.verify(&RSA), Err(Error::WrongHost));
        let other_server = Arrived {
            origin: Origin::parse("https://lighthouse.example").unwrap(),
            ..signed()
        };
        assert_eq!(other_server.verify(&RSA), Err(Error::WrongHost));
    }
    let redated = Arrived::signed(&RSA, Format::Cavage, Some(BODY))
        .with("date", "Tue, 24 Nov 2026 08:59:59 GMT");
    assert_eq!(redated.verify(&RSA), Err(Error::WrongSignature));
    let retyped =
        Arrived::signed(&RSA, Format::Cavage, Some(BODY)).with("content-type", "text/html");
    assert_eq!(retyped.verify(&RSA), Err(Error::WrongSignature));
    let twice = {
        let mut arrived = Arrived::signed(&RSA, Format::Cavage, Some(BODY));
        arrived
            .headers
            .append("host", "lighthouse.example".parse().unwrap());
        arrived
    };
    assert_eq!(twice.verify(&RSA), Err(Error::WrongHost));
}

#[test]
fn a_changed_body_with_its_own_digest_does_not_verify() {
    let arrived = Arrived::signed(&RSA, Format::Cavage, Some(BODY));
    let changed = Arrived {
        body: Some(b"{}"),
        ..arrived
    }
    .with("digest", &digest::digest(b"{}"));
    assert_eq!(changed.verify(&RSA), Err(Error::WrongSignature));
    let arrived = Arrived::signed(&RSA, Format::Message, Some(BODY));
    let changed = Arrived {
        body: Some(b"{}"),
        ..arrived
    }
    .with("content-digest", &digest::content_digest(b"{}"));
    assert_eq!(changed.verify(&RSA), Err(Error::WrongSignature));
}

#[test]
fn a_signature_lives_twelve_hours_and_may_be_five_minutes_ahead() {
    for format in [Format::Cavage, Format::Message] {
        let at = |offset: TimeDelta| {
            let signed = Arrived::signed(&RSA, format, Some(BODY));
            Arrived {
                now: now() + offset,
                ..signed
            }
            .verify(&RSA)
        };
        assert_eq!(at(TimeDelta::hours(12)), Ok(()));
        assert_eq!(
            at(TimeDelta::hours(12) + TimeDelta::seconds(1)),
            Err(Error::Expired)
        );
        assert_eq!(at(TimeDelta::minutes(-5)), Ok(()));
        assert_eq!(at(TimeDelta::seconds(-301)), Err(Error::FromTheFuture));
    }
}

#[test]
fn an_unsigned_or_unreadable_request_is_refused() {
    let date = format_http_date(now());
    let base = [("host", "school.example"), ("date", date.as_str())];
    assert_eq!(
        Arrived::bare(&base, None).check().unwrap_err(),
        Error::Missing
    );
    let signed = Arrived::bare(&base, None).with("signature", "nonsense");
    assert_eq!(signed.check().unwrap_err(), Error::Malformed);
    let signed = signed.with("signature-input", "nonsense");
    assert_eq!(signed.check().unwrap_err(), Error::Malformed);
}

#[test]
fn too_little_covered_is_refused() {
    let date = format_http_date(now());
    let digest = digest::digest(BODY);
    let base = [
        ("host", "school.example"),
        ("date", date.as_str()),
        ("digest", digest.as_str()),
    ];
    for covered in [
        "host date digest",
        "(request-target) date digest",
        "(request-target) host digest",
        "(request-target) host date",
    ] {
        let header = format!(r#"keyId="k",headers="{covered}",signature="YWJj""#);
        let arrived = Arrived::bare(&base, Some(BODY)).with("signature", &header);
        assert_eq!(arrived.check().unwrap_err(), Error::NotCovered, "{covered}");
    }
    let time = now().and_utc().timestamp();
    for input in [
        format!(r#"("@target-uri" "digest");created={time}"#),
        format!(r#"("@method" "@path" "@authority" "digest");created={time}"#),
        format!(r#"("@method" "@path" "@query" "digest");created={time}"#),
        format!(r#"("@method" "@target-uri");created={time}"#),
        r#"("@method" "@target-uri" "digest")"#.to_owned(),
    ] {
        let arrived = Arrived::bare(&base, Some(BODY))
            .with("signature-input", &format!(r#"a={input};keyid="k""#))
            .with("signature", "a=:YWJj:");
        assert_eq!(arrived.check().unwrap_err(), Error::NotCovered, "{input}");
    }
}

#[test]
fn a_post_is_never_checked_as_if_it_had_no_body() {
    let signed = Arrived::signed(&RSA, Format::Cavage, Some(BODY));
    let arrived = Arrived {
        body: None,
        ..signed
    };
    assert_eq!(arrived.verify(&RSA), Err(Error::WrongDigest));
}

#[test]
fn a_date_or_digest_that_is_covered_must_be_there() {
    let signature = r#"keyId="k",headers="(request-target) host date digest",signature="YWJj""#;
    let date = format_http_date(now());
    let undated = Arrived::bare(
        &[("host", "school.example"), ("signature", signature)],
        Some(BODY),
    );
    assert_eq!(undated.check().unwrap_err(), Error::NoDate);
    let undigested = undated.with("date", &date);
    assert_eq!(undigested.check().unwrap_err(), Error::NoDigest);
}

#[test]
fn an_expired_signature_is_refused_even_if_young() {
    let created = now().and_utc().timestamp() - 60;
    let header = format!(
        r#"keyId="k",created={created},expires={},headers="(request-target) (created) host",signature="YWJj""#,
        created + 30
    );
    let arrived = Arrived::bare(&[("host", "school.example"), ("signature", &header)], None);
    assert_eq!(arrived.check().unwrap_err(), Error::Expired);
}

/// Mastodon signs its fetches without a digest, and its headers in this order.
#[test]
fn a_fetch_as_mastodon_signs_it_verifies() {
    let date = format_http_date(now());
    let base = format!(
        "(request-target): get /users/bob/inbox?page=1\nhost: school.example\ndate: {date}\naccept: application/activity+json, application/ld+json"
    );
    let signature = {
        use base64::{Engine, prelude::BASE64_STANDARD};
        BASE64_STANDARD.encode(RSA.sign(base.as_bytes()).unwrap())
    };
    let header = format!(
        r#"keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date accept",signature="{signature}""#
    );
    let arrived = Arrived::bare(
        &[
            ("host", "school.example"),
            ("date", &date),
            ("accept", "application/activity+json, application/ld+json"),
            ("signature", &header),
        ],
        None,
    );
    assert_eq!(arrived.verify(&RSA), Ok(()));
    let spaced = header
        .replace("\",", "\", ")
        .replace("rsa-sha256", "hs2019");
    assert_eq!(arrived.with("signature", &spaced).verify(&RSA), Ok(()));
}

#[test]
fn a_port_of_ours_is_part_of_the_host() {
    let url = Url::parse("http://localhost:3000/inbox").unwrap();
    let request = Outgoing {
        method: "POST",
        url: &url,
        accept: "*/*",
        body: Some((BODY, "application/activity+json")),
        followers: None,
    };
    let headers = Signer::new(KEY_ID.to_owned(), RSA.clone())
        .sign(&request, Format::Message, now())
        .unwrap();
    let mut arrived = Arrived {
        headers,
        path_and_query: "/inbox",
        ..Arrived::signed(&RSA, Format::Message, Some(BODY))
    };
    arrived.origin = Origin::of(&url).unwrap();
    assert_eq!(arrived.verify(&RSA), Ok(()));
    arrived.origin = Origin::parse("http://localhost:3001").unwrap();
    assert_eq!(arrived.verify(&RSA), Err(Error::WrongHost));
}
