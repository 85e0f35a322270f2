//! Filters: words that somebody does not want to read.
//! <https://docs.joinmastodon.org/entities/Filter/>

use aho_corasick::{AhoCorasick, BuildError};

use crate::numbered::numbered;

/// What becomes of what is filtered; the app does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterAction {
    Warn,
    Hide,
    /// Only what is attached is hidden.
    Blur,
}

numbered!(FilterAction { Warn = 0, Hide = 1, Blur = 2 });

impl FilterAction {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Hide => "hide",
            Self::Blur => "blur",
        }
    }

    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Warn, Self::Hide, Self::Blur]
            .into_iter()
            .find(|action| action.name() == word)
    }
}

/// Where a filter works: a set of the words of the client API, as bits in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contexts(pub i16);

const CONTEXTS: [&str; 5] = ["home", "notifications", "public", "thread", "account"];

impl Contexts {
    /// None if one of the words is none of these, or if there is none.
    #[must_use]
    pub fn named<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut bits = 0;
        for word in words {
            let place = CONTEXTS.iter().position(|context| *context == word)?;
            bits |= 1 << place;
        }
        (bits != 0).then_some(Self(bits))
    }

    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let mut names = CONTEXTS.to_vec();
        let mut bits = self.0;
        names.retain(|_| {
            let is_set = bits & 1 == 1;
            bits >>= 1;
            is_set
        });
        names
    }
}

/// Many keywords, looked for in one walk through a text.
#[derive(Debug)]
pub struct Keywords {
    automaton: AhoCorasick,
    whole_word: Vec<bool>,
}

impl Keywords {
    /// `keywords` in their order, each with whether only whole words count.
    ///
    /// # Errors
    /// If they are too many for one automaton.
    pub fn new(keywords: &[(String, bool)]) -> Result<Self, BuildError> {
        let folded = keywords.iter().map(|(keyword, _)| keyword.to_lowercase());
        Ok(Self {
            automaton: AhoCorasick::new(folded)?,
            whole_word: keywords.iter().map(|(_, whole)| *whole).collect(),
        })
    }

    /// The places of the keywords that occur in `text`, ascending. Upper and lower case are the same. As in Mastodon, a
    /// keyword that begins or ends with a sign rather than a letter has no word boundary there.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<usize> {
        let text = text.to_lowercase();
        let mut found: Vec<usize> = self
            .automaton
            .find_overlapping_iter(&text)
            .filter(|hit| {
                let is_whole = self.whole_word.get(hit.pattern().as_usize());
                is_whole != Some(&true) || stands_alone(&text, hit.range())
            })
            .map(|hit| hit.pattern().as_usize())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn stands_alone(text: &str, range: std::ops::Range<usize>) -> bool {
    let (Some(before), Some(hit), Some(after)) = (
        text.get(..range.start),
        text.get(range.clone()),
        text.get(range.end..),
    ) else {
        return false;
    };
    let goes_on = |inside: Option<char>, outside: Option<char>| {
        let is_letter = |sign: char| sign.is_alphanumeric() || sign == '_';
        inside.is_some_and(is_letter) && outside.is_some_and(is_letter)
    };
    !goes_on(hit.chars().next(), before.chars().next_back())
        && !goes_on(hit.chars().next_back(), after.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(keywords: &[(&str, bool)], text: &str) -> Vec<usize> {
        let keywords: Vec<(String, bool)> = keywords
            .iter()
            .map(|(keyword, whole)| ((*keyword).to_owned(), *whole))
            .collect();
        Keywords::new(&keywords).unwrap().found_in(text)
    }

    #[test]
    fn whole_words_stand_alone() {
        let keywords = [("cat", true), ("cat", false), ("#exam", true)];
        assert_eq!(found(&keywords, "A Cat."), [0, 1]);
        assert_eq!(found(&keywords, "concatenate"), [1]);
        assert_eq!(found(&keywords, "the#EXAM today"), [2]);
        assert!(found(&keywords, "#exams").is_empty());
        assert!(found(&[("élève", true)], "les ÉLÈVES").is_empty());
        assert_eq!(found(&[("élève", true)], "l'ÉLÈVE"), [0]);
    }

    #[test]
    fn contexts_are_read_back_as_they_were_said() {
        let contexts = Contexts::named(["thread", "home"]).unwrap();
        assert_eq!(contexts.names(), ["home", "thread"]);
        assert_eq!(Contexts::named(["home", "kitchen"]), None);
        assert_eq!(Contexts::named([]), None);
    }
}
