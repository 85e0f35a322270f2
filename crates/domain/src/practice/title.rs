//! The title of a post: its first line that has words of its own.

use std::ops::Range;

use super::Words;
use crate::text::{Hosts, Span, spans};

/// Characters of a title; a first line that is longer is cut after its first sentence, or between words.
const LONGEST: usize = 120;
/// Characters that a sentence has at least to be a title.
const SENTENCE: usize = 12;

/// After one of these a hashtag belongs to the sentence: "for #Year8".
const LEADS_ON: [&str; 22] = [
    "a", "an", "and", "at", "for", "from", "in", "my", "of", "on", "or", "our", "the", "to",
    "with", "i", "yn", "ar", "für", "im", "pour", "para",
];
/// A line that ends so before an address only says what is there.
const POINTS: [&str; 9] = [
    "from", "by", "at", "see", "via", "here", "re", "link", "credit",
];

/// Empty if there are no words.
pub(super) fn of(text: &str, words: &Words) -> String {
    let mut lines = text.lines().map(|line| Line::read(line, words));
    let mut second_best = String::new();
    for line in lines.by_ref().filter(|line| !line.title.is_empty()) {
        if !line.points_elsewhere {
            return shortened(&line.title);
        }
        if second_best.is_empty() {
            second_best = line.title;
        }
    }
    shortened(&second_best)
}

struct Line {
    title: String,
    /// It says where something is, and no more.
    points_elsewhere: bool,
}

impl Line {
    fn read(line: &str, words: &Words) -> Self {
        let parts: Vec<(Range<usize>, Span)> = spans(line, Hosts::Any);
        let mut parts: &[(Range<usize>, Span)] = &parts;
        // What stands before the words: whom it is to, and hashtags, unless one of them begins the sentence.
        let mut before: Vec<&str> = Vec::new();
        while let Some(((range, span), rest)) = parts.split_first() {
            match span {
                Span::Hashtag(name) if !words.has(name) => before.push(name),
                Span::Text if has_words(cut(line, range)) => break,
                _ => {}
            }
            parts = rest;
        }
        let mut after: Vec<&str> = Vec::new();
        let mut has_link = false;
        while let Some(((range, span), rest)) = parts.split_last() {
            match span {
                Span::Hashtag(name) if !words.has(name) => after.push(name),
                Span::Text if has_words(cut(line, range)) || ends_sentence(cut(line, range)) => {
                    break;
                }
                Span::Url => has_link = true,
                _ => {}
            }
            parts = rest;
        }
        let inner: String = parts
            .iter()
            .filter(|(_, span)| *span != Span::Url)
            .map(|(range, span)| match span {
                Span::Hashtag(name) => name.as_str(),
                _ => cut(line, range),
            })
            .collect();
        if inner.is_empty() {
            return Self {
                title: String::new(),
                points_elsewhere: false,
            };
        }
        let mut title = inner.clone();
        if let [only] = before.as_slice()
            && inner.starts_with(' ')
            && inner.trim_start().starts_with(char::is_alphanumeric)
        {
            title = format!("{only}{title}");
        }
        let last = last_word(&inner);
        if let Some(first) = after.last()
            && LEADS_ON.contains(&last.as_str())
        {
            title = format!("{} {first}", title.trim_end());
        }
        Self {
            title: tidy(&title),
            points_elsewhere: has_link
                && (inner.trim_end().ends_with(':') || POINTS.contains(&last.as_str())),
        }
    }
}

fn cut<'a>(line: &'a str, range: &Range<usize>) -> &'a str {
    line.get(range.clone()).unwrap_or_default()
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Hashtags before it are words of the sentence.
fn ends_sentence(text: &str) -> bool {
    text.trim_start().starts_with(['?', '!'])
}

fn last_word(text: &str) -> String {
    let word = text.split_whitespace().next_back().unwrap_or_default();
    word.trim_matches(|character: char| !character.is_alphanumeric())
        .to_lowercase()
}

