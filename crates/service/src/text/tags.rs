//! The start tags of HTML, one after the other, in one pass over whatever it is: for the head of a page and the
//! links of a post, where no tree is needed.
//! <https://html.spec.whatwg.org/multipage/parsing.html#tokenization>

use std::sync::LazyLock;

use domain::limits;

use super::plain::decode;

/// Attributes of one tag that are looked at.
const ATTRIBUTES: usize = 32;

/// Bytes of a text or a value that are read: to read all that is escaped in one takes the square of it.
const LONGEST: usize = 8_192;

/// Elements in which `<` begins no tag.
const RAW: [&str; 8] = [
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes",
];

/// Leaves no tag, and all that is escaped as it is meant.
static WORDS: LazyLock<ammonia::Builder<'static>> = LazyLock::new(ammonia::Builder::empty);

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    /// In lower case.
    pub name: String,
    attributes: Vec<(&'a str, &'a str)>,
    /// Of an element that holds only text, such as a title.
    text: &'a str,
}

impl Tag<'_> {
    /// The value of an attribute; empty if it has none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let named = |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(name);
        let (_, value) = self.attributes.iter().find(named)?;
        Some(unescaped(value))
    }

    /// Whether an attribute that is a list of words has this one.
    #[must_use]
    pub fn has(&self, name: &str, word: &str) -> bool {
        self.get(name).is_some_and(|words| {
            words
                .split_ascii_whitespace()
                .any(|known| known.eq_ignore_ascii_case(word))
        })
    }

    /// The text of an element that holds nothing else, such as a title.
    #[must_use]
    pub fn text(&self) -> String {
        unescaped(self.text)
    }
}

/// The start tags of a text.
#[must_use]
pub fn tags(html: &str) -> Tags<'_> {
    Tags { rest: html }
}

/// See [`tags`].
pub struct Tags<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let (_, tag) = self.rest.split_once('<')?;
            self.rest = tag;
            if let Some(comment) = tag.strip_prefix("!--") {
                self.rest = comment.split_once("-->").unwrap_or_default().1;
            } else if tag.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return Some(self.tag(tag));
            }
        }
    }
}

impl<'a> Tags<'a> {
    fn tag(&mut self, tag: &'a str) -> Tag<'a> {
        let (name, after) = split_before(tag, ends_name);
        let (attributes, after) = attributes(after);
        let name = name.to_ascii_lowercase();
        self.rest = after;
        let mut text = "";
        if RAW.contains(&name.as_str()) {
            (text, self.rest) = until_end(after, &name);
        }
        Tag {
            name,
            attributes,
            text,
        }
    }
}

fn ends_name(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '/' | '>')
}

fn split_before(text: &str, stop: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(stop).unwrap_or(text.len()))
}

/// Names and values, and what stands after the tag.
fn attributes(mut rest: &str) -> (Vec<(&str, &str)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        // A sign of equality may begin a name.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let (_, tail) = rest.split_at(first);
        let length = tail
            .find(|c| ends_name(c) || c == '=')
            .unwrap_or(tail.len());
        let (name, after) = rest.split_at(first + length);
        let mut value = "";
        rest = after;
        if let Some(after) = after.trim_ascii_start().strip_prefix('=') {
            (value, rest) = attribute_value(after.trim_ascii_start());
        }
        if found.len() < ATTRIBUTES {
            found.push((name, value));
        }
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    split_before(text, |c| c.is_ascii_whitespace() || c == '>')
}

/// What stands before the end tag of that name, and what after it.
fn until_end<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("</")) {
        let start = from + at;
        from = start + 2;
        let tail = text.get(from..).unwrap_or_default();
        let ends = tail
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name));
        if ends {
            return (text.get(..start).unwrap_or_default(), tail);
        }
    }
    (text, "")
}

/// The characters that `&eacute;`, `&#233;` and the like stand for.
fn unescaped(text: &str) -> String {
    let text = limits::cut_bytes(text, LONGEST);
    if !text.contains('&') {
        return text.to_owned();
    }
    decode(&WORDS.clean(&text.replace('<', "&lt;")).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(html: &str) -> Vec<String> {
        tags(html).map(|tag| tag.name).collect()
    }

    #[test]
    fn attributes_are_read_however_they_are_written() {
        for html in [
            r#"<meta property="og:title" content="&Eacute;t&eacute; &#8211; a &lt; b &amp; c">"#,
            "<META content='&Eacute;t&eacute; &#8211; a < b &amp; c' PROPERTY=og:title/>",
            "<meta\nproperty = og:title\tcontent\n=\n\"Été – a < b & c\"x",
        ] {
            let tag = tags(html).next().unwrap();
            assert_eq!(tag.get("content").unwrap(), "Été – a < b & c", "{html}");
            assert!(tag.get("property").unwrap().starts_with("og:title"));
        }
        let link = tags(r#"<link rel="Alternate nofollow" href>"#)
            .next()
            .unwrap();
        assert!(link.has("rel", "alternate") && !link.has("rel", "follow"));
        assert_eq!(link.get("href").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_tag_is_passed_over() {
        let html = "a < b <!-- <x> --> <p>1<2</p> <!doctype html> <? <b> <script>'<i>'</SCRIPT ><u><title>A <em>B</title ><s>";
        assert_eq!(names(html), ["p", "b", "script", "u", "title", "s"]);
        let title = tags(html).find(|tag| tag.name == "title").unwrap();
        assert_eq!(title.text(), "A <em>B");
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        for html in [
            "<",
            "<a",
            "<a ",
            "<a href",
            "<a href=",
            "<a href='x",
            "<!--",
            "<!-- <a>",
            "<title>x",
            "<a é=\"",
        ] {
            assert!(tags(html).count() <= 1, "{html}");
        }
        let many = format!("<a {}>", "x ".repeat(100_000));
        assert_eq!(tags(&many).next().unwrap().attributes.len(), ATTRIBUTES);
    }
}
