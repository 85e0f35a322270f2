//! What an account is made of besides its name.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::numbered::numbered;

/// What stands behind an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    Person,
    /// Automated; what Mastodon calls a bot.
    Service,
    Group,
    Organization,
    /// A server itself.
    Application,
}

numbered!(AccountKind { Person = 0, Service = 1, Group = 2, Organization = 3, Application = 4 });

impl AccountKind {
    /// Whether apps should mark it as automated.
    #[must_use]
    pub fn is_bot(self) -> bool {
        matches!(self, Self::Service | Self::Application)
    }
}

/// A row of the table on a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileField {
    pub name: String,
    /// HTML, sanitised.
    pub value: String,
    /// As its owner typed it; empty for people elsewhere.
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub verified_at: Option<Time>,
}

/// A small picture that stands for `:shortcode:` in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomEmoji {
    pub shortcode: String,
    pub url: String,
    pub static_url: String,
}
