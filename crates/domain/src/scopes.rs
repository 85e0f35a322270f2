//! OAuth scopes: what an app may do with somebody's account.
//! <https://docs.joinmastodon.org/api/oauth-scopes/>

use std::fmt;
use std::str::FromStr;

/// Every scope that exists, in the order in which a set is written.
const NAMES: [&str; 47] = [
    "read",
    "write",
    "follow",
    "push",
    "profile",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:collections",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:collections",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "admin:read",
    "admin:read:accounts",
    "admin:read:canonical_email_blocks",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:reports",
    "admin:write",
    "admin:write:accounts",
    "admin:write:canonical_email_blocks",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:reports",
];

/// What the old scope `follow` stands for; nearly every app still asks for it.
const FOLLOW: [&str; 6] = [
    "read:blocks",
    "read:follows",
    "read:mutes",
    "write:blocks",
    "write:follows",
    "write:mutes",
];

/// A set of scopes. Equal sets print alike, whatever order they were asked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u64);

/// A word that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The requested scope is invalid, unknown, or malformed.")]
pub struct UnknownScope;

impl Scopes {
    /// What an app gets that names no scope: `read`.
    #[must_use]
    pub fn read() -> Self {
        Self(bit("read"))
    }

    /// Reads scopes separated by spaces or plus signs.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        text.split(|c: char| c.is_ascii_whitespace() || c == '+')
            .filter(|name| !name.is_empty())
            .try_fold(Self::default(), |set, name| match bit(name) {
                0 => Err(UnknownScope),
                bit => Ok(Self(set.0 | bit)),
            })
    }

    /// No scope at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Exactly this scope is in the set.
    #[must_use]
    pub fn contains(self, name: &str) -> bool {
        self.0 & bit(name) != 0
    }

    /// The set grants what `name` stands for: by itself, or by a wider scope such as `read` or `follow`.
    #[must_use]
    pub fn covers(self, name: &str) -> bool {
        self.contains(name)
            || name
                .rsplit_once(':')
                .is_some_and(|(parent, _)| self.contains(parent))
            || (FOLLOW.contains(&name) && self.contains("follow"))
    }

    /// Everything this set grants is granted by `registered` as well.
    #[must_use]
    pub fn is_subset_of(self, registered: Self) -> bool {
        self.names().all(|name| {
            registered.covers(name)
                || (name == "follow" && FOLLOW.iter().all(|part| registered.covers(part)))
        })
    }

    /// What either grants.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes, each once, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |name| self.contains(name))
    }

    /// Every scope that exists, as the server's metadata lists them.
    pub fn all_names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter()
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::parse(text)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, name) in self.names().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// The scope's place in the set; none for a word that is no scope.
fn bit(name: &str) -> u64 {
    NAMES
        .iter()
        .position(|known| *known == name)
        .map_or(0, |position| 1 << position)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse(text).unwrap()
    }

    #[test]
    fn spaces_and_plus_signs_separate_scopes() {
        let set = scopes("push read+write:media  read");
        assert_eq!(set.to_string(), "read push write:media");
        assert_eq!(set, scopes(&set.to_string()));
        assert!(scopes(" ").is_empty());
    }

    #[test]
    fn every_scope_is_read_back_as_itself() {
        let all = Scopes::all_names().collect::<Vec<_>>().join(" ");
        assert_eq!(scopes(&all).to_string(), all);
        for name in Scopes::all_names() {
            assert_eq!(scopes(name).to_string(), name);
        }
    }

    #[test]
    fn an_unknown_scope_is_refused() {
        for text in ["read:everything", "READ", "read:", "admin", "read write:x"] {
            assert_eq!(Scopes::parse(text), Err(UnknownScope), "{text}");
        }
    }

    #[test]
    fn a_wide_scope_covers_its_parts_and_nothing_else() {
        assert!(scopes("read").covers("read:statuses"));
        assert!(!scopes("read").covers("write:statuses"));
        assert!(!scopes("read").covers("admin:read"));
        assert!(!scopes("read").covers("admin:read:accounts"));
        assert!(!scopes("read").covers("profile"));
        assert!(scopes("admin:read").covers("admin:read:accounts"));
        assert!(!scopes("admin:read").covers("admin:write:accounts"));
        assert!(!scopes("read:statuses").covers("read"));
        assert!(!scopes("write").covers("push"));
    }

    #[test]
    fn follow_stands_for_follows_blocks_and_mutes() {
        for part in FOLLOW {
            assert!(scopes("follow").covers(part), "{part}");
        }
        assert!(!scopes("follow").covers("write:statuses"));
        assert!(scopes("follow").is_subset_of(scopes("read write")));
        assert!(!scopes("follow").is_subset_of(scopes("read")));
    }

    #[test]
    fn an_app_cannot_get_more_than_it_registered() {
        let registered = scopes("read write:statuses");
        assert!(scopes("read:accounts write:statuses").is_subset_of(registered));
        assert!(!scopes("write").is_subset_of(registered));
        assert!(!scopes("push").is_subset_of(registered));
    }
}
