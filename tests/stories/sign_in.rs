//! From registering an app to a token, by the pages that a person sees; and signing up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};

pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// A browser without JavaScript, which stops at every redirect.
pub struct Browser {
    http: Client,
    base: String,
}

impl Browser {
    pub fn new(school: &School) -> Self {
        let http = Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            http,
            base: school.base.clone(),
        }
    }

    pub fn request(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    pub async fn page(&self, path: &str) -> (StatusCode, String, String) {
        let response = self
            .request(path)
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        let to = location(&response);
        (response.status(), to, response.text().await.unwrap())
    }

    pub async fn submit(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, String, String) {
        let response = self
            .http
            .post(format!("{}{path}", self.base))
            .form(form)
            .send()
            .await
            .unwrap();
        let to = location(&response);
        (response.status(), to, response.text().await.unwrap())
    }

    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        return_to: &str,
    ) -> (StatusCode, String, String) {
        let (_, _, page) = self.page("/sign-in").await;
        let csrf = field(&page, "csrf");
        let form = [
            ("csrf", csrf.as_str()),
            ("login", name),
            ("password", password),
            ("return_to", return_to),
        ];
        self.submit("/sign-in", &form).await
    }
}

fn location(response: &reqwest::Response) -> String {
    let to = response
        .headers()
        .get("location")
        .map(|value| value.to_str().unwrap().to_owned());
    to.unwrap_or_default()
}

/// The value of a hidden field.
pub fn field(page: &str, name: &str) -> String {
    let from = page
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    from.split('"').next().unwrap().to_owned()
}

/// A code for these scopes, which whoever is signed in gives to an app by its page.
pub async fn code_for(browser: &Browser, app: &Value, scopes: &str) -> String {
    let ask = format!(
        "/oauth/authorize?client_id={}&redirect_uri={OUT_OF_BAND}&response_type=code&scope={}",
        app["client_id"].as_str().unwrap(),
        scopes.replace(' ', "+"),
    );
    let (status, _, page) = browser.page(&ask).await;
    assert_eq!(status, StatusCode::OK, "{scopes}: {page}");
    let form = [
        ("csrf", &*field(&page, "csrf")),
        ("decision", "allow"),
        ("client_id", &*field(&page, "client_id")),
        ("response_type", "code"),
        ("redirect_uri", OUT_OF_BAND),
        ("scope", scopes),
    ];
    let (_, to, page) = browser.submit("/oauth/authorize", &form).await;
    let code = to.split("code=").nth(1);
    code.unwrap_or_else(|| panic!("{to} {page}")).to_owned()
}

/// The token that such a code is exchanged for.
pub async fn let_in(school: &School, browser: &Browser, app: &Value, scopes: &str) -> String {
    let code = code_for(browser, app, scopes).await;
    let grant =
        json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND });
    granted(school, app, grant).await
}

/// What an app is given for its grant.
pub async fn granted(school: &School, app: &Value, mut grant: Value) -> String {
    grant["client_id"] = app["client_id"].clone();
    grant["client_secret"] = app["client_secret"].clone();
    let issued = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    issued["access_token"].as_str().unwrap().to_owned()
}

pub(super) async fn register(school: &School, redirect_uri: &str) -> Value {
    let form = [
        ("client_name", "An app"),
        ("redirect_uris", redirect_uri),
        ("scopes", "read write follow"),
    ];
    answer(school.request(Method::POST, "/api/v1/apps").form(&form)).await
}

