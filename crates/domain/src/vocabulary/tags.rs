//! What hashtags mean: as they stand, made of several words, or with a slip of the finger.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Concept, Scheme, Vocabulary};

/// Words in one hashtag, such as `#Year9HistoryAssessment`.
const WORDS: usize = 3;
/// Letters of a longer one are not taken apart.
const LONGEST: usize = 40;
/// Letters that a word has at least for a slip in it to be seen.
const SHORTEST_MISSPELT: usize = 7;
/// And where somebody says what kind of word it is.
const SHORTEST_SAID: usize = 5;

/// One spelling for all: small letters and digits, without accents and whatever is between them.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .filter(|character| character.is_alphanumeric())
        .collect()
}

/// The same with accents, by which a French collège is told from a college.
pub(super) fn spelt(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|character| character.is_alphanumeric())
        .collect()
}

/// Several words as one hashtag that can be read, also aloud: `KeyStage3`.
#[must_use]
pub fn joined(words: &str) -> String {
    let words = words.split(|letter: char| !letter.is_alphanumeric());
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters)
        })
        .collect()
}

impl Vocabulary {
    /// The hashtag to write for a concept: one that means nothing else, if there is such a one. None if others have all of its
    /// hashtags.
    #[must_use]
    pub fn hashtag(&self, concept: &Concept) -> Option<String> {
        let (label, id) = (joined(concept.label("en")), joined(&concept.id));
        let mut tags = match concept.scheme {
            // People know it by its letters.
            Scheme::Licence => vec![id.to_uppercase(), label],
            Scheme::Stage | Scheme::Subject | Scheme::Kind => vec![label, id],
        };
        tags.extend(concept.tags.iter().cloned());
        tags.retain(|tag| self.meant_by(tag).contains(&concept));
        let alone = tags.iter().position(|tag| self.meant_by(tag).len() == 1);
        tags.into_iter().nth(alone.unwrap_or_default())
    }

    /// What a hashtag means; nothing, for most.
    #[must_use]
    pub fn meant_by(&self, tag: &str) -> Vec<&Concept> {
        let found = self.named(tag);
        let tag = fold(tag);
        if !found.is_empty() || tag.len() > LONGEST {
            return found;
        }
        self.in_parts(&tag, WORDS)
            .unwrap_or_else(|| self.misspelt(&tag))
    }

    /// What these words mean as a whole, without a slip.
    #[must_use]
    pub fn named(&self, words: &str) -> Vec<&Concept> {
        let as_typed = self.with_tag(&spelt(words));
        if as_typed.is_empty() {
            self.with_tag(&fold(words))
        } else {
            as_typed
        }
    }

    /// The one term of a scheme that is nearly this word, which is said to be one.
    #[must_use]
    pub fn nearly(&self, scheme: Scheme, word: &str) -> Option<&Concept> {
        let typed = fold(word);
        let words = self
            .by_tag
            .iter()
            .filter(|(known, _)| known.len() >= SHORTEST_SAID && differs_by_slip(&typed, known));
        let mut near = words
            .flat_map(|(_, places)| places)
            .filter_map(|place| self.concepts.get(*place))
            .filter(|concept| concept.scheme == scheme);
        let first = near.next()?;
        near.all(|other| other.id == first.id).then_some(first)
    }

    /// The meanings of all words of a hashtag, if all of it is words that we know. Longer words come first, so that Year 11
    /// is not Year 1.
    fn in_parts(&self, tag: &str, words: usize) -> Option<Vec<&Concept>> {
        let whole = self.with_tag(tag);
        if !whole.is_empty() {
            return Some(whole);
        }
        if words < 2 {
            return None;
        }
        let places = tag.char_indices().map(|(at, _)| at).rev();
        places
            .filter(|at| *at >= 2 && tag.len() - at >= 2)
            .find_map(|at| {
                let (first, rest) = tag.split_at_checked(at)?;
                let ends_number = first.ends_with(|last: char| last.is_ascii_digit());
                let begins_number = rest.starts_with(|next: char| next.is_ascii_digit());
                let mut meanings = self.with_tag(first);
                if meanings.is_empty() || (ends_number && begins_number) {
                    return None;
                }
                meanings.extend(self.in_parts(rest, words - 1)?);
                Some(meanings)
            })
    }

    /// The one word that is nearly this one.
    fn misspelt(&self, tag: &str) -> Vec<&Concept> {
        let near = self.by_tag.keys().filter(|known| is_slip(tag, known));
        let mut found: Vec<Vec<&Concept>> = near.map(|known| self.with_tag(known)).collect();
        found.sort_by_key(|meanings| meanings.first().map(|concept| concept.key()));
        found.dedup();
        match found.as_slice() {
            [one] => one.clone(),
            _ => Vec::new(),
        }
    }
}

