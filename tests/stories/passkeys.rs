//! Passkeys, with a device of the test's own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, out};
use crate::sign_in::{Browser, field};

const PASSWORD: &str = "chalk and cheese";
const HERE: &str = "/settings/passkeys";
const ALONE: [&str; 2] = ["/sign-in/question", "/sign-in/passkey"];
const AFTER: [&str; 2] = ["/sign-in/code/question", "/sign-in/code/passkey"];
const BAD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const ON: StatusCode = StatusCode::SEE_OTHER;

/// Flags of the device's data: somebody is there, and it has made sure who.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const WITH_KEY: u8 = 64;

/// A device with one passkey, and the browser around it.
#[derive(Clone)]
struct Device {
    key: EcKey<Private>,
    id: Vec<u8>,
    handle: Value,
    counter: u32,
    origin: String,
    flags: u8,
}

impl Device {
    fn new(school: &School, id: u8) -> Self {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self {
            key: EcKey::generate(&curve).unwrap(),
            id: vec![id; 32],
            handle: Value::Null,
            counter: 0,
            origin: school.base.clone(),
            flags: PRESENT | VERIFIED,
        }
    }

    /// RFC 9053, as CBOR: a point on P-256 for ES256.
    fn public_key(&self) -> Vec<u8> {
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        let mut context = BigNumContext::new().unwrap();
        self.key
            .public_key()
            .affine_coordinates(self.key.group(), &mut x, &mut y, &mut context)
            .unwrap();
        let [x, y] = [x, y].map(|number| number.to_vec_padded(32).unwrap());
        [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32][..],
            &x[..],
            &[0x22, 0x58, 32][..],
            &y[..],
        ]
        .concat()
    }

    /// What it says of itself: WebAuthn, section 6.1.
    fn data(&mut self, server: &Value, with_key: bool) -> Vec<u8> {
        self.counter += 1;
        let server = Sha256::digest(server.as_str().unwrap());
        let flags = self.flags | if with_key { WITH_KEY } else { 0 };
        let mut data = [&server[..], &[flags][..], &self.counter.to_be_bytes()[..]].concat();
        if with_key {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            data.extend(self.public_key());
        }
        data
    }

    /// What the browser says of the page.
    fn page(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let said = json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        said.to_string().into_bytes()
    }

    fn answer(&self, response: &Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    /// Makes its passkey, with an attestation that attests nothing.
    fn create(&mut self, options: &Value) -> String {
        let asked = &options["publicKey"];
        self.handle = asked["user"]["id"].clone();
        let data = self.data(&asked["rp"]["id"], true);
        let length = u8::try_from(data.len()).unwrap();
        let object = [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"[..],
            &[length][..],
            &data[..],
        ]
        .concat();
        let page = self.page("webauthn.create", &asked["challenge"]);
        self.answer(&json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object), "clientDataJSON": URL_SAFE_NO_PAD.encode(page),
        }))
    }

    fn get(&mut self, options: &Value) -> String {
        let asked = &options["publicKey"];
        let data = self.data(&asked["rpId"], false);
        let page = self.page("webauthn.get", &asked["challenge"]);
        let key = PKey::from_ec_key(self.key.clone()).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let signed = [&data[..], &Sha256::digest(&page)[..]].concat();
        let signature = signer.sign_oneshot_to_vec(&signed).unwrap();
        self.answer(&json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data), "clientDataJSON": URL_SAFE_NO_PAD.encode(page),
            "signature": URL_SAFE_NO_PAD.encode(signature), "userHandle": self.handle,
        }))
    }
}

async fn csrf(browser: &Browser) -> String {
    let (_, _, page) = browser.page("/sign-in").await;
    field(&page, "csrf")
}

/// A question, with what it takes to get one.
async fn ask(browser: &Browser, path: &str, password: &str) -> (StatusCode, Value) {
    let csrf = csrf(browser).await;
    let form = [("csrf", csrf.as_str()), ("password", password)];
    let (status, _, body) = browser.submit(path, &form).await;
    (status, serde_json::from_str(&body).unwrap_or_default())
}

