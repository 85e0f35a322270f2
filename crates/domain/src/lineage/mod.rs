//! Where a post comes from, as people say it in plain words: "adapted from LINK", `#Tried`, `#Adopted`.

mod address;
mod wordings;

#[cfg(test)]
mod tests;

use crate::limits;
use crate::numbered::numbered;
use address::of_post;
use wordings::{
    ABBREVIATIONS, ASKING, CHANGED, CONNECTING, DENYING, LINKING, NOBODY, ONLY, POINTING, WISHING,
    WORDINGS,
};

/// Sources that one post may name.
pub const SOURCES: usize = 5;
/// Characters that are kept of what somebody says of their use.
pub const CONTEXT: usize = 200;
/// Words that may stand between "adapted from" and the link, such as a title and a name.
const BETWEEN: usize = 14;
/// Words before "adapted from" that may deny it.
const BEFORE: usize = 2;
/// The longest wording, and what may deny it.
const REMEMBERED: usize = 8;

/// Links of one post that are weighed.
const CLAIMS: usize = 20;
/// Hashtags of one reply that may say of its author's use.
const USES: usize = 5;
/// What stands after the stop of a sentence and belongs to it.
const CLOSING: &str = "\"'”’»›)]";
/// What ends a part of a sentence.
const ENDING: [char; 10] = [',', '.', ';', ':', '!', '?', '…', '(', '—', '–'];

/// How a post uses another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Derivation {
    /// It is that post, changed.
    Adaptation,
    /// Its author tried it out.
    Tried,
    /// Its author keeps to it.
    Adopted,
}

numbered!(Derivation { Adaptation = 0, Tried = 1, Adopted = 2 });

impl Derivation {
    /// The word of our API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Adaptation => "adaptation",
            Self::Tried => "tried",
            Self::Adopted => "adopted",
        }
    }
}

/// What became of the claim that a post comes from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimState {
    /// Only whoever wrote the later post says so.
    Claimed,
    /// The source's author says so too.
    Confirmed,
    /// The source's author says no: what is left is a link.
    Refused,
    /// The later post does not say so any more.
    Gone,
}

numbered!(ClaimState { Claimed = 0, Confirmed = 1, Refused = 2, Gone = 3 });

impl ClaimState {
    /// The word of our API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Gone => "gone",
        }
    }
}

/// A stretch of a post, as it is read for this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(String),
    Link {
        address: String,
        /// What is seen of it.
        words: String,
    },
    /// Without `#`.
    Tag(String),
    Mention,
    /// A line or a paragraph ends.
    End,
}

/// What a post says that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub address: String,
    /// What is said of it on the same line: what was changed.
    pub context: String,
}

/// The links of which a post says that it is adapted from them, each once.
#[must_use]
pub fn sources(pieces: &[Piece]) -> Vec<Source> {
    let mut reader = Reader::default();
    let mut found: Vec<Source> = Vec::new();
    let mut left = CLAIMS;
    let mut is_quoted = false;
    let mut begins = true;
    // The last link on the line, which "adapted from this" means.
    let mut before: Option<&str> = None;
    for (at, piece) in pieces.iter().enumerate() {
        // A line that begins with `>` is somebody else's.
        if begins && let Piece::Words(words) = piece {
            is_quoted = words.trim_start().starts_with('>');
        }
        begins = false;
        let mut claimed = None;
        match piece {
            Piece::End => {
                reader.end_line();
                begins = true;
                is_quoted = false;
                before = None;
            }
            _ if is_quoted => {}
            Piece::Words(words) => reader.hear(words),
            Piece::Tag(_) | Piece::Mention => reader.pass(),
            Piece::Link { address, words } => {
                let announced = reader.is_listening();
                reader.hear(words);
                if announced || reader.is_listening() {
                    reader.heard = Heard::Linked;
                    claimed = Some(address.as_str());
                }
                before = Some(address.as_str());
            }
        }
        let after = pieces.get(at + 1..).unwrap_or_default();
        let is_last = after.first().is_none_or(|next| *next == Piece::End);
        if reader.points_back(is_last) {
            claimed = before;
        }
        if let Some(address) = claimed
            && left > 0
        {
            left -= 1;
            let address = of_post(address);
            let is_new = found.iter().all(|known| known.address != address);
            if is_new && found.len() < SOURCES && !reader.is_asked(after) {
                let context = changes(after);
                found.push(Source { address, context });
            }
        }
    }
    found
}

