//! What somebody who signs in here may do for the others.

use serde::{Deserialize, Serialize};

use crate::numbered::numbered;

/// Roles, from the fewest rights to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    User,
    Moderator,
    Admin,
    Owner,
}

/// A name that stands for no [`Role`].
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

numbered!(Role { User = 0, Moderator = 1, Admin = 2, Owner = 3 });
