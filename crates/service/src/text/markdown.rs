//! Markdown as HTML: CommonMark with strikethrough. What is typed as HTML stays words; headings, pictures and rules become
//! what posts have: docs/adr/0141.
//!
//! Mentions, hashtags, links and custom emoji are taken out before the Markdown is read, so that no `_` or `*` in them
//! means anything, and put back where they are words: in code and in the text of a link they are what was typed.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, format_html, parse_document};
use domain::Handle;
use domain::text::{Hosts, Span, shortcodes, spans};

use super::format::{Link, Rel, escape, inline};
use super::sanitise;

/// Around the number of what was taken out: characters that stand for nothing anywhere.
/// <https://www.unicode.org/faq/private_use.html#noncharacters>
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// A text, read.
#[derive(Debug)]
pub struct Marked {
    /// Safe, with gaps for what was taken out.
    html: String,
    taken: Vec<Taken>,
}

#[derive(Debug)]
struct Taken {
    typed: String,
    /// None: a custom emoji.
    span: Option<Span>,
}

/// Reads a text.
#[must_use]
pub fn read(text: &str, hosts: Hosts) -> Marked {
    let text = text.replace([OPEN, CLOSE], "");
    let mut taken = Vec::new();
    let held = hold(&text, hosts, &mut taken);
    let html = tight(&sanitise::html(&to_html(&held, &taken)));
    Marked { html, taken }
}

impl Marked {
    /// Mentions, hashtags and links that are none in code, in their order.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.there().filter_map(|taken| taken.span.as_ref())
    }

    /// Names of custom emoji that are none in code, perhaps several times.
    pub fn shortcodes(&self) -> impl Iterator<Item = &str> {
        let emoji = self.there().filter(|taken| taken.span.is_none());
        emoji.map(|taken| taken.typed.trim_matches(':'))
    }

    /// The whole as HTML; empty if nothing of it is seen.
    pub fn to_html(
        &self,
        resolve: impl Fn(&Handle) -> Option<Link>,
        tag_url: impl Fn(&str) -> String,
    ) -> String {
        filled(&self.html, &self.taken, |taken| match &taken.span {
            Some(span) => inline(span, &taken.typed, Rel::Foreign, &resolve, &tag_url),
            None => escape(&taken.typed),
        })
    }

    fn there(&self) -> impl Iterator<Item = &Taken> {
        gaps(&self.html).filter_map(move |(_, number)| self.taken.get(number?))
    }
}

/// The text with gaps.
fn hold(text: &str, hosts: Hosts, taken: &mut Vec<Taken>) -> String {
    let mut held = String::with_capacity(text.len() * 2);
    let mut take = |held: &mut String, typed: &str, span: Option<Span>| {
        // What is escaped is meant as it stands, and `<https://…>` is a link of Markdown's own.
        let slashes = held.chars().rev().take_while(|last| *last == '\\').count();
        if slashes % 2 == 1 || (span == Some(Span::Url) && held.ends_with('<')) {
            held.push_str(typed);
            return;
        }
        held.push(OPEN);
        held.push_str(&taken.len().to_string());
        held.push(CLOSE);
        taken.push(Taken {
            typed: typed.to_owned(),
            span,
        });
    };
    for (range, span) in spans(text, hosts) {
        let part = text.get(range).unwrap_or_default();
        if span != Span::Text {
            take(&mut held, part, Some(span));
            continue;
        }
        let mut from = 0;
        for emoji in shortcodes(part) {
            held.push_str(part.get(from..emoji.start).unwrap_or_default());
            take(&mut held, part.get(emoji.clone()).unwrap_or_default(), None);
            from = emoji.end;
        }
        held.push_str(part.get(from..).unwrap_or_default());
    }
    held
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.render.hardbreaks = true;
    options.render.escape = true;
    options
}

