//! What is searched for: any text is a question, and its words are words.

use domain::search::{Part, Question, words};

pub fn question(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let question = Question::parse(text);
    assert!(question.parts.len() <= 16);
    for (part, _) in &question.parts {
        if let Part::Phrase(words) = part {
            assert!(
                !words.is_empty() && words.iter().all(|word| is_word(word)),
                "{words:?}"
            );
        }
    }
    assert!(words(text).iter().all(|word| is_word(word)));
}

/// The databases' own language has signs of ASCII, and marks of ours begin with `§`.
fn is_word(word: &str) -> bool {
    let is_sign = |c: char| c == '§' || (c.is_ascii() && !c.is_ascii_alphanumeric());
    !word.is_empty() && !word.contains(is_sign)
}
