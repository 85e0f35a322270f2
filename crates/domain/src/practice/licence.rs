//! Licences as people write them: `#CCBYSA`, "CC BY-SA 4.0", "Creative Commons Attribution", "Licence: by-nc", an address.

use super::fold;
use crate::vocabulary::{Concept, Scheme, Vocabulary};

/// What may be done with a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Id of its concept.
    pub id: String,
    /// The licence's own address, of the version that was named.
    pub url: String,
}

/// What stands before the parts of a Creative Commons licence; the longest first.
const NAMES: [&str; 5] = [
    "creativecommons.org/licenses/",
    "creative commons",
    "creative-commons",
    "creativecommons",
    "cc",
];
const ATTRIBUTION: [&str; 9] = [
    "attribution",
    "namensnennung",
    "paternité",
    "reconocimiento",
    "atribución",
    "attribuzione",
    "naamsvermelding",
    "atribuição",
    "by",
];
const NON_COMMERCIAL: [&str; 14] = [
    "non-commercial",
    "non commercial",
    "noncommercial",
    "nicht-kommerziell",
    "nicht kommerziell",
    "keine kommerzielle nutzung",
    "pas d'utilisation commerciale",
    "pas d’utilisation commerciale",
    "nocomercial",
    "no comercial",
    "não comercial",
    "niet-commercieel",
    "anfasnachol",
    "nc",
];
const SHARE_ALIKE: [&str; 12] = [
    "share-alike",
    "share alike",
    "sharealike",
    "weitergabe unter gleichen bedingungen",
    "partage dans les mêmes conditions",
    "partage à l'identique",
    "partage à l’identique",
    "compartirigual",
    "compartir igual",
    "condividi allo stesso modo",
    "gelijkdelen",
    "sa",
];
const NO_DERIVATIVES: [&str; 15] = [
    "no-derivatives",
    "no derivatives",
    "noderivatives",
    "noderivs",
    "no derivs",
    "keine bearbeitungen",
    "keine bearbeitung",
    "pas de modification",
    "sinobraderivada",
    "sin obra derivada",
    "sinderivadas",
    "sin derivadas",
    "non opere derivate",
    "geenafgeleidewerken",
    "nd",
];
/// What may stand between the parts of a licence, and brackets around some of them.
const SEPARATING: &str = " -–—_/:.\u{a0}\u{2010}\u{2011}";
const BRACKETS: &str = "()[]";
/// Words shortly before a licence by which it is not the one.
const DENYING: [&str; 8] = [
    "not", "never", "nicht", "kein", "keine", "pas", "nid", "ddim",
];
const NOTHING_RESERVED: [&str; 4] = ["0", "zero", "-0", " 0"];
const VERSIONS: [(&str, &str); 9] = [
    ("4.0", "4.0"),
    ("3.0", "3.0"),
    ("2.5", "2.5"),
    ("2.0", "2.0"),
    ("1.0", "1.0"),
    ("40", "4.0"),
    ("30", "3.0"),
    ("4", "4.0"),
    ("3", "3.0"),
];
/// A line that begins so is about the licence.
const SAYS_LICENCE: [&str; 7] = [
    "licence", "license", "lizenz", "trwydded", "licencia", "licenza", "licentie",
];
/// Parts of a licence after the first.
const PARTS: usize = 3;
const ZERO: &str = "https://creativecommons.org/publicdomain/zero/1.0/";

impl Licence {
    /// None of a concept that is no licence.
    #[must_use]
    pub fn of(concept: &Concept) -> Option<Self> {
        let own = concept.matches.as_ref().filter(|of| of.is_exact);
        (concept.scheme == Scheme::Licence).then(|| Self {
            id: concept.id.clone(),
            url: own.map(|of| of.uri.clone()).unwrap_or_default(),
        })
    }

    /// The licence of this address.
    #[must_use]
    pub fn at(url: &str, vocabulary: &Vocabulary) -> Option<Self> {
        let secure = match url.strip_prefix("http://") {
            Some(rest) => format!("https://{rest}"),
            None => url.to_owned(),
        };
        if let Some(concept) = vocabulary.matching(Scheme::Licence, &secure) {
            return Self::of(concept);
        }
        let rest = secure.strip_prefix("https://")?;
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        if rest.starts_with("creativecommons.org/publicdomain/zero") {
            return Some(Self::zero());
        }
        let parts = rest.strip_prefix("creativecommons.org/licenses/")?;
        parts_of(parts, false).map(|(licence, _)| licence)
    }

    /// Whether nobody may pass on what they made of it.
    #[must_use]
    pub fn forbids_derivatives(&self) -> bool {
        self.id.starts_with("cc-") && self.id.ends_with("-nd")
    }

    fn zero() -> Self {
        Self {
            id: "cc0".to_owned(),
            url: ZERO.to_owned(),
        }
    }
}