/// Whether a reply says that its author tried or adopted what it answers, and in which circumstances. One who denies it,
/// wishes it or asks about it says no such thing.
#[must_use]
pub fn use_of(pieces: &[Piece]) -> Option<(Derivation, String)> {
    let named = pieces.iter().enumerate().filter_map(|(at, piece)| {
        let Piece::Tag(name) = piece else { return None };
        Some((at, wordings::use_named(&name.to_lowercase())?))
    });
    named.take(USES).find_map(|(at, kind)| {
        let (before, after) = pieces.split_at(at);
        let start = before.iter().rposition(|piece| *piece == Piece::End);
        let before = before.get(start.map_or(0, |at| at + 1)..);
        let before = words(before.unwrap_or_default().iter());
        let after = line_of(after);
        if denies(&before) || asks(&after) {
            return None;
        }
        let after = context(&after);
        let context = if after.is_empty() {
            context(&before)
        } else {
            after
        };
        Some((kind, context))
    })
}

/// Whether the part of a sentence at the end of these words denies what follows it, or wishes for it.
fn denies(before: &str) -> bool {
    let clause = before.rsplit(ENDING).next().unwrap_or_default();
    let words: Vec<String> = clause.split_whitespace().map(bare).collect();
    let wishes = |wish: &&str| {
        let length = wish.split(' ').count();
        let mut all = words.windows(length);
        all.any(|some| some.iter().map(String::as_str).eq(wish.split(' ')))
    };
    let nexts = words.iter().skip(1).map(String::as_str);
    let mut pairs = words.iter().zip(nexts.chain(std::iter::once("")));
    // "Not only tried".
    pairs.any(|(word, next)| is_denying(word) && !ONLY.contains(&next))
        || words.iter().any(|word| NOBODY.contains(&word.as_str()))
        || WISHING.iter().any(wishes)
}

fn is_denying(word: &str) -> bool {
    DENYING.contains(&word) || word.ends_with("n't")
}

/// The words that follow on the same line.
fn line_of(after: &[Piece]) -> String {
    words(after.iter().take_while(|piece| **piece != Piece::End))
}

/// Whether the sentence that goes on with these words is a question.
fn asks(after: &str) -> bool {
    let mut ends = after
        .split_whitespace()
        .map(|raw| raw.trim_end_matches(|c: char| CLOSING.contains(c)));
    let last = ends.find(|raw| raw.ends_with(['.', '!', '?', '…']));
    last.is_some_and(|last| last.contains('?'))
}

/// The words of these pieces, one blank between them.
fn words<'a>(pieces: impl Iterator<Item = &'a Piece>) -> String {
    let words = pieces.filter_map(|piece| match piece {
        Piece::Words(words) => Some(words.as_str()),
        _ => None,
    });
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As much of these words as is kept, without the punctuation at their beginning.
fn context(words: &str) -> String {
    let trimmed = words.trim_start_matches(|c: char| !c.is_alphanumeric());
    limits::cut(trimmed.trim_end(), CONTEXT).to_owned()
}

fn said<'a>(pieces: impl Iterator<Item = &'a Piece>) -> String {
    context(&words(pieces))
}

/// What follows a link: the rest of its line or, where that is empty, a line that begins with a word such as "Changed".
fn changes(after: &[Piece]) -> String {
    let mut lines = after.split(|piece| *piece == Piece::End);
    let here = said(lines.next().unwrap_or_default().iter());
    if here.chars().any(char::is_alphanumeric) {
        return here;
    }
    let next = lines
        .map(|line| said(line.iter()))
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let first = next.split_whitespace().next().map(bare).unwrap_or_default();
    if CHANGED.contains(&first.as_str()) {
        next
    } else {
        String::new()
    }
}

/// What was heard last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Heard {
    #[default]
    Nothing,
    /// "Adapted from", and so many words since.
    Wording(usize),
    /// "Adapted from", and the line ended: only the link itself may follow.
    Awaiting,
    /// A link that was claimed: "and" may lead to another one.
    Linked,
}

/// Listens to a sentence.
#[derive(Default)]
struct Reader {
    /// The last words, in lower case, and whether a quotation begins with them.
    recent: Vec<(String, bool)>,
    heard: Heard,
    /// The first word of the sentence.
    first: String,
    /// Whether the last line ended within a wording.
    is_broken: bool,
    pointing: Pointing,
}

/// Whether "this" was said of a link.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Pointing {
    #[default]
    No,
    /// It was the last word.
    Perhaps,
    /// Nothing that belongs to it follows.
    Yes,
}

impl Reader {
    fn is_listening(&self) -> bool {
        self.heard != Heard::Nothing
    }

