//! What a technician writes into the configuration, and what the program says about it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use test_support::Kind::Sqlite;
use test_support::free_port;

use crate::harness::{School, out, program, run};

fn write(folder: &Path, text: &str) {
    std::fs::write(folder.join("staffroom.toml"), text).unwrap();
}

/// Runs `serve` or `config check`, which must refuse, and answers what it said.
fn refused(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    out(&output)
}

#[test]
fn what_serve_refuses_is_refused_by_the_check_too() {
    let folder = tempfile::tempdir().unwrap();
    for (line, expected) in [
        (
            "server.tytle = 'x'",
            "staffroom.toml: server.tytle: there is no such key; did you mean server.title?",
        ),
        (
            "server.listen = 'nowhere'",
            "staffroom.toml: server.listen: ",
        ),
        (
            "server.source_url = 'ftp://source.example/'",
            "staffroom.toml: server.source_url: ",
        ),
        (
            "logging.filter = 'shout'",
            "staffroom.toml: logging.filter: ",
        ),
        (
            "federation.extra_ca_file = 'missing.pem'",
            "staffroom.toml: federation.extra_ca_file: ",
        ),
        (
            "federation.extra_ca_file = 'staffroom.toml'",
            "staffroom.toml: federation.extra_ca_file: ",
        ),
        (
            "mail.host = 'mail.example'\nmail.from = 'nobody'",
            "staffroom.toml: mail.from: ",
        ),
        (
            "media.folder = 'staffroom.toml/media'",
            "staffroom.toml: media.folder: ",
        ),
        ("database.url = 'sqlite:'", "staffroom.toml: database.url: "),
        (
            "database.url = 'sqlite:staffroom.toml/x/y.db'",
            "staffroom.toml: database.url: ",
        ),
        (
            "database.url = 'mysql://x'",
            "staffroom.toml: database.url: ",
        ),
        (
            "database.readers = 0",
            "staffroom.toml: database.readers: must lie between 1 and 256",
        ),
        (
            "media.max_image_bytes = 0",
            "staffroom.toml: media.max_image_bytes: must lie",
        ),
        (
            "federation.give_up_after_days = 0",
            "staffroom.toml: federation.give_up_after_days: must lie",
        ),
        (
            "media.scan_command = ['clamscan']",
            "staffroom.toml: media.scan_command: must begin with the whole path of a program",
        ),
        (
            "media.store = 's3'",
            "staffroom.toml: media.s3.bucket: is needed",
        ),
        (
            "statuses.detected_languages = ['en', 'xx']",
            "staffroom.toml: statuses.detected_languages: \"xx\" is no code",
        ),
        (
            "translation.libretranslate_url = 'ftp://translate.example'",
            "staffroom.toml: translation.libretranslate_url: must be an address",
        ),
        ("mail.port = 0", "staffroom.toml: mail.port: must lie"),
        ("server.title = 'a", "staffroom.toml, line 2: "),
    ] {
        write(
            folder.path(),
            &format!("server.public_url = 'https://school.example'\n{line}"),
        );
        for command in [&["serve"][..], &["config", "check"]] {
            let said = refused(program(folder.path()).args(command));
            assert!(said.contains(expected), "{line}: {said}");
        }
    }
    for (switch, url) in [
        ("allow_loopback", "https://school.org"),
        ("allow_http", "https://school.org"),
        ("allow_http", "http://school.org"),
    ] {
        write(
            folder.path(),
            &format!("server.public_url = '{url}'\nfederation.{switch} = true"),
        );
        let said = refused(program(folder.path()).args(["config", "check"]));
        assert!(said.contains(&format!("federation.{switch}: ")), "{said}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[test]
fn each_layer_is_blamed_for_its_own_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "server.public_url = 'https://school.example'",
    );
    for (name, value, expected) in [
        (
            "STAFFROOM_SERVER__TYTLE",
            "x",
            "STAFFROOM_SERVER__TYTLE: server.tytle: there is no such key; did you mean STAFFROOM_SERVER__TITLE?",
        ),
        (
            "STAFFROOM_DATABASE__READERS",
            "1000",
            "STAFFROOM_DATABASE__READERS: database.readers: must lie",
        ),
        (
            "STAFFROOM_FEDERATION__ALLOW_LOOPBACK",
            "perhaps",
            "STAFFROOM_FEDERATION__ALLOW_LOOPBACK: federation.allow_loopback: expected true or false",
        ),
    ] {
        let said = refused(program(folder.path()).args(["serve"]).env(name, value));
        assert!(said.contains(expected), "{said}");
    }
    let said = refused(program(folder.path()).args(["serve", "--set", "mail.port=0"]));
    assert!(said.contains("--set: mail.port: must lie"), "{said}");
    let usage = run(folder.path(), &["user", "fly"]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn text_stays_text_and_passwords_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "server.public_url = 'https://school.example'",
    );
    let shown = program(folder.path())
        .args(["config", "show", "--set", "server.description=5"])
        .env("STAFFROOM_MAIL__PASSWORD", "0012345678")
        .env("STAFFROOM_SERVER__TITLE", "2024")
        .env(
            "STAFFROOM_DATABASE__URL",
            "postgres://staff:hunter2@db.example/room?sslmode=require&sslpassword=hunter3",
        )
        .output()
        .unwrap();
    let text = out(&shown);
    assert!(shown.status.success(), "{text}");
    for line in [
        "title = \"2024\"",
        "description = \"5\"",
        "password = \"***\"",
        "url = \"postgres://staff:***@db.example/room?sslmode=require&sslpassword=***\"",
        "extra_ca_file = \"\"",
        "listen = \"\"",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    for secret in ["12345678", "hunter"] {
        assert!(!text.contains(secret), "{text}");
    }
    let said = refused(program(folder.path()).args(["config", "check"]).env(
        "STAFFROOM_DATABASE__URL",
        "postgres://staff:pass/hunter2@127.0.0.1:1/room",
    ));
    assert!(!said.contains("hunter2"), "{said}");
}

// On SQLite alone: one server at a time has a file.
#[tokio::test]
async fn data_belongs_to_one_address_and_one_server() {
    let Some(mut school) = School::open(Sqlite).await else {
        return;
    };
    // While it serves, other commands work and a second server does not.
    assert!(school.command(&["user", "list"]).status.success());
    let second = school.command(&["serve", "--set", "server.listen=127.0.0.1:0"]);
    assert!(
        !second.status.success() && out(&second).contains("database.url: another server uses"),
        "{}",
        out(&second)
    );
    let nobody = school.command(&["config", "check", "--set", "server.contact_account=nobody"]);
    assert!(
        nobody.status.success() && out(&nobody).contains("server.contact_account: nobody here"),
        "{}",
        out(&nobody)
    );
    school.kill();
    for command in [&["serve"][..], &["user", "list"], &["config", "check"]] {
        let mut arguments = command.to_vec();
        arguments.extend(["--set", "server.public_url=http://localhost:9"]);
        let moved = school.command(&arguments);
        assert!(
            !moved.status.success()
                && out(&moved).contains(
                    "--set: server.public_url: is http://localhost:9, but this database belongs to"
                ),
            "{}",
            out(&moved)
        );
    }
    school.start().await;
}

// On SQLite alone: it is about figures of requests.
#[tokio::test]
async fn figures_have_bounded_labels() {
    let port = free_port();
    let listen = format!("\"127.0.0.1:{port}\"");
    let Some(school) = School::open_with(Sqlite, &[("metrics.listen", &listen)]).await else {
        return;
    };
    for path in [
        "/api/v1/accounts/1",
        "/api/v1/accounts/2",
        "/api/v1/nonsense/17",
        "/nonsense-18",
        "/api/v2/instance/",
    ] {
        school
            .request(reqwest::Method::GET, path)
            .send()
            .await
            .unwrap();
    }
    let made_up = reqwest::Method::from_bytes(b"FROBNICATE").unwrap();
    school.request(made_up, "/livez").send().await.unwrap();
    let figures = school
        .http
        .get(format!("http://127.0.0.1:{port}/metrics"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for expected in [
        "staffroom_http_requests_total{route=\"/api/v1/accounts/{id}\",method=\"GET\",status=\"4xx\"} 2",
        "staffroom_http_requests_total{route=\"/api/v2/instance\",method=\"GET\",status=\"2xx\"} 1",
        "staffroom_http_request_duration_seconds_bucket{route=\"/api/v2/instance\",method=\"GET\",status=\"2xx\",le=\"5\"} 1",
        "method=\"other\"",
        "staffroom_uptime_seconds ",
        "process_resident_memory_bytes ",
    ] {
        assert!(figures.contains(expected), "{expected}: {figures}");
    }
    for unbounded in ["nonsense", "FROBNICATE", "accounts/1"] {
        assert!(!figures.contains(unbounded), "{figures}");
    }
}

#[test]
fn what_is_made_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("sh")
        .args([
            "-c",
            "umask 022; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_staffroom"),
        ])
        .args(["init", "--yes", "--public-url", "https://school.example"])
        .args(["--owner", "celia", "--email", "celia@school.example"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", out(&done));
    for (name, mode) in [
        ("staffroom.toml", 0o600),
        ("data", 0o700),
        ("data/staffroom.db", 0o600),
    ] {
        let found = std::fs::metadata(folder.path().join(name)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, mode, "{name}");
    }
}

#[test]
fn systemd_is_told_and_a_log_in_a_file_has_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let socket = std::os::unix::net::UnixDatagram::bind(folder.path().join("notify")).unwrap();
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(60)))
        .unwrap();
    let told = || {
        let mut text = [0; 100];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).trim().to_owned()
    };
    write(
        folder.path(),
        "server.public_url = 'https://school.example'",
    );
    let mut serving = program(folder.path())
        .args(["serve", "--set", "server.listen=127.0.0.1:0"])
        .args(["--set", "server.contact_account=nobody"])
        .env("NOTIFY_SOCKET", folder.path().join("notify"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(told(), "READY=1");
    Command::new("kill")
        .arg(serving.id().to_string())
        .status()
        .unwrap();
    assert_eq!(told(), "STOPPING=1");
    assert!(serving.wait().unwrap().success());
    let mut log = String::new();
    std::io::Read::read_to_string(&mut serving.stderr.take().unwrap(), &mut log).unwrap();
    assert!(
        log.contains("listening") && !log.contains('\u{1b}'),
        "{log}"
    );
    assert!(
        log.contains("--set: server.contact_account: nobody here has this name"),
        "{log}"
    );
}

#[test]
fn an_answer_that_could_not_be_written_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let ended = program(folder.path())
        .args(["config", "example"])
        .stdout(full.unwrap())
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(out(&ended).contains("written whole"), "{}", out(&ended));
}

#[test]
fn the_wizard_says_how_an_address_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(
        folder.path(),
        &["init", "--yes", "--public-url", "school.example"],
    );
    assert_eq!(ended.status.code(), Some(2));
    let said = out(&ended);
    assert!(said.contains("written as https://school.example"), "{said}");
}
