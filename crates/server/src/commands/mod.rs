//! What can be done from the command line.

pub mod announcement;
pub mod backup;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod domain;
pub mod email;
pub mod emoji;
pub mod federation;
pub mod init;
pub mod invite;
pub mod ip;
pub mod jobs;
pub mod media;
pub mod network;
pub mod quarantine;
pub mod report;
pub mod seed;
pub mod serve;
pub mod user;
pub mod vocabulary;

use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::ensure;

/// Whether something could not be written that was to be said.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Writes a line of the answer; a reader that has gone away is no error. Much of it was written elsewhere, and nothing of
/// that is to command the terminal.
pub fn say(line: &str) {
    let written = writeln!(std::io::stdout(), "{}", harmless(line));
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        UNSAID.store(true, Ordering::Relaxed);
    }
}

/// # Errors
/// If not all that was said could be written: a list in a file on a full disk would be taken for whole.
pub fn all_was_said() -> anyhow::Result<()> {
    let unsaid = UNSAID.load(Ordering::Relaxed);
    ensure!(!unsaid, "the answer could not be written whole");
    Ok(())
}

fn harmless(text: &str) -> String {
    text.replace(
        |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t'),
        "\u{fffd}",
    )
}

/// What came of it; if there is no such thing, an error in these words.
pub fn known<T>(done: service::Result<T>, otherwise: impl FnOnce() -> String) -> anyhow::Result<T> {
    done.map_err(|error| match error {
        service::Error::NotFound => anyhow::Error::msg(otherwise()),
        error => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use service::Error;

    use super::*;

    #[test]
    fn only_what_is_not_there_is_said_to_be_not_there() {
        let said = |error| {
            let done = known::<()>(Err(error), || "there is no rule".to_owned());
            done.unwrap_err().to_string()
        };
        assert_eq!(said(Error::NotFound), "there is no rule");
        assert_eq!(said(Error::Full), Error::Full.to_string());
    }

    #[test]
    fn what_is_said_does_not_command_the_terminal() {
        assert_eq!(
            harmless("red\u{1b}[31m\r, \u{9b}2J\nnext\tÉ"),
            "red\u{fffd}[31m\u{fffd}, \u{fffd}2J\nnext\tÉ"
        );
    }
}