async fn a_person_lets_an_app_in(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    school.teacher("ada");
    let app = register(&school, "https://app.example/back").await;
    let verifier = "a-verifier-that-is-long-enough-for-the-rules-of-rfc-7636";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let ask = format!(
        "/oauth/authorize?client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fback&response_type=code&scope=read+write&state=xyz&code_challenge={challenge}&code_challenge_method=S256",
        app["client_id"].as_str().unwrap()
    );
    let browser = Browser::new(&school);
    let (status, to, _) = browser.page(&ask).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(to.starts_with("/sign-in?return_to="), "{to}");
    let (status, to, _) = browser.sign_in("ada", "chalk and cheese", &ask).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, ask.as_str()));

    let (status, _, consent) = browser.page(&ask).await;
    assert_eq!(status, StatusCode::OK);
    assert!(consent.contains("An app"), "{consent}");
    let csrf = field(&consent, "csrf");
    let client_id = field(&consent, "client_id");
    let mut form = vec![
        ("csrf", "forged"),
        ("decision", "allow"),
        ("client_id", client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", "https://app.example/back"),
        ("scope", "read write"),
        ("state", "xyz"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(
        browser.submit("/oauth/authorize", &form).await.0,
        StatusCode::FORBIDDEN
    );
    form[0] = ("csrf", csrf.as_str());
    let (status, to, _) = browser.submit("/oauth/authorize", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let back = reqwest::Url::parse(&to).unwrap();
    assert_eq!(back.host_str(), Some("app.example"));
    let said = |name: &str| {
        back.query_pairs()
            .find(|(key, _)| key == name)
            .unwrap()
            .1
            .to_string()
    };
    assert_eq!(said("state"), "xyz");
    let code = said("code");

    let exchange = |verifier: &str| {
        school.request(Method::POST, "/oauth/token").json(&json!({
            "grant_type": "authorization_code", "client_id": app["client_id"], "client_secret": app["client_secret"],
            "redirect_uri": "https://app.example/back", "code": code, "code_verifier": verifier,
        }))
    };
    assert_eq!(
        exchange("wrong").send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    let token = answer(exchange(verifier)).await;
    assert_eq!(token["scope"], "read write");
    let own = school.request(Method::GET, "/api/v1/accounts/verify_credentials");
    let own = answer(own.bearer_auth(token["access_token"].as_str().unwrap())).await;
    assert_eq!(own["username"], "ada");
    // A code that is shown twice was stolen: its token ends.
    assert_eq!(
        exchange(verifier).send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
    let after = school.request(Method::GET, "/api/v1/accounts/verify_credentials");
    let after = after
        .bearer_auth(token["access_token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_person_lets_an_app_in_on_sqlite() {
    a_person_lets_an_app_in(Sqlite).await;
}

#[tokio::test]
async fn a_person_lets_an_app_in_on_postgresql() {
    a_person_lets_an_app_in(Postgres).await;
}

// On SQLite alone: addresses are compared by the program.
#[tokio::test]
async fn nobody_is_led_to_an_address_that_was_not_registered() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let app = register(&school, OUT_OF_BAND).await;
    let browser = Browser::new(&school);
    let id = app["client_id"].as_str().unwrap();
    for ask in [
        format!("/oauth/authorize?client_id={id}&redirect_uri=https%3A%2F%2Fevil.example&response_type=code"),
        "/oauth/authorize?client_id=unknown&redirect_uri=https%3A%2F%2Fevil.example&response_type=code".to_owned(),
        format!("/oauth/authorize?client_id={id}&redirect_uri={OUT_OF_BAND}&response_type=token"),
    ] {
        let (status, to, page) = browser.page(&ask).await;
        assert_eq!((status, to.as_str()), (StatusCode::BAD_REQUEST, ""), "{page}");
    }
}

async fn a_wrong_password_is_refused_and_too_many_are_not_even_looked_at(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    school.teacher("ada");
    let browser = Browser::new(&school);
    for name in ["ada", "nobody"] {
        let (status, _, page) = browser.sign_in(name, "wrong password", "/").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.contains("Invalid e-mail address or password."),
            "{page}"
        );
    }
    for _ in 0..9 {
        browser.sign_in("ada", "wrong password", "/").await;
    }
    let (_, _, page) = browser.page("/sign-in").await;
    let form = [
        ("csrf", &*field(&page, "csrf")),
        ("login", "ada"),
        ("password", "chalk and cheese"),
    ];
    let sign_in = browser.http.post(format!("{}/sign-in", browser.base));
    let refused = sign_in.form(&form).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "900");
    assert!(!refused.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_too_many_are_not_even_looked_at_on_sqlite() {
    a_wrong_password_is_refused_and_too_many_are_not_even_looked_at(Sqlite).await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_too_many_are_not_even_looked_at_on_postgresql() {
    a_wrong_password_is_refused_and_too_many_are_not_even_looked_at(Postgres).await;
}

// On SQLite alone: it is about whose address is believed.
#[tokio::test]
async fn nobody_gets_more_guesses_by_inventing_addresses() {
    let unasked = [("server.trusted_proxies", "[]")];
    let Some(school) = School::open_with(Sqlite, &unasked).await else {
        return;
    };
    let browser = Browser::new(&school);
    let (_, _, page) = browser.page("/sign-in").await;
    let csrf = field(&page, "csrf");
    for number in 0..21 {
        let (name, from) = (format!("person{number}"), format!("192.0.2.{number}"));
        let form = [("csrf", &*csrf), ("login", &name), ("password", "wrong")];
        let request = browser.http.post(format!("{}/sign-in", school.base));
        let request = request
            .header("x-forwarded-for", &from)
            .header("x-real-ip", &from);
        let answer = request.form(&form).send().await.unwrap();
        let expected = if number < 20 { 422 } else { 429 };
        assert_eq!(answer.status(), expected, "{number}");
    }
}

async fn a_token_is_had_for_a_code_and_not_for_a_password(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let app = register(&school, OUT_OF_BAND).await;
    let ask = |mut grant: Value| {
        grant["client_id"] = app["client_id"].clone();
        grant["client_secret"] = app["client_secret"].clone();
        school.request(Method::POST, "/oauth/token").json(&grant)
    };
    for (grant, error) in [
        (
            json!({ "grant_type": "password", "username": ada.name, "password": "chalk and cheese", "scope": "read" }),
            "unsupported_grant_type",
        ),
        (
            json!({ "grant_type": "refresh_token", "refresh_token": ada.token }),
            "unsupported_grant_type",
        ),
        (
            json!({ "grant_type": "client_credentials", "scope": "read push" }),
            "invalid_scope",
        ),
        (json!({}), "invalid_request"),
    ] {
        let refused = ask(grant.clone()).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{grant}");
        let said: Value = refused.json().await.unwrap();
        assert_eq!(said["error"], error, "{grant}");
    }
    for address in [
        "javascript:alert(1)",
        "JavaScript://app.example/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://app.example/x",
        "file:///etc/passwd",
        "http://app.example/back",
        "https://app.example/#x",
        "https://app.example/back javascript:alert(1)",
        "not an address",
    ] {
        let form = [("client_name", "x"), ("redirect_uris", address)];
        let refused = school.request(Method::POST, "/api/v1/apps").form(&form);
        let status = refused.send().await.unwrap().status();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
    }
}

#[tokio::test]
async fn a_token_is_had_for_a_code_and_not_for_a_password_on_sqlite() {
    a_token_is_had_for_a_code_and_not_for_a_password(Sqlite).await;
}

#[tokio::test]
async fn a_token_is_had_for_a_code_and_not_for_a_password_on_postgresql() {
    a_token_is_had_for_a_code_and_not_for_a_password(Postgres).await;
}

async fn somebody_signs_up_by_an_app_and_on_the_page(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let app = register(&school, OUT_OF_BAND).await;
    let grant = json!({ "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": "read write" });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let sign_up = |body: Value| {
        school
            .request(Method::POST, "/api/v1/accounts")
            .bearer_auth(token["access_token"].as_str().unwrap())
            .json(&body)
    };
    let good = json!({ "username": "7ada", "email": "ada@school.example", "password": "chalk and cheese", "agreement": true, "locale": "en" });
    // A person's token does not bring another person.
    let mo = school.teacher("mo");
    let refused = mo.request(Method::POST, "/api/v1/accounts").json(&good);
    assert_eq!(
        refused.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let issued = answer(sign_up(good.clone())).await;
    let own = school.request(Method::GET, "/api/v1/accounts/verify_credentials");
    let own = answer(own.bearer_auth(issued["access_token"].as_str().unwrap())).await;
    assert_eq!(
        (own["username"].as_str(), own["locked"].as_bool()),
        (Some("7ada"), Some(false))
    );

    let refused = sign_up(good).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let said: Value = refused.json().await.unwrap();
    assert_eq!(said["details"]["username"][0]["error"], "ERR_TAKEN");

    let browser = Browser::new(&school);
    let (_, _, page) = browser.page("/sign-up").await;
    let csrf = field(&page, "csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("username", "bo"),
        ("email", "bo@school.example"),
        ("password", "chalk and cheese"),
        ("agreement", "true"),
    ];
    let (status, to, page) = browser.submit("/sign-up", &form).await;
    assert_eq!(
        (status, to.as_str()),
        (StatusCode::SEE_OTHER, "/welcome"),
        "{page}"
    );
    let (_, _, front) = browser.page("/").await;
    assert!(front.contains("@bo"), "signed in at once: {front}");
}

#[tokio::test]
async fn somebody_signs_up_by_an_app_and_on_the_page_on_sqlite() {
    somebody_signs_up_by_an_app_and_on_the_page(Sqlite).await;
}

#[tokio::test]
async fn somebody_signs_up_by_an_app_and_on_the_page_on_postgresql() {
    somebody_signs_up_by_an_app_and_on_the_page(Postgres).await;
}

// On SQLite alone: it is counted in memory.
#[tokio::test]
async fn signing_up_on_the_page_too_often_is_refused() {
    let settings = [("limits.rate_limits", "true")];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let browser = Browser::new(&school);
    let (_, _, page) = browser.page("/sign-up").await;
    let csrf = field(&page, "csrf");
    let mut answers = Vec::new();
    // Twice as many as in one window, in case one ends meanwhile.
    for _ in 0..11 {
        let form = [("csrf", csrf.as_str()), ("username", "bo")];
        let (status, _, page) = browser.submit("/sign-up", &form).await;
        answers.push((status, page));
    }
    let (allowed, refused) = answers.split_at(5);
    assert!(
        allowed
            .iter()
            .all(|(status, _)| *status == StatusCode::UNPROCESSABLE_ENTITY)
    );
    let (_, said) = refused
        .iter()
        .find(|(status, _)| *status == StatusCode::TOO_MANY_REQUESTS)
        .unwrap();
    assert!(said.contains("wait 30 minutes"), "{said}");
}

// On SQLite alone: it is about pages.
#[tokio::test]
async fn a_profile_and_a_post_can_be_read_and_linked_to() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let hostile = "<script>alert(1)</script>";
    let change = json!({ "display_name": hostile, "note": hostile });
    answer(
        ada.request(Method::PATCH, "/api/v1/accounts/update_credentials")
            .json(&change),
    )
    .await;
    let post = ada.publish(json!({ "status": "Read me \"here\"" })).await;
    let url = post["url"].as_str().unwrap();
    assert_eq!(
        url,
        format!("{}/@ada/{}", school.base, post["id"].as_str().unwrap())
    );
    let browser = Browser::new(&school);
    for path in [
        url.strip_prefix(&school.base).unwrap(),
        "/@ada",
        "/",
        "/@ada.atom",
        "/about",
    ] {
        let (status, _, page) = browser.page(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        assert!(!page.contains(hostile), "{path}: {page}");
    }
    let (_, _, page) = browser.page(url.strip_prefix(&school.base).unwrap()).await;
    assert!(
        page.contains("property=\"og:description\" content=\"Read me &#34;here&#34;\""),
        "{page}"
    );
    let answer = school
        .request(Method::GET, "/@ada")
        .header("accept", "application/activity+json")
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.headers()["content-type"],
        "application/activity+json; charset=utf-8"
    );
    let missing = school
        .request(Method::GET, "/@nobody")
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    for path in [
        "/users/ada",
        "/@ada.atom",
        "/settings",
        "/about",
        "/assets/icon.png",
        "/nowhere",
        "/media/aa/bb.png",
        "/api/nowhere",
        "/api/v1/timelines/home",
        "/oauth/userinfo",
    ] {
        let answer = school.request(Method::GET, path).send().await.unwrap();
        let said = answer.headers().get("x-content-type-options");
        assert_eq!(said.unwrap(), "nosniff", "{path}");
    }
    let sensitive = ada
        .publish(json!({ "status": "shh", "sensitive": true }))
        .await;
    let boost = ada
        .post(
            &format!(
                "/api/v1/statuses/{}/reblog",
                sensitive["id"].as_str().unwrap()
            ),
            Value::Null,
        )
        .await;
    let (status, to, _) = browser
        .page(&format!("/@ada/{}", boost["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        (status, to.as_str()),
        (StatusCode::FOUND, sensitive["url"].as_str().unwrap())
    );
    let (status, _, page) = browser.page("/@ada?max_id=x").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Nothing public"), "no page before the first");
    let policy = school.request(Method::GET, "/").send().await.unwrap();
    assert!(
        policy.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
}
