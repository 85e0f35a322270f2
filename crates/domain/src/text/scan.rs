//! One walk over the text, from the left; every character is looked at a bounded number of times.

use std::ops::Range;

use super::{Hosts, Span};
use crate::handle::{Handle, Host};
use crate::limits;

/// Bytes of a link that are read; what follows is text.
const URL_BYTES: usize = 2_048;
/// Bytes of a host in a typed mention.
const HOST_BYTES: usize = 260;
/// Characters of a hashtag.
const TAG: usize = 200;

pub(super) fn spans(text: &str, hosts: Hosts) -> Vec<(Range<usize>, Span)> {
    let mut found: Vec<(Range<usize>, Span)> = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    let mut before: Option<char> = None;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        let hit = match first {
            '@' if may_precede_mention(before) => mention(rest, hosts),
            '#' | '＃' if may_precede_tag(before) => hashtag(rest, first),
            'h' | 'H' if !before.is_some_and(is_word) => url(rest),
            _ => None,
        };
        let Some((length, span)) = hit else {
            before = Some(first);
            at += first.len_utf8();
            continue;
        };
        if plain_from < at {
            found.push((plain_from..at, Span::Text));
        }
        found.push((at..at + length, span));
        before = rest.get(..length).and_then(|text| text.chars().next_back());
        at += length;
        plain_from = at;
    }
    if plain_from < text.len() {
        found.push((plain_from..text.len(), Span::Text));
    }
    found
}

/// Longest name of a custom emoji.
const SHORTCODE: usize = 64;

/// As Mastodon finds them.
pub(super) fn shortcodes(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        let apart = |character: char| !character.is_alphanumeric() && character != ':';
        if first == ':' && before.is_none_or(apart) {
            let name = bytes.get(at + 1..).unwrap_or_default().iter();
            let length = name
                .take(SHORTCODE + 1)
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                .count();
            let end = at + 1 + length;
            let after = text.get(end + 1..).and_then(|rest| rest.chars().next());
            let closed = bytes.get(end) == Some(&b':');
            if closed && (2..=SHORTCODE).contains(&length) && after.is_none_or(apart) {
                found.push(at..end + 1);
                before = Some(':');
                at = end + 1;
                continue;
            }
        }
        before = Some(first);
        at += first.len_utf8();
    }
    found
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Not inside an e-mail address or a path.
fn may_precede_mention(before: Option<char>) -> bool {
    !before.is_some_and(|character| is_word(character) || character == '/' || character == '@')
}

