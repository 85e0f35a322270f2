//! What a technician types.

use test_support::Kind::Sqlite;

use crate::harness::{School, out, run};

#[tokio::test]
async fn people_are_looked_after() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let again = school.command(&["user", "create", "ADA", "--email", "other@school.example"]);
    assert!(
        !again.status.success() && out(&again).contains("taken"),
        "{}",
        out(&again)
    );
    assert!(
        school
            .command(&["user", "role", "ada", "moderator"])
            .status
            .success()
    );
    let list = out(&school.command(&["user", "list"]));
    assert!(
        list.contains("ada\tada@school.example\tmoderator\tactive"),
        "{list}"
    );
    assert!(school.command(&["user", "suspend", "ada"]).status.success());
    assert_eq!(ada.status_of("/api/v1/timelines/home").await, 403);
    assert!(
        school
            .command(&["user", "suspend", "ada", "--undo"])
            .status
            .success()
    );
    assert_eq!(ada.status_of("/api/v1/timelines/home").await, 200);
    // A new password ends what the old one began.
    assert!(
        school
            .command(&["user", "password", "ada", "--password", "a new password"])
            .status
            .success()
    );
    assert_eq!(ada.status_of("/api/v1/timelines/home").await, 401);
    assert!(
        !school
            .command(&["user", "approve", "nobody"])
            .status
            .success()
    );
}

#[test]
fn a_new_server_is_set_up_by_flags() {
    let folder = tempfile::tempdir().unwrap();
    let program = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_staffroom"));
        command.current_dir(folder.path());
        command
    };
    let flags = [
        "init",
        "--yes",
        "--public-url",
        "https://school.example",
        "--owner",
        "celia",
        "--email",
        "celia@school.example",
    ];
    let done = program().args(flags).output().unwrap();
    assert!(done.status.success(), "{}", out(&done));
    assert!(out(&done).contains("Password: "));
    let list = program().args(["user", "list"]).output().unwrap();
    assert!(
        out(&list).contains("celia\tcelia@school.example\towner\tactive"),
        "{}",
        out(&list)
    );
    let again = program().args(flags).output().unwrap();
    assert!(
        !again.status.success() && out(&again).contains("exists already"),
        "{}",
        out(&again)
    );
}

#[test]
fn a_wrong_configuration_says_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("staffroom.toml");
    for (text, expected) in [
        ("server.tytle = 'x'", "server.tytle"),
        ("server.listen = 'nowhere'", "server.listen"),
        (
            "server.public_url = 'http://school.example'",
            "federation.allow_http",
        ),
        (
            "[server]\npublic_url = 'https://school.example'\n[server",
            "staffroom.toml",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = run(folder.path(), &["serve"]);
        assert!(
            !refused.status.success() && out(&refused).contains(expected),
            "{text}: {}",
            out(&refused)
        );
    }
    std::fs::write(
        &file,
        "server.public_url = 'https://school.example'\nmail.password = 'hunter2'",
    )
    .unwrap();
    let shown = run(folder.path(), &["config", "show"]);
    assert!(
        shown.status.success() && !out(&shown).contains("hunter2"),
        "{}",
        out(&shown)
    );
    assert!(run(folder.path(), &["config", "check"]).status.success());
}