async fn question(browser: &Browser, path: &str) -> Value {
    let (status, question) = ask(browser, path, PASSWORD).await;
    assert_eq!(status, StatusCode::OK, "{path}: {question}");
    question
}

async fn send(
    browser: &Browser,
    path: &str,
    question: &Value,
    credential: &str,
) -> (StatusCode, String, String) {
    let csrf = csrf(browser).await;
    let form = [
        ("csrf", csrf.as_str()),
        ("deed", "add"),
        ("name", "My phone"),
        ("return_to", "/settings"),
        ("token", question["token"].as_str().unwrap()),
        ("credential", credential),
    ];
    browser.submit(path, &form).await
}

async fn register(browser: &Browser, device: &mut Device) -> (StatusCode, String) {
    let asked = question(browser, "/settings/passkeys/question").await;
    let made = device.create(&asked["options"]);
    let (status, _, page) = send(browser, HERE, &asked, &made).await;
    (status, page)
}

/// Signs in with a device, by these two addresses.
async fn enter(browser: &Browser, [ask, say]: [&str; 2], device: &mut Device) -> StatusCode {
    let asked = question(browser, ask).await;
    let said = device.get(&asked["options"]);
    let (status, to, page) = send(browser, say, &asked, &said).await;
    assert!(status != ON || to == "/settings", "{to} {page}");
    let (inside, _, _) = browser.page("/settings").await;
    assert_eq!(inside == StatusCode::OK, status == ON, "{page}");
    status
}

/// A browser in which somebody is signed in.
async fn signed_in(school: &School, name: &str) -> Browser {
    let browser = Browser::new(school);
    let (status, to, page) = browser.sign_in(name, PASSWORD, "/").await;
    assert_eq!((status, &*to), (ON, "/"), "{page}");
    browser
}

/// A browser whose password was right.
async fn before_the_passkey(school: &School, name: &str) -> Browser {
    let browser = Browser::new(school);
    let (_, to, page) = browser.sign_in(name, PASSWORD, "/settings").await;
    assert!(to.starts_with("/sign-in/code"), "{to} {page}");
    browser
}

async fn use_code(browser: &Browser, code: &str) -> StatusCode {
    let csrf = csrf(browser).await;
    let form = [("csrf", csrf.as_str()), ("code", code)];
    browser.submit("/sign-in/code", &form).await.0
}

fn codes(page: &str) -> Vec<String> {
    let parts = page.split("<li><code>").skip(1);
    parts
        .map(|part| part.split("</code>").next().unwrap().to_owned())
        .collect()
}

/// The number of the first passkey on the page.
async fn number(browser: &Browser) -> String {
    let (_, _, page) = browser.page(HERE).await;
    field(&page, "id")
}

async fn remove(browser: &Browser, id: &str, password: &str) -> StatusCode {
    let csrf = csrf(browser).await;
    let form = [
        ("csrf", csrf.as_str()),
        ("deed", "remove"),
        ("id", id),
        ("password", password),
    ];
    browser.submit(HERE, &form).await.0
}