/// With single spaces, and without the marks that set a title apart from what follows it.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = words.join(" ");
    let joined = if joined.contains("***") {
        joined
    } else {
        joined.replace("**", "")
    };
    let joined = match joined.trim_start_matches('#') {
        heading if heading.starts_with(' ') => heading,
        _ => joined.as_str(),
    };
    let begins = |character: char| ":;,.-–—|•*·>/\\_~=".contains(character);
    let ends = |character: char| ":;,-–—|•*·/\\_~=(".contains(character);
    let title = joined
        .trim_start_matches(|character: char| begins(character) || character.is_whitespace())
        .trim_end_matches(|character: char| ends(character) || character.is_whitespace());
    let one_stop = title
        .strip_suffix('.')
        .filter(|rest| !rest.ends_with('.'))
        .unwrap_or(title);
    one_stop.to_owned()
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= LONGEST {
        return title.to_owned();
    }
    let end = title
        .char_indices()
        .nth(LONGEST)
        .map_or(title.len(), |(at, _)| at);
    let head = title.get(..end).unwrap_or_default();
    let sentence = [". ", "! ", "? ", ": ", " – ", " - ", "; "]
        .into_iter()
        .filter_map(|stop| head.find(stop).map(|at| (at, stop)))
        .filter(|(at, _)| *at >= SENTENCE)
        .min();
    if let Some((at, stop)) = sentence {
        let kept = if matches!(stop, "! " | "? ") {
            at + 1
        } else {
            at
        };
        return head.get(..kept).unwrap_or_default().trim_end().to_owned();
    }
    // One character fewer, for the mark that says that it goes on.
    let space = head.rfind(char::is_whitespace).unwrap_or(end);
    let words = head.get(..space).unwrap_or_default();
    let words = words.trim_end_matches(|character: char| {
        !character.is_alphanumeric() && character != ')' && character != '"'
    });
    format!("{words}…")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn title(text: &str) -> String {
        of(text, &Words::new(["practice"]))
    }

    #[test]
    fn the_first_line_with_words_is_the_title() {
        for (text, expected) in [
            (
                "Exit tickets that mark themselves\nmore",
                "Exit tickets that mark themselves",
            ),
            ("#Practice Exit tickets #KS3 #Maths", "Exit tickets"),
            ("#Practice: Exit tickets.", "Exit tickets"),
            ("## Exit tickets\n#Practice", "Exit tickets"),
            (
                "**Exit tickets** in *one* minute",
                "Exit tickets in *one* minute",
            ),
            ("#KS3 #Maths\nExit tickets", "Exit tickets"),
            (
                "#Year8 poetry anthology #Practice",
                "Year8 poetry anthology",
            ),
            (
                "Starters for #Year8 #History #Practice",
                "Starters for Year8",
            ),
            ("My #KS3 starters #Practice", "My KS3 starters"),
            (
                "@tom@riverside.example Thanks, my version",
                "Thanks, my version",
            ),
            ("https://school.example/tracker\nA tracker", "A tracker"),
            (
                "Adapted from https://school.example/1\nA tracker",
                "A tracker",
            ),
            ("RE: https://school.example/1\nA tracker", "A tracker"),
            ("Download: https://school.example/1", "Download"),
            (
                "🎲 Times tables bingo 🎉 #Practice",
                "🎲 Times tables bingo 🎉",
            ),
            ("Wait... what?", "Wait... what?"),
            ("#Practice #KS3 #Maths", ""),
            ("", ""),
        ] {
            assert_eq!(title(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_line_is_cut_after_a_sentence_or_between_words() {
        let long = "A seating plan that works. ".to_owned() + &"And on it goes ".repeat(20);
        assert_eq!(title(&long), "A seating plan that works");
        let endless = "word ".repeat(60);
        let cut = title(&endless);
        assert!(
            cut.ends_with("word…") && cut.chars().count() <= LONGEST,
            "{cut}"
        );
    }

    proptest! {
        #[test]
        fn any_text_has_a_title_of_bounded_length(text in "\\PC{0,400}") {
            prop_assert!(title(&text).chars().count() <= LONGEST + 1);
        }
    }
}
