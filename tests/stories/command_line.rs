//! What a technician types.

use test_support::Kind::{self, Postgres, Sqlite};

use crate::decisions::{STRIKES, signed_in};
use crate::harness::{School, out, run};

async fn people_are_looked_after(kind: Kind) {
    let Some(school) = School::open(kind).await else {
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
    // It is noted, and whoever it is about can read it.
    let log = out(&school.command(&["report", "log"]));
    for action in ["make moderator", "suspend", "lift suspend"] {
        let line = format!("command line\t{action}\t@ada");
        assert!(log.contains(&line), "{log}");
    }
    let browser = signed_in(&school, "ada").await;
    let (_, _, page) = browser.page(STRIKES).await;
    assert!(page.contains("The account was suspended"), "{page}");
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

#[tokio::test]
async fn people_are_looked_after_on_sqlite() {
    people_are_looked_after(Sqlite).await;
}

#[tokio::test]
async fn people_are_looked_after_on_postgresql() {
    people_are_looked_after(Postgres).await;
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

fn init(folder: &std::path::Path, flags: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_staffroom"))
        .current_dir(folder)
        .args(["init", "--yes"])
        .args(flags)
        .output()
        .unwrap()
}

#[test]
fn a_set_up_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let good = [
        ("--public-url", "https://school.example"),
        ("--owner", "celia"),
        ("--email", "celia@school.example"),
        ("--password", "chalk and cheese"),
        ("--database-url", "sqlite:data/staffroom.db"),
    ];
    for (flag, bad, expected) in [
        ("--public-url", "ftp://school.example", "server.public_url"),
        ("--public-url", "http://school.org", "must be https"),
        ("--owner", "Celia M.", "Username"),
        ("--email", "nobody", "E-mail"),
        ("--password", "short", "Password"),
        ("--database-url", "sqlite:", "database.url"),
        (
            "--database-url",
            "postgres://nobody@127.0.0.1:1/none",
            "database.url",
        ),
    ] {
        let flags: Vec<&str> = good
            .iter()
            .flat_map(|(name, value)| [*name, if *name == flag { bad } else { *value }])
            .collect();
        let refused = init(folder.path(), &flags);
        assert!(
            refused.status.code() == Some(1) && out(&refused).contains(expected),
            "{flag} {bad}: {}",
            out(&refused)
        );
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{flag} {bad}: {left:?}");
    }
    let flags: Vec<&str> = good
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    assert!(init(folder.path(), &flags).status.success());
    // Somebody of that name is there: what was there before stays.
    std::fs::remove_file(folder.path().join("staffroom.toml")).unwrap();
    let again = init(folder.path(), &flags);
    assert!(
        !again.status.success() && out(&again).contains("taken"),
        "{}",
        out(&again)
    );
    assert!(folder.path().join("data/staffroom.db").exists());
    assert!(!folder.path().join("staffroom.toml").exists());
}

#[test]
fn a_trial_server_is_set_up_with_its_switches() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [
        "--public-url",
        "http://localhost:3456",
        "--owner",
        "celia",
        "--email",
        "celia@school.example",
    ];
    let done = init(folder.path(), &flags);
    assert!(
        done.status.success() && out(&done).contains("federation.allow_loopback"),
        "{}",
        out(&done)
    );
    let shown = out(&run(folder.path(), &["config", "show"]));
    for line in [
        "listen = \"127.0.0.1:3456\"",
        "allow_loopback = true",
        "allow_http = true",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(run(folder.path(), &["config", "check"]).status.success());
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn confirmation_is_asked_for_only_where_mail_is_set() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let create = |name: &str, more: &[&str]| {
        let email = format!("{name}@school.example");
        let mut arguments = vec!["user", "create", name, "--email", &email];
        arguments.extend(more);
        let made = school.command(&arguments);
        assert!(made.status.success(), "{}", out(&made));
        out(&made)
    };
    let list = || out(&school.command(&["user", "list"]));
    assert!(create("ada", &[]).contains("ada can sign in with the password "));
    assert!(list().contains("ada@school.example\tuser\tactive"));

    let mail = [
        "--set",
        "mail.host=127.0.0.1",
        "--set",
        "mail.from=staffroom@school.example",
    ];
    assert!(create("bob", &mail).contains("staffroom user confirm bob"));
    assert!(list().contains("bob@school.example\tuser\tunconfirmed"));
    let confirmed = out(&school.command(&["user", "confirm", "bob"]));
    assert!(confirmed.contains("bob is confirmed"), "{confirmed}");
    assert!(list().contains("bob@school.example\tuser\tactive"));

    for (arguments, said) in [
        (&["user", "approve", "bob"][..], "bob is approved"),
        (
            &["user", "role", "bob", "moderator"],
            "bob is moderator now",
        ),
        (&["user", "suspend", "bob"], "bob is suspended"),
        (&["user", "unsuspend", "bob"], "bob is no longer suspended"),
    ] {
        let done = school.command(arguments);
        assert!(
            done.status.success() && out(&done).contains(said),
            "{}",
            out(&done)
        );
    }
    let nobody = school.command(&["user", "unsuspend", "nobody"]);
    assert_eq!(nobody.status.code(), Some(1), "{}", out(&nobody));
}