/// HTML of which nothing is believed yet, with gaps only where what was taken out is to be put back.
fn to_html(held: &str, taken: &[Taken]) -> String {
    let options = options();
    let arena = Arena::new();
    let root = parse_document(&arena, held, &options);
    let typed = |text: &str| filled(text, taken, |taken| taken.typed.clone());
    let mut links = 0_usize;
    for edge in root.traverse() {
        let node = match edge {
            NodeEdge::Start(node) => node,
            NodeEdge::End(node) => {
                if matches!(node.data.borrow().value, NodeValue::Link(_)) {
                    links = links.saturating_sub(1);
                }
                continue;
            }
        };
        let mut data = node.data.borrow_mut();
        let value = &mut data.value;
        // Posts show no pictures but those attached.
        if let NodeValue::Image(image) = value {
            *value = NodeValue::Link(image.clone());
        }
        match value {
            NodeValue::Link(link) => {
                links += 1;
                link.url = typed(&link.url);
                link.title = typed(&link.title);
            }
            NodeValue::Code(code) => code.literal = typed(&code.literal),
            NodeValue::CodeBlock(block) => block.literal = typed(&block.literal),
            NodeValue::HtmlBlock(block) => block.literal = typed(&block.literal),
            NodeValue::HtmlInline(html) => *html = typed(html),
            NodeValue::Text(text) if links > 0 => *text = typed(text).into(),
            _ => {}
        }
    }
    let mut html = String::with_capacity(held.len() * 2);
    match format_html(root, &options, &mut html) {
        Ok(()) => html,
        // Writing into memory does not fail.
        Err(_) => escape(held),
    }
}

/// What stands between the gaps, each with the number of the gap after it.
fn gaps(text: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    text.split_inclusive(CLOSE).map(|part| {
        let gap = part.strip_suffix(CLOSE).and_then(|part| {
            let (before, number) = part.rsplit_once(OPEN)?;
            Some((before, number.parse().ok()?))
        });
        match gap {
            Some((before, number)) => (before, Some(number)),
            None => (part, None),
        }
    })
}

fn filled(text: &str, taken: &[Taken], fill: impl Fn(&Taken) -> String) -> String {
    let mut whole = String::with_capacity(text.len());
    for (before, number) in gaps(text) {
        whole.push_str(before);
        if let Some(taken) = number.and_then(|number| taken.get(number)) {
            whole.push_str(&fill(taken));
        }
    }
    whole
}

/// Without the line ends that only make HTML readable to programmers; those of code stay.
fn tight(html: &str) -> String {
    let mut tight = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<pre>") {
        let (before, code) = rest.split_at(at);
        without_line_ends(before, &mut tight);
        let end = code.find("</pre>").map_or(code.len(), |end| end + 6);
        let (code, after) = code.split_at(end);
        tight.push_str(code);
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    without_line_ends(rest, &mut tight);
    tight.trim_matches('\n').to_owned()
}

