//! Languages: which one somebody says, and in which a text is whose author does not say.

use domain::language::{CODE_BYTES, is_code, named};
use domain::text::{Hosts, Span, shortcodes, spans};
use whatlang::{Detector, Lang, Script};

use crate::error::invalid;
use crate::{Error, Result};

/// Characters of a text that are looked at.
const READ: usize = 2_000;
/// Letters that it takes to tell languages apart which share a script, and those that do not.
const ENOUGH: (usize, usize) = (20, 8);

/// The languages that can be told apart, by their codes of ISO 639-1 and ISO 639-3.
const CODES: [(&str, &str); 69] = [
    ("af", "afr"),
    ("ak", "aka"),
    ("am", "amh"),
    ("ar", "ara"),
    ("az", "aze"),
    ("be", "bel"),
    ("bg", "bul"),
    ("bn", "ben"),
    ("ca", "cat"),
    ("cs", "ces"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("eo", "epo"),
    ("es", "spa"),
    ("et", "est"),
    ("fa", "pes"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("gu", "guj"),
    ("he", "heb"),
    ("hi", "hin"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("hy", "hye"),
    ("id", "ind"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("jv", "jav"),
    ("ka", "kat"),
    ("km", "khm"),
    ("kn", "kan"),
    ("ko", "kor"),
    ("la", "lat"),
    ("lt", "lit"),
    ("lv", "lav"),
    ("mk", "mkd"),
    ("ml", "mal"),
    ("mr", "mar"),
    ("my", "mya"),
    ("nb", "nob"),
    ("ne", "nep"),
    ("nl", "nld"),
    ("or", "ori"),
    ("pa", "pan"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("si", "sin"),
    ("sk", "slk"),
    ("sl", "slv"),
    ("sn", "sna"),
    ("sr", "srp"),
    ("sv", "swe"),
    ("ta", "tam"),
    ("te", "tel"),
    ("th", "tha"),
    ("tk", "tuk"),
    ("tl", "tgl"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("ur", "urd"),
    ("uz", "uzb"),
    ("vi", "vie"),
    ("yi", "yid"),
    ("zh", "cmn"),
    ("zu", "zul"),
];

/// A code of somebody's settings, which stays as it was written.
pub(crate) fn checked(code: String) -> Result<String> {
    if is_code(&code) {
        Ok(code)
    } else {
        Err(not_listed())
    }
}

/// The language of a post: as in Mastodon, a code that means no language says nothing.
pub(crate) fn meant(code: &str) -> Result<Option<String>> {
    if code.len() > CODE_BYTES {
        return Err(not_listed());
    }
    Ok(named(code))
}

fn not_listed() -> Error {
    invalid("Language is not included in the list")
}

/// Whether texts in the language of this code can be told from others.
#[must_use]
pub fn is_detectable(code: &str) -> bool {
    lang(code).is_some()
}

/// The code of the language of a text, if it is one of `likely` and there is no doubt. Takes time in proportion to the
/// text, of which no more than the beginning is read.
pub(crate) fn detect(text: &str, hosts: Hosts, likely: &[&str]) -> Option<&'static str> {
    let candidates: Vec<Lang> = likely.iter().filter_map(|code| lang(code)).collect();
    if candidates.len() < 2 {
        return None;
    }
    let words = words(domain::limits::cut(text, READ), hosts);
    let found = Detector::with_allowlist(candidates).detect(&words)?;
    let shared = matches!(
        found.script(),
        Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari
    );
    let enough = if shared { ENOUGH.0 } else { ENOUGH.1 };
    let letters = words.chars().filter(|letter| letter.is_alphabetic());
    if !found.is_reliable() || letters.count() < enough {
        return None;
    }
    // Of several unlikely candidates one always is the best.
    let of_all = whatlang::detect(&words).filter(whatlang::Info::is_reliable);
    if of_all.is_some_and(|other| other.lang() != found.lang()) {
        return None;
    }
    code(found.lang())
}

fn lang(code: &str) -> Option<Lang> {
    let base = code.split(['-', '_']).next()?.to_ascii_lowercase();
    let (_, long) = CODES.iter().find(|(short, _)| *short == base)?;
    Lang::from_code(*long)
}

fn code(lang: Lang) -> Option<&'static str> {
    let (short, _) = CODES.iter().find(|(_, long)| *long == lang.code())?;
    Some(*short)
}

/// A text without what is written alike in every language.
fn words(text: &str, hosts: Hosts) -> String {
    let mut words = String::with_capacity(text.len());
    for (range, span) in spans(text, hosts) {
        let part = text.get(range).unwrap_or_default();
        if span != Span::Text {
            words.push(' ');
            continue;
        }
        let mut from = 0;
        for emoji in shortcodes(part) {
            words.push_str(part.get(from..emoji.start).unwrap_or_default());
            from = emoji.end;
        }
        words.push_str(part.get(from..).unwrap_or_default());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIKELY: [&str; 6] = ["en", "fr", "de", "es", "el", "ja"];

    fn detected(text: &str) -> Option<&'static str> {
        detect(text, Hosts::Public, &LIKELY)
    }

    #[test]
    fn a_sentence_says_in_which_language_it_is() {
        for (text, code) in [
            (
                "We looked at how the children explain their own working out on paper.",
                "en",
            ),
            (
                "Les élèves ont travaillé toute la matinée sur les fractions et les nombres décimaux.",
                "fr",
            ),
            (
                "Die Kinder haben heute gelernt, wie man Brüche auf den gleichen Nenner bringt.",
                "de",
            ),
            ("Τα παιδιά διαβάζουν μαζί", "el"),
            ("こどもたちは分数を学びました", "ja"),
        ] {
            assert_eq!(detected(text), Some(code), "{text}");
        }
    }

    #[test]
    fn what_is_short_or_no_words_says_nothing() {
        for text in [
            "",
            "Bonjour",
            "Oui, oui!",
            "👩‍🏫 🎉🎉🎉 :les_enfants_travaillent_aujourd_hui:",
            "https://ecole.example/les-enfants-travaillent-aujourd-hui-dans-la-classe",
            "#LesEnfantsTravaillentAujourdHui @les_enfants@ecole.example",
            "12345678901234567890123",
        ] {
            assert_eq!(detected(text), None, "{text}");
        }
    }

    #[test]
    fn only_likely_languages_are_found() {
        let french = "Les élèves ont travaillé toute la matinée sur les fractions et les nombres.";
        assert_eq!(detect(french, Hosts::Public, &["en", "de"]), None);
        assert_eq!(detect(french, Hosts::Public, &["fr"]), None);
        assert_eq!(detect(french, Hosts::Public, &[]), None);
        assert_eq!(
            detect(french, Hosts::Public, &["en-GB", "fr_FR", "xx"]),
            Some("fr")
        );
    }

    #[test]
    fn codes_are_sorted_and_known() {
        assert!(CODES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(is_detectable("en") && is_detectable("pt-BR") && !is_detectable("xx"));
    }
}
