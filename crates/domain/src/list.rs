//! Lists of people.

use crate::numbered::numbered;

/// Which answers to others are shown in a list; answers to oneself and to the list's owner always are.
/// <https://docs.joinmastodon.org/entities/List/#replies_policy>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepliesPolicy {
    /// To people whom the owner follows.
    Followed,
    /// To people in the list.
    List,
    None,
}

numbered!(RepliesPolicy { Followed = 0, List = 1, None = 2 });

impl RepliesPolicy {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Followed => "followed",
            Self::List => "list",
            Self::None => "none",
        }
    }
}

impl std::str::FromStr for RepliesPolicy {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Followed, Self::List, Self::None]
            .into_iter()
            .find(|policy| policy.name() == word)
            .ok_or(())
    }
}
