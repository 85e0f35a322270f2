//! Practice posts: what a teacher passes on to others, read out of an ordinary post and its hashtags.
//!
//! A post is one if it carries the hashtag for it; nothing else makes it so. Its words are never changed.

mod answer;
mod licence;
#[cfg(test)]
mod posts;
mod title;

use std::collections::HashSet;

pub use answer::{Answer, understood};
pub use licence::Licence;

use crate::limits;
use crate::text::{Hosts, Span, spans};
use crate::vocabulary::{Concept, Scheme, Vocabulary, fold, joined};

/// Concepts of each kind that are kept of one post.
const CONCEPTS: usize = 12;

/// The hashtags that make a post one of practice.
#[derive(Debug, Clone, Default)]
pub struct Words {
    known: HashSet<String>,
    hashtag: String,
}

impl Words {
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = words.into_iter().peekable();
        Self {
            hashtag: words.peek().copied().map(joined).unwrap_or_default(),
            known: words.map(fold).collect(),
        }
    }

    /// Whether this hashtag is one of them.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        self.known.contains(&fold(tag))
    }

    /// The first of them, to be written: `Practice`.
    #[must_use]
    pub fn hashtag(&self) -> &str {
        &self.hashtag
    }
}

/// What is said of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Practice {
    /// Plain text; empty where the post has no words of its own.
    pub title: String,
    /// Ids of concepts, each once.
    pub stages: Vec<String>,
    pub subjects: Vec<String>,
    pub kinds: Vec<String>,
    pub licence: Option<Licence>,
}

/// What others need to find and use a resource and its author did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Title,
    Stage,
    Subject,
    Licence,
}

impl Missing {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Stage => "stage",
            Self::Subject => "subject",
            Self::Licence => "licence",
        }
    }
}

impl Practice {
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        let all = [
            (Missing::Title, self.title.is_empty()),
            (Missing::Stage, self.stages.is_empty()),
            (Missing::Subject, self.subjects.is_empty()),
            (Missing::Licence, self.licence.is_none()),
        ];
        let missing = all.into_iter().filter(|(_, is_missing)| *is_missing);
        missing.map(|(what, _)| what).collect()
    }

    /// Whether nothing says what it is about, of which kind it is, or what may be done with it.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.licence.is_none() && self.concepts().next().is_none()
    }

    /// Scheme and id of all that it is about.
    pub fn concepts(&self) -> impl Iterator<Item = (Scheme, &str)> {
        named(Scheme::Stage, &self.stages)
            .chain(named(Scheme::Subject, &self.subjects))
            .chain(named(Scheme::Kind, &self.kinds))
    }

    /// Adds a concept that is not there yet; a licence takes the place of the one that is.
    pub fn add(&mut self, concept: &Concept) {
        let list = match concept.scheme {
            Scheme::Stage => &mut self.stages,
            Scheme::Subject => &mut self.subjects,
            Scheme::Kind => &mut self.kinds,
            Scheme::Licence => {
                self.licence = Licence::of(concept);
                return;
            }
        };
        if list.len() < CONCEPTS && !list.contains(&concept.id) {
            list.push(concept.id.clone());
        }
    }
}

fn named(scheme: Scheme, ids: &[String]) -> impl Iterator<Item = (Scheme, &str)> {
    ids.iter().map(move |id| (scheme, id.as_str()))
}

/// Reads a post. None unless it carries one of the words as a hashtag. `tags` are all of its hashtags, also those that
/// do not stand in its text.
#[must_use]
pub fn read(
    text: &str,
    tags: &[String],
    words: &Words,
    vocabulary: &Vocabulary,
) -> Option<Practice> {
    tags.iter()
        .any(|tag| words.has(tag))
        .then(|| described(text, tags, words, vocabulary))
}

/// The title of a post with this text: its first line that has words of its own.
#[must_use]
pub fn title(text: &str, words: &Words) -> String {
    title::of(text, words)
}

/// What the text and hashtags of a post say, whether or not it is one of practice.
#[must_use]
pub fn described(text: &str, tags: &[String], words: &Words, vocabulary: &Vocabulary) -> Practice {
    let mut practice = Practice {
        title: title::of(text, words),
        ..Practice::default()
    };
    // In the order of the text, which is the author's.
    let typed: Vec<String> = spans(text, Hosts::Any)
        .into_iter()
        .filter_map(|(_, span)| match span {
            Span::Hashtag(name) => Some(name),
            Span::Text | Span::Url | Span::Mention(_) => None,
        })
        .take(limits::TAGS)
        .collect();
    let known: HashSet<String> = typed.iter().map(|tag| fold(tag)).collect();
    let elsewhere: Vec<&String> = tags
        .iter()
        .filter(|tag| !known.contains(&fold(tag)))
        .collect();
    let all = typed.iter().chain(elsewhere.iter().copied());
    for tag in all.filter(|tag| !words.has(tag)) {
        for concept in vocabulary.meant_by(tag) {
            if concept.scheme != Scheme::Licence {
                practice.add(concept);
            }
        }
    }
    practice.licence = licence::of(text, &typed, &elsewhere, vocabulary);
    practice
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::Curriculum;

    fn read_text(text: &str) -> Option<Practice> {
        let vocabulary = Vocabulary::new(Curriculum::England, "").unwrap();
        let words = Words::new(["practice", "arfer"]);
        let tags: Vec<String> = spans(text, Hosts::Any)
            .into_iter()
            .filter_map(|(_, span)| match span {
                Span::Hashtag(name) => Some(name),
                _ => None,
            })
            .collect();
        read(text, &tags, &words, &vocabulary)
    }

    #[test]
    fn hashtags_say_what_it_is_about() {
        let text = "Three-tick writing tracker for Key Stage 3\nOne page per class.\n\n\
                    #Practice #English #KS3 #Assessment #CCBY";
        let practice = read_text(text).unwrap();
        assert_eq!(practice.title, "Three-tick writing tracker for Key Stage 3");
        assert_eq!(practice.stages, ["ks3"]);
        assert_eq!(practice.subjects, ["english"]);
        assert_eq!(practice.kinds, ["assessment"]);
        assert_eq!(practice.licence.unwrap().id, "cc-by");
    }

    #[test]
    fn without_the_hashtag_it_is_an_ordinary_post() {
        assert_eq!(read_text("Practice makes perfect. #KS3 #English"), None);
        assert_eq!(read_text("#MathsPractice tonight, all welcome"), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let practice = read_text("A seating plan\n#practice").unwrap();
        let missing: Vec<&str> = practice.missing().iter().map(|of| of.name()).collect();
        assert_eq!(missing, ["stage", "subject", "licence"]);
        assert!(practice.says_nothing());
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_what_is_kept_is_bounded(text in "(\\PC|#|cc|by|-nc|sa|\n){0,200}") {
            let vocabulary = Vocabulary::new(Curriculum::England, "").unwrap();
            let words = Words::new(["practice"]);
            let practice = described(&text, &[], &words, &vocabulary);
            prop_assert!(practice.title.chars().count() <= 121);
            prop_assert!(practice.stages.len() <= CONCEPTS && practice.kinds.len() <= CONCEPTS);
            prop_assert!(understood(&text, &vocabulary).len() <= 20);
        }
    }
}
