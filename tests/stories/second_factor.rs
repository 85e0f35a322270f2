//! A code of the phone after the password.

use std::time::{SystemTime, UNIX_EPOCH};

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use reqwest::StatusCode;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, out};
use crate::sign_in::{Browser, field};

const PASSWORD: &str = "chalk and cheese";
const HERE: &str = "/settings/two-factor";
const BAD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn base32(text: &str) -> Vec<u8> {
    let bits: String = text
        .bytes()
        .map(|byte| {
            let place = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter();
            format!("{:05b}", place.take_while(|known| **known != byte).count())
        })
        .collect();
    let whole = bits.len() / 8;
    (0..whole)
        .map(|place| u8::from_str_radix(&bits[place * 8..place * 8 + 8], 2).unwrap())
        .collect()
}

/// The half minute, from 1970.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        / 30
}

/// What the phone shows in that half minute: RFC 6238.
fn code(secret: &str, step: u64) -> String {
    let key = PKey::hmac(&base32(secret)).unwrap();
    let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
    let mac = signer.sign_oneshot_to_vec(&step.to_be_bytes()).unwrap();
    let from = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes(mac[from..from + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn set(browser: &Browser, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
    let (_, _, page) = browser.page(HERE).await;
    let csrf = field(&page, "csrf");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    browser.submit(HERE, &form).await
}

fn between<'a>(page: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let parts = page.split(from).skip(1);
    parts.map(|part| part.split(to).next().unwrap()).collect()
}

/// A browser whose password was right.
async fn before_the_code(school: &School) -> Browser {
    let browser = Browser::new(school);
    let (status, to, page) = browser.sign_in("ada", PASSWORD, "/settings").await;
    assert_eq!(
        (status, &*to),
        (StatusCode::SEE_OTHER, "/sign-in/code?return_to=%2Fsettings"),
        "{page}"
    );
    assert_eq!(browser.page("/settings").await.0, StatusCode::SEE_OTHER);
    browser
}

async fn answer(browser: &Browser, code: &str) -> (StatusCode, String, String) {
    let (_, _, page) = browser.page("/sign-in/code?return_to=/settings").await;
    let form = [
        ("csrf", &*field(&page, "csrf")),
        ("code", code),
        ("return_to", &*field(&page, "return_to")),
    ];
    browser.submit("/sign-in/code", &form).await
}

/// Sets it up for Ada: her secret and her recovery codes.
async fn set_up(browser: &Browser) -> (String, Vec<String>) {
    let (status, _, page) = set(browser, &[("deed", "begin"), ("password", PASSWORD)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, _, page) = browser.page(HERE).await;
    let secret = between(&page, "<code class=\"code\" id=\"secret\">", "</code>")[0].to_owned();
    assert!(page.contains("<svg class=\"qr\""), "{page}");
    assert!(page.contains(&format!("secret={secret}")), "{page}");
    let first = code(&secret, now() - 1);
    let (status, _, page) = set(browser, &[("deed", "confirm"), ("code", &first)]).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let codes = between(&page, "<li><code>", "</code>");
    assert_eq!(codes.len(), 10, "{page}");
    (secret, codes.into_iter().map(str::to_owned).collect())
}

async fn a_code_is_asked_for(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    school.teacher("ada");
    let inside = Browser::new(&school);
    let (status, to, _) = inside.page(HERE).await;
    assert_eq!(
        (status, &*to),
        (
            StatusCode::SEE_OTHER,
            "/sign-in?return_to=/settings/two-factor"
        )
    );
    inside.sign_in("ada", PASSWORD, "/").await;
    let forged = [
        ("csrf", "forged"),
        ("deed", "begin"),
        ("password", PASSWORD),
    ];
    let (status, _, _) = inside.submit(HERE, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let guess = [("deed", "begin"), ("password", "guess")];
    assert_eq!(set(&inside, &guess).await.0, BAD);
    let early = [("deed", "confirm"), ("code", "000000")];
    assert_eq!(set(&inside, &early).await.0, BAD, "nothing was begun");

    let begin = [("deed", "begin"), ("password", PASSWORD)];
    assert_eq!(set(&inside, &begin).await.0, StatusCode::SEE_OTHER);
    let wrong = [("deed", "confirm"), ("code", "0000000")];
    assert_eq!(set(&inside, &wrong).await.0, BAD);
    // As long as it is not confirmed, nobody is asked for a code.
    let (_, to, _) = Browser::new(&school).sign_in("ada", PASSWORD, "/").await;
    assert_eq!(to, "/");

    let (secret, codes) = set_up(&inside).await;
    let (_, _, page) = inside.page(HERE).await;
    assert!(!page.contains(&secret), "it is never shown again");
    assert_eq!(set(&inside, &begin).await.0, BAD, "it is on already");

    // Without the password there is no place for a code.
    let stranger = Browser::new(&school);
    let (status, to, _) = stranger.page("/sign-in/code").await;
    assert_eq!((status, &*to), (StatusCode::SEE_OTHER, "/sign-in"));

    let browser = before_the_code(&school).await;
    let forged = [("csrf", "forged"), ("code", &*codes[9])];
    let (status, _, _) = browser.submit("/sign-in/code", &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    for wrong in [
        "0000000",
        "",
        "abcd-abcd-abcd-abcd",
        &code(&secret, now() - 5),
    ] {
        assert_eq!(answer(&browser, wrong).await.0, BAD, "{wrong}");
    }
    let good = code(&secret, now());
    let (status, to, page) = answer(&browser, &good).await;
    assert_eq!(
        (status, &*to),
        (StatusCode::SEE_OTHER, "/settings"),
        "{page}"
    );
    assert_eq!(browser.page("/settings").await.0, StatusCode::OK);

    // Seen over a shoulder, it is of no use; nor is one of an earlier half minute.
    let other = before_the_code(&school).await;
    assert_eq!(answer(&other, &good).await.0, BAD);
    // A recovery code is good once, however it is written.
    let spaced = codes[0].to_uppercase().replace('-', " ");
    assert_eq!(answer(&other, &spaced).await.0, StatusCode::SEE_OTHER);
    let other = before_the_code(&school).await;
    assert_eq!(answer(&other, &codes[0]).await.0, BAD);
    // Too late, the password is asked for once more.
    test_support::end_links(&mut school.database().connect());
    let (status, to, _) = answer(&other, &codes[1]).await;
    assert_eq!((status, &*to), (StatusCode::SEE_OTHER, "/sign-in"));

    // New recovery codes end the old ones.
    let (_, _, page) = inside.page(HERE).await;
    assert!(page.contains("9 recovery codes"), "{page}");
    assert_eq!(
        set(&inside, &[("deed", "renew"), ("password", "guess")])
            .await
            .0,
        BAD
    );
    let (_, _, page) = set(&inside, &[("deed", "renew"), ("password", PASSWORD)]).await;
    let renewed = between(&page, "<li><code>", "</code>");
    let other = before_the_code(&school).await;
    assert_eq!(answer(&other, &codes[1]).await.0, BAD);
    assert_eq!(answer(&other, renewed[0]).await.0, StatusCode::SEE_OTHER);

    // Off again, with the password.
    let off = |password: &'static str| [("deed", "off"), ("password", password)];
    assert_eq!(set(&inside, &off("guess")).await.0, BAD);
    assert_eq!(set(&inside, &off(PASSWORD)).await.0, StatusCode::SEE_OTHER);
    let (_, to, _) = Browser::new(&school).sign_in("ada", PASSWORD, "/").await;
    assert_eq!(to, "/");
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_on_sqlite() {
    a_code_is_asked_for(Sqlite).await;
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_on_postgresql() {
    a_code_is_asked_for(Postgres).await;
}

// On SQLite alone: `service` counts guesses on both.
#[tokio::test]
async fn codes_are_not_guessed_and_a_lost_phone_is_helped() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let inside = Browser::new(&school);
    inside.sign_in("ada", PASSWORD, "/").await;
    let (_, codes) = set_up(&inside).await;
    let browser = before_the_code(&school).await;
    for _ in 0..10 {
        assert_eq!(answer(&browser, "0000000").await.0, BAD);
    }
    // Not even a right one is looked at any more.
    let (status, _, _) = answer(&browser, &codes[0]).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);

    let lift = ["user", "lift-second-factor", "ada"];
    let lifted = school.command(&lift);
    assert!(lifted.status.success(), "{}", out(&lifted));
    let (_, to, _) = Browser::new(&school).sign_in("ada", PASSWORD, "/").await;
    assert_eq!(to, "/");
    let again = out(&school.command(&lift));
    assert!(again.contains("no second factor"), "{again}");
    let nobody = school.command(&["user", "lift-second-factor", "nobody"]);
    assert!(!nobody.status.success());
}
