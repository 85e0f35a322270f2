//! What can be decided about somebody, and what follows from it for others.

use crate::numbered::numbered;

/// What moderators did to somebody.
/// <https://docs.joinmastodon.org/entities/AccountWarning/#action>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningAction {
    /// They are only told.
    None,
    Disable,
    Sensitive,
    Silence,
    Suspend,
}

numbered!(WarningAction {
    None = 0,
    Disable = 1,
    Sensitive = 2,
    Silence = 3,
    Suspend = 4,
});

impl WarningAction {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Disable => "disable",
            Self::Sensitive => "sensitive",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
        }
    }
}

/// Why follows ended that nobody of those concerned ended.
/// <https://docs.joinmastodon.org/entities/RelationshipSeveranceEvent/#type>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeveranceCause {
    /// Moderators block a server.
    DomainBlock,
    /// One blocks a server oneself.
    UserDomainBlock,
    /// Moderators suspend somebody.
    AccountSuspension,
}

numbered!(SeveranceCause {
    DomainBlock = 0,
    UserDomainBlock = 1,
    AccountSuspension = 2,
});

impl SeveranceCause {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DomainBlock => "domain_block",
            Self::UserDomainBlock => "user_domain_block",
            Self::AccountSuspension => "account_suspension",
        }
    }
}
