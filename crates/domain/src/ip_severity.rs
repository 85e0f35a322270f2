//! How much we have to do with whoever asks from some network.

use crate::numbered::numbered;

/// In the words of the client API.
/// <https://docs.joinmastodon.org/entities/Admin_IpBlock/#severity>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IpSeverity {
    SignUpRequiresApproval,
    SignUpBlock,
    /// Nothing is answered at all.
    NoAccess,
}

numbered!(IpSeverity { SignUpRequiresApproval = 0, SignUpBlock = 1, NoAccess = 2 });

impl IpSeverity {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignUpRequiresApproval => "sign_up_requires_approval",
            Self::SignUpBlock => "sign_up_block",
            Self::NoAccess => "no_access",
        }
    }

    /// None for a word that names no severity.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::SignUpRequiresApproval,
            Self::SignUpBlock,
            Self::NoAccess,
        ]
        .into_iter()
        .find(|severity| severity.name() == name)
    }
}
