//! What somebody who signs in here may do for the others.

use serde::{Deserialize, Serialize};

/// Roles, from the fewest rights to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    User,
    Moderator,
    Admin,
    Owner,
}

/// A name or number that stands for no [`Role`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such role: {0} (user, moderator, admin, owner)")]
pub struct UnknownRole(String);

impl Role {
    /// The role's name, as the command line and the API write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        [Self::User, Self::Moderator, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

impl From<Role> for i16 {
    fn from(role: Role) -> Self {
        match role {
            Role::User => 0,
            Role::Moderator => 1,
            Role::Admin => 2,
            Role::Owner => 3,
        }
    }
}

impl TryFrom<i16> for Role {
    type Error = UnknownRole;

    fn try_from(number: i16) -> Result<Self, UnknownRole> {
        match number {
            0 => Ok(Self::User),
            1 => Ok(Self::Moderator),
            2 => Ok(Self::Admin),
            3 => Ok(Self::Owner),
            other => Err(UnknownRole(other.to_string())),
        }
    }
}