/// The licence of a post: what is said of it by a hashtag or in a line of its own, or else the only one that is named.
/// None where several are. `typed` are the hashtags of the text, `tags` its others.
pub(super) fn of(
    text: &str,
    typed: &[String],
    tags: &[&String],
    vocabulary: &Vocabulary,
) -> Option<Licence> {
    let mut said: Vec<Licence> = Vec::new();
    let mut named: Vec<Licence> = Vec::new();
    for line in text.lines() {
        let line = without_copies(line).to_lowercase();
        for (is_said, licence) in in_line(&line, vocabulary) {
            let list = if is_said { &mut said } else { &mut named };
            if !list.contains(&licence) {
                list.push(licence);
            }
        }
    }
    // Those of Creative Commons were read already, with what stands after a hyphen.
    let typed = if said.is_empty() { typed } else { &[] };
    for tag in typed.iter().chain(tags.iter().copied()) {
        let meanings = vocabulary.meant_by(tag);
        for licence in meanings.into_iter().filter_map(Licence::of) {
            if !said.iter().any(|known| known.id == licence.id) {
                said.push(licence);
            }
        }
    }
    let found = if said.is_empty() { named } else { said };
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// A line in which "cc by Tom", who was sent a copy, does not look like a licence.
fn without_copies(line: &str) -> String {
    let mut pieces = line.split("cc by ");
    let mut read = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let mut letters = piece.chars();
        let is_name = letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(char::is_lowercase);
        read.push_str(if is_name { "cc, by " } else { "cc by " });
        read.push_str(piece);
    }
    read
}

/// The licences in a line in small letters, and whether each is said to be the one.
fn in_line(line: &str, vocabulary: &Vocabulary) -> Vec<(bool, Licence)> {
    let bare = line.trim_start_matches(|character: char| !character.is_alphanumeric());
    let is_about = SAYS_LICENCE.iter().any(|word| bare.starts_with(word));
    let mut found = Vec::new();
    let mut at = 0;
    let mut before: Option<char> = None;
    while let Some(rest) = line.get(at..) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        let begins = !before.is_some_and(char::is_alphanumeric);
        match begins.then(|| named_at(rest, vocabulary)).flatten() {
            Some((licence, length)) => {
                let is_tag = matches!(before, Some('#' | '＃'));
                if is_tag || !is_denied(line.get(..at).unwrap_or_default()) {
                    found.push((is_about || is_tag, licence));
                }
                before = Some('.');
                at += length.max(1);
            }
            None => {
                before = Some(first);
                at += first.len_utf8();
            }
        }
    }
    if found.is_empty() && is_about {
        found.extend(bare_parts(bare).map(|licence| (true, licence)));
    }
    found
}

/// A licence at the beginning of a text, and its length there.
fn named_at(text: &str, vocabulary: &Vocabulary) -> Option<(Licence, usize)> {
    let government = ["open government licen", "ogl"];
    if let Some(name) = government.iter().find(|name| text.starts_with(**name))
        && (name.len() > 3 || !continues(text.get(3..)?))
    {
        let licence = Licence::of(vocabulary.get(Scheme::Licence, "ogl")?)?;
        return Some((licence, name.len()));
    }
    if text.starts_with("creativecommons.org/publicdomain/zero") {
        return Some((Licence::zero(), text.len().min(40)))
            .filter(|(_, length)| text.is_char_boundary(*length));
    }
    let name = NAMES.iter().find(|name| text.starts_with(**name))?;
    let rest = text.get(name.len()..)?;
    let zero = NOTHING_RESERVED.iter().find(|word| {
        let after = rest.strip_prefix(**word);
        after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
    });
    if let Some(word) = zero {
        return Some((Licence::zero(), name.len() + word.len()));
    }
    let (licence, length) = parts_of(rest, true)?;
    Some((licence, name.len() + length))
}

/// On a line about the licence its parts alone are enough: "Licence: by-nc".
fn bare_parts(line: &str) -> Option<Licence> {
    let words = ATTRIBUTION
        .iter()
        .flat_map(|word| line.match_indices(*word))
        .map(|(at, _)| at);
    words
        .filter(|at| {
            let before = line.get(..*at).unwrap_or_default();
            !before.ends_with(char::is_alphanumeric) && !is_denied(before)
        })
        .filter_map(|at| {
            let rest = line.get(at..)?;
            let (licence, length) = parts_of(rest, false)?;
            let after = rest.get(length..).unwrap_or_default().trim();
            // "licensed by the council" names nobody's licence.
            (licence.id != "cc-by" || after.trim_matches('.').is_empty()).then_some(licence)
        })
        .next()
}

