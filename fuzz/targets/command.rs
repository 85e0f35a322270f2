//! What is told a network: whom it is told to, and blanks around it, mean nothing.

use domain::network::Command;

const NAMES: [&str; 2] = ["@english@alliance.example", "All of English"];

pub fn command(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let command = Command::parse(text, &NAMES);
    assert_eq!(
        Command::parse(&format!("@english@alliance.example {text}"), &NAMES),
        command
    );
    assert_eq!(Command::parse(&format!(" {text}\n"), &NAMES), command);
    if let Command::Describe(words) | Command::ChangeRules(words) = &command {
        assert!(text.contains(words.as_str()));
    }
}