fn without_line_ends(html: &str, tight: &mut String) {
    for part in html.split_inclusive(">\n") {
        tight.push_str(
            part.strip_suffix('\n')
                .filter(|tag| tag.ends_with('>'))
                .unwrap_or(part),
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(text: &str) -> String {
        let ada = |handle: &Handle| {
            (handle.username.starts_with("ada")).then(|| Link {
                url: "https://school.example/@ada".into(),
                username: handle.username.clone(),
            })
        };
        let tag = |tag: &str| format!("https://school.example/tags/{tag}");
        read(text, Hosts::Public).to_html(ada, tag)
    }

    #[test]
    fn words_are_formatted_as_they_are_marked() {
        for (text, expected) in [
            (
                "**Fractions** _on_ ~~paper~~",
                "<p><strong>Fractions</strong> <em>on</em> <del>paper</del></p>",
            ),
            ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
            (
                "- cut\n- fold\n\n1. draw",
                "<ul><li>cut</li><li>fold</li></ul><ol><li>draw</li></ol>",
            ),
            ("# Fractions", "<p><strong>Fractions</strong></p>"),
            ("> said", "<blockquote><p>said</p></blockquote>"),
            (
                "```python\na = 1\n\nb < a\n```\nend",
                "<pre><code>a = 1\n\nb &lt; a\n</code></pre><p>end</p>",
            ),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn mentions_tags_and_links_are_made_in_words() {
        let made = html("*@ada_b_c@school.example* and **#Key_Stage_3**: https://a.example/x_y_z*");
        assert!(made.contains("<em><span class=\"h-card\""), "{made}");
        assert!(made.contains("@<span>ada_b_c</span>"), "{made}");
        assert!(
            made.contains("<strong><a href=\"https://school.example/tags/Key_Stage_3\""),
            "{made}"
        );
        assert!(made.contains("href=\"https://a.example/x_y_z\""), "{made}");
        let marked = read("@ada #Maths :apple_pie: https://a.example", Hosts::Public);
        assert_eq!(marked.spans().count(), 3);
        assert_eq!(marked.shortcodes().collect::<Vec<_>>(), ["apple_pie"]);
    }

    #[test]
    fn nothing_is_made_in_code_or_inside_a_link() {
        for text in [
            "`@ada #Maths :apple: https://a.example`",
            "```\n@ada #Maths :apple: https://a.example\n```",
            "    @ada #Maths :apple: https://a.example",
        ] {
            // A text that begins with blanks comes here without them.
            let text = format!("x\n\n{text}");
            let marked = read(&text, Hosts::Public);
            assert_eq!(marked.spans().count(), 0, "{text}");
            assert_eq!(marked.shortcodes().count(), 0, "{text}");
            let made = html(&text);
            assert!(!made.contains("<a "), "{made}");
            assert!(
                made.contains("@ada #Maths :apple: https://a.example"),
                "{made}"
            );
        }
        let made = html("[of @ada #Maths](https://a.example/x_y_z \"#Title\")");
        assert_eq!(made.matches("<a ").count(), 1, "{made}");
        assert!(made.contains("href=\"https://a.example/x_y_z\""), "{made}");
        assert!(made.contains(">of @ada #Maths</a>"), "{made}");
        assert!(made.contains("title=\"#Title\""), "{made}");
        let made = html("\\#Maths and \\@ada and <https://a.example/x>");
        assert!(made.starts_with("<p>#Maths and @ada and <a "), "{made}");
        assert_eq!(made.matches("<a ").count(), 1, "{made}");
    }

    #[test]
    fn what_is_typed_never_runs() {
        for hostile in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](data:text/html,x)",
            "![x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "[x](https://a.example \"\\\" onclick=alert(1)\")",
            "<a href=\"javascript:alert(1)\">x</a>",
            "\u{fdd0}0\u{fdd1} @ada",
        ] {
            let made = html(hostile);
            for bad in [
                "<script",
                "<a href=\"javascript:",
                "<img",
                "<a href=\"data:",
            ] {
                assert!(!made.contains(bad), "{hostile} became {made}");
            }
            assert!(!made.contains(OPEN) && !made.contains(CLOSE), "{made}");
        }
        assert!(html("<b>bold</b>").contains("&lt;b&gt;bold"));
        let picture = html("![A bee](https://a.example/bee.png)");
        assert!(picture.contains(">A bee</a>"), "{picture}");
    }

    #[test]
    fn hostile_repetition_costs_little() {
        for unit in [
            ">", "- ", "[", "![", "*a_", "`", "<", "@a", "#a ", "~", "[a](", "1. ", "\\", "&",
        ] {
            let text = unit.repeat(5_000 / unit.len());
            assert!(html(&text).len() < 2_000_000, "{unit}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn the_sanitiser_changes_nothing_but_links_of_ours(
            text in "([a-z@#.:/ é\\n*_`~>\\[\\]()!<&\\\\-]|https://a\\.example|@ada|#Maths|:apple:|```){0,40}"
        ) {
            let made = html(&text);
            prop_assert!(!made.contains(OPEN) && !made.contains(CLOSE));
            let plain = |html: &str| super::super::plain_text(html);
            prop_assert_eq!(plain(&sanitise::html(&made)), plain(&made));
        }
    }
}
