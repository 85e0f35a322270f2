//! Foreign HTML: what formats words stays, everything else goes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use domain::limits;

use super::{blocks, tidy};

/// Elements that format words; of others the words stay.
const TAGS: [&str; 23] = [
    "p",
    "br",
    "span",
    "a",
    "abbr",
    "del",
    "s",
    "pre",
    "blockquote",
    "code",
    "b",
    "strong",
    "u",
    "sub",
    "sup",
    "i",
    "em",
    "ul",
    "ol",
    "li",
    "ruby",
    "rt",
    "rp",
];

/// Where a link may lead.
const SCHEMES: [&str; 2] = ["http", "https"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(TAGS.into_iter().chain(blocks::REWRITTEN).collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(SCHEMES))
        // On our pages it would lead to us.
        .url_relative(UrlRelative::Deny)
        .generic_attributes(HashSet::from(["lang", "dir", "translate"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "class", "title"])),
            ("span", HashSet::from(["class"])),
            ("abbr", HashSet::from(["title"])),
            ("p", HashSet::from(["class"])),
            ("ol", HashSet::from(["start", "reversed"])),
            ("li", HashSet::from(["value"])),
        ]))
        .link_rel(Some("nofollow noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|element, attribute, value| match attribute {
            _ if blocks::is_rewritten(element) => None,
            "class" => known_classes(value).map(Cow::Owned),
            "translate" if value != "no" => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder
});

/// How often it is read anew; what still changes then is only words.
const TIMES: usize = 4;
/// How many times longer it may become: escapes and the attributes of links make it longer, and so does
/// the repair of elements that overlap.
const GROWTH: usize = 8;

/// Foreign HTML that was sanitised. What is hostile takes a while: it is made before a transaction, never inside one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// What is safe of so many bytes.
    #[must_use]
    pub fn of(foreign: &str, most: usize) -> Self {
        Self(html(limits::cut_bytes(foreign, most)))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Safe HTML with the same words; only the words of what would cost too much. Longer than the limit is cut.
#[must_use]
pub fn html(foreign: &str) -> String {
    let foreign = limits::cut_bytes(foreign, limits::REMOTE_CONTENT_BYTES).replace('\0', "");
    let most = foreign.len().saturating_mul(GROWTH).saturating_add(1_000);
    if !tidy::is_costly(&foreign)
        && let Some(safe) = clean(&foreign, most)
        && let Some(flat) = flattened(safe, most)
        // Ends that were missing may make it cost too much when it is read again.
        && !tidy::is_costly(&flat)
        && !tidy::is_dense(&flat)
    {
        return flat;
    }
    // A parser would make line ends of both.
    let text = super::plain_text(&foreign).replace("\r\n", "\n");
    let mut text = text.replace('\r', "\n");
    if tidy::is_dense_text(&text) {
        text.truncate(text.floor_char_boundary(tidy::SHORT));
    }
    CLEANER.clean(&ammonia::clean_text(&text)).to_string()
}

/// Without headings and tables, whose words stay in paragraphs.
fn flattened(safe: String, most: usize) -> Option<String> {
    match blocks::rewritten(&safe) {
        Some(rewritten) => clean(&rewritten, most),
        None => Some(safe),
    }
}

/// Until nothing changes: where an element goes, its parts can come to stand where they may not, such as a
/// link inside a link, and a browser would read that otherwise than it was written.
fn clean(foreign: &str, most: usize) -> Option<String> {
    if tidy::is_dense(foreign) {
        return None;
    }
    let mut safe = CLEANER.clean(foreign).to_string();
    for _ in 0..TIMES {
        if safe.len() > most || tidy::is_dense(&safe) {
            return None;
        }
        let again = CLEANER.clean(&safe).to_string();
        if again == safe {
            return Some(safe);
        }
        safe = again;
    }
    None
}

/// The classes that apps know; microformats and those that Mastodon styles.
fn known_classes(value: &str) -> Option<String> {
    let known = |class: &&str| {
        matches!(
            *class,
            "mention" | "hashtag" | "ellipsis" | "invisible" | "quote-inline"
        ) || ["h-", "p-", "u-", "dt-", "e-"]
            .iter()
            .any(|prefix| class.starts_with(prefix))
    };
    let kept: Vec<&str> = value.split_ascii_whitespace().filter(known).collect();
    (!kept.is_empty()).then(|| kept.join(" "))
}

#[cfg(test)]
mod tests;
