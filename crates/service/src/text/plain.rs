//! The words of HTML.

/// The text of HTML, with a line for each paragraph and break. The result is text: escape it where it is shown.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(rest.get(..start).unwrap_or_default());
        rest = rest.get(start + 1..).unwrap_or_default();
        let end = rest.find('>').unwrap_or(rest.len());
        let tag = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
        if tag.starts_with("br") || ends_block(&tag) {
            text.push('\n');
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    text.push_str(rest);
    decode(text.trim_end_matches('\n'))
}

pub(super) fn ends_block(tag: &str) -> bool {
    let name = tag.strip_prefix('/').map(str::trim).unwrap_or_default();
    matches!(
        name,
        "p" | "li" | "blockquote" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "div"
    )
}

/// The entities that our own HTML contains; each once, so that `&amp;lt;` stays `&lt;`.
pub(super) fn decode(text: &str) -> String {
    const ENTITIES: [(&str, char); 6] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&nbsp;", ' '),
    ];
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let known = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (length, character) =
            known.map_or((1, '&'), |(entity, character)| (entity.len(), *character));
        decoded.push(character);
        rest = rest.get(length..).unwrap_or_default();
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn words_and_lines_are_kept() {
        assert_eq!(
            plain_text("<p>one<br />two</p><p>a &lt; b &amp;lt;</p>"),
            "one\ntwo\na < b &lt;"
        );
        assert_eq!(
            plain_text("<a href=\"x\">@<span>ada</span></a> hi"),
            "@ada hi"
        );
        assert_eq!(plain_text("a < b"), "a ");
    }
}
