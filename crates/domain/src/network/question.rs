//! Whether a post asks something, and the words by which posts that ask the same are found.

use std::collections::HashSet;

use crate::search::words;

/// Letters of a word that tells something.
const LETTERS: usize = 5;
/// Words that are looked for.
const WORDS: usize = 12;
/// What questions have in common, without accents, in English, German, French, Spanish and Welsh.
const EMPTY: [&str; 44] = [
    "about", "anybody", "anyone", "could", "every", "ideas", "other", "please", "should",
    "somebody", "someone", "thank", "thanks", "their", "there", "these", "think", "those", "using",
    "where", "which", "would", "bitte", "danke", "einen", "jemand", "kennt", "konnte", "welche",
    "welcher", "avez", "bonjour", "comment", "merci", "quelle", "quelles", "alguien", "cuando",
    "donde", "gracias", "tiene", "diolch", "rhywun", "unrhyw",
];

/// Whether a text ends with a question mark, apart from hashtags, mentions and links behind it.
#[must_use]
pub fn is_question(text: &str) -> bool {
    let mut words = text.split_whitespace().rev();
    let last = words.find(|word| !word.starts_with(['#', '@']) && !word.starts_with("http"));
    last.is_some_and(|last| {
        let last = last.trim_end_matches([')', '"', '”', '»', '\'']);
        last.ends_with(['?', '？', '؟'])
    })
}

/// The words of a question that may tell it from others, the longest first: those are rarer.
#[must_use]
pub fn telling_words(text: &str) -> Vec<String> {
    let said: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with('@') && !word.starts_with("http"))
        .collect();
    let mut known: HashSet<String> = HashSet::new();
    let mut telling: Vec<String> = words(&said.join(" "))
        .into_iter()
        .filter(|word| word.chars().count() >= LETTERS && !EMPTY.contains(&word.as_str()))
        .filter(|word| known.insert(word.clone()))
        .collect();
    telling.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    telling.truncate(WORDS);
    telling
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_ends_with_its_mark() {
        for (text, expected) in [
            ("@english Who has a poem on rain?", true),
            ("Quel poème sur la pluie\u{a0}?\n#KS3 #Poetry", true),
            ("Any ideas (for Year 8?)", true),
            ("Who knows? I do.", false),
            ("Look: https://a.example/?q=1", false),
            ("#KS3?", false),
            ("", false),
        ] {
            assert_eq!(is_question(text), expected, "{text}");
        }
    }

    #[test]
    fn what_all_questions_say_tells_nothing() {
        let text = "@english Could anyone explain caesura, please? Caesura and #Enjambment! https://a.example/verses";
        assert_eq!(telling_words(text), ["enjambment", "explain", "caesura"]);
    }
}
