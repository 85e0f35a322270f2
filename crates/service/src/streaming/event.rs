//! What happened, by ids.

use domain::{AccountId, NotificationId, StatusId};
use serde::{Deserialize, Serialize};
use storage::signals::LONGEST;

use crate::{Error, Result};

/// Readers that are named one by one; more are asked for.
const NAMED: usize = 100;

/// Something that happened and may concern those who listen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A status is there.
    Arrived {
        status: StatusId,
        part: Part,
    },
    /// It reads differently, or what it quotes is shown or not shown now.
    Edited(StatusId),
    /// It is gone.
    Deleted {
        status: StatusId,
        readers: Readers,
        tags: Vec<i64>,
    },
    /// Somebody is told something.
    Notified {
        account: AccountId,
        notification: NotificationId,
    },
    /// Somebody is told what was held back.
    Merged(AccountId),
    FiltersChanged(AccountId),
    /// Something is said in a conversation of these accounts.
    Said {
        thread: StatusId,
        accounts: Vec<AccountId>,
    },
    Announced(i64),
    Reacted {
        announcement: i64,
        name: String,
    },
    Unannounced(i64),
}

/// Which readers have a new status by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    All,
    /// All but the followers, who are many and come later.
    WithoutFollowers,
    /// These are those who came later.
    Followers,
}

/// Whose home timeline a status was in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Readers {
    These(Vec<AccountId>),
    /// Too many to name: those who follow its author.
    Many,
}

impl From<Vec<AccountId>> for Readers {
    fn from(readers: Vec<AccountId>) -> Self {
        if readers.len() > NAMED {
            Self::Many
        } else {
            Self::These(readers)
        }
    }
}

/// Events as texts, each short enough to be said.
pub(super) fn texts(events: &[Event]) -> Result<Vec<String>> {
    let mut texts: Vec<String> = Vec::new();
    for event in events {
        let line = serde_json::to_string(event).map_err(broken)?;
        match texts.last_mut() {
            Some(text) if text.len() + line.len() < LONGEST => {
                text.push('\n');
                text.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    Ok(texts)
}

pub(super) fn of_text(text: &str) -> Result<Vec<Event>> {
    let events = text.lines().map(serde_json::from_str);
    events
        .collect::<std::result::Result<_, _>>()
        .map_err(broken)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` wants it")]
fn broken(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_said_in_few_short_texts_and_understood() {
        let longest = Event::Deleted {
            status: StatusId(i64::MAX),
            readers: vec![AccountId(i64::MAX); NAMED].into(),
            tags: vec![i64::MAX; domain::limits::TAGS],
        };
        let short = Event::Arrived {
            status: StatusId(i64::MAX),
            part: Part::WithoutFollowers,
        };
        let mut events = vec![short; 300];
        events.extend(vec![longest; 5]);
        let said = texts(&events).unwrap();
        assert!(said.iter().all(|text| text.len() <= LONGEST));
        assert!(said.len() < 10, "{}", said.len());
        let heard: Vec<Event> = said
            .iter()
            .flat_map(|text| of_text(text).unwrap())
            .collect();
        assert_eq!(heard, events);
    }

    #[test]
    fn more_than_a_hundred_readers_are_many() {
        let readers = Readers::from(vec![AccountId(1); NAMED + 1]);
        assert_eq!(readers, Readers::Many);
    }
}
