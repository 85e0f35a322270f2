//! Whether HTML is cheap to read. A browser's parser, which ours is, repairs what is nested wrongly: it opens
//! elements anew in every paragraph, and looks through all open ones for each end. Hostile nesting makes that
//! cost the square of the text, in time and in memory, so what is long must be well-formed.
//! <https://html.spec.whatwg.org/multipage/parsing.html#an-introduction-to-error-handling-and-strange-cases-in-the-parser>

/// So few tags cost nothing, however they stand.
const FEW: usize = 200;
/// Elements inside each other.
const DEPTH: usize = 100;

/// Elements without an end.
const VOID: [&str; 12] = [
    "area", "base", "br", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Elements inside which, or around which, the parser follows other rules than here.
const OTHER_RULES: [&str; 31] = [
    "applet",
    "caption",
    "col",
    "colgroup",
    "frame",
    "frameset",
    "iframe",
    "marquee",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "optgroup",
    "option",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "xmp",
];

/// How many bytes may be looked at in vain where HTML is written.
const LOOKS: usize = 100_000_000;
/// Bytes of a text that is written within these, whatever is in it.
pub(super) const SHORT: usize = 10_000;

/// What stands for a character when it is read, as its first byte. Other entities count as if nothing did.
const ENTITIES: [(&str, u8); 5] = [
    ("&lt;", b'<'),
    ("&gt;", b'>'),
    ("&amp;", b'&'),
    ("&quot;", b'"'),
    ("&nbsp;", NO_BREAK),
];
/// The first byte of a blank without a break, and of other signs.
const NO_BREAK: u8 = 0xc2;

/// Whether writing it again may cost the square of its length: our writer looks for the next `<` or `>` of a text anew at each
/// `&`, and at each byte with which a blank without a break begins.
pub(super) fn is_dense(html: &str) -> bool {
    may_be_dense(html) && looks(html, is_tidy(html)) > LOOKS
}

/// The same of a text in which nothing is escaped.
pub(super) fn is_dense_text(text: &str) -> bool {
    may_be_dense(text) && looks(&text.replace('&', "&amp;"), true) > LOOKS
}

fn may_be_dense(html: &str) -> bool {
    let signs = html.bytes().filter(|byte| is_sign(*byte)).count();
    html.len().saturating_mul(signs) > LOOKS
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'&' | NO_BREAK)
}

/// How many bytes the writer looks at, if every text is one up to the next `<` or `>` that is escaped and, where a tag surely `ends`
/// it, up to the next tag.
fn looks(html: &str, ends: bool) -> usize {
    let (mut looks, mut length, mut signs) = (0_usize, 0_usize, 0_usize);
    let mut rest = html.as_bytes();
    while let Some(first) = rest.first() {
        let entity = ENTITIES
            .iter()
            .find(|(name, _)| rest.starts_with(name.as_bytes()));
        let (byte, read) = entity.map_or((*first, 1), |(name, byte)| (*byte, name.len()));
        rest = rest.get(read..).unwrap_or_default();
        if matches!(byte, b'<' | b'>') && (ends || entity.is_some()) {
            looks = looks.saturating_add(length.saturating_mul(signs));
            (length, signs) = (0, 0);
        } else {
            length += 1;
            signs += usize::from(is_sign(byte));
        }
    }
    looks.saturating_add(length.saturating_mul(signs))
}

/// Whether reading it may cost more than its length.
pub(super) fn is_costly(html: &str) -> bool {
    html.bytes().filter(|byte| *byte == b'<').count() > FEW && !is_tidy(html)
}

/// Every element is closed in its turn, and nothing stands there that could be read in two ways.
fn is_tidy(html: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let after = match tag.bytes().next() {
            Some(b'!') => after_comment(tag),
            Some(b'/') => after_end(tag, &mut open),
            Some(byte) if byte.is_ascii_alphabetic() => after_start(tag, &mut open),
            Some(b'?') => None,
            // A sign, as in 1 < 2.
            _ => Some(tag),
        };
        match after {
            Some(after) if open.len() <= DEPTH => rest = after,
            _ => return false,
        }
    }
    true
}

