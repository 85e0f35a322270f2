//! Who a status is for.

use serde::{Deserialize, Serialize};

use crate::numbered::numbered;

/// Who may see a status, from widest to narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    Public,
    Unlisted,
    #[serde(rename = "private")]
    FollowersOnly,
    Direct,
}

impl Visibility {
    /// A boost is never seen by more people than the status it repeats.
    #[must_use]
    pub fn of_boost(self, boosted: Self) -> Self {
        self.max(boosted)
    }

    /// Public and unlisted statuses may be read by anyone who has the link.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }
}

numbered!(Visibility { Public = 0, Unlisted = 1, FollowersOnly = 2, Direct = 3 });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boost_is_as_narrow_as_the_narrower_of_the_two() {
        assert_eq!(
            Visibility::Public.of_boost(Visibility::FollowersOnly),
            Visibility::FollowersOnly
        );
        assert_eq!(
            Visibility::Unlisted.of_boost(Visibility::Public),
            Visibility::Unlisted
        );
    }

    #[test]
    fn numbers_come_back_as_what_they_were() {
        for number in 0..4 {
            assert_eq!(i16::from(Visibility::try_from(number).unwrap()), number);
        }
        assert!(Visibility::try_from(4).is_err());
    }
}
