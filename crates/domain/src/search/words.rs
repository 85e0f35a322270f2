//! The words of a text, in the one spelling in which they are found.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a word; the rest is cut off.
const LONGEST: usize = 64;
/// Words of one text.
const MOST: usize = 5_000;

/// The words of a text in lower case and without accents, in order. Where a script puts no space between words, each
/// character is one.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = text
        .nfkd()
        .filter(|character| !is_accent(*character))
        .flat_map(char::to_lowercase)
        .nfc();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    let mut end = |word: &mut String, length: &mut usize| {
        *length = 0;
        let word = std::mem::take(word);
        if !word.is_empty() {
            words.push(word);
        }
        words.len() < MOST
    };
    for character in folded {
        let goes_on = if is_alone(character) {
            end(&mut word, &mut length);
            word.push(character);
            end(&mut word, &mut length)
        } else if character.is_alphanumeric() || (is_combining_mark(character) && length > 0) {
            length += 1;
            if length <= LONGEST {
                word.push(character);
            }
            true
        } else {
            end(&mut word, &mut length)
        };
        if !goes_on {
            break;
        }
    }
    end(&mut word, &mut length);
    words.truncate(MOST);
    words
}

/// What people leave out when they type: accents, points of Hebrew and Arabic. In other scripts marks are vowels.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}')
}

/// Chinese, Japanese, Thai, Lao, Burmese and Khmer.
fn is_alone(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}
