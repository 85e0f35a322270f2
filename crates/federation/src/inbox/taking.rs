//! Taking what is next: of each server in turn (docs/adr/0570).

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use domain::Time;
use storage::inbox::{self, Received};
use storage::{DbConnection, QueryError};

/// For how long what was taken is ours; a process that died leaves it to the next.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How many places each server has: it gets more as long as it has less than half of those that are free. So whoever comes
/// finds some.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    free: usize,
    by_sender: HashMap<String, usize>,
}

/// What may be taken.
#[derive(Debug, Clone)]
pub(super) struct Taking {
    pub room: usize,
    pub shares: Shares,
    /// Whose turn was last.
    pub after: String,
}

/// What was taken.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub rows: Vec<Received>,
    /// Whose turn was last.
    pub after: String,
}

impl Shares {
    /// `in_hand` names the sender of each that has a place.
    pub(super) fn of<'a>(places: usize, in_hand: impl Iterator<Item = &'a str>) -> Self {
        let mut shares = Self {
            free: places,
            by_sender: HashMap::new(),
        };
        for sender in in_hand {
            shares.give(sender, 1);
        }
        shares
    }

    fn give(&mut self, sender: &str, places: usize) {
        self.free = self.free.saturating_sub(places);
        *self.by_sender.entry(sender.to_owned()).or_default() += places;
    }

    /// How many a server gets now. With each that it has more, one less is free.
    fn room_of(&self, sender: &str) -> usize {
        let has = self.by_sender.get(sender).copied().unwrap_or(0);
        self.free.saturating_sub(2 * has).div_ceil(3)
    }
}

/// Takes up to `room` activities. What waits of those who have their share is not even looked at.
pub(super) fn take(
    conn: &mut DbConnection,
    now: Time,
    taking: Taking,
) -> Result<Drawn, QueryError> {
    let Taking {
        room,
        mut shares,
        mut after,
    } = taking;
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    let mut from_the_start = after.is_empty();
    while rows.len() < room {
        let Some(sender) = inbox::next_sender(conn, &after, now)? else {
            if from_the_start {
                break;
            }
            from_the_start = true;
            after.clear();
            continue;
        };
        if !seen.insert(sender.clone()) {
            break;
        }
        let most = shares.room_of(&sender).min(room - rows.len());
        if let Ok(limit @ 1..) = i64::try_from(most) {
            let theirs = inbox::claim(conn, &sender, now, now + LEASE, limit)?;
            shares.give(&sender, theirs.len());
            rows.extend(theirs);
        }
        after = sender;
    }
    Ok(Drawn { rows, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_no_more_than_half_of_what_is_free() {
        let mut shares = Shares::of(300, std::iter::empty());
        assert_eq!(shares.room_of("a.example"), 100);
        for _ in 0..100 {
            assert!(shares.room_of("a.example") > 0);
            shares.give("a.example", 1);
        }
        assert_eq!(shares.room_of("a.example"), 0);
        assert_eq!(shares.room_of("b.example"), 67);
    }

    #[test]
    fn where_some_take_all_they_get_whoever_comes_finds_room() {
        let mut shares = Shares::of(300, std::iter::empty());
        for sender in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            shares.give(sender, shares.room_of(sender));
        }
        assert!(shares.room_of("late.example") > 1);
    }
}
