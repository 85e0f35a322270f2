//! What an author answers who is asked for what is missing, in plain words: "licence by-nc", "stage KS3", "stop".

mod words;

#[cfg(test)]
mod tests;

use super::licence;
use super::{Licence, Practice};
use crate::text::{Hosts, Span, spans, without_names};
use crate::vocabulary::{Concept, Scheme, Vocabulary, is_slip};
use words::{
    AFTER, ALWAYS, BEFORE, FILLING, JOINING, KIND, LICENCE, NAME, RANGING, REQUESTING, STAGE,
    START, STOP, SUBJECT, THANKING,
};

/// Things said in one answer.
const ANSWERS: usize = 20;
/// Pieces of one answer that are looked up, and bytes of a piece: a longer one is no name.
const PIECES: usize = 60;
const PIECE: usize = 200;
/// Characters of a title that somebody gives.
const TITLE: usize = 120;
/// Words of the longest name, of a licence.
const WORDS: usize = 12;
/// What ends a piece, also within a word.
const SPLITTING: [char; 5] = [',', ';', '+', '!', '?'];

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Stage(Concept),
    Subject(Concept),
    Kind(Concept),
    Licence(Licence),
    /// For this and all that comes.
    Always(Licence),
    Title(String),
    /// No more reminders.
    Stop,
    /// Reminders again.
    Start,
}

/// What an answer says; empty if nothing of it is understood.
#[must_use]
pub fn understood(text: &str, vocabulary: &Vocabulary) -> Vec<Answer> {
    // The name of a server is that of its account: on one machine with a port, which is no part of a mention.
    let text = without_names(text);
    let words: String = spans(text, Hosts::Any)
        .into_iter()
        .map(|(range, span)| match span {
            Span::Mention(_) => " ".to_owned(),
            // Side by side they are several.
            Span::Hashtag(name) => format!(",{name},"),
            Span::Text | Span::Url => text.get(range).unwrap_or_default().to_owned(),
        })
        .collect();
    let mut found = Vec::new();
    let mut left = PIECES;
    for line in words.lines().map(str::trim) {
        match title_in(line) {
            Some(title) if !title.is_empty() => {
                found.push(Answer::Title(title.chars().take(TITLE).collect()));
            }
            _ => {
                let mut reader = Reader::new(vocabulary);
                let pieces = pieces(line);
                for piece in pieces.iter().take(left) {
                    reader.read(piece);
                }
                left = left.saturating_sub(pieces.len());
                found.append(&mut reader.found);
            }
        }
    }
    found.truncate(ANSWERS);
    found
}

impl Answer {
    /// Puts it into what is known of a resource; what is about the author changes nothing.
    pub fn complete(&self, practice: &mut Practice) {
        match self {
            Self::Stage(concept) | Self::Subject(concept) | Self::Kind(concept) => {
                practice.add(concept);
            }
            Self::Licence(licence) | Self::Always(licence) => {
                practice.licence = Some(licence.clone());
            }
            Self::Title(title) => practice.title.clone_from(title),
            Self::Stop | Self::Start => {}
        }
    }
}

fn scheme_of(answer: &Answer) -> Option<Scheme> {
    match answer {
        Answer::Stage(_) => Some(Scheme::Stage),
        Answer::Subject(_) => Some(Scheme::Subject),
        Answer::Kind(_) => Some(Scheme::Kind),
        Answer::Licence(_) => Some(Scheme::Licence),
        Answer::Always(_) | Answer::Title(_) | Answer::Stop | Answer::Start => None,
    }
}

/// What stands before the word that is read, apart from words that say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// "Stage".
    Label,
    /// "And".
    Joint,
    /// "To", after a number.
    Range,
    Term,
}

/// Takes the words of a piece one after the other. What it does not know makes nothing of the whole piece: an ordinary
/// sentence says nothing.
struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    found: Vec<Answer>,
    /// What is spoken of: "stage KS3, KS4".
    about: Option<Scheme>,
    before: Before,
    /// The last of several with numbers: "Year 8, 9 and 10".
    counted: Option<(String, u8)>,
    is_always: bool,
}

