//! Why moderators are asked to look at something.

use crate::numbered::numbered;

/// The reason of a report, in the words of the client API.
/// <https://docs.joinmastodon.org/entities/Report/#category>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportCategory {
    Other,
    Spam,
    Legal,
    /// A rule of the server was broken.
    Violation,
}

numbered!(ReportCategory { Other = 0, Spam = 1, Legal = 2, Violation = 3 });

impl ReportCategory {
    pub const ALL: [Self; 4] = [Self::Other, Self::Spam, Self::Legal, Self::Violation];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Spam => "spam",
            Self::Legal => "legal",
            Self::Violation => "violation",
        }
    }

    /// None for a word that names no reason.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.name() == name)
    }
}
