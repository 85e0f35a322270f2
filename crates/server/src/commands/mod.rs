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

use std::io::Write;

/// Writes a line of the answer; a reader that has gone away is no error.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
