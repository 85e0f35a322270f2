//! What is looked for in statuses: words, words in a row, and operators.
//! <https://docs.joinmastodon.org/methods/search/>, <https://docs.joinmastodon.org/user/network/#search>

mod pairs;
mod words;

use chrono::NaiveDate;

use crate::AccountId;
use crate::text::{Hosts, Span, fold_tag, normalise_tag, spans};

pub use pairs::pairs;
pub use words::words;

/// Parts of a question that are looked at.
const PARTS: usize = 16;
/// Begins what is no word: no letter, so that nobody can write it.
const SIGN: char = '§';
/// Quotation marks that stand for the plain one, as at Mastodon: keyboards of phones write these.
const QUOTES: [char; 11] = ['“', '”', '„', '«', '»', '「', '」', '『', '』', '《', '》'];
/// Characters of a hashtag that are looked at.
const TAG: usize = 200;

/// What a status is marked with in the index, besides its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Public, and its author lets everybody find what they write (FEP-5feb).
    Public,
    /// Somebody of ours wrote it, is mentioned in it, or did something with it.
    InLibraryOf(AccountId),
    By(AccountId),
    /// In a thread that a network passed on.
    InNetwork(AccountId),
    Media,
    Image,
    Video,
    Audio,
    Poll,
    Link,
    Reply,
    Sensitive,
    /// What somebody passes on: it is in the library.
    Practice,
    /// A code.
    Language(String),
    /// A hashtag that it carries, without `#`.
    Tag(String),
}

impl Mark {
    /// One token, which no text has.
    #[must_use]
    pub fn token(&self) -> String {
        match self {
            Self::Public => format!("{SIGN}public"),
            Self::InLibraryOf(account) => format!("{SIGN}u{account}"),
            Self::By(account) => format!("{SIGN}a{account}"),
            Self::InNetwork(network) => format!("{SIGN}n{network}"),
            Self::Media => format!("{SIGN}media"),
            Self::Image => format!("{SIGN}image"),
            Self::Video => format!("{SIGN}video"),
            Self::Audio => format!("{SIGN}audio"),
            Self::Poll => format!("{SIGN}poll"),
            Self::Link => format!("{SIGN}link"),
            Self::Reply => format!("{SIGN}reply"),
            Self::Sensitive => format!("{SIGN}sensitive"),
            Self::Practice => format!("{SIGN}practice"),
            Self::Language(code) => {
                let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
                format!("{SIGN}l{}", code.to_ascii_lowercase())
            }
            Self::Tag(name) => {
                // A token has no sign of ASCII in it; ours stands for the only one that a hashtag may have.
                let name = fold_tag(name).replace('_', &SIGN.to_string());
                let kept = name.chars().filter(|letter| {
                    letter.is_ascii_alphanumeric()
                        || !(letter.is_ascii() || letter.is_whitespace() || letter.is_control())
                });
                format!("{SIGN}t{}", kept.take(TAG).collect::<String>())
            }
        }
    }
}

/// Which statuses are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    #[default]
    All,
    /// Those that everybody may find.
    Public,
    /// The viewer's own, and those with which they had to do.
    Library,
}

/// One part of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words that follow each other.
    Phrase(Vec<String>),
    Mark(Mark),
    /// A handle as it was typed, or `me`.
    From(String),
    /// The handle of a network, as it was typed.
    In(String),
}

/// A question, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// Each with whether it is wanted; else it must not be there.
    pub parts: Vec<(Part, bool)>,
    pub place: Place,
    /// Days in UTC: from the first on, before the second.
    pub days: (Option<NaiveDate>, Option<NaiveDate>),
}

impl Question {
    /// Takes any text apart: what is no operator is words.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut question = Self::default();
        let text = text.replace(QUOTES, "\"");
        for (term, is_quoted) in terms(&text).take(PARTS) {
            question.add(term, is_quoted);
        }
        question
    }

    /// Whether it says nothing about statuses.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.days == (None, None)
    }

    fn add(&mut self, term: &str, is_quoted: bool) {
        let (term, wanted) = match term.strip_prefix('-') {
            Some(rest) => (rest, false),
            None => (term.strip_prefix('+').unwrap_or(term), true),
        };
        if !is_quoted
            && let Some((name, value)) = term.split_once(':')
            && self.operate(&name.to_lowercase(), value, wanted)
        {
            return;
        }
        if !is_quoted && let Some(name) = hashtag(term) {
            self.parts.push((Part::Mark(Mark::Tag(name)), wanted));
            return;
        }
        let words = words(term);
        if !words.is_empty() {
            self.parts.push((Part::Phrase(words), wanted));
        }
    }

    /// False if there is no such operator.
    fn operate(&mut self, name: &str, value: &str, wanted: bool) -> bool {
        let word = value.to_lowercase();
        let mark = match (name, word.as_str()) {
            ("has", "media") => Mark::Media,
            ("has", "image") => Mark::Image,
            ("has", "video") => Mark::Video,
            ("has", "audio") => Mark::Audio,
            ("has", "poll") => Mark::Poll,
            ("has", "link" | "embed") => Mark::Link,
            ("is", "reply") => Mark::Reply,
            ("is", "sensitive") => Mark::Sensitive,
            ("language", code) if !code.is_empty() => Mark::Language(code.to_owned()),
            ("in", "all") => return self.look_in(Place::All),
            ("in", "public") => return self.look_in(Place::Public),
            ("in", "library") => return self.look_in(Place::Library),
            ("in", handle) if handle.len() > 1 && handle.starts_with('@') => {
                self.parts.push((Part::In(handle.to_owned()), wanted));
                return true;
            }
            ("from", handle) if !handle.is_empty() => {
                self.parts.push((Part::From(handle.to_owned()), wanted));
                return true;
            }
            ("before" | "after" | "during", date) => {
                let Ok(date) = date.parse::<NaiveDate>() else {
                    return false;
                };
                match name {
                    "before" => self.days.1 = Some(date),
                    "after" => self.days.0 = date.succ_opt(),
                    _ => self.days = (Some(date), date.succ_opt()),
                }
                return true;
            }
            _ => return false,
        };
        self.parts.push((Part::Mark(mark), wanted));
        true
    }

    fn look_in(&mut self, place: Place) -> bool {
        self.place = place;
        true
    }
}

/// The name of the hashtag that a term is, perhaps with a comma or a full stop after it.
fn hashtag(term: &str) -> Option<String> {
    let spans = spans(term, Hosts::Public);
    let (begins, ends) = spans.split_first()?;
    let rest = ends.iter().all(|(range, span)| {
        let text = term.get(range.clone()).unwrap_or_default();
        *span == Span::Text && words(text).is_empty()
    });
    match begins {
        (_, Span::Hashtag(name)) if rest => Some(normalise_tag(name)),
        _ => None,
    }
}

/// What stands between spaces, or in quotation marks, perhaps after a sign. With whether it was quoted.
fn terms(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let sign = usize::from(rest.starts_with(['-', '+']));
        let after = rest.get(sign..)?;
        if let Some(quoted) = after.strip_prefix('"') {
            let length = quoted.find('"').unwrap_or(quoted.len());
            let end = sign + 1 + length;
            let term = rest.get(..end)?;
            rest = rest.get(end..)?.trim_start_matches('"');
            return Some((term, true));
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let term = rest.get(..end).filter(|term| !term.is_empty())?;
        rest = rest.get(end..)?;
        Some((term, false))
    })
}

#[cfg(test)]
mod tests;
