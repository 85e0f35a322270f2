//! An address is confirmed by a link in a letter, which a real mail server takes.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::signs_up;
use crate::authorised_fetch::follows;
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, answer, eventually};
use crate::sign_in::{Browser, field};

/// A mail server that takes everything; RFC 5321 as far as one letter needs it.
pub fn letterbox() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (letters, taken) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let letters = letters.clone();
            std::thread::spawn(move || take(stream.unwrap(), &letters));
        }
    });
    (port, taken)
}

/// One conversation.
fn take(mut stream: TcpStream, letters: &Sender<String>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    stream.write_all(b"220 letterbox.example\r\n").unwrap();
    while let Some(Ok(line)) = lines.next() {
        let word = line.split(' ').next().unwrap().to_uppercase();
        let reply: &[u8] = match word.as_str() {
            "DATA" => {
                stream.write_all(b"354 go on\r\n").unwrap();
                let letter: Vec<String> = lines
                    .by_ref()
                    .map(Result::unwrap)
                    .take_while(|line| line != ".")
                    .collect();
                letters.send(letter.join("\n")).unwrap();
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 letterbox.example\r\n",
        };
        if stream.write_all(reply).is_err() {
            break;
        }
    }
}

/// What a school is told so that it sends letters there.
fn with_letters(port: &str) -> [(&'static str, &str); 5] {
    [
        ("mail.host", "\"127.0.0.1\""),
        ("mail.port", port),
        ("mail.encryption", "\"none\""),
        ("mail.from", "\"Staffroom <staffroom@school.example>\""),
        ("registrations.confirm_email", "true"),
    ]
}

/// The letter's text, its lines put together again where quoted-printable cut them.
pub fn text(letter: &str) -> String {
    letter.replace("=\n", "").replace("=3D", "=")
}

async fn a_link_in_a_letter_opens_the_door_once(kind: Kind) {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let Some(school) = School::open_with(kind, &with_letters(&port)).await else {
        return;
    };
    let app = answer(school.request(Method::POST, "/api/v1/apps").json(&json!({
        "client_name": "An app", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write" })))
    .await;
    let grant = json!({ "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": "read write" });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let form = json!({ "username": "ada", "email": "ada@school.example", "password": "chalk and cheese",
        "agreement": true, "locale": "en" });
    let sign_up = school
        .request(Method::POST, "/api/v1/accounts")
        .bearer_auth(token["access_token"].as_str().unwrap());
    let issued = answer(sign_up.json(&form)).await;
    let own = || {
        school
            .request(Method::GET, "/api/v1/accounts/verify_credentials")
            .bearer_auth(issued["access_token"].as_str().unwrap())
            .send()
    };
    assert_eq!(own().await.unwrap().status(), StatusCode::FORBIDDEN);
    let is_confirmed = || {
        let asked = school.request(Method::GET, "/api/v1/emails/check_confirmation");
        answer(asked.bearer_auth(issued["access_token"].as_str().unwrap()))
    };
    assert_eq!(is_confirmed().await, false);

    let letter = text(&letters.recv_timeout(Duration::from_secs(20)).unwrap());
    assert!(letter.contains("To: ada@school.example"), "{letter}");
    let link = letter
        .lines()
        .find(|line| line.starts_with(&school.base))
        .unwrap_or_else(|| panic!("{letter}"));
    let path = link.strip_prefix(&school.base).unwrap();
    let browser = Browser::new(&school);
    assert_eq!(
        browser.page("/confirm?token=made-up").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(browser.page(path).await.0, StatusCode::OK);
    assert_eq!(own().await.unwrap().status(), StatusCode::OK);
    assert_eq!(is_confirmed().await, true);
    assert_eq!(browser.page(path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_in_a_letter_opens_the_door_once_on_sqlite() {
    a_link_in_a_letter_opens_the_door_once(Sqlite).await;
}

#[tokio::test]
async fn a_link_in_a_letter_opens_the_door_once_on_postgresql() {
    a_link_in_a_letter_opens_the_door_once(Postgres).await;
}

// On SQLite alone: it is about letters.
#[tokio::test]
async fn a_newcomer_who_mistyped_their_address_has_the_letter_sent_again() {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let school = School::open_with(Sqlite, &with_letters(&port))
        .await
        .unwrap();
    let bo = school.teacher("bo");
    let app = answer(school.request(Method::POST, "/api/v1/apps").json(&json!({
        "client_name": "An app", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write" })))
    .await;
    let grant = json!({ "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": "read write" });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let form = json!({ "username": "ada", "email": "adda@school.example", "password": "chalk and cheese",
        "agreement": true, "locale": "en" });
    let sign_up = school
        .request(Method::POST, "/api/v1/accounts")
        .bearer_auth(token["access_token"].as_str().unwrap());
    let issued = answer(sign_up.json(&form)).await;
    let ada = issued["access_token"].as_str().unwrap();
    let again = |token: &str, body: Value| {
        let path = "/api/v1/emails/confirmations";
        let asked = school.request(Method::POST, path).bearer_auth(token);
        let asked = asked.json(&body).send();
        async { asked.await.unwrap().status() }
    };
    let link = |letter: &str| {
        let line = letter.lines().find(|line| line.starts_with(&school.base));
        let path = line.unwrap_or_else(|| panic!("{letter}"));
        path.strip_prefix(&school.base).unwrap().to_owned()
    };
    let next = || text(&letters.recv_timeout(Duration::from_secs(20)).unwrap());
    let first = link(&next());

    assert_eq!(again(ada, json!({})).await, StatusCode::OK);
    let second = next();
    assert!(second.contains("To: adda@school.example"), "{second}");
    for wrong in ["nobody", "bo@school.example"] {
        let refused = again(ada, json!({ "email": wrong })).await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let right = json!({ "email": "ada@school.example" });
    assert_eq!(again(ada, right).await, StatusCode::OK);
    let third = next();
    assert!(third.contains("To: ada@school.example"), "{third}");

    // What was sent to the other address proves nothing of this one.
    let browser = Browser::new(&school);
    for old in [first, link(&second)] {
        assert_eq!(browser.page(&old).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(browser.page(&link(&third)).await.0, StatusCode::OK);
    assert_eq!(again(ada, json!({})).await, StatusCode::FORBIDDEN);
    assert_eq!(again(&bo.token, json!({})).await, StatusCode::FORBIDDEN);
}

// On SQLite alone: it is about letters.
#[tokio::test]
async fn nobody_is_buried_under_letters_that_others_have_sent() {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let school = School::open_with(Sqlite, &with_letters(&port))
        .await
        .unwrap();
    let abe = school.person("abe", "admin", "read write admin:read admin:write");
    abe.post(
        "/api/v1/admin/email_domain_blocks",
        json!({ "domain": "throwaway.example" }),
    )
    .await;
    let (status, issued) = signs_up(&school, "ada", "cy@school.example", "127.0.0.1").await;
    assert_eq!(status, StatusCode::OK, "{issued}");

    // With a right password the letter to confirm the address is sent again, five times in an hour.
    let browser = Browser::new(&school);
    for _ in 0..8 {
        let (status, _, page) = browser.sign_in("ada", "chalk and cheese", "/").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    }
    let again = async |body: Value| {
        let path = "/api/v1/emails/confirmations";
        let asked = school.request(Method::POST, path);
        let asked = asked.bearer_auth(issued["access_token"].as_str().unwrap());
        asked.json(&body).send().await.unwrap().status()
    };
    assert_eq!(again(json!({})).await, StatusCode::TOO_MANY_REQUESTS);
    // Nobody comes round a blocked host by changing their mind.
    let blocked = json!({ "email": "ada@throwaway.example" });
    assert_eq!(again(blocked).await, StatusCode::UNPROCESSABLE_ENTITY);

    // Who has an account has letters sent to new addresses of theirs, five in an hour too.
    school.teacher("bo");
    let browser = Browser::new(&school);
    browser.sign_in("bo", "chalk and cheese", "/").await;
    let (_, _, page) = browser.page("/settings/account").await;
    let csrf = field(&page, "csrf");
    let mut answers = Vec::new();
    for number in 0..6 {
        let email = format!("bo{number}@school.example");
        let form = [
            ("csrf", csrf.as_str()),
            ("password", "chalk and cheese"),
            ("email", email.as_str()),
            ("deed", "email"),
        ];
        answers.push(browser.submit("/settings/account", &form).await.0);
    }
    assert_eq!(answers[..5], [StatusCode::OK; 5]);
    assert_eq!(answers[5], StatusCode::TOO_MANY_REQUESTS);

    // The first one was for signing up.
    let next = |_| letters.recv_timeout(Duration::from_secs(20)).unwrap();
    let sent: Vec<String> = (0..11).map(next).collect();
    let to_cy = |letter: &&String| letter.contains("To: cy@school.example");
    assert_eq!(sent.iter().filter(to_cy).count(), 6);
}

/// A mail server that takes a call and says nothing, as behind a firewall, keeps letters back and nothing else.
// On SQLite alone: it is about letters.
#[tokio::test]
async fn what_one_posts_does_not_wait_for_a_mail_server_that_is_silent() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    let settings = [
        ("mail.host", "\"127.0.0.1\""),
        ("mail.port", port.as_str()),
        ("mail.encryption", "\"none\""),
        ("mail.from", "\"Staffroom <staffroom@school.example>\""),
    ];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    school.person("mia", "moderator", "read");
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
    let reported = account_id(&ada, &format!("mo@{}", there.host)).await;
    ada.post("/api/v1/reports", json!({ "account_id": reported }))
        .await;
    // The letter to the moderator is on its way for as long as nobody hangs up.
    silent.set_nonblocking(true).unwrap();
    let (call, _) = eventually("a letter to be on its way", async || silent.accept().ok()).await;
    ada.publish(json!({ "status": "in time" })).await;
    let is_it = |activity: &Value| activity.to_string().contains("in time");
    there.receives("the post", is_it).await;
    // As long as nobody hangs up there is nothing to read.
    call.set_nonblocking(true).unwrap();
    assert!(call.peek(&mut [0]).is_err(), "it waited for a letter");
}
