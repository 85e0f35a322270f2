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
pub mod network;
pub mod quarantine;
pub mod report;
pub mod seed;
pub mod serve;
pub mod user;
pub mod vocabulary;

use std::io::Write;

/// Writes a line of the answer; a reader that has gone away is no error.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
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
}
