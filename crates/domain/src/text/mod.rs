//! What a status' text holds: mentions, hashtags and links, and how long it is.

mod scan;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::Handle;

/// Characters that a link counts for, however long it is.
pub const URL_LENGTH: usize = 23;

/// Which hosts a typed mention may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// A host has a dot and no port.
    Public,
    /// One label, ports and IP addresses too: only for servers on one machine.
    Any,
}

/// What a stretch of text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    Text,
    /// `http:` or `https:`.
    Url,
    Mention(Handle),
    /// As typed, without `#`.
    Hashtag(String),
}

/// Divides a text; the ranges follow each other without a gap. Takes time in proportion to the text.
#[must_use]
pub fn spans(text: &str, hosts: Hosts) -> Vec<(Range<usize>, Span)> {
    scan::spans(text, hosts)
}

/// How long a status is: in characters as people see them, a link as 23, `@ada@school.example` as `@ada`.
/// <https://docs.joinmastodon.org/user/posting/#text>
#[must_use]
pub fn count(text: &str, spoiler_text: &str, hosts: Hosts) -> usize {
    let visible = |text: &str| text.graphemes(true).count();
    let of_span = |(range, span): (Range<usize>, Span)| match span {
        Span::Url => URL_LENGTH,
        Span::Mention(handle) => handle.username.len() + 1,
        Span::Text | Span::Hashtag(_) => visible(text.get(range).unwrap_or_default()),
    };
    visible(spoiler_text) + spans(text, hosts).into_iter().map(of_span).sum::<usize>()
}

/// A message begins with those whom it is for; what comes after their names. One walk over the text.
#[must_use]
pub fn without_names(text: &str) -> &str {
    let mut rest = text.trim();
    while rest.starts_with('@') {
        let (_, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = after.trim_start();
    }
    rest
}

/// Where custom emoji stand in a text: `:name:`, not next to a letter, a digit or another colon. One walk over the text.
#[must_use]
pub fn shortcodes(text: &str) -> Vec<Range<usize>> {
    scan::shortcodes(text)
}

/// A hashtag as it is shown: in lower case, with its accents; without NUL, which no database takes.
#[must_use]
pub fn normalise_tag(name: &str) -> String {
    name.replace('\0', "").to_lowercase()
}

/// The one spelling under which a hashtag is found, as at Mastodon: `#Café` and `#cafe` are one.
/// <https://docs.joinmastodon.org/methods/tags/>
#[must_use]
pub fn fold_tag(name: &str) -> String {
    let plain: String = name.nfkc().collect();
    plain
        .to_lowercase()
        .chars()
        .filter(|letter| !letter.is_whitespace() && !letter.is_control())
        .map(without_accent)
        .collect()
}

/// The Latin letters from which Mastodon takes accents. What other scripts have beside a letter belongs to it.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ð' | 'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' | 'ĸ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŉ' | 'ŋ' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ſ' => 's',
        'ţ' | 'ť' | 'ŧ' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_hosts_of_mentions_do_not_use_up_the_length() {
        let link = "https://school.example/a/very/long/way/to/a/worksheet?with=parameters";
        assert_eq!(count(link, "", Hosts::Public), URL_LENGTH);
        assert_eq!(
            count("@ada@school.example hi", "", Hosts::Public),
            "@ada hi".len()
        );
        assert_eq!(count("👩‍🏫", "né", Hosts::Public), 3);
    }

    #[test]
    fn tags_are_one_however_they_are_typed() {
        assert_eq!(normalise_tag("KeyStage3"), normalise_tag("keystage3"));
        assert_eq!(normalise_tag("ÉCOLE"), "école");
        for (typed, found) in [
            ("Café", "cafe"),
            ("CAFE\u{301}", "cafe"),
            ("ＳＣＩＥＮＣＥ", "science"),
            ("Ŵyn_ŷd", "wyn_yd"),
            ("Größe", "große"),
            ("Łódź", "lodz"),
            ("κλάσμα", "κλάσμα"),
            ("授業", "授業"),
            ("l·l\0\u{a0}", "l·l"),
        ] {
            assert_eq!(fold_tag(typed), found);
            assert_eq!(fold_tag(&fold_tag(typed)), found);
        }
    }
}
