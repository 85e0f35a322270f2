//! A server elsewhere, played: its people sign what they send, and it keeps what it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use federation::net::{OutboundClient, OutboundSettings, Reply};
use federation::signatures::{PrivateKey, Signer};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::harness::{School, Teacher, eventually};

/// A server elsewhere, played: it serves documents, and takes everything that it is sent.
pub struct Elsewhere {
    pub base: String,
    pub host: String,
    pub server: MockServer,
    pub documents: Arc<Mutex<BTreeMap<String, Value>>>,
    key: PrivateKey,
}

struct Serving(Arc<Mutex<BTreeMap<String, Value>>>);

impl Respond for Serving {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if request.method.as_str() == "POST" {
            return ResponseTemplate::new(202);
        }
        let documents = self.0.lock().unwrap();
        if request.url.path() == "/.well-known/webfinger" {
            return webfinger(&documents, request);
        }
        let mut address = request.url.path().to_owned();
        if let Some(query) = request.url.query() {
            address = format!("{address}?{query}");
        }
        match documents.get(&address) {
            Some(document) => ResponseTemplate::new(200)
                .set_body_raw(document.to_string(), "application/activity+json"),
            None => ResponseTemplate::new(404),
        }
    }
}

fn webfinger(documents: &BTreeMap<String, Value>, request: &Request) -> ResponseTemplate {
    let resource = request
        .url
        .query_pairs()
        .find(|(name, _)| name == "resource");
    let resource = resource
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let name = resource
        .trim_start_matches("acct:")
        .split('@')
        .next()
        .unwrap();
    let found = documents
        .values()
        .find(|document| document["preferredUsername"] == name);
    match found {
        Some(actor) => ResponseTemplate::new(200).set_body_raw(
            json!({ "subject": resource, "links": [
                { "rel": "self", "type": "application/activity+json", "href": actor["id"] },
            ] })
            .to_string(),
            "application/jrd+json",
        ),
        None => ResponseTemplate::new(404),
    }
}

impl Elsewhere {
    pub async fn open() -> Self {
        Self::open_on(MockServer::start().await).await
    }

    pub async fn open_on(server: MockServer) -> Self {
        let documents = Arc::new(Mutex::new(BTreeMap::new()));
        let base = server.uri();
        let elsewhere = Self {
            host: base.trim_start_matches("http://").to_owned(),
            base,
            server,
            documents,
            key: PrivateKey::generate_rsa().unwrap(),
        };
        elsewhere.serve_all().await;
        elsewhere
    }

    /// Answers whatever nobody else does.
    pub async fn serve_all(&self) {
        Mock::given(any())
            .respond_with(Serving(self.documents.clone()))
            .mount(&self.server)
            .await;
    }

    /// Serves a document at its id; who has a key in it has ours.
    pub fn serve(&self, mut document: Value) {
        let pem = document.pointer("/publicKey/publicKeyPem").cloned();
        if let Some(pem) = pem {
            let mut public = self.key.public_pem().unwrap();
            if pem.as_str().unwrap().contains("RSA PUBLIC KEY") {
                let key = openssl::rsa::Rsa::public_key_from_pem(public.as_bytes()).unwrap();
                public = String::from_utf8(key.public_key_to_pem_pkcs1().unwrap()).unwrap();
            }
            document["publicKey"]["publicKeyPem"] = json!(public);
        }
        let id = document["id"].as_str().unwrap();
        let place = id
            .strip_prefix(&self.base)
            .unwrap_or_else(|| panic!("{id}"));
        let place = if place.starts_with('/') {
            place.to_owned()
        } else {
            format!("/{place}")
        };
        self.documents.lock().unwrap().insert(place, document);
    }