fn may_precede_tag(before: Option<char>) -> bool {
    !before.is_some_and(|character| {
        is_word(character) || matches!(character, '/' | '#' | '＃' | '&' | ')')
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// How many bytes of `text` belong to a name that does not end in punctuation.
fn name_length(text: &str, limit: usize) -> usize {
    let bytes = text.as_bytes();
    let end = bytes
        .iter()
        .take(limit)
        .take_while(|byte| is_name_byte(**byte))
        .count();
    let trailing = bytes
        .iter()
        .take(end)
        .rev()
        .take_while(|byte| matches!(byte, b'.' | b'-'))
        .count();
    end - trailing
}

fn mention(text: &str, hosts: Hosts) -> Option<(usize, Span)> {
    let after_at = text.get(1..)?;
    let name_end = name_length(after_at, limits::REMOTE_NAME);
    let username = after_at.get(..name_end)?;
    if !crate::handle::is_username(username) {
        return None;
    }
    let elsewhere = after_at
        .get(name_end..)?
        .strip_prefix('@')
        .and_then(|text| host(text, hosts));
    match elsewhere {
        Some((length, host)) => {
            let handle = Handle {
                username: username.to_owned(),
                host: Some(host),
            };
            Some((1 + name_end + 1 + length, Span::Mention(handle)))
        }
        None => {
            let handle = Handle {
                username: username.to_owned(),
                host: None,
            };
            Some((1 + name_end, Span::Mention(handle)))
        }
    }
}

/// A host at the beginning of a text, and its length there.
fn host(text: &str, hosts: Hosts) -> Option<(usize, Host)> {
    let label = |character: char| is_word(character) || matches!(character, '.' | '-');
    let end = text
        .char_indices()
        .take_while(|(at, character)| *at < HOST_BYTES && label(*character))
        .last()
        .map(|(at, character)| at + character.len_utf8())?;
    let name = text.get(..end)?.trim_end_matches(['.', '-', '_']);
    let port = match hosts {
        Hosts::Public => 0,
        Hosts::Any => port_length(text.get(name.len()..)?),
    };
    if hosts == Hosts::Public && !name.contains('.') {
        return None;
    }
    let length = name.len() + port;
    Some((length, text.get(..length)?.parse().ok()?))
}

fn port_length(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |text| {
        text.bytes().take(5).take_while(u8::is_ascii_digit).count()
    });
    if digits == 0 { 0 } else { digits + 1 }
}

/// Letters, marks, digits, `_`, and `·` between them; not digits alone.
fn hashtag(text: &str, sign: char) -> Option<(usize, Span)> {
    let body = text.get(sign.len_utf8()..)?;
    let inside = |character: char| {
        is_word(character) || is_mark(character) || matches!(character, '·' | '・' | '\u{200c}')
    };
    let end = body
        .char_indices()
        .take(TAG)
        .take_while(|(_, character)| inside(*character))
        .last()
        .map(|(at, character)| at + character.len_utf8())?;
    let name = body.get(..end)?.trim_end_matches(['·', '・', '\u{200c}']);
    let named = name
        .chars()
        .any(|character| character.is_alphabetic() || character == '_');
    let begins = name.chars().next().is_some_and(is_word);
    (named && begins).then(|| (sign.len_utf8() + name.len(), Span::Hashtag(name.to_owned())))
}

/// Combining marks, such as vowel signs and accents written apart.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05c7}' | '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}'
        | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}' | '\u{0e31}'..='\u{0e4e}' | '\u{3099}'..='\u{309a}')
}

fn url(text: &str) -> Option<(usize, Span)> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let rest = text.get(scheme.len()..)?;
    let stop = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || "<>\"`{}|\\^「」『』«»‹›“„".contains(character)
    };
    let end = rest
        .char_indices()
        .take_while(|(at, character)| *at < URL_BYTES && !stop(*character))
        .last()
        .map(|(at, character)| at + character.len_utf8())?;
    let body = trim_end(rest.get(..end)?);
    let host = body.split(['/', '?', '#']).next()?;
    if !host
        .chars()
        .next()
        .is_some_and(|character| is_word(character) || character == '[')
    {
        return None;
    }
    Some((scheme.len() + body.len(), Span::Url))
}

