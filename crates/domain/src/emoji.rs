//! Emoji that are characters.

use unicode_segmentation::UnicodeSegmentation;

/// Bytes of the longest emoji, a family with skin tones, with room to spare.
const LONGEST: usize = 64;

/// Whether a text is one emoji and nothing else.
#[must_use]
pub fn is_emoji(text: &str) -> bool {
    let mut letters = text.chars();
    let Some(first) = letters.next().filter(|_| text.len() <= LONGEST) else {
        return false;
    };
    let rest = letters.as_str();
    let is_one = text.graphemes(true).count() == 1;
    is_one
        && match first {
            '0'..='9' | '#' | '*' => rest.ends_with('\u{20E3}'),
            // One half of a flag is a letter.
            '\u{1F1E6}'..='\u{1F1FF}' => !rest.is_empty(),
            other => is_pictograph(other),
        }
}

/// The blocks that hold emoji, as a whole: some neighbours of emoji are let in with them.
fn is_pictograph(letter: char) -> bool {
    matches!(letter,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | 'Ⓜ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2194}'..='\u{21AA}' | '\u{231A}'..='\u{23FF}' | '\u{25AA}'..='\u{27BF}' | '\u{2934}'..='\u{2935}'
        | '\u{2B05}'..='\u{2B55}' | '\u{1F004}'..='\u{1F1E5}' | '\u{1F200}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_one_however_it_is_put_together() {
        for emoji in ["👍", "👍🏽", "❤️", "👩‍🏫", "🇫🇷", "1️⃣", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "👨‍👩‍👧‍👦"]
        {
            assert!(is_emoji(emoji), "{emoji}");
        }
    }

    #[test]
    fn words_signs_and_two_emoji_are_none() {
        for text in [
            "",
            "a",
            "1",
            "blobcat",
            "👍👍",
            "👍 ",
            "\u{1F1EB}",
            "<b>",
            "é",
            "漢",
            "\u{200D}",
        ] {
            assert!(!is_emoji(text), "{text}");
        }
        assert!(!is_emoji(&"👍\u{200D}".repeat(20)));
    }
}