impl<'a> Reader<'a> {
    fn new(vocabulary: &'a Vocabulary) -> Self {
        Self {
            vocabulary,
            found: Vec::new(),
            about: None,
            before: Before::Nothing,
            counted: None,
            is_always: false,
        }
    }

    fn read(&mut self, piece: &Piece) {
        let text = joined(&piece.words);
        let is_wish = !piece.is_question || REQUESTING.iter().any(|phrase| has(&text, phrase));
        if !is_wish || THANKING.iter().any(|phrase| text.starts_with(phrase)) {
            return;
        }
        let wish = without_courtesy(&text);
        if STOP.contains(&wish) {
            self.found.push(Answer::Stop);
        } else if START.contains(&wish) {
            self.found.push(Answer::Start);
        } else if wish == "by" {
            let licence = licence::answered(wish, self.vocabulary);
            self.found.extend(licence.map(Answer::Licence));
        } else {
            self.read_terms(&piece.words);
        }
    }

    fn read_terms(&mut self, words: &[Word]) {
        let known = self.found.len();
        (self.before, self.is_always) = (Before::Nothing, false);
        let is_understood = self.take_all(words).is_some();
        let said = self.found.split_off(known);
        if !is_understood {
            (self.about, self.counted) = (None, None);
            return;
        }
        let is_always = self.is_always;
        self.found
            .extend(said.into_iter().map(|answer| match answer {
                Answer::Licence(licence) if is_always => Answer::Always(licence),
                other => other,
            }));
    }

    /// None if there is a word that is not known.
    fn take_all(&mut self, words: &[Word]) -> Option<()> {
        let mut rest = words;
        while let Some(first) = rest.first() {
            rest = rest.get(self.take(first, rest)?..)?;
        }
        Some(())
    }

    /// Takes the longest known beginning: how many words that is.
    fn take(&mut self, first: &Word, rest: &[Word]) -> Option<usize> {
        let next = rest.get(1);
        if let Ok(number) = first.text.parse() {
            return self.count_on(number, next).then_some(1);
        }
        let counts = next.is_some_and(|next| next.text.ends_with(|c: char| c.is_ascii_digit()));
        if counts && self.counted.is_some() && RANGING.contains(&first.text.as_str()) {
            self.before = Before::Range;
            return Some(1);
        }
        (1..=rest.len().min(WORDS)).rev().find(|length| {
            let (some, after) = rest.split_at(*length);
            // A sign after a name is no part of it: "Year 7 - 9".
            let is_whole = some
                .last()
                .is_none_or(|last| *length == 1 || !last.is_sign());
            is_whole && self.knows(some, after.first())
        })
    }

    fn knows(&mut self, words: &[Word], next: Option<&Word>) -> bool {
        let text = joined(words);
        let label = label(&text);
        // "Art:" is German for a kind, and a subject otherwise.
        let is_label = words.last().is_some_and(|word| word.has_colon);
        if let Some(scheme) = label.filter(|_| is_label) {
            return self.name(scheme);
        }
        if ALWAYS.contains(&text.as_str()) {
            self.is_always = true;
            return true;
        }
        if JOINING.contains(&text.as_str()) {
            self.before = Before::Joint;
            return true;
        }
        if FILLING.contains(&text.as_str()) {
            return true;
        }
        let meant = self.meant(&text, words.len() == 1, next);
        if !meant.is_empty() {
            return self.say(meant, &text);
        }
        label.is_some_and(|scheme| self.name(scheme))
    }

    fn name(&mut self, scheme: Scheme) -> bool {
        (self.about, self.before) = (Some(scheme), Before::Label);
        true
    }

    /// What words mean as a whole; a single word may be several in one, or have a slip in it.
    fn meant(&self, text: &str, is_one: bool, next: Option<&Word>) -> Vec<Answer> {
        let licence = licence::answered(text, self.vocabulary);
        if let Some(licence) = licence.filter(|_| text != "by" || self.may_be_by(next)) {
            return vec![Answer::Licence(licence)];
        }
        let mut meant = self.vocabulary.named(text);
        if meant.is_empty() && is_one {
            meant = self.vocabulary.meant_by(text);
        }
        if meant.is_empty()
            && is_one
            && self.before == Before::Label
            && let Some(scheme) = self.about
        {
            meant.extend(self.vocabulary.nearly(scheme, text));
        }
        if meant.iter().any(|of| Some(of.scheme) == self.about) {
            meant.retain(|of| Some(of.scheme) == self.about);
        }
        meant.into_iter().filter_map(answer_of).collect()
    }

