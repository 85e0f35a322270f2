//! Who a status is for.

use serde::{Deserialize, Serialize};

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

/// A number in the database that stands for no [`Visibility`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such visibility: {0}")]
pub struct UnknownVisibility(i16);

impl From<Visibility> for i16 {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Public => 0,
            Visibility::Unlisted => 1,
            Visibility::FollowersOnly => 2,
            Visibility::Direct => 3,
        }
    }
}

impl TryFrom<i16> for Visibility {
    type Error = UnknownVisibility;

    fn try_from(number: i16) -> Result<Self, UnknownVisibility> {
        match number {
            0 => Ok(Self::Public),
            1 => Ok(Self::Unlisted),
            2 => Ok(Self::FollowersOnly),
            3 => Ok(Self::Direct),
            other => Err(UnknownVisibility(other)),
        }
    }
}

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