async fn passkeys_are_made(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    for name in ["ada", "bo"] {
        school.teacher(name);
    }
    let (status, to, _) = Browser::new(&school).page(HERE).await;
    assert_eq!(
        (status, &*to),
        (ON, "/sign-in?return_to=/settings/passkeys")
    );
    let [ada, bo] = [
        signed_in(&school, "ada").await,
        signed_in(&school, "bo").await,
    ];
    let place = "/settings/passkeys/question";
    assert_eq!(ask(&ada, place, "guess").await.0, BAD);
    let (status, _, _) = ada
        .submit(place, &[("csrf", "forged"), ("password", PASSWORD)])
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = ask(&Browser::new(&school), place, PASSWORD).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "nobody is signed in there");

    let mut phone = Device::new(&school, 1);
    let asked = question(&ada, place).await;
    let wanted = &asked["options"]["publicKey"];
    assert_eq!(wanted["rp"]["id"], "localhost");
    assert_eq!(wanted["user"]["name"], "ada");
    assert_eq!(wanted["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(
        wanted["authenticatorSelection"]["userVerification"],
        "required"
    );

    // Another page, another question, nobody there, nothing at all; and each question is answered once.
    let mut elsewhere = phone.clone();
    elsewhere.origin = "http://evil.example".to_owned();
    let bad = elsewhere.create(&asked["options"]);
    assert_eq!(send(&ada, HERE, &asked, &bad).await.0, BAD);
    let good = phone.create(&asked["options"]);
    assert_eq!(
        send(&ada, HERE, &asked, &good).await.0,
        BAD,
        "it was answered"
    );
    let next = question(&ada, place).await;
    assert_eq!(
        send(&ada, HERE, &next, &good).await.0,
        BAD,
        "of another question"
    );
    let mut unsure = phone.clone();
    unsure.flags = PRESENT;
    assert_eq!(register(&ada, &mut unsure).await.0, BAD);
    let asked = question(&ada, place).await;
    assert_eq!(send(&ada, HERE, &asked, "{}").await.0, BAD);
    // Put to Ada, answered by Bo.
    let asked = question(&ada, place).await;
    let good = phone.create(&asked["options"]);
    assert_eq!(send(&bo, HERE, &asked, &good).await.0, BAD);
    // Too late.
    let asked = question(&ada, place).await;
    let good = phone.create(&asked["options"]);
    test_support::end_links(&mut school.database().connect());
    assert_eq!(send(&ada, HERE, &asked, &good).await.0, BAD);
    // Until now nothing has changed.
    signed_in(&school, "ada").await;

    let (status, page) = register(&ada, &mut phone).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(codes(&page).len(), 10, "{page}");
    let (_, _, page) = ada.page(HERE).await;
    assert!(page.contains("<strong>My phone</strong>"), "{page}");
    let (_, _, page) = ada.page("/settings/two-factor").await;
    assert!(page.contains("10 recovery codes"), "{page}");
    // A second one brings no new codes; the same device, or somebody else's, is not taken twice.
    let mut key = Device::new(&school, 2);
    assert_eq!(register(&ada, &mut key).await.0, ON);
    assert_eq!(register(&ada, &mut phone.clone()).await.0, BAD);
    assert_eq!(register(&bo, &mut phone.clone()).await.0, BAD);

    // Removed by their owner, with the password.
    let id = number(&ada).await;
    assert_eq!(remove(&ada, &id, "guess").await, BAD);
    assert_eq!(remove(&bo, &id, PASSWORD).await, StatusCode::NOT_FOUND);
    assert_eq!(remove(&ada, &id, PASSWORD).await, ON);
    let browser = Browser::new(&school);
    assert_eq!(
        enter(&browser, ALONE, &mut phone).await,
        BAD,
        "it is removed"
    );
    assert_eq!(enter(&browser, ALONE, &mut key).await, ON);
    before_the_passkey(&school, "ada").await;
    let id = number(&ada).await;
    assert_eq!(remove(&ada, &id, PASSWORD).await, ON);
    signed_in(&school, "ada").await;
    let (_, _, page) = ada.page("/settings/two-factor").await;
    assert!(!page.contains("recovery codes left"), "{page}");
}

#[tokio::test]
async fn passkeys_are_made_and_removed_on_sqlite() {
    passkeys_are_made(Sqlite).await;
}

#[tokio::test]
async fn passkeys_are_made_and_removed_on_postgresql() {
    passkeys_are_made(Postgres).await;
}