    fn hear(&mut self, words: &str) {
        for raw in words.split_whitespace() {
            let word = bare(raw);
            if word.is_empty() {
                if raw.ends_with(['.', '!', '?']) {
                    self.end_sentence();
                }
                continue;
            }
            let before = self.heard;
            self.heard = match before {
                Heard::Wording(count) if count < BETWEEN => Heard::Wording(count + 1),
                Heard::Linked if CONNECTING.contains(&word.as_str()) => Heard::Linked,
                _ => Heard::Nothing,
            };
            let pointed = before == Heard::Wording(0)
                && POINTING.contains(&word.as_str())
                && !raw.ends_with(['?', ':']);
            if pointed && !raw.ends_with(char::is_alphanumeric) {
                self.pointing = Pointing::Yes;
            } else if pointed {
                self.pointing = Pointing::Perhaps;
            } else if self.pointing == Pointing::Perhaps {
                self.pointing = Pointing::No;
            }
            if self.first.is_empty() {
                self.first.clone_from(&word);
            }
            if self.recent.len() >= REMEMBERED {
                self.recent.remove(0);
            }
            self.recent.push((word, opens_quotation(raw)));
            if self.claims(&WORDINGS) {
                self.heard = Heard::Wording(0);
            } else if self.claims(&LINKING) {
                self.heard = Heard::Awaiting;
            }
            if ends_sentence(raw) {
                self.end_sentence();
            }
        }
    }

    fn end_sentence(&mut self) {
        self.recent.clear();
        self.first.clear();
        self.heard = Heard::Nothing;
    }

    /// A mention or a hashtag stands between.
    fn pass(&mut self) {
        self.heard = match self.heard {
            Heard::Wording(count) => Heard::Wording(count + 1),
            Heard::Linked => Heard::Linked,
            Heard::Awaiting | Heard::Nothing => Heard::Nothing,
        };
    }

    fn end_line(&mut self) {
        self.is_broken = !self.is_broken && self.is_within();
        if !self.is_broken {
            self.recent.clear();
        }
        self.first.clear();
        self.pointing = Pointing::No;
        self.heard = match self.heard {
            Heard::Wording(0) | Heard::Awaiting => Heard::Awaiting,
            Heard::Wording(_) | Heard::Linked | Heard::Nothing => Heard::Nothing,
        };
    }

    /// Whether the last words are the beginning of a wording.
    fn is_within(&self) -> bool {
        let Some((last, _)) = self.recent.last() else {
            return false;
        };
        WORDINGS.iter().any(|wording| {
            let begins = wording.strip_prefix(last.as_str());
            begins.is_some_and(|rest| rest.starts_with(' '))
        })
    }

    /// Whether a link before "adapted from this" is meant.
    fn points_back(&mut self, is_last: bool) -> bool {
        let points = match self.pointing {
            Pointing::Yes => true,
            Pointing::Perhaps => is_last,
            Pointing::No => false,
        };
        if points {
            self.pointing = Pointing::No;
        }
        points
    }

    /// Whether a link is in a question, other than one that is added to a claim: "adapted from LINK, any thoughts?"
    fn is_asked(&self, after: &[Piece]) -> bool {
        let after = line_of(after);
        let question = after.split('?').next().unwrap_or_default();
        let is_added = question.contains([',', ';', '–', '—', '('])
            || question.split_whitespace().any(|word| word == "-");
        asks(&after) && (!is_added || ASKING.contains(&self.first.as_str()))
    }

    /// Whether the last words say so, and those before them do not deny it.
    fn claims(&self, wordings: &[&str]) -> bool {
        let Some((last, _)) = self.recent.last() else {
            return false;
        };
        let mut likely = wordings.iter().filter(|wording| wording.ends_with(last));
        likely.any(|wording| {
            let length = wording.split(' ').count();
            let Some(start) = self.recent.len().checked_sub(length) else {
                return false;
            };
            let (before, last) = self.recent.split_at(start);
            let same = last.iter().map(|(word, _)| word.as_str());
            let quoted = last.first().is_some_and(|(_, opens)| *opens);
            same.eq(wording.split(' '))
                && !quoted
                && !before
                    .iter()
                    .rev()
                    .take(BEFORE)
                    .any(|(word, _)| is_denying(word))
        })
    }
}

/// A word in lower case, without the punctuation around it.
fn bare(raw: &str) -> String {
    raw.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
        .replace('’', "'")
}

fn opens_quotation(raw: &str) -> bool {
    let first = raw.trim_start_matches(['(', '[']).chars().next();
    first.is_some_and(|first| "\"'“„‘«‹".contains(first))
}

fn ends_sentence(raw: &str) -> bool {
    let ends = raw.trim_end_matches(|c: char| CLOSING.contains(c));
    let stops = ends.ends_with(['.', '!', '?', '…', ';']);
    let word = bare(raw);
    stops && word.chars().count() > 1 && !ABBREVIATIONS.contains(&word.as_str())
}