/// Whether a letter is missing, too many, or two have changed places, in a word that is long enough. Another letter is
/// another word: literary, literacy.
pub(crate) fn is_slip(typed: &str, meant: &str) -> bool {
    meant.len() >= SHORTEST_MISSPELT && differs_by_slip(typed, meant)
}

fn differs_by_slip(typed: &str, meant: &str) -> bool {
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    if !letters(typed) || !letters(meant) {
        return false;
    }
    let (typed, meant) = (typed.as_bytes(), meant.as_bytes());
    if typed.first() != meant.first() {
        return false;
    }
    let alike = typed.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let rest = |text: &[u8], from: usize| text.get(from..).unwrap_or_default().to_vec();
    if typed.len() == meant.len() + 1 {
        rest(typed, alike + 1) == rest(meant, alike)
    } else if meant.len() == typed.len() + 1 {
        rest(meant, alike + 1) == rest(typed, alike)
    } else if typed.len() == meant.len() {
        typed.get(alike) == meant.get(alike + 1)
            && typed.get(alike + 1) == meant.get(alike)
            && rest(typed, alike + 2) == rest(meant, alike + 2)
    } else {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::Curriculum;
    use super::*;

    fn meant(tag: &str) -> Vec<String> {
        let all = Vocabulary::new(Curriculum::England, "").unwrap();
        all.meant_by(tag).iter().map(|of| of.key()).collect()
    }

    #[test]
    fn what_is_written_for_a_term_means_that_term() {
        for (curriculum, without) in [
            (Curriculum::England, 0),
            (Curriculum::Scotland, 0),
            // There, a year is one of Wales.
            (Curriculum::Wales, 13),
            (Curriculum::Generic, 0),
        ] {
            let all = Vocabulary::new(curriculum, "").unwrap();
            let terms = Scheme::ALL.map(|scheme| all.of_scheme(scheme).collect::<Vec<_>>());
            let (mut nothing, mut written) = (0, HashSet::new());
            for concept in terms.concat() {
                match all.hashtag(concept) {
                    Some(tag) => {
                        assert!(all.meant_by(&tag).contains(&concept), "{tag}");
                        assert!(written.insert(tag.clone()), "{tag} twice");
                    }
                    None => nothing += 1,
                }
            }
            assert_eq!(nothing, without, "{curriculum:?}");
        }
        let all = Vocabulary::new(Curriculum::England, "").unwrap();
        for (scheme, id, tag) in [
            (Scheme::Stage, "ks3", "KeyStage3"),
            (Scheme::Subject, "design-technology", "DesignAndTechnology"),
            (Scheme::Kind, "lesson-plan", "LessonPlan"),
            (Scheme::Licence, "cc-by-sa", "CCBYSA"),
        ] {
            let concept = all.get(scheme, id).unwrap();
            assert_eq!(all.hashtag(concept).as_deref(), Some(tag));
        }
    }

    #[test]
    fn one_hashtag_may_be_several_words() {
        assert_eq!(meant("GCSEMaths"), ["phase/gcse", "subject/maths"]);
        assert_eq!(meant("Year11History"), ["phase/year11", "subject/history"]);
        assert_eq!(
            meant("Year9HistoryAssessment"),
            ["phase/year9", "subject/history", "kind/assessment"]
        );
        assert_eq!(meant("KS3English"), ["phase/ks3", "subject/english"]);
        assert!(meant("Year14").is_empty());
        assert!(meant("Monday").is_empty());
    }

    #[test]
    fn a_slip_of_the_finger_is_forgiven_another_word_is_not() {
        assert_eq!(meant("Enlgish"), ["subject/english"]);
        assert_eq!(meant("Mathmatics"), ["subject/maths"]);
        assert_eq!(meant("Assesment"), ["kind/assessment"]);
        assert!(meant("Literary").is_empty());
        assert!(meant("Year88").is_empty());
        assert!(meant("sciencefiction").is_empty());
    }

    #[test]
    fn accents_make_a_difference_only_where_words_differ() {
        assert_eq!(fold("Key_Stage 3"), "keystage3");
        assert_eq!(meant("Éducation_physique_et_sportive"), meant("PE"));
        assert_eq!(meant("Geographie"), ["subject/geography"]);
        assert_eq!(meant("Collège"), ["phase/lower-secondary"]);
        assert_eq!(meant("College"), ["phase/post-16"]);
    }
}
