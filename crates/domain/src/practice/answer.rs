//! What an author answers who is asked for what is missing, in plain words: "licence by-nc", "stage KS3", "stop".

use super::licence;
use super::{Licence, Practice};
use crate::text::{Hosts, Span, spans, without_names};
use crate::vocabulary::{Concept, Scheme, Vocabulary};

/// Things said in one answer.
const ANSWERS: usize = 20;
/// Pieces of one answer that are looked up, and bytes of a piece: a longer one is no name.
const PIECES: usize = 60;
const PIECE: usize = 200;
/// Characters of a title that somebody gives.
const TITLE: usize = 120;

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

const STOP: [&str; 14] = [
    "stop",
    "stop asking",
    "stop asking me",
    "unsubscribe",
    "no reminders",
    "enough",
    "stopp",
    "hör auf",
    "arrêter",
    "arrête",
    "arrêtez",
    "peidio",
    "parar",
    "basta",
];
const START: [&str; 6] = [
    "start",
    "resume",
    "reminders",
    "dechrau",
    "reprendre",
    "reanudar",
];
const ALWAYS: [&str; 6] = [
    "always",
    "default",
    "immer",
    "bob amser",
    "toujours",
    "siempre",
];
const LICENCE: [&str; 7] = [
    "licence", "license", "trwydded", "lizenz", "licencia", "licenza", "licentie",
];
const STAGE: [&str; 11] = [
    "stage", "year", "level", "phase", "cam", "cyfnod", "stufe", "niveau", "étape", "etapa",
    "nivel",
];
const SUBJECT: [&str; 8] = [
    "subject",
    "pwnc",
    "fach",
    "matière",
    "sujet",
    "materia",
    "asignatura",
    "vak",
];
const KIND: [&str; 8] = [
    "kind",
    "type",
    "resource",
    "math o adnodd",
    "art",
    "genre",
    "tipo",
    "math",
];
const NAME: [&str; 5] = ["title", "teitl", "titel", "titre", "título"];

/// What people say around an answer, before it and after it.
const BEFORE: [&str; 18] = [
    "please",
    "bitte",
    "ok",
    "okay",
    "yes",
    "hi",
    "hello",
    "sorry",
    "it's",
    "it is",
    "this is",
    "i'd like",
    "i would like",
    "make it",
    "use",
    "for",
    "under",
    "the",
];
const AFTER: [&str; 11] = [
    "please",
    "bitte",
    "thanks",
    "thank you",
    "merci",
    "danke",
    "gracias",
    "diolch",
    "por favor",
    "s'il vous plaît",
    "os gwelwch yn dda",
];

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
        match after_word(line, &NAME) {
            Some(title) if !title.is_empty() => {
                found.push(Answer::Title(title.chars().take(TITLE).collect()));
            }
            _ => pieces(line, vocabulary, &mut left, &mut found),
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

/// What the pieces of a line say, of which as many are looked up as are `left`.
fn pieces(line: &str, vocabulary: &Vocabulary, left: &mut usize, found: &mut Vec<Answer>) {
    // What the last piece was about: "stage KS3, KS4".
    let mut about: Option<Scheme> = None;
    let pieces = line.split([',', ';', '+', '&']);
    let pieces = pieces
        .flat_map(|piece| piece.split(" and "))
        .map(|piece| piece.trim().trim_end_matches(['.', '!']))
        .filter(|piece| !piece.is_empty() && piece.len() <= PIECE);
    for piece in pieces {
        let Some(fewer) = left.checked_sub(1) else {
            return;
        };
        *left = fewer;
        let answers = said(piece, about, vocabulary);
        if let Some(last) = answers.last() {
            about = scheme_of(last);
        }
        found.extend(answers);
    }
}

fn scheme_of(answer: &Answer) -> Option<Scheme> {
    match answer {
        Answer::Stage(_) => Some(Scheme::Stage),
        Answer::Subject(_) => Some(Scheme::Subject),
        Answer::Kind(_) => Some(Scheme::Kind),
        Answer::Licence(_)
        | Answer::Always(_)
        | Answer::Title(_)
        | Answer::Stop
        | Answer::Start => None,
    }
}

/// What a piece says: one thing, or several that stand side by side, as in "Year 8 maths".
fn said(piece: &str, about: Option<Scheme>, vocabulary: &Vocabulary) -> Vec<Answer> {
    let lower = piece.to_lowercase().replace('’', "'");
    let lower = without_courtesy(&lower);
    if STOP.contains(&lower) {
        return vec![Answer::Stop];
    }
    if START.contains(&lower) {
        return vec![Answer::Start];
    }
    let licence = |words: &str| licence::answered(words, vocabulary);
    if let Some(rest) = after_word(lower, &ALWAYS) {
        let rest = after_word(rest, &LICENCE).unwrap_or(rest);
        return licence(rest).map(Answer::Always).into_iter().collect();
    }
    if let Some(rest) = after_word(lower, &LICENCE) {
        return licence(rest).map(Answer::Licence).into_iter().collect();
    }
    let named = [
        (Scheme::Stage, &STAGE[..]),
        (Scheme::Subject, &SUBJECT[..]),
        (Scheme::Kind, &KIND[..]),
    ];
    let all = concepts(lower, vocabulary);
    for (scheme, words) in named {
        let Some(rest) = after_word(lower, words) else {
            continue;
        };
        let mut answers = concepts(rest, vocabulary);
        answers.retain(|answer| scheme_of(answer) == Some(scheme));
        if !answers.is_empty() {
            return answers;
        }
        // "year 8" is a name as a whole, "stage KS3" is not.
        if all.iter().any(|answer| scheme_of(answer) == Some(scheme)) {
            return all;
        }
    }
    let mut expected = all.clone();
    expected.retain(|answer| about.is_some() && scheme_of(answer) == about);
    if !expected.is_empty() {
        return expected;
    }
    if !all.is_empty() {
        return all;
    }
    licence(lower).map(Answer::Licence).into_iter().collect()
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

/// What follows one of these words at the beginning of a text.
fn after_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let begins = text.get(..word.len())?.to_lowercase() == *word;
        let rest = text.get(word.len()..).filter(|_| begins)?;
        let apart = rest.is_empty() || !rest.starts_with(char::is_alphanumeric);
        let rest = rest.trim_start_matches([' ', ':', '=', '-', '\u{a0}']);
        let rest = rest.strip_prefix("is ").unwrap_or(rest);
        apart.then_some(rest.trim())
    })
}