fn after_comment(tag: &str) -> Option<&str> {
    let comment = tag.strip_prefix("!--")?;
    let (inside, after) = comment.split_once("-->")?;
    // These end a comment too, or begin one that was over at once.
    let plain = !inside.starts_with('>') && !inside.starts_with("->") && !inside.contains("--!");
    plain.then_some(after)
}

fn name_of(tag: &str) -> (String, &str) {
    let end = tag.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, rest) = tag.split_at_checked(end).unwrap_or((tag, ""));
    (name.to_ascii_lowercase(), rest)
}

fn after_end<'a>(tag: &'a str, open: &mut Vec<String>) -> Option<&'a str> {
    let (name, rest) = name_of(tag.strip_prefix('/')?);
    let after = rest.trim_ascii_start().strip_prefix('>')?;
    (open.pop()? == name).then_some(after)
}

fn after_start<'a>(tag: &'a str, open: &mut Vec<String>) -> Option<&'a str> {
    let (name, rest) = name_of(tag);
    if OTHER_RULES.contains(&name.as_str()) {
        return None;
    }
    if !VOID.contains(&name.as_str()) {
        open.push(name);
    }
    after_attributes(rest)
}

/// Names, alone or with a value in quotes, each after a blank.
fn after_attributes(mut text: &str) -> Option<&str> {
    loop {
        let attribute = text.trim_ascii_start();
        let end = attribute.strip_prefix("/>");
        if let Some(after) = end.or_else(|| attribute.strip_prefix('>')) {
            return Some(after);
        }
        if attribute.len() == text.len() {
            return None;
        }
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
        text = attribute.trim_start_matches(inside);
        if text.len() == attribute.len() {
            return None;
        }
        if let Some(value) = text.strip_prefix('=') {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            text = value.get(1..)?.split_once(quote)?.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costly(unit: &str) -> bool {
        is_costly(&unit.repeat(FEW + 1))
    }

    #[test]
    fn what_programs_write_is_cheap_at_any_length() {
        for unit in [
            "<p>one<br>two<br />three</p>",
            "<p><span class=\"h-card\"><a href=\"https://a.example/?a=1&amp;b=>\" rel='x'>@<span>ada</span></a></span></p>",
            "<!-- wp:paragraph --><P lang=\"de\" >x</p ><hr/><!-- /wp:paragraph -->",
            "<ul><li>1 < 2</li><li><img alt=\"\" src=\"x\"></li></ul>",
        ] {
            assert!(!costly(unit), "{unit}");
        }
    }

    #[test]
    fn signs_are_dense_where_nothing_ends_the_text() {
        let many = |unit: &str| unit.repeat(100_000 / unit.len());
        for dense in ["&", "&amp;", "\u{a0}", "»", "a&b", "&nbsp;", "&</x>"] {
            assert!(is_dense(&many(dense)), "{dense}");
        }
        for light in ["a", "&lt;", "<", "é", "<p>« a » &amp; b</p>", "&quot;"] {
            assert!(!is_dense(&many(light)), "{light}");
        }
        assert!(is_dense_text(&many("&lt;")) && !is_dense_text(&many("a < b & c")));
        assert!(!is_dense_text(&"&".repeat(SHORT)));
    }

    #[test]
    fn what_piles_up_open_elements_is_costly_however_it_hides_that() {
        for unit in [
            "<b>",
            "<b></i>",
            "<p><b></p>",
            "<b title=\"</b>\">",
            "<b title='\"></b>'>",
            "<b =\"></b\">",
            "<b x=></b>=\"\">",
            "<b/x=\"></b>\">",
            "<b><!--</b>-->",
            "<b><!--></b>-->",
            "<b><!-- --!><i>--></b>",
            "<b><textarea></b></textarea>",
            "<b><svg><![CDATA[></svg></b>]]></svg>",
            "<b><?></b>",
            "<b><table></b></table>",
            "<b\u{c}></b",
        ] {
            assert!(costly(unit), "{unit}");
        }
    }
}