/// Whether what comes after this is denied: "not under CC BY".
fn is_denied(before: &str) -> bool {
    let clause = before
        .rsplit([',', '.', ';', ':', '!', '?', '(', ')'])
        .next()
        .unwrap_or_default();
    let mut words = clause.split_whitespace().rev().take(2).peekable();
    words.peek() == Some(&"no")
        || words
            .any(|word| DENYING.contains(&word) || word.ends_with("n't") || word.ends_with("n’t"))
}

fn continues(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
}

fn unseparated(text: &str) -> &str {
    text.trim_start_matches(|character: char| SEPARATING.contains(character))
}

fn unbracketed(text: &str) -> &str {
    text.trim_start_matches(|character: char| {
        SEPARATING.contains(character) || BRACKETS.contains(character)
    })
}

/// One part of a licence at the beginning of a text: what follows it. Letters may follow only if they are a further part.
fn part<'a>(text: &'a str, spellings: &[&str]) -> Option<&'a str> {
    let rest = unbracketed(text);
    let rest = spellings
        .iter()
        .find_map(|spelling| rest.strip_prefix(spelling))?;
    (!continues(rest) || ends_after_parts(rest, PARTS)).then_some(rest)
}

/// Whether a text begins with further parts, and then with no letter.
fn ends_after_parts(text: &str, parts: usize) -> bool {
    let all = [&NON_COMMERCIAL[..], &SHARE_ALIKE[..], &NO_DERIVATIVES[..]];
    let mut rest = all
        .into_iter()
        .flatten()
        .filter_map(|spelling| unbracketed(text).strip_prefix(spelling));
    parts > 0 && rest.any(|rest| !continues(rest) || ends_after_parts(rest, parts - 1))
}

/// The parts of a Creative Commons licence, beginning with the attribution, and their length.
fn parts_of(text: &str, apart: bool) -> Option<(Licence, usize)> {
    if !apart && !ATTRIBUTION.iter().any(|word| text.starts_with(word)) {
        return None;
    }
    let mut rest = part(text, &ATTRIBUTION)?;
    let (mut nc, mut sa, mut nd) = (false, false, false);
    loop {
        if let Some(after) = part(rest, &NON_COMMERCIAL).filter(|_| !nc) {
            (nc, rest) = (true, after);
        } else if let Some(after) = part(rest, &SHARE_ALIKE).filter(|_| !sa) {
            (sa, rest) = (true, after);
        } else if let Some(after) = part(rest, &NO_DERIVATIVES).filter(|_| !nd) {
            (nd, rest) = (true, after);
        } else {
            break;
        }
    }
    if sa && nd {
        return None;
    }
    let mut name = "by".to_owned();
    for (is_part, suffix) in [(nc, "-nc"), (nd, "-nd"), (sa, "-sa")] {
        if is_part {
            name.push_str(suffix);
        }
    }
    let numbered = unseparated(rest).trim_start_matches(['v', ' ']);
    let version = VERSIONS.iter().find_map(|(written, version)| {
        let after = numbered.strip_prefix(written)?;
        (!after.starts_with(char::is_alphanumeric)).then_some((*version, after))
    });
    let (version, rest) = version.unwrap_or(("4.0", rest));
    let licence = Licence {
        id: format!("cc-{name}"),
        url: format!("https://creativecommons.org/licenses/{name}/{version}/"),
    };
    Some((licence, text.len() - rest.len()))
}

