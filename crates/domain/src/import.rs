//! What people bring along from another server as CSV, and what became of each line.

use crate::numbered::numbered;

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