    /// Whether "by" is the licence and not a word of a sentence.
    fn may_be_by(&self, next: Option<&Word>) -> bool {
        let is_about_it = self.about == Some(Scheme::Licence) || self.is_always;
        let may_follow = |next: &Word| {
            let next = next.text.as_str();
            JOINING.contains(&next) || AFTER.contains(&next) || label(next).is_some()
        };
        is_about_it && next.is_none_or(may_follow)
    }

    fn say(&mut self, answers: Vec<Answer>, text: &str) -> bool {
        let is_stage = matches!(answers.as_slice(), [Answer::Stage(_)]);
        let about = answers.last().and_then(scheme_of);
        let stage = numbered(text).filter(|_| is_stage);
        match stage.map(|(name, number)| self.count_to(name, number)) {
            Some(false) => return false,
            Some(true) => {}
            None => self.found.extend(answers),
        }
        (self.about, self.before) = (about, Before::Term);
        true
    }

    /// A number alone is a further one of those before it, unless something else is counted: "KS3, 2 worksheets".
    fn count_on(&mut self, number: u8, next: Option<&Word>) -> bool {
        let goes_on = |next: &Word| {
            let next = next.text.as_str();
            JOINING.contains(&next) || RANGING.contains(&next)
        };
        let is_further = match self.before {
            Before::Joint | Before::Range => true,
            Before::Nothing => next.is_none_or(goes_on),
            Before::Label | Before::Term => false,
        };
        let name = self.counted.as_ref().filter(|_| is_further);
        let Some(name) = name.map(|(name, _)| name.clone()) else {
            return false;
        };
        let counts = self.count_to(name, number);
        (self.about, self.before) = (Some(Scheme::Stage), Before::Term);
        counts
    }

    /// Adds the stage with a number and, after a range began, those between. False if there is no such stage.
    fn count_to(&mut self, name: String, number: u8) -> bool {
        let first = match &self.counted {
            Some((known, last)) if self.before == Before::Range && *known == name => {
                last.saturating_add(1).min(number)
            }
            _ => number,
        };
        let stage = |number: u8| {
            let named = self.vocabulary.named(&format!("{name}{number}"));
            let stage = named.into_iter().find(|of| of.scheme == Scheme::Stage);
            stage.cloned().map(Answer::Stage)
        };
        let Some(stages) = (first..=number).map(stage).collect::<Option<Vec<_>>>() else {
            return false;
        };
        self.found.extend(stages);
        self.counted = Some((name, number));
        true
    }
}

fn answer_of(concept: &Concept) -> Option<Answer> {
    match concept.scheme {
        Scheme::Stage => Some(Answer::Stage(concept.clone())),
        Scheme::Subject => Some(Answer::Subject(concept.clone())),
        Scheme::Kind => Some(Answer::Kind(concept.clone())),
        Scheme::Licence => Licence::of(concept).map(Answer::Licence),
    }
}

/// What a word says that the next ones are about.
fn label(text: &str) -> Option<Scheme> {
    let labels = [
        (Scheme::Licence, &LICENCE[..]),
        (Scheme::Stage, &STAGE[..]),
        (Scheme::Subject, &SUBJECT[..]),
        (Scheme::Kind, &KIND[..]),
    ];
    let is_it = |word: &&str| *word == text || is_slip(text, word);
    let mut said = labels.into_iter();
    let said = said.find(|(_, words)| words.iter().any(is_it));
    said.map(|(scheme, _)| scheme)
}

/// The name and the number of a stage: "Year 8".
fn numbered(text: &str) -> Option<(String, u8)> {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    let letters = letters.collect::<String>();
    let name = letters.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = letters.get(name.len()..)?.parse().ok()?;
    (!name.is_empty()).then(|| (name.to_owned(), number))
}

/// A word in small letters, without the punctuation around it.
struct Word {
    text: String,
    has_colon: bool,
}

impl Word {
    fn is_sign(&self) -> bool {
        !self.text.contains(char::is_alphanumeric)
    }
}

