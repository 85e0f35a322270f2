//! What `staffroom doctor`, `/readyz` and the metrics say to whoever looks after a server.

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::free_port;

use crate::harness::{School, out};

/// The line about something, without what precedes it.
fn line<'a>(said: &'a str, about: &str) -> &'a str {
    said.lines()
        .find(|line| line.contains(&format!(" {about}: ")))
        .unwrap_or_else(|| panic!("nothing about {about}: {said}"))
}

async fn looks(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    ada.publish(json!({ "status": "all is well" })).await;
    let well = school.command(&["doctor"]);
    let said = out(&well);
    assert!(well.status.success(), "{said}");
    assert!(!said.contains("FAIL") && !said.contains("warn"), "{said}");
    assert!(line(&said, "from outside").starts_with("ok"), "{said}");

    // Nobody answers.
    school.kill();
    let alone = school.command(&["doctor"]);
    let said = out(&alone);
    assert!(alone.status.success(), "a warning is no failure: {said}");
    assert!(line(&said, "from outside").starts_with("warn"), "{said}");

    // The name was changed, which cannot be.
    let elsewhere = school.command(&[
        "doctor",
        "--set",
        "server.public_url=http://localhost:1",
        "--set",
        "mail.host=127.0.0.1",
        "--set",
        "mail.port=1",
        "--set",
        "mail.from=staffroom@school.example",
        "--set",
        "limits.min_free_bytes=1000000000000000",
    ]);
    let said = out(&elsewhere);
    assert_eq!(elsewhere.status.code(), Some(1), "{said}");
    for about in ["name", "mail", "disk"] {
        assert!(line(&said, about).starts_with("FAIL"), "{about}: {said}");
    }
    // And a server does not start under it.
    let refused = school.command(&["serve", "--set", "server.public_url=http://localhost:1"]);
    assert!(
        !refused.status.success() && out(&refused).contains("public_url"),
        "{}",
        out(&refused)
    );
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong_on_sqlite() {
    looks(Sqlite).await;
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong_on_postgresql() {
    looks(Postgres).await;
}

// On SQLite alone: a file is damaged.
#[tokio::test]
async fn a_damaged_database_is_found() {
    let Some(mut school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let (well, _) = school.terminate();
    assert!(well);
    let path = school.database().settings.sqlite_path().unwrap().to_owned();
    // Whoever closes it last puts everything into the one file.
    drop(school.database().connect());
    let mut bytes = std::fs::read(&path).unwrap();
    // Past the first page, so that the file is still known as a database.
    for byte in bytes.iter_mut().skip(4_096).step_by(97) {
        *byte ^= 0x5a;
    }
    std::fs::write(&path, bytes).unwrap();
    let looked = school.command(&["doctor"]);
    assert_eq!(looked.status.code(), Some(1), "{}", out(&looked));
    assert!(line(&out(&looked), "database").starts_with("FAIL"));
}

// On SQLite alone: it is about a file of settings.
#[tokio::test]
async fn a_configuration_that_is_wrong_is_a_finding_too() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let looked = school.command(&["doctor", "--set", "server.tytle=x"]);
    assert_eq!(looked.status.code(), Some(1));
    assert!(
        line(&out(&looked), "configuration").starts_with("FAIL"),
        "{}",
        out(&looked)
    );
}

async fn ready(school: &School) -> (StatusCode, String) {
    let asked = school.request(Method::GET, "/readyz").send().await.unwrap();
    (asked.status(), asked.text().await.unwrap())
}

// On SQLite alone: it is about a disk.
#[tokio::test]
async fn a_disk_with_too_little_room_is_a_reason_not_to_be_asked() {
    let least = storage::disk::free(&std::env::temp_dir()).unwrap() / 2;
    let least = least.to_string();
    let settings = [("limits.min_free_bytes", least.as_str())];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let (status, said) = ready(&school).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        said.starts_with("degraded\n") && said.contains("MiB are left"),
        "{said}"
    );
}

// On SQLite alone: `storage` measures queues on both.
#[tokio::test]
async fn late_work_is_told() {
    let Some(mut school) = School::open(Sqlite).await else {
        return;
    };
    assert_eq!(ready(&school).await, (StatusCode::OK, "ok".to_owned()));
    school.terminate();
    let mut conn = school.database().connect();
    let now = chrono::Utc::now().naive_utc();
    let job = storage::jobs::Job {
        id: domain::JobId(1),
        payload: "{}".to_owned(),
        run_at: now - chrono::TimeDelta::minutes(30),
        leased_until: None,
        attempts: 0,
        failed_at: None,
        error: None,
        created_at: now - chrono::TimeDelta::minutes(30),
        in_order: false,
    };
    storage::jobs::insert(&mut conn, job).unwrap();
    let doctor = out(&school.command(&["doctor"]));
    assert!(line(&doctor, "waiting").starts_with("warn"), "{doctor}");
}

// On SQLite alone: `storage` measures queues on both.
#[tokio::test]
async fn the_queues_are_measured() {
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let settings = [("metrics.listen", format!("\"{address}\""))];
    let settings = settings
        .each_ref()
        .map(|(key, value)| (*key, value.as_str()));
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    school.teacher("ada");
    let shown = school
        .http
        .get(format!("http://{address}/metrics"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for queue in ["jobs", "inbox", "deliveries"] {
        for name in ["waiting", "oldest_seconds", "due_seconds", "given_up"] {
            let line = format!("staffroom_queue_{name}{{queue=\"{queue}\"}}");
            assert!(shown.contains(&line), "{line}: {shown}");
        }
    }
    let elsewhere = school
        .request(Method::GET, "/metrics")
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), 404);
}
