//! HTML as it is read for what it says of its sources: words, links, hashtags and the ends of lines.

use domain::lineage::Piece;

use super::plain::{decode, ends_block};
use super::tags;

/// The pieces of a post, but for what it quotes.
#[must_use]
pub fn flow(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        words(&mut pieces, rest.get(..at).unwrap_or_default());
        let from = rest.get(at..).unwrap_or_default();
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, after) = from.split_at(end);
        rest = after;
        let name: String = tag
            .chars()
            .skip(1)
            .take_while(|c| *c == '/' || c.is_ascii_alphanumeric())
            .collect::<String>()
            .to_ascii_lowercase();
        match name.as_str() {
            "blockquote" => rest = past(after, "</blockquote>").1,
            "p" if tag.contains("quote-inline") => rest = past(after, "</p>").1,
            "a" => {
                let (inside, behind) = past(after, "</a>");
                pieces.extend(link(tag, inside));
                rest = behind;
            }
            "br" | "br/" => pieces.push(Piece::End),
            closing if ends_block(closing) => pieces.push(Piece::End),
            _ => {}
        }
    }
    words(&mut pieces, rest);
    pieces
}

fn words(pieces: &mut Vec<Piece>, html: &str) {
    let text = decode(html);
    if !text.trim().is_empty() {
        pieces.push(Piece::Words(text));
    }
}

/// What stands before the first end tag and what behind it; the whole text if there is none.
fn past<'a>(html: &'a str, end: &str) -> (&'a str, &'a str) {
    html.split_once(end).unwrap_or((html, ""))
}

fn link(tag: &str, inside: &str) -> Option<Piece> {
    let shown = super::plain_text(inside);
    let shown = shown.trim();
    if let Some(name) = shown.strip_prefix(['#', '＃']) {
        return Some(Piece::Tag(name.to_owned()));
    }
    let found = tags(tag).next()?;
    if shown.starts_with('@') && found.has("class", "mention") {
        return Some(Piece::Mention);
    }
    Some(Piece::Link {
        address: found.get("href")?,
        words: shown.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use domain::lineage::{sources, use_of};
    use proptest::prelude::*;

    use super::*;

    fn named(html: &str) -> Vec<String> {
        let found = sources(&flow(html));
        found.into_iter().map(|source| source.address).collect()
    }

    #[test]
    fn the_address_of_a_link_is_read_not_what_is_shown_of_it() {
        let html = "<p>Three ticks</p><p>Adapted from <a href=\"https://a.example/@tom/1?x=1&amp;y=2\" rel=\"nofollow\">\
                    <span class=\"invisible\">https://</span><span>a.example</span></a>. Changed: shorter</p>";
        assert_eq!(named(html), ["https://a.example/@tom/1?x=1&y=2"]);
        assert_eq!(sources(&flow(html))[0].context, "Changed: shorter");
    }

    #[test]
    fn mentions_and_quotes_are_no_sources() {
        let mention = "<p>Adapted from <span class=\"h-card\"><a href=\"https://a.example/@tom\" class=\"u-url mention\">\
                       @<span>tom</span></a></span>'s: <a href=\"https://a.example/@tom/1\">tracker</a></p>";
        assert_eq!(named(mention), ["https://a.example/@tom/1"]);
        for html in [
            "<blockquote><p>adapted from <a href=\"https://a.example/1\">this</a></p></blockquote><p>Is it?</p>",
            "<p class=\"quote-inline\">adapted from <a href=\"https://a.example/1\">this</a></p>",
            "<p>adapted from <a href=\"https://a.example/tags/x\" rel=\"tag\">#<span>x</span></a></p>",
            "<p>adapted from</p><p>see <a href=\"https://a.example/1\">this</a></p>",
            "<p>not adapted from <a href=\"https://a.example/1\">this</a></p>",
            "<p>adapted from <a>this</a></p>",
        ] {
            assert!(named(html).is_empty(), "{html}");
        }
    }

    #[test]
    fn a_use_is_read_from_a_hashtag() {
        let html = "<p><span class=\"h-card\"><a href=\"https://a.example/@tom\" class=\"u-url mention\">@<span>tom</span></a></span> \
                    <a href=\"https://a.example/tags/tried\" class=\"mention hashtag\">#<span>Tried</span></a> Year 9 &amp; 10<br>Fine</p>";
        let (_, context) = use_of(&flow(html)).unwrap();
        assert_eq!(context, "Year 9 & 10");
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        for html in [
            "<",
            "<a",
            "<a href=\"x",
            "<blockquote>x",
            "a < b",
            "<p class=\"quote-inline\">",
        ] {
            assert!(flow(html).len() <= 2, "{html}");
        }
        let _ = flow(&"<a href=x>".repeat(20_000));
    }

    proptest! {
        #[test]
        fn whatever_it_is_nothing_is_made_up(
            html in "(<a href=\"https://a\\.example/1\">|</a>|<p>|</p>|<blockquote>|</blockquote>|<|>|&amp;|&|adapted from |é|#x|@y){0,40}"
        ) {
            let pieces = flow(&html);
            let length = |piece: &Piece| match piece {
                Piece::Words(words) | Piece::Tag(words) => words.len(),
                Piece::Link { words, .. } => words.len(),
                Piece::Mention | Piece::End => 0,
            };
            prop_assert!(pieces.iter().map(length).sum::<usize>() <= html.len());
            for source in sources(&pieces) {
                prop_assert_eq!(source.address, "https://a.example/1");
            }
        }
    }
}