/// What stands between two signs of punctuation.
#[derive(Default)]
struct Piece {
    words: Vec<Word>,
    is_question: bool,
}

impl Piece {
    fn push(&mut self, raw: &str) {
        let has_colon = raw.ends_with([':', '=']);
        let text = match (bare(raw), raw) {
            ("", "-" | "–" | "—") => "-",
            ("", "&" | "/") => raw,
            ("", _) => return,
            (text, _) => text,
        };
        if text.starts_with(|c: char| c.is_ascii_digit())
            && let Some(last) = self.words.last_mut()
            && matches!(last.text.as_str(), "years" | "stages")
        {
            last.text.pop();
        }
        let mut push = |text: &str, has_colon: bool| {
            let text = text.to_owned();
            self.words.push(Word { text, has_colon });
        };
        match ends_of_range(text) {
            Some((first, sign, last)) => {
                push(first, false);
                push(sign, false);
                push(last, has_colon);
            }
            None => push(text, has_colon),
        }
    }
}

/// "7-9" and "KS3/KS4" in their parts.
fn ends_of_range(word: &str) -> Option<(&str, &str, &str)> {
    let (first, last) = word.split_once(['-', '–', '—', '/'])?;
    let is_end = |part: &str| {
        part.ends_with(|c: char| c.is_ascii_digit()) && part.chars().all(char::is_alphanumeric)
    };
    let sign = if word.contains('/') { "/" } else { "-" };
    (is_end(first) && is_end(last)).then_some((first, sign, last))
}

/// The pieces of a line, without the numbers before the items of a list.
fn pieces(line: &str) -> Vec<Piece> {
    let line = line.to_lowercase().replace('’', "'");
    let mut all = Vec::new();
    let mut piece = Piece::default();
    let mut item: Option<u8> = None;
    for (place, raw) in line.split_whitespace().enumerate() {
        let number = raw.strip_suffix(['.', ')']);
        let number = number.and_then(|number| number.parse::<u8>().ok());
        let is_next = place == 0 || item == number;
        if let Some(number) = number.filter(|_| is_next) {
            item = Some(number.saturating_add(1));
            all.push(std::mem::take(&mut piece));
            continue;
        }
        for part in raw.split_inclusive(SPLITTING) {
            if part.contains("://") {
                piece.push(part);
            } else {
                for word in part.split_inclusive([':', '=']) {
                    piece.push(word);
                }
            }
            if part.ends_with(SPLITTING) || part.ends_with(['.', '…']) {
                piece.is_question = part.ends_with('?');
                all.push(std::mem::take(&mut piece));
            }
        }
    }
    all.push(piece);
    all.retain(|piece| !piece.words.is_empty() && joined(&piece.words).len() <= PIECE);
    all
}

fn joined(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}

/// Whether a phrase stands in a text, as whole words.
fn has(text: &str, phrase: &str) -> bool {
    format!(" {text} ").contains(&format!(" {phrase} "))
}

fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| !character.is_alphanumeric())
}

/// Without "please" and the like around it, of which something is left.
fn without_courtesy(text: &str) -> &str {
    let mut rest = bare(text);
    loop {
        let begins = BEFORE.iter().find_map(|word| {
            let after = rest.strip_prefix(word)?;
            (!after.starts_with(char::is_alphanumeric)).then_some(after)
        });
        let ends = || {
            AFTER.iter().find_map(|word| {
                let before = rest.strip_suffix(word)?;
                (!before.ends_with(char::is_alphanumeric)).then_some(before)
            })
        };
        match begins.or_else(ends).map(bare) {
            Some(shorter) if !shorter.is_empty() => rest = shorter,
            _ => return rest,
        }
    }
}

/// The title that a line gives.
fn title_in(line: &str) -> Option<&str> {
    NAME.iter().find_map(|word| {
        let begins = line.get(..word.len())?.to_lowercase() == *word;
        let rest = line.get(word.len()..).filter(|_| begins)?;
        let apart = rest.is_empty() || !rest.starts_with(char::is_alphanumeric);
        let rest = rest.trim_start_matches([' ', ':', '=', '-', '\u{a0}']);
        let rest = rest.strip_prefix("is ").unwrap_or(rest);
        apart.then_some(rest.trim())
    })
}
