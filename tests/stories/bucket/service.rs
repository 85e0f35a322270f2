//! A service that speaks S3, played: what it keeps is in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const BUCKET: &str = "media";
pub const PREFIX: &str = "rooms/";
const KEY: &str = "staffroom";
/// Names in one answer; the next ones are asked for.
const PAGE: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Every request is answered with 503.
    Failing,
    /// No request is answered while anybody waits.
    Silent,
}

struct State {
    mood: Mood,
    objects: BTreeMap<String, Vec<u8>>,
    /// Files that come in parts, and their parts.
    uploads: BTreeMap<String, BTreeMap<usize, Vec<u8>>>,
    /// How many came in parts.
    in_parts: usize,
}

pub struct Service {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Serving(Arc<Mutex<State>>);

impl Service {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            mood: Mood::Well,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            in_parts: 0,
        }));
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(Serving(Arc::clone(&state)))
            .mount(&server)
            .await;
        Self { server, state }
    }

    /// What a school has to know of it, as it is written in its configuration.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let quoted = |text: &str| format!("\"{text}\"");
        vec![
            ("media.s3.bucket", quoted(BUCKET)),
            ("media.s3.endpoint", quoted(&self.server.uri())),
            ("media.s3.prefix", quoted(PREFIX)),
            ("media.s3.access_key_id", quoted(KEY)),
            ("media.s3.secret_access_key", quoted("hunter2")),
        ]
    }

    pub fn turn(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// The paths of all files that are kept.
    pub fn files(&self) -> BTreeSet<String> {
        let state = self.state.lock().unwrap();
        let paths = state.objects.keys().map(|key| {
            let path = key.strip_prefix(PREFIX);
            path.unwrap_or_else(|| panic!("{key}")).to_owned()
        });
        paths.collect()
    }

    pub fn came_in_parts(&self) -> usize {
        let state = self.state.lock().unwrap();
        assert!(state.uploads.is_empty(), "what was begun is finished");
        state.in_parts
    }

    pub fn lose(&self, path: &str) {
        let mut state = self.state.lock().unwrap();
        assert!(state.objects.remove(&format!("{PREFIX}{path}")).is_some());
    }

    /// One byte is another one from now on.
    pub fn spoil(&self, path: &str) {
        let mut state = self.state.lock().unwrap();
        let object = state.objects.get_mut(&format!("{PREFIX}{path}")).unwrap();
        object[0] ^= 1;
    }
}

impl Respond for Serving {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        match state.mood {
            Mood::Well => {}
            Mood::Failing => return refusal(503, "ServiceUnavailable"),
            Mood::Silent => return ResponseTemplate::new(200).set_delay(Duration::from_secs(600)),
        }
        if !is_signed(request) {
            return refusal(403, "AccessDenied");
        }
        let path = request.url.path().strip_prefix('/').unwrap();
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        if bucket != BUCKET {
            return refusal(404, "NoSuchBucket");
        }
        let asked: HashMap<String, String> = request.url.query_pairs().into_owned().collect();
        state.answer(request, key, &asked)
    }
}

impl State {
    fn answer(
        &mut self,
        request: &Request,
        key: &str,
        asked: &HashMap<String, String>,
    ) -> ResponseTemplate {
        let ok = ResponseTemplate::new(200);
        let upload = asked.get("uploadId");
        match (request.method.as_str(), upload) {
            ("GET", _) if asked.contains_key("list-type") => self.list(asked),
            ("GET", _) => match self.objects.get(key) {
                Some(object) => part(object, request),
                None => refusal(404, "NoSuchKey"),
            },
            ("HEAD", _) => match self.objects.get(key) {
                Some(object) => ok.insert_header("content-length", object.len().to_string()),
                None => ResponseTemplate::new(404),
            },
            ("PUT", None) => {
                self.objects.insert(key.to_owned(), request.body.clone());
                ok.insert_header("etag", "\"whole\"")
            }
            ("PUT", Some(upload)) => {
                let number = asked["partNumber"].parse().unwrap();
                let parts = self.uploads.get_mut(upload).unwrap();
                parts.insert(number, request.body.clone());
                ok.insert_header("etag", format!("\"{number}\""))
            }
            ("POST", None) if asked.contains_key("uploads") => {
                self.uploads.insert(key.to_owned(), BTreeMap::new());
                ok.set_body_string(format!(
                    "<InitiateMultipartUploadResult><UploadId>{key}</UploadId></InitiateMultipartUploadResult>"
                ))
            }
            ("POST", Some(upload)) => {
                let parts = self.uploads.remove(upload).unwrap();
                let whole = parts.into_values().flatten().collect();
                self.objects.insert(key.to_owned(), whole);
                self.in_parts += 1;
                ok.set_body_string(
                    "<CompleteMultipartUploadResult><ETag>\"parts\"</ETag></CompleteMultipartUploadResult>",
                )
            }
            ("DELETE", Some(upload)) => {
                self.uploads.remove(upload);
                ResponseTemplate::new(204)
            }
            ("DELETE", None) => {
                self.objects.remove(key);
                ResponseTemplate::new(204)
            }
            (method, _) => panic!("{method} {}", request.url),
        }
    }

    fn list(&self, asked: &HashMap<String, String>) -> ResponseTemplate {
        let prefix = asked.get("prefix").map_or("", String::as_str);
        let after = asked.get("continuation-token").map_or("", String::as_str);
        let mut found = self
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
        let page: Vec<_> = found.by_ref().take(PAGE).collect();
        let entries: String = page
            .iter()
            .map(|(key, object)| {
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-30T12:00:00.000Z</LastModified>\
                     <ETag>\"whole\"</ETag><Size>{}</Size></Contents>",
                    object.len()
                )
            })
            .collect();
        let more = match (found.next(), page.last()) {
            (Some(_), Some((last, _))) => format!(
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>"
            ),
            _ => "<IsTruncated>false</IsTruncated>".to_owned(),
        };
        ResponseTemplate::new(200).set_body_string(format!(
            "<ListBucketResult>{more}{entries}</ListBucketResult>"
        ))
    }
}

/// The whole, or the range that is asked for.
fn part(object: &[u8], request: &Request) -> ResponseTemplate {
    let Some(range) = request.headers.get("range") else {
        return ResponseTemplate::new(200).set_body_bytes(object);
    };
    let range = range.to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let first: usize = first.parse().unwrap();
    let last = last.parse().map_or(object.len(), |last: usize| last + 1);
    let last = last.min(object.len());
    let Some(part) = object.get(first..last).filter(|part| !part.is_empty()) else {
        return refusal(416, "InvalidRange");
    };
    ResponseTemplate::new(206)
        .insert_header(
            "content-range",
            format!("bytes {first}-{}/{}", last - 1, object.len()),
        )
        .set_body_bytes(part)
}

/// Whether it says by whom it is signed, for which region, and what.
fn is_signed(request: &Request) -> bool {
    let Some(signed) = request.headers.get("authorization") else {
        return false;
    };
    let signed = signed.to_str().unwrap();
    signed.starts_with(&format!("AWS4-HMAC-SHA256 Credential={KEY}/"))
        && signed.contains("/us-east-1/s3/aws4_request")
        && signed.contains("host;")
        && signed
            .split_once("Signature=")
            .is_some_and(|(_, hex)| hex.len() == 64)
        && request.headers.contains_key("x-amz-date")
        && !signed.contains("hunter2")
}

fn refusal(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(format!(
        "<Error><Code>{code}</Code><Message>no</Message></Error>"
    ))
}