    /// Somebody who lives here, with all that an actor has.
    pub fn person(&self, name: &str) -> Value {
        let uri = format!("{}/users/{name}", self.base);
        let actor = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Person", "preferredUsername": name,
            "inbox": format!("{uri}/inbox"), "outbox": format!("{uri}/outbox"), "followers": format!("{uri}/followers"),
            "url": format!("{}/@{name}", self.base), "manuallyApprovesFollowers": false,
            "publicKey": { "id": format!("{uri}#main-key"), "owner": uri, "publicKeyPem": "" },
        });
        self.serve(actor.clone());
        actor
    }

    pub fn forget(&self, id: &str) {
        let place = id.strip_prefix(&self.base).unwrap();
        self.documents.lock().unwrap().remove(place);
    }

    pub fn key(&self) -> PrivateKey {
        self.key.clone()
    }

    /// What signs for somebody served here.
    pub fn signer(&self, actor: &Value) -> Signer {
        self.signer_of(actor["id"].as_str().unwrap())
    }

    fn signer_of(&self, actor: &str) -> Signer {
        let documents = self.documents.lock().unwrap();
        let document = documents
            .values()
            .find(|document| document["id"] == actor)
            .unwrap_or_else(|| panic!("nobody is {actor}"));
        let key = document["publicKey"]["id"].as_str().unwrap();
        Signer::new(key.to_owned(), self.key.clone())
    }

    /// Delivers an activity as its actor, to the shared inbox.
    pub async fn send(&self, school: &School, activity: &Value) -> Reply {
        let signer = self.signer_of(activity["actor"].as_str().unwrap());
        self.send_as(&signer, school, activity).await
    }

    /// Delivers an activity, whoever's it is.
    pub async fn send_as(&self, signer: &Signer, school: &School, activity: &Value) -> Reply {
        self.deliver(signer, school, activity, None).await
    }

    /// Delivers an activity, with a word on who follows.
    pub async fn deliver(
        &self,
        signer: &Signer,
        school: &School,
        activity: &Value,
        followers: Option<&str>,
    ) -> Reply {
        let client = OutboundClient::new(&OutboundSettings {
            public_url: Url::parse(&self.base).unwrap(),
            allow_loopback: true,
            allow_http: true,
            ca_file: None,
            failure_memory: Duration::ZERO,
        })
        .unwrap();
        let inbox = Url::parse(&format!("{}/inbox", school.base)).unwrap();
        client
            .deliver(&inbox, activity.to_string().into(), signer, followers)
            .await
    }

    pub async fn tells(&self, school: &School, activity: &Value) {
        let reply = self.send(school, activity).await;
        assert_eq!(reply, Reply::Accepted, "{activity}");
    }

    /// How often a document was asked for.
    pub async fn asked_for(&self, path: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        let asked = requests.iter().filter(|request| {
            request.method.as_str() == "GET"
                && request.url.path() == path
                && request.url.query().is_none()
        });
        asked.count()
    }

    /// What was delivered here so far.
    pub async fn received(&self) -> Vec<Value> {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.method.as_str() == "POST")
            .map(|request| serde_json::from_slice(&request.body).unwrap())
            .collect()
    }

    /// How many documents were asked for here so far.
    pub async fn asked(&self) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.method.as_str() == "GET")
            .count()
    }

    /// Waits for an activity that fits.
    pub async fn receives(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || async {
            self.received()
                .await
                .into_iter()
                .find(|activity| fits(activity))
        })
        .await
    }

    /// Ada follows somebody here, who says yes.
    pub async fn is_followed(&self, school: &School, ada: &Teacher, actor: &Value) {
        let follow = self.asked_to_follow(ada, actor).await;
        let id = format!("{}#accepts/{}", actor["id"].as_str().unwrap(), ada.name);
        let accept =
            json!({ "id": id, "type": "Accept", "actor": actor["id"], "object": follow["id"] });
        self.tells(school, &accept).await;
        let account = account_id(ada, &format!("{}@{}", name(actor), self.host)).await;
        follows(ada, &account).await;
    }

    pub async fn asked_to_follow(&self, ada: &Teacher, actor: &Value) -> Value {
        let handle = format!("{}@{}", name(actor), self.host);
        let account = account_id(ada, &handle).await;
        ada.post(&format!("/api/v1/accounts/{account}/follow"), Value::Null)
            .await;
        let uri = &actor["id"];
        let by = format!("/users/{}", ada.name);
        self.receives("a Follow", |activity| {
            activity["type"] == "Follow"
                && activity["object"] == *uri
                && activity["actor"].as_str().unwrap().ends_with(&by)
        })
        .await
    }
}

pub fn name(actor: &Value) -> &str {
    actor["preferredUsername"].as_str().unwrap()
}

pub async fn account_id(ada: &Teacher, handle: &str) -> String {
    let found = ada
        .get(&format!(
            "/api/v2/search?q=@{handle}&resolve=true&type=accounts"
        ))
        .await;
    found["accounts"][0]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{handle}: {found}"))
        .to_owned()
}

pub async fn follows(ada: &Teacher, account: &str) {
    eventually("the follow to be accepted", || async {
        let relation = ada
            .get(&format!("/api/v1/accounts/relationships?id[]={account}"))
            .await;
        (relation[0]["following"] == true).then_some(())
    })
    .await;
}

/// The status of that id as somebody sees it.
pub async fn status_at(ada: &Teacher, uri: &str) -> Option<Value> {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", uri)
        .append_pair("type", "statuses")
        .finish();
    let found = ada.get(&format!("/api/v2/search?{query}")).await;
    found["statuses"].as_array()?.first().cloned()
}

/// Whether all that is expected is there; more may be.
pub fn fits(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected
            .iter()
            .all(|(key, wanted)| actual.get(key).is_some_and(|value| fits(value, wanted))),
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual
                    .iter()
                    .zip(expected)
                    .all(|(one, wanted)| fits(one, wanted))
        }
        _ => actual == expected,
    }
}
