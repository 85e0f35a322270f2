//! What is held back as likely spam. Rather too little than too much: of those whom somebody here follows, and of those
//! who have been there for some time, nothing is.

/// People whom a post may name before it is one that names many.
const MANY: usize = 5;
/// Posts of the same words to others.
const REPEATED: usize = 2;

/// What the rule needs to know of a post from elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs {
    /// Its author has not been there for long.
    pub is_young: bool,
    /// Somebody here follows its author.
    pub is_followed: bool,
    /// It names somebody of ours, who does not follow its author.
    pub names_ours: bool,
    /// It answers a post of ours, quotes one, or says to come from one.
    pub answers_ours: bool,
    /// Each of ours whom it names wrote to its author before, or looks after the group that says it.
    pub is_expected: bool,
    /// It leads somewhere else than to what is ours, its own files, and its author's server.
    pub has_links: bool,
    /// Whom it names, here and elsewhere.
    pub mentions: usize,
    /// How often its author said the same lately.
    pub said_before: usize,
}

#[must_use]
pub fn is_likely(signs: Signs) -> bool {
    let is_stranger = signs.is_young && !signs.is_followed && !signs.is_expected;
    let is_loud = signs.mentions >= MANY
        || signs.said_before >= REPEATED
        || (signs.has_links && !signs.answers_ours);
    is_stranger && signs.names_ours && is_loud
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strangers_who_are_loud_are_held_back() {
        let spam = Signs {
            is_young: true,
            names_ours: true,
            has_links: true,
            mentions: 1,
            ..Signs::default()
        };
        assert!(is_likely(spam));
        for harmless in [
            Signs {
                is_young: false,
                ..spam
            },
            Signs {
                is_followed: true,
                ..spam
            },
            Signs {
                names_ours: false,
                ..spam
            },
            Signs {
                has_links: false,
                ..spam
            },
            Signs {
                answers_ours: true,
                ..spam
            },
            Signs {
                is_expected: true,
                mentions: MANY,
                said_before: REPEATED,
                ..spam
            },
        ] {
            assert!(!is_likely(harmless), "{harmless:?}");
        }
        let quiet = Signs {
            has_links: false,
            ..spam
        };
        assert!(is_likely(Signs {
            mentions: MANY,
            ..quiet
        }));
        assert!(is_likely(Signs {
            said_before: REPEATED,
            ..quiet
        }));
    }
}
