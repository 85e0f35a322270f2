//! Foreign HTML: what formats words stays, everything else goes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use domain::limits;

use super::blocks;

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

/// Elements inside each other; what is deeper is shown as text would be a mistake, so the tags go.
const DEPTH: usize = 100;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(TAGS.into_iter().chain(blocks::REWRITTEN).collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(SCHEMES))
        // Whose server it would be relative to is not said.
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

/// Safe HTML with the same words. Longer than the limit is cut.
#[must_use]
pub fn html(foreign: &str) -> String {
    let foreign = limits::cut_bytes(foreign, limits::REMOTE_CONTENT_BYTES).replace('\0', "");
    if is_deep(&foreign) {
        return CLEANER
            .clean(&ammonia::clean_text(&super::plain_text(&foreign)))
            .to_string();
    }
    let clean = CLEANER.clean(&foreign).to_string();
    match blocks::rewritten(&clean) {
        Some(rewritten) => CLEANER.clean(&rewritten).to_string(),
        None => clean,
    }
}

/// Whether more elements are open at once than any writing needs: the parser's time grows with their square.
fn is_deep(html: &str) -> bool {
    let mut depth = 0_usize;
    for (at, _) in html.match_indices('<') {
        let next = html.as_bytes().get(at + 1);
        if next == Some(&b'/') {
            depth = depth.saturating_sub(1);
        } else if next.is_some_and(u8::is_ascii_alphabetic) {
            let tag = html.get(at + 1..at + 3).unwrap_or_default();
            // A break has no end.
            if !tag.eq_ignore_ascii_case("br") {
                depth += 1;
            }
        }
        if depth > DEPTH {
            return true;
        }
    }
    false
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
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_and_nothing_is_loaded() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"data:text/html,x\">x</a>",
            "<a href=\"mailto:javascript@evil.example\">x</a>",
            "<p style=\"background:url(//evil.example)\" onclick=\"x\">x</p>",
            "<iframe src=\"https://evil.example\"></iframe>",
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext></p><img src=x onerror=alert(1)>",
        ] {
            let safe = html(hostile);
            for word in [
                "script",
                "onerror",
                "onclick",
                "javascript",
                "data:",
                "style",
                "iframe",
                "svg",
                "<img",
            ] {
                assert!(!safe.contains(word), "{hostile} became {safe}");
            }
        }
    }

    #[test]
    fn a_mention_from_mastodon_stays_one() {
        let safe = html(
            "<p><span class=\"h-card evil\"><a href=\"https://school.example/@ada\" class=\"u-url mention\">@<span>ada</span></a></span></p>",
        );
        assert!(safe.contains("class=\"h-card\""), "{safe}");
        assert!(safe.contains("class=\"u-url mention\""), "{safe}");
        assert!(
            safe.contains("rel=\"nofollow noopener noreferrer\""),
            "{safe}"
        );
    }

    #[test]
    fn a_link_leads_to_an_address_of_its_own_or_nowhere() {
        for relative in [
            "/x",
            "//evil.example/x",
            "?x",
            "#x",
            "x",
            "",
            "https:",
            "\\\\evil.example",
        ] {
            let safe = html(&format!("<p><a href=\"{relative}\">words</a></p>"));
            assert!(!safe.contains("href"), "{relative}: {safe}");
            assert!(safe.contains("words"), "{relative}: {safe}");
        }
    }

    #[test]
    fn headings_are_bold_paragraphs() {
        assert_eq!(
            html("<h1 lang=\"en\">Fractions</h1><p>on paper</p><h6>End</h6>"),
            "<p><strong>Fractions</strong></p><p>on paper</p><p><strong>End</strong></p>"
        );
    }

    #[test]
    fn the_cells_of_a_table_stay_apart() {
        let table = "<table><caption>Plan</caption><thead><tr><th>Day</th><th>Room</th></tr></thead>\
                     <tbody><tr><td>Monday</td><td><b>4</b></td></tr></tbody></table>";
        assert_eq!(
            html(table),
            "<p>Plan<br>Day | Room<br>Monday | <b>4</b></p>"
        );
        assert_eq!(html("<div>one</div><div>two</div>"), " one  two ");
    }

    #[test]
    fn sanitising_twice_is_sanitising_once() {
        for foreign in [
            "<h2><p>a</p></h2>b",
            "<table><tr><td><p>a</p></td><td><table><tr><td>b</td></tr></table></td></tr></table>",
            "<a href=\"https://a.example\" title=\"<h1>\">x</a>",
            "<p><span><h1>x</h1></span></p>",
            "<a href=\"/x\"><h3>y</h3></a>",
        ] {
            let once = html(foreign);
            assert_eq!(html(&once), once, "{foreign}");
        }
    }

    #[test]
    fn deep_nesting_keeps_its_words_and_costs_nothing() {
        let deep = format!("{}words{}", "<b>".repeat(30_000), "</b>".repeat(1_000));
        assert_eq!(html(&deep), "words");
    }
}