/// The stages, subjects and kinds that are named.
fn concepts(words: &str, vocabulary: &Vocabulary) -> Vec<Answer> {
    let found = vocabulary.meant_by(words).into_iter().cloned();
    found
        .filter_map(|found| match found.scheme {
            Scheme::Stage => Some(Answer::Stage(found)),
            Scheme::Subject => Some(Answer::Subject(found)),
            Scheme::Kind => Some(Answer::Kind(found)),
            Scheme::Licence => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Curriculum;

    fn said(text: &str) -> Vec<String> {
        let vocabulary = Vocabulary::new(Curriculum::England, "").unwrap();
        let answers = understood(text, &vocabulary).into_iter();
        answers
            .map(|answer| match answer {
                Answer::Stage(of) | Answer::Subject(of) | Answer::Kind(of) => of.key(),
                Answer::Licence(licence) => licence.id,
                Answer::Always(licence) => format!("always {}", licence.id),
                Answer::Title(title) => format!("title {title}"),
                Answer::Stop => "stop".to_owned(),
                Answer::Start => "start".to_owned(),
            })
            .collect()
    }

    #[test]
    fn plain_words_are_understood() {
        for (text, expected) in [
            ("@staffroom licence by-nc", vec!["cc-by-nc"]),
            ("@school.example licence by-nc", vec!["cc-by-nc"]),
            ("@localhost:3001 licence by-nc", vec!["cc-by-nc"]),
            ("Licence: CC BY-SA 4.0", vec!["cc-by-sa"]),
            (
                "stage KS3, subject maths",
                vec!["phase/ks3", "subject/maths"],
            ),
            ("Year 8 and Year 9", vec!["phase/year8", "phase/year9"]),
            ("stage: KS3, KS4", vec!["phase/ks3", "phase/ks4"]),
            (
                "subject is history.\nlicence cc0",
                vec!["subject/history", "cc0"],
            ),
            ("by-sa", vec!["cc-by-sa"]),
            ("always cc by", vec!["always cc-by"]),
            (
                "Title: Exit tickets, and more",
                vec!["title Exit tickets, and more"],
            ),
            ("STOP", vec!["stop"]),
            ("start", vec!["start"]),
            ("etapa KS3, licencia by-nc", vec!["phase/ks3", "cc-by-nc"]),
            ("toujours licence by", vec!["always cc-by"]),
            ("Título: Salidas", vec!["title Salidas"]),
            ("parar", vec!["stop"]),
            ("worksheet", vec!["kind/worksheet"]),
            ("I would like CC BY-SA please", vec!["cc-by-sa"]),
            ("The licence is by-nc, thank you!", vec!["cc-by-nc"]),
            ("Ok: BY-SA.", vec!["cc-by-sa"]),
            ("Lizenz: by-sa bitte", vec!["cc-by-sa"]),
            ("Public domain", vec!["cc0"]),
            ("Year 8 maths", vec!["phase/year8", "subject/maths"]),
            (
                "It’s for year 8 maths",
                vec!["phase/year8", "subject/maths"],
            ),
            ("KS3 English please", vec!["phase/ks3", "subject/english"]),
            ("A level", vec!["phase/a-level"]),
            (
                "étape: collège, sujet: histoire",
                vec!["phase/lower-secondary", "subject/history"],
            ),
            ("asignatura: historia", vec!["subject/history"]),
            ("Please stop", vec!["stop"]),
            ("stop asking me", vec!["stop"]),
            ("Stop, merci", vec!["stop"]),
            ("thanks, I will think about it", vec![]),
            ("By the way, what is a licence?", vec![]),
            ("I will do it by Friday", vec![]),
            ("not cc by", vec![]),
            ("please", vec![]),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn of_a_long_answer_only_the_beginning_is_looked_at() {
        let after = |others: usize| said(&format!("{}KS3", "qqqq, ".repeat(others)));
        assert_eq!(after(PIECES - 1), ["phase/ks3"]);
        assert!(after(PIECES).is_empty());
        assert_eq!(said(&"stop, ".repeat(PIECES)).len(), ANSWERS);
        let sentence = format!("{} licence by-nc", "q".repeat(PIECE));
        assert_eq!(said(&format!("{sentence}, KS3")), ["phase/ks3"]);
    }

    #[test]
    fn hashtags_are_answers_too() {
        assert_eq!(said("#KS3 #English"), ["phase/ks3", "subject/english"]);
    }
}
