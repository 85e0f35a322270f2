//! Who may quote a status, and what became of a quote: FEP-044f, as far as Mastodon has it.

use crate::Visibility;
use crate::numbered::numbered;

/// Kinds of people, as a policy names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quoters {
    pub public: bool,
    pub followers: bool,
    /// Those whom the author follows.
    pub following: bool,
    /// Somebody whom we have no word for.
    pub unsupported: bool,
}

impl Quoters {
    /// In the words of the client API.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        [
            (self.unsupported, "unsupported_policy"),
            (self.public, "public"),
            (self.followers, "followers"),
            (self.following, "following"),
        ]
        .into_iter()
        .filter_map(|(named, name)| named.then_some(name))
        .collect()
    }

    fn include(self, quoter: Quoter) -> bool {
        self.public
            || (self.followers && quoter.is_follower)
            || (self.following && quoter.is_followed)
    }

    fn bits(self) -> i32 {
        i32::from(self.unsupported)
            | (i32::from(self.public) << 1)
            | (i32::from(self.followers) << 2)
            | (i32::from(self.following) << 3)
    }

    fn of_bits(bits: i32) -> Self {
        Self {
            unsupported: bits & 1 != 0,
            public: bits & 2 != 0,
            followers: bits & 4 != 0,
            following: bits & 8 != 0,
        }
    }
}

/// Whose quotes of a status its author lets stand at once, and whose after a look. The author's own always do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuotePolicy {
    pub automatic: Quoters,
    pub manual: Quoters,
}

/// How somebody who wants to quote stands to the author.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quoter {
    pub is_author: bool,
    pub is_follower: bool,
    pub is_followed: bool,
}

/// What a policy says to somebody who wants to quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    Automatic,
    Manual,
    /// It names people whom we have no word for.
    Unknown,
    Denied,
}

impl Permission {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Unknown => "unknown",
            Self::Denied => "denied",
        }
    }
}

impl QuotePolicy {
    pub const EVERYBODY: Self = Self {
        automatic: Quoters {
            public: true,
            followers: false,
            following: false,
            unsupported: false,
        },
        manual: Self::NOBODY.manual,
    };

    pub const NOBODY: Self = Self {
        automatic: Quoters {
            public: false,
            followers: false,
            following: false,
            unsupported: false,
        },
        manual: Quoters {
            public: false,
            followers: false,
            following: false,
            unsupported: false,
        },
    };

    /// `public`, `followers` or `nobody`, as apps say it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (public, followers) = match name {
            "public" => (true, false),
            "followers" => (false, true),
            "nobody" => (false, false),
            _ => return None,
        };
        let automatic = Quoters {
            public,
            followers,
            ..Quoters::default()
        };
        let manual = Quoters::default();
        Some(Self { automatic, manual })
    }

    /// The word of the client API for what somebody says of all that they post.
    #[must_use]
    pub fn name(self) -> &'static str {
        if self.automatic.public {
            "public"
        } else if self.automatic.followers {
            "followers"
        } else {
            "nobody"
        }
    }

    /// What is not for everybody is quoted by nobody else.
    #[must_use]
    pub fn within(self, visibility: Visibility) -> Self {
        if visibility.is_open() {
            self
        } else {
            Self::NOBODY
        }
    }

    /// Of a status that the quoter may see.
    #[must_use]
    pub fn permits(self, quoter: Quoter, visibility: Visibility) -> Permission {
        if visibility == Visibility::Direct {
            return Permission::Denied;
        }
        if quoter.is_author {
            return Permission::Automatic;
        }
        if !visibility.is_open() {
            return Permission::Denied;
        }
        if self.automatic.include(quoter) {
            return Permission::Automatic;
        }
        if self.manual.include(quoter) {
            return Permission::Manual;
        }
        if self.automatic.unsupported || self.manual.unsupported {
            return Permission::Unknown;
        }
        Permission::Denied
    }
}

impl From<QuotePolicy> for i32 {
    fn from(policy: QuotePolicy) -> Self {
        (policy.automatic.bits() << 16) | policy.manual.bits()
    }
}

impl From<i32> for QuotePolicy {
    fn from(bits: i32) -> Self {
        Self {
            automatic: Quoters::of_bits(bits >> 16),
            manual: Quoters::of_bits(bits),
        }
    }
}

/// What became of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteState {
    /// The one quoted has not said yes.
    Pending,
    Accepted,
    Rejected,
    /// The one quoted took the yes back.
    Revoked,
}

numbered!(QuoteState { Pending = 0, Accepted = 1, Rejected = 2, Revoked = 3 });

impl QuoteState {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_back_as_it_was_written() {
        for bits in 0..16 {
            let policy = QuotePolicy {
                automatic: Quoters::of_bits(bits),
                manual: Quoters::of_bits(15 - bits),
            };
            assert_eq!(QuotePolicy::from(i32::from(policy)), policy);
        }
    }

    #[test]
    fn followers_are_let_in_and_private_words_stay_private() {
        let policy = QuotePolicy::named("followers").unwrap();
        let stranger = Quoter::default();
        let follower = Quoter {
            is_follower: true,
            ..stranger
        };
        let author = Quoter {
            is_author: true,
            ..stranger
        };
        for (quoter, visibility, expected) in [
            (stranger, Visibility::Public, Permission::Denied),
            (follower, Visibility::Unlisted, Permission::Automatic),
            (follower, Visibility::FollowersOnly, Permission::Denied),
            (author, Visibility::FollowersOnly, Permission::Automatic),
            (author, Visibility::Direct, Permission::Denied),
        ] {
            assert_eq!(policy.permits(quoter, visibility), expected);
        }
        assert_eq!(QuotePolicy::named("friends"), None);
    }
}