/// What somebody answers who is asked for a licence: nothing but its name, with or without `CC`, or its address.
pub(super) fn answered(words: &str, vocabulary: &Vocabulary) -> Option<Licence> {
    let folded = fold(words);
    let named = vocabulary
        .of_scheme(Scheme::Licence)
        .find(|concept| fold(&concept.id) == folded);
    // "By the way" is none. After an address, more of it may follow.
    let is_all = |length: usize| {
        let after = words.get(length..).unwrap_or_default();
        let is_address = words.contains('/') && !words.contains(' ');
        is_address || !after.contains(char::is_alphanumeric)
    };
    let whole = |(licence, length): (Licence, usize)| is_all(length).then_some(licence);
    named
        .and_then(Licence::of)
        .or_else(|| named_at(words, vocabulary).and_then(whole))
        .or_else(|| Licence::at(words, vocabulary))
        .or_else(|| parts_of(words, false).and_then(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Hosts, Span, spans};
    use crate::vocabulary::Curriculum;

    fn vocabulary() -> Vocabulary {
        Vocabulary::new(Curriculum::England, "").unwrap()
    }

    fn found(text: &str) -> Option<String> {
        let typed = spans(text, Hosts::Any).into_iter();
        let typed: Vec<String> = typed
            .filter_map(|(_, span)| match span {
                Span::Hashtag(name) => Some(name),
                Span::Text | Span::Url | Span::Mention(_) => None,
            })
            .collect();
        of(text, &typed, &[], &vocabulary()).map(|licence| licence.id)
    }

    #[test]
    fn licences_are_read_as_people_write_them() {
        for (text, expected) in [
            ("#CCBY", "cc-by"),
            ("#ccbysa", "cc-by-sa"),
            ("#CCBYNC40", "cc-by-nc"),
            ("#CC-BY-NC-SA", "cc-by-nc-sa"),
            ("Shared under CC BY-SA 4.0, enjoy", "cc-by-sa"),
            ("CC-BY.", "cc-by"),
            ("(CC BY ND)", "cc-by-nd"),
            ("Creative Commons Attribution-NonCommercial 4.0", "cc-by-nc"),
            ("Licence: BY-NC", "cc-by-nc"),
            (
                "https://creativecommons.org/licenses/by-nc-sa/3.0/",
                "cc-by-nc-sa",
            ),
            ("#CC0", "cc0"),
            ("CC0, do what you like", "cc0"),
            ("Open Government Licence v3", "ogl"),
            ("#OpenGovernmentLicence", "ogl"),
            ("#PublicDomain", "cc0"),
            ("(CC) BY-SA", "cc-by-sa"),
            ("CC BY (non-commercial)", "cc-by-nc"),
            ("CC—BY—SA", "cc-by-sa"),
            ("Licence: Attribution-NonCommercial", "cc-by-nc"),
            (
                "Licence Creative Commons : Attribution – Pas d’utilisation commerciale",
                "cc-by-nc",
            ),
            (
                "Creative Commons Namensnennung – nicht kommerziell",
                "cc-by-nc",
            ),
            (
                "Creative Commons Namensnennung - Weitergabe unter gleichen Bedingungen",
                "cc-by-sa",
            ),
            (
                "Creative Commons Reconocimiento-NoComercial-SinObraDerivada",
                "cc-by-nc-nd",
            ),
            ("No prep needed. CC BY", "cc-by"),
            ("Not CC BY but CC BY-NC", "cc-by-nc"),
            ("Not for sale! #CCBYNC", "cc-by-nc"),
        ] {
            assert_eq!(found(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "cc by tomorrow please, copied in by Sam? no: cc Sam",
            "accby",
            "licensed by the council",
            "CC BY-ND-SA",
            "scc0re",
        ] {
            assert_ne!(found(text).as_deref(), Some("cc-by-sa"), "{text}");
        }
        assert_eq!(found("accby"), None);
        assert_eq!(found("Thanks to all (cc by Tom)"), None);
        assert_eq!(found("cc by SA").as_deref(), Some("cc-by-sa"));
        assert_eq!(found("licensed by the council"), None);
        assert_eq!(found("CC BY-ND-SA"), None);
    }

    #[test]
    fn one_that_is_denied_is_none() {
        for text in [
            "Not CC BY, please ask me first",
            "This isn’t CC BY",
            "Not under CC BY-SA",
            "Licence: not CC BY",
            "Licence: not by-nc",
            "Nicht unter CC BY",
            "No CC BY here",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn one_that_is_said_stands_before_one_that_is_named_and_two_are_none() {
        assert_eq!(
            found("Adapted from Tom's (CC BY)\nMine: #CCBYSA").as_deref(),
            Some("cc-by-sa")
        );
        assert_eq!(found("#CCBY #CCBYNC"), None);
        assert_eq!(found("CC BY or CC0"), None);
    }

    #[test]
    fn the_version_is_kept() {
        let url = |text: &str| of(text, &[], &[], &vocabulary()).unwrap().url;
        assert_eq!(
            url("CC BY 3.0"),
            "https://creativecommons.org/licenses/by/3.0/"
        );
        assert_eq!(url("CC BY"), "https://creativecommons.org/licenses/by/4.0/");
        let at = |url: &str| Licence::at(url, &vocabulary());
        assert_eq!(
            at("http://creativecommons.org/licenses/by-sa/2.0/deed.de")
                .unwrap()
                .url,
            "https://creativecommons.org/licenses/by-sa/2.0/"
        );
        assert_eq!(at("https://creativecommons.example/licenses/by/4.0/"), None);
        assert!(
            at("https://creativecommons.org/licenses/by-nd/4.0/")
                .unwrap()
                .forbids_derivatives()
        );
    }

    #[test]
    fn an_answer_needs_no_prefix() {
        let answer = |text: &str| answered(text, &vocabulary()).map(|licence| licence.id);
        assert_eq!(answer("by-nc").as_deref(), Some("cc-by-nc"));
        assert_eq!(answer("cc by sa").as_deref(), Some("cc-by-sa"));
        assert_eq!(answer("cc0").as_deref(), Some("cc0"));
        assert_eq!(
            answer("attribution-noncommercial").as_deref(),
            Some("cc-by-nc")
        );
        assert_eq!(answer("none"), None);
        assert_eq!(answer("by the way"), None);
        assert_eq!(answer("by tomorrow"), None);
    }
}
