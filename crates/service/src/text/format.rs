//! Plain text as HTML, in the shape that Mastodon gives it and apps expect.

use domain::Handle;
use domain::text::{Hosts, Span, spans};

/// Whom a mention leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub username: String,
}

/// Characters of a link that are shown.
const SHOWN: usize = 30;

/// What a link says of how the two ends stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rel {
    Foreign,
    /// In the rows of a profile: who is at the other end may say that it is the same person.
    Me,
}

impl Rel {
    fn words(self) -> &'static str {
        match self {
            Self::Foreign => "nofollow noopener noreferrer",
            Self::Me => "me nofollow noopener",
        }
    }
}

/// Paragraphs, line ends, links, mentions and hashtags. A mention of nobody stays text.
pub fn to_html(
    text: &str,
    hosts: Hosts,
    rel: Rel,
    resolve: impl Fn(&Handle) -> Option<Link>,
    tag_url: impl Fn(&str) -> String,
) -> String {
    let text = text.replace("\r\n", "\n");
    let mut whole = String::with_capacity(text.len() * 2);
    for (range, span) in spans(&text, hosts) {
        let part = text.get(range).unwrap_or_default();
        whole.push_str(&inline(&span, part, rel, &resolve, &tag_url));
    }
    paragraphs(&whole)
}

/// One stretch of a text as HTML.
pub(super) fn inline(
    span: &Span,
    typed: &str,
    rel: Rel,
    resolve: impl Fn(&Handle) -> Option<Link>,
    tag_url: impl Fn(&str) -> String,
) -> String {
    match span {
        Span::Text => escape(typed),
        Span::Url => link(typed, rel),
        Span::Hashtag(name) => format!(
            "<a href=\"{}\" class=\"mention hashtag\" rel=\"tag\">#<span>{}</span></a>",
            escape(&tag_url(name)),
            escape(name)
        ),
        Span::Mention(handle) => match resolve(handle) {
            Some(Link { url, username }) => format!(
                "<span class=\"h-card\" translate=\"no\"><a href=\"{}\" class=\"u-url mention\">@<span>{}</span></a></span>",
                escape(&url),
                escape(&username)
            ),
            None => escape(typed),
        },
    }
}

/// An empty line ends a paragraph, any other line end is a break.
fn paragraphs(inline: &str) -> String {
    let mut html = String::with_capacity(inline.len() + 16);
    for paragraph in inline
        .split("\n\n")
        .map(|part| part.trim_matches('\n'))
        .filter(|part| !part.is_empty())
    {
        html.push_str("<p>");
        html.push_str(&paragraph.replace('\n', "<br />"));
        html.push_str("</p>");
    }
    html
}

/// A link of which the scheme and what is long are there, but not shown.
#[must_use]
pub fn link(url: &str, rel: Rel) -> String {
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + 3));
    let (scheme, rest) = match rest.strip_prefix("www.") {
        Some(shorter) => (format!("{scheme}www."), shorter),
        None => (scheme.to_owned(), rest),
    };
    let shown = domain::limits::cut(rest, SHOWN);
    let hidden = rest.get(shown.len()..).unwrap_or_default();
    let class = if hidden.is_empty() { "" } else { "ellipsis" };
    format!(
        "<a href=\"{}\" target=\"_blank\" rel=\"{}\" translate=\"no\">\
         <span class=\"invisible\">{}</span><span class=\"{class}\">{}</span><span class=\"invisible\">{}</span></a>",
        escape(url),
        rel.words(),
        escape(&scheme),
        escape(shown),
        escape(hidden)
    )
}

/// Text as it stands in HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let ada = |handle: &Handle| {
            (handle.username == "ada").then(|| Link {
                url: "https://school.example/@ada".into(),
                username: "ada".into(),
            })
        };
        to_html(text, Hosts::Public, Rel::Foreign, ada, |tag| {
            format!("https://school.example/tags/{tag}")
        })
    }

    #[test]
    fn lines_and_paragraphs_are_kept() {
        assert_eq!(html("one\ntwo\n\nthree"), "<p>one<br />two</p><p>three</p>");
        assert_eq!(html("one\n\n\n\ntwo"), "<p>one</p><p>two</p>");
        assert_eq!(html(""), "");
    }

    #[test]
    fn only_known_people_become_links() {
        assert_eq!(
            html("@ada and @nobody"),
            "<p><span class=\"h-card\" translate=\"no\"><a href=\"https://school.example/@ada\" \
             class=\"u-url mention\">@<span>ada</span></a></span> and @nobody</p>"
        );
    }

    #[test]
    fn what_is_typed_never_becomes_markup() {
        let text = "<script>alert(1)</script> https://a.example/?q=\"><img> #Tag'&";
        let html = html(text);
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn a_long_link_is_shown_short_and_kept_whole() {
        let url = "https://school.example/a/long/way/to/the/worksheet";
        let html = html(url);
        assert!(html.contains(&format!("href=\"{url}\"")), "{html}");
        assert!(
            html.contains("<span class=\"ellipsis\">school.example/a/long/way/to/t</span>"),
            "{html}"
        );
    }
}