async fn a_passkey_stands_for_the_password(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    for name in ["ada", "bo"] {
        school.teacher(name);
    }
    let [mut hers, mut his] = [1, 2].map(|id| Device::new(&school, id));
    let [ada, bo] = [
        signed_in(&school, "ada").await,
        signed_in(&school, "bo").await,
    ];
    assert_eq!(register(&ada, &mut hers).await.0, StatusCode::OK);
    assert_eq!(register(&bo, &mut his).await.0, StatusCode::OK);

    let browser = Browser::new(&school);
    let asked = question(&browser, ALONE[0]).await;
    assert_eq!(asked["options"]["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(
        asked["options"]["publicKey"]["userVerification"],
        "required"
    );
    let said = hers.get(&asked["options"]);
    let forged = [("csrf", "forged"), ("credential", &*said)];
    let (status, _, _) = browser.submit(ALONE[1], &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, to, page) = send(&browser, ALONE[1], &asked, &said).await;
    assert_eq!((status, &*to), (ON, "/settings"), "{page}");
    let (_, _, page) = browser.page(HERE).await;
    assert!(page.contains("/@ada"), "it is she: {page}");

    // Overheard, it is of no use; nor is an answer to another question.
    let other = Browser::new(&school);
    assert_eq!(send(&other, ALONE[1], &asked, &said).await.0, BAD);
    let next = question(&other, ALONE[0]).await;
    assert_eq!(send(&other, ALONE[1], &next, &said).await.0, BAD);
    // Nor on another page, by a device that did not look who is there, with another key, or of another person.
    let wrong = |change: fn(&mut Device)| {
        let mut device = hers.clone();
        change(&mut device);
        device
    };
    let stranger = Device::new(&school, 1);
    let mut stranger = Device {
        handle: hers.handle.clone(),
        counter: 50,
        ..stranger
    };
    let mut wrongs = [
        wrong(|device| device.origin = "http://localhost:1".to_owned()),
        wrong(|device| device.flags = PRESENT),
        wrong(|device| device.id = vec![9; 32]),
        wrong(|device| device.handle = Value::Null),
        Device {
            handle: his.handle.clone(),
            ..hers.clone()
        },
        // A copy does not know how often the passkey was used since.
        wrong(|device| device.counter = 0),
    ];
    for device in &mut wrongs {
        assert_eq!(enter(&other, ALONE, device).await, BAD);
    }
    assert_eq!(enter(&other, ALONE, &mut stranger).await, BAD);
    assert_eq!(enter(&other, ALONE, &mut hers).await, ON);
    // Too late is too late.
    let late = Browser::new(&school);
    let asked = question(&late, ALONE[0]).await;
    test_support::end_links(&mut school.database().connect());
    let said = hers.get(&asked["options"]);
    assert_eq!(send(&late, ALONE[1], &asked, &said).await.0, BAD);
}

#[tokio::test]
async fn a_passkey_stands_for_the_password_on_sqlite() {
    a_passkey_stands_for_the_password(Sqlite).await;
}

#[tokio::test]
async fn a_passkey_stands_for_the_password_on_postgresql() {
    a_passkey_stands_for_the_password(Postgres).await;
}

async fn a_passkey_is_asked_for(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    for name in ["ada", "bo"] {
        school.teacher(name);
    }
    let [mut hers, mut his] = [1, 2].map(|id| Device::new(&school, id));
    let [ada, bo] = [
        signed_in(&school, "ada").await,
        signed_in(&school, "bo").await,
    ];
    let (_, page) = register(&ada, &mut hers).await;
    let codes = codes(&page);
    assert_eq!(register(&bo, &mut his).await.0, StatusCode::OK);

    // Without the password there is nothing to answer.
    let (status, _) = ask(&Browser::new(&school), AFTER[0], PASSWORD).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let browser = before_the_passkey(&school, "ada").await;
    let (status, _, page) = browser.page("/sign-in/code").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Use a passkey"), "{page}");
    assert!(!page.contains("authenticator app"), "she has none: {page}");
    let asked = question(&browser, AFTER[0]).await;
    let known = &asked["options"]["publicKey"]["allowCredentials"];
    assert_eq!(known.as_array().unwrap().len(), 1, "{known}");
    assert_eq!(known[0]["id"], URL_SAFE_NO_PAD.encode(&hers.id));
    let bad = his.get(&asked["options"]);
    assert_eq!(
        send(&browser, AFTER[1], &asked, &bad).await.0,
        BAD,
        "it is Bo's"
    );
    // Hers, but put to Bo.
    let theirs = before_the_passkey(&school, "bo").await;
    let asked = question(&theirs, AFTER[0]).await;
    let good = hers.get(&asked["options"]);
    assert_eq!(send(&theirs, AFTER[1], &asked, &good).await.0, BAD);
    let mut elsewhere = hers.clone();
    elsewhere.origin = "https://localhost".to_owned();
    assert_eq!(enter(&browser, AFTER, &mut elsewhere).await, BAD);
    // A code of a phone is none where no phone was set up.
    assert_eq!(use_code(&browser, "000000").await, BAD);
    assert_eq!(enter(&browser, AFTER, &mut hers).await, ON);
    let again = before_the_passkey(&school, "ada").await;
    assert_eq!(use_code(&again, &codes[0]).await, ON);
    let again = before_the_passkey(&school, "ada").await;
    assert_eq!(use_code(&again, &codes[0]).await, BAD);

    // Who lost all of it is helped.
    let lifted = school.command(&["user", "lift-second-factor", "ada"]);
    assert!(lifted.status.success(), "{}", out(&lifted));
    signed_in(&school, "ada").await;
    let stranger = Browser::new(&school);
    assert_eq!(enter(&stranger, ALONE, &mut hers).await, BAD);
    assert_eq!(enter(&stranger, ALONE, &mut his).await, ON);
}

#[tokio::test]
async fn a_passkey_is_asked_for_after_the_password_on_sqlite() {
    a_passkey_is_asked_for(Sqlite).await;
}

#[tokio::test]
async fn a_passkey_is_asked_for_after_the_password_on_postgresql() {
    a_passkey_is_asked_for(Postgres).await;
}

// On SQLite alone: `service` counts guesses on both.
#[tokio::test]
async fn passkeys_are_not_tried_out_and_need_a_name_and_one_script() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let ada = signed_in(&school, "ada").await;
    let mut hers = Device::new(&school, 1);
    assert_eq!(register(&ada, &mut hers).await.0, StatusCode::OK);
    let browser = before_the_passkey(&school, "ada").await;
    let mut unsure = hers.clone();
    unsure.flags = PRESENT;
    for _ in 0..10 {
        assert_eq!(enter(&browser, AFTER, &mut unsure).await, BAD);
    }
    let asked = question(&browser, AFTER[0]).await;
    let said = hers.get(&asked["options"]);
    let (status, _, _) = send(&browser, AFTER[1], &asked, &said).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);

    let page = school.http.get(format!("{}/sign-in", school.base));
    let page = page.send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("script-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let page = page.text().await.unwrap();
    let script = page.split("<script src=\"").nth(1).unwrap();
    let script = script.split('"').next().unwrap();
    let script = school.http.get(format!("{}{script}", school.base));
    let script = script.send().await.unwrap();
    assert_eq!(script.status(), StatusCode::OK);
    assert_eq!(
        script.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );

    let numbered = School::open_at(Sqlite, "127.0.0.1", &[]).await.unwrap();
    let (_, _, page) = Browser::new(&numbered).page("/sign-in").await;
    assert!(
        !page.contains("passkey"),
        "no browser would offer one: {page}"
    );
    numbered.teacher("ada");
    let ada = signed_in(&numbered, "ada").await;
    let (_, _, page) = ada.page(HERE).await;
    assert!(
        page.contains("Passkeys need a server with a name"),
        "{page}"
    );
    let (status, _) = ask(&ada, "/settings/passkeys/question", PASSWORD).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
