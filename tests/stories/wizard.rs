//! `staffroom init`, answered by somebody at a terminal.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::harness::{out, run};

const TYPIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/terminal/type.py");

/// Answers questions, each told by a part of its words.
fn converse(folder: &Path, answers: &[(&str, &str)]) -> Output {
    let mut command = Command::new("python3");
    command
        .arg(TYPIST)
        .arg(folder)
        .arg(json!(answers).to_string());
    command.args([env!("CARGO_BIN_EXE_staffroom"), "init"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STAFFROOM_")) {
        command.env_remove(name);
    }
    command.env("TERM", "xterm").output().unwrap()
}

#[test]
fn a_new_server_is_set_up_by_answering() {
    let folder = tempfile::tempdir().unwrap();
    let done = converse(
        folder.path(),
        &[
            // What cannot be is asked again.
            ("world see", "school"),
            ("world see", "https://school.example/"),
            ("called", "St \"Mary\" \\ Primary"),
            ("data kept", "mysql://nowhere"),
            ("data kept", ""),
            ("listen", "here"),
            ("listen", "127.0.0.1:3999"),
            ("looks after it", "celia fox"),
            ("looks after it", "celia"),
            ("mail address", "celia"),
            ("mail address", "celia@school.example"),
            ("password", "short"),
            ("password", "chalk and cheese"),
            ("make the account", "y"),
        ],
    );
    let said = out(&done);
    assert!(done.status.success(), "{said}");
    assert!(!said.contains("chalk and cheese"), "{said}");
    let shown = out(&run(folder.path(), &["config", "show"]));
    for expected in [
        "public_url = \"https://school.example/\"",
        "listen = \"127.0.0.1:3999\"",
        "St \"Mary\" \\ Primary",
        "contact_account = \"celia\"",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(run(folder.path(), &["config", "check"]).status.success());
    let list = out(&run(folder.path(), &["user", "list"]));
    assert!(
        list.contains("celia\tcelia@school.example\towner\tactive"),
        "{list}"
    );
}

#[test]
fn whoever_says_no_in_the_end_has_changed_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let done = converse(
        folder.path(),
        &[
            ("world see", ""),
            ("called", ""),
            ("data kept", ""),
            ("listen", ""),
            ("looks after it", "celia"),
            ("mail address", "celia@school.example"),
            ("password", ""),
            ("make the account", "n"),
        ],
    );
    let said = out(&done);
    assert!(
        !done.status.success() && said.contains("nothing was changed"),
        "{said}"
    );
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn a_server_that_could_not_be_set_up_can_be_set_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let init = |owner: &str| {
        let flags = [
            "init",
            "--yes",
            "--public-url",
            "https://school.example",
            "--email",
            "celia@school.example",
            "--owner",
            owner,
        ];
        Command::new(env!("CARGO_BIN_EXE_staffroom"))
            .current_dir(folder.path())
            .args(flags)
            .output()
            .unwrap()
    };
    let refused = init("celia fox");
    assert!(!refused.status.success(), "{}", out(&refused));
    let done = init("celia");
    assert!(done.status.success(), "{}", out(&done));
}
