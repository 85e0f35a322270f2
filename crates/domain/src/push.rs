//! Of whose deeds a client program wants to be told at once.
//! <https://docs.joinmastodon.org/methods/push/#create>

use crate::numbered::numbered;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PushPolicy {
    #[default]
    All,
    /// Those whom one follows.
    Followed,
    /// Those who follow one.
    Follower,
    None,
}

numbered!(PushPolicy { All = 0, Followed = 1, Follower = 2, None = 3 });

impl PushPolicy {
    const ALL: [Self; 4] = [Self::All, Self::Followed, Self::Follower, Self::None];

    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Followed => "followed",
            Self::Follower => "follower",
            Self::None => "none",
        }
    }

    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == word)
    }
}
