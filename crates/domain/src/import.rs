//! What people bring along from another server, and what became of each line of it.

use crate::numbered::{UnknownNumber, numbered};

/// What somebody brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// A list, as CSV.
    List(ImportKind),
    /// Posts, in an archive.
    Posts,
}

/// In the database, beside the numbers of lists.
const POSTS: i16 = 6;

impl From<Brought> for i16 {
    fn from(what: Brought) -> Self {
        match what {
            Brought::List(kind) => kind.into(),
            Brought::Posts => POSTS,
        }
    }
}

impl TryFrom<i16> for Brought {
    type Error = UnknownNumber;

    fn try_from(number: i16) -> Result<Self, Self::Error> {
        match number {
            POSTS => Ok(Self::Posts),
            other => ImportKind::try_from(other).map(Self::List),
        }
    }
}

/// What a file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    Following,
    Blocks,
    Mutes,
    Lists,
    Bookmarks,
    DomainBlocks,
}

numbered!(ImportKind {
    Following = 0,
    Blocks = 1,
    Mutes = 2,
    Lists = 3,
    Bookmarks = 4,
    DomainBlocks = 5,
});

impl ImportKind {
    pub const ALL: [Self; 6] = [
        Self::Following,
        Self::Lists,
        Self::Blocks,
        Self::Mutes,
        Self::DomainBlocks,
        Self::Bookmarks,
    ];

    /// The word that forms and commands use, which is Mastodon's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Following => "following",
            Self::Blocks => "blocking",
            Self::Mutes => "muting",
            Self::Lists => "lists",
            Self::Bookmarks => "bookmarks",
            Self::DomainBlocks => "domain_blocking",
        }
    }
}

impl std::str::FromStr for ImportKind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == word)
            .ok_or(())
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOutcome {
    Waiting,
    Done,
    /// It was so before.
    Already,
    /// There is nobody and nothing of that name.
    NotFound,
    Refused,
}

numbered!(LineOutcome {
    Waiting = 0,
    Done = 1,
    Already = 2,
    NotFound = 3,
    Refused = 4,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_brought_has_a_number_of_its_own() {
        let lists = ImportKind::ALL.map(Brought::List).into_iter();
        let mut numbers = Vec::new();
        for what in lists.chain([Brought::Posts]) {
            let number = i16::from(what);
            assert_eq!(Brought::try_from(number), Ok(what));
            numbers.push(number);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        assert!(Brought::try_from(7).is_err());
    }
}
