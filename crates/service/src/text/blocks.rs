//! What posts have no elements for, put into those that they have: headings become bold paragraphs, as in
//! Mastodon, and a table's rows become lines.

/// Elements that are rewritten here; they come without attributes.
pub(super) const REWRITTEN: [&str; 16] = [
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "caption", "tr", "th", "td", "div", "section",
    "article", "dt", "dd",
];

/// Whether an element of that name is one of them.
pub(super) fn is_rewritten(element: &str) -> bool {
    REWRITTEN.contains(&element)
}

/// Rewrites HTML that came from the sanitiser; none if there was nothing to rewrite.
///
/// What comes out has no further elements, and is to be sanitised once more: paragraphs may stand in paragraphs.
pub(super) fn rewritten(clean: &str) -> Option<String> {
    let mut html = String::with_capacity(clean.len());
    let mut table = Table::default();
    let mut changed = false;
    let mut rest = clean;
    while let Some(at) = rest.find('<') {
        html.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let tag = rest.get(..end).unwrap_or_default();
        match table.replacement(tag) {
            Some(other) => {
                html.push_str(other);
                changed = true;
            }
            None => html.push_str(tag),
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    html.push_str(rest);
    changed.then_some(html)
}

/// How far the walk has come in a table.
#[derive(Default)]
struct Table {
    /// Something stands above the next row.
    begun: bool,
    /// Something stands before the next cell.
    in_row: bool,
}

impl Table {
    fn replacement(&mut self, tag: &str) -> Option<&'static str> {
        let name = tag.trim_start_matches(['<', '/']).trim_end_matches('>');
        if !is_rewritten(name) {
            return None;
        }
        let ends = tag.starts_with("</");
        Some(match name {
            "table" if ends => "</p>",
            "table" => {
                *self = Self::default();
                "<p>"
            }
            "tr" | "caption" if ends => "",
            "tr" | "caption" => {
                let above = std::mem::replace(&mut self.begun, true);
                self.in_row = false;
                if above { "<br>" } else { "" }
            }
            "th" | "td" if ends => "",
            "th" | "td" => {
                if std::mem::replace(&mut self.in_row, true) {
                    " | "
                } else {
                    ""
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if ends => "</strong></p>",
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "<p><strong>",
            // The rest only keeps words apart.
            _ => " ",
        })
    }
}
