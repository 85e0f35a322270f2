//! How the text of a status is written.

use serde::{Deserialize, Serialize};

use crate::numbered::numbered;

/// What a text is, as GoToSocial and Pleroma let apps say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentType {
    /// Each character stands for itself.
    #[default]
    Plain,
    /// CommonMark.
    Markdown,
}

numbered!(ContentType {
    Plain = 0,
    Markdown = 1
});

impl ContentType {
    /// All names, in the order of the numbers.
    pub const NAMES: [&'static str; 2] = ["text/plain", "text/markdown"];

    /// As a media type: RFC 7763 for Markdown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "text/plain",
            Self::Markdown => "text/markdown",
        }
    }

    /// What is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Plain, Self::Markdown]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::ContentType;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for name in ContentType::NAMES {
            assert_eq!(ContentType::named(name).unwrap().name(), name);
        }
        assert_eq!(ContentType::named("text/html"), None);
        assert_eq!(ContentType::named(""), None);
    }
}
