//! Whom somebody recommends, and whether they agreed: FEP-7aa9, as far as Mastodon has it.

use crate::numbered::numbered;

/// What somebody who is put into a collection says to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    /// Nothing yet.
    Pending,
    Accepted,
    Rejected,
    /// They agreed, and do not any more.
    Revoked,
}

numbered!(ItemState { Pending = 0, Accepted = 1, Rejected = 2, Revoked = 3 });

impl ItemState {
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