/// Without the punctuation of the sentence around the link; a closing bracket stays if it was opened inside.
fn trim_end(url: &str) -> &str {
    let has_bracket = url.contains('[');
    let opened = url.matches('(').count();
    let mut closed = url.matches(')').count();
    let mut end = url;
    while let Some(last) = end.chars().next_back() {
        match last {
            ')' if closed > opened => closed -= 1,
            ']' if !has_bracket => {}
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '。' | '、' | '”' | '’' =>
                {}
            _ => break,
        }
        end = end.get(..end.len() - last.len_utf8()).unwrap_or_default();
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str, hosts: Hosts) -> Vec<(String, &'static str)> {
        let kind = |span: &Span| match span {
            Span::Text => "text",
            Span::Url => "url",
            Span::Mention(_) => "mention",
            Span::Hashtag(_) => "tag",
        };
        spans(text, hosts)
            .iter()
            .filter(|(_, span)| *span != Span::Text)
            .map(|(range, span)| (text[range.clone()].to_owned(), kind(span)))
            .collect()
    }

    #[test]
    fn mentions_end_where_the_name_ends() {
        for (text, expected) in [
            (
                "hi @ada, and @bob@school.example.",
                vec!["@ada", "@bob@school.example"],
            ),
            ("@ada's and (@7grace)", vec!["@ada", "@7grace"]),
            ("@ada@localhost:3000", vec!["@ada"]),
            ("ada@school.example is an address", vec![]),
            ("https://school.example/@ada", vec![]),
        ] {
            let found: Vec<String> = parts(text, Hosts::Public)
                .into_iter()
                .filter(|(_, kind)| *kind == "mention")
                .map(|(text, _)| text)
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn on_one_machine_hosts_have_ports() {
        for host in [
            "localhost:3000",
            "127.0.0.1:3101",
            "school",
            "school.example",
        ] {
            let text = format!("@ada@{host}: hello");
            assert_eq!(
                parts(&text, Hosts::Any),
                [(format!("@ada@{host}"), "mention")]
            );
        }
    }

    #[test]
    fn hashtags_are_words_in_any_language() {
        for (text, expected) in [
            ("#KS3 and #Éducation.", vec!["#KS3", "#Éducation"]),
            ("#2026 is a number, #Year8 is not", vec!["#Year8"]),
            ("a#b /#c ##d", vec![]),
            ("＃学校", vec!["＃学校"]),
            ("#l·l #end·", vec!["#l·l", "#end"]),
        ] {
            let found: Vec<String> = parts(text, Hosts::Public)
                .into_iter()
                .map(|(text, _)| text)
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn links_do_not_swallow_the_sentence() {
        for (text, expected) in [
            ("see https://school.example/a.", "https://school.example/a"),
            ("«https://school.example/a»,", "https://school.example/a"),
            ("„https://school.example/a“", "https://school.example/a"),
            ("[https://school.example/a]", "https://school.example/a"),
            (
                "(https://school.example/a_(b))",
                "https://school.example/a_(b)",
            ),
            (
                "http://127.0.0.1:3101/@ada/1!",
                "http://127.0.0.1:3101/@ada/1",
            ),
            ("<https://school.example/x>", "https://school.example/x"),
        ] {
            assert_eq!(
                parts(text, Hosts::Public),
                [(expected.to_owned(), "url")],
                "{text}"
            );
        }
        assert_eq!(
            parts("https:// http://. xhttps://a.example", Hosts::Public),
            []
        );
    }

    #[test]
    fn custom_emoji_stand_alone() {
        for (text, expected) in [
            (":apple: and :blob_cat:.", vec![":apple:", ":blob_cat:"]),
            ("(:apple:) :apple:!", vec![":apple:", ":apple:"]),
            ("a:apple: :apple:b 10:30:45 :a: ::apple:: :ap ple:", vec![]),
            (":apple::pear:", vec![]),
            ("é:apple: 日:apple:", vec![]),
            (":apple", vec![]),
        ] {
            let found: Vec<&str> = shortcodes(text)
                .into_iter()
                .map(|range| &text[range])
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        assert!(shortcodes(&":a".repeat(50_000)).is_empty());
        assert!(shortcodes(&format!(":{}:", "a".repeat(65))).is_empty());
    }

    #[test]
    fn hostile_repetition_is_read_in_one_walk() {
        for unit in [
            "@",
            "#",
            "h",
            "http://",
            "@a@",
            "#a",
            "https://(",
            "@a.",
            ")",
        ] {
            let text = unit.repeat(100_000 / unit.len());
            let length: usize = spans(&text, Hosts::Any)
                .iter()
                .map(|(range, _)| range.len())
                .sum();
            assert_eq!(length, text.len(), "{unit}");
        }
    }

    proptest! {
        #[test]
        fn the_spans_are_the_text(text in "([a-z@#.:/ é👩‍🏫()]|https://){0,60}") {
            for hosts in [Hosts::Public, Hosts::Any] {
                let joined: String = spans(&text, hosts).into_iter().map(|(range, _)| &text[range]).collect();
                prop_assert_eq!(&joined, &text);
            }
        }
    }
}
