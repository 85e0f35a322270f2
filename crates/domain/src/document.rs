//! Documents: files that are passed on as they are and never shown, such as a lesson plan. Which types there are, and what
//! they may be called.

use crate::limits;

/// Characters of a name.
const NAME: usize = 120;
/// Characters of its end, which says of what type the file is.
const ENDING: usize = 10;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentType {
    Pdf,
    Odt,
    Ods,
    Odp,
    Docx,
    Xlsx,
    Pptx,
    Text,
    Csv,
    Markdown,
}

impl DocumentType {
    pub const ALL: [Self; 10] = [
        Self::Pdf,
        Self::Odt,
        Self::Ods,
        Self::Odp,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
        Self::Text,
        Self::Csv,
        Self::Markdown,
    ];

    /// Its name among media types, the end of its names, and what people call it.
    fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Pdf => ("application/pdf", "pdf", "PDF"),
            Self::Odt => (
                "application/vnd.oasis.opendocument.text",
                "odt",
                "OpenDocument text",
            ),
            Self::Ods => (
                "application/vnd.oasis.opendocument.spreadsheet",
                "ods",
                "OpenDocument spreadsheet",
            ),
            Self::Odp => (
                "application/vnd.oasis.opendocument.presentation",
                "odp",
                "OpenDocument presentation",
            ),
            Self::Docx => (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "docx",
                "Word",
            ),
            Self::Xlsx => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
                "Excel",
            ),
            Self::Pptx => (
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                "pptx",
                "PowerPoint",
            ),
            Self::Text => ("text/plain", "txt", "text"),
            Self::Csv => ("text/csv", "csv", "CSV"),
            Self::Markdown => ("text/markdown", "md", "Markdown"),
        }
    }

    #[must_use]
    pub fn mime(self) -> &'static str {
        self.facts().0
    }

    #[must_use]
    pub fn extension(self) -> &'static str {
        self.facts().1
    }

    /// As which type it is served.
    #[must_use]
    pub fn served_as(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            other => other.mime(),
        }
    }

    /// The type of that media type, whatever is said of it besides.
    #[must_use]
    pub fn with_mime(mime: &str) -> Option<Self> {
        let essence = mime.split(';').next().unwrap_or_default().trim();
        Self::ALL
            .into_iter()
            .find(|known| known.mime().eq_ignore_ascii_case(essence))
    }

    /// What a file of that name says to be.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        if ending.eq_ignore_ascii_case("markdown") {
            return Some(Self::Markdown);
        }
        Self::ALL
            .into_iter()
            .find(|known| known.extension().eq_ignore_ascii_case(ending))
    }

    /// `PDF, 240 kB`
    #[must_use]
    pub fn about(self, bytes: i64) -> String {
        let (_, _, label) = self.facts();
        if bytes > 0 {
            format!("{label}, {}", size(bytes))
        } else {
            label.to_owned()
        }
    }
}

/// Rounded to what people tell apart.
fn size(bytes: i64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} bytes");
    }
    if bytes < 999_500 {
        return format!("{} kB", (bytes + 500) / 1_000);
    }
    let tenths = bytes.saturating_add(50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// What is seen of a name that somebody gave a file, and no more than there is room for: no folder, nothing that hides or turns
/// letters around. It may be empty.
#[must_use]
pub fn seen_name(name: &str) -> String {
    // The slash of a tag, as in `</b>`, parts no folders.
    let whole = name.replace("</", "<");
    let last = whole.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last
        .chars()
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .filter(|letter| is_seen(*letter))
        .collect();
    let words = seen.split(' ').filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>().join(" ");
    // A name that begins with a dot is hidden, and one that ends with it loses it.
    let name = words.trim_matches(|letter: char| matches!(letter, '.' | ' '));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let length = ending.chars().count();
    if ending.is_empty() || length > ENDING {
        return limits::cut(name, NAME).trim_end().to_owned();
    }
    let stem = limits::cut(stem, NAME - 1 - length).trim_end();
    format!("{stem}.{ending}")
}

/// Not controls, and not what is invisible or changes the direction of what stands beside it.
fn is_seen(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_people_see_of_it() {
        for (said, name) in [
            ("Writing tracker.pdf", "Writing tracker.pdf"),
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\ada\\plan.docx", "plan.docx"),
            ("a\u{202e}fdp.exe\u{202c}.pdf", "afdp.exe.pdf"),
            ("a\0b\r\nc\t d.pdf", "ab c d.pdf"),
            ("...hidden.pdf. ", "hidden.pdf"),
            (".pdf", "pdf"),
            ("Cynllun gwers â thŷ.odt", "Cynllun gwers â thŷ.odt"),
            ("plan\u{200b}.pdf", "plan.pdf"),
            ("Plän <b>for</b> Y8.pdf", "Plän <b>for<b> Y8.pdf"),
            ("\u{202e}/..", ""),
            ("", ""),
        ] {
            assert_eq!(seen_name(said), name, "{said:?}");
        }
        let long = seen_name(&format!("{}.pdf", "ü".repeat(500)));
        assert_eq!(long.chars().count(), NAME);
        assert!(long.ends_with("ü.pdf"));
        let odd = seen_name(&format!("a.{}", "b".repeat(500)));
        assert_eq!(odd.chars().count(), NAME);
    }

    #[test]
    fn the_end_of_a_name_says_what_it_is() {
        for (name, is) in [
            ("a.PDF", Some(DocumentType::Pdf)),
            ("a.b.docx", Some(DocumentType::Docx)),
            ("read.me.markdown", Some(DocumentType::Markdown)),
            ("a.docm", None),
            ("a.pdf.exe", None),
            ("a.html", None),
            ("pdf", None),
        ] {
            assert_eq!(DocumentType::named(name), is, "{name}");
        }
        for known in DocumentType::ALL {
            assert_eq!(DocumentType::with_mime(known.mime()), Some(known));
            assert_eq!(DocumentType::with_mime(known.served_as()), Some(known));
            assert_eq!(
                DocumentType::named(&format!("a.{}", known.extension())),
                Some(known)
            );
        }
        assert_eq!(DocumentType::with_mime("text/html"), None);
    }

    #[test]
    fn sizes_are_said_in_few_letters() {
        for (bytes, said) in [
            (1, "PDF, 1 bytes"),
            (999, "PDF, 999 bytes"),
            (1_499, "PDF, 1 kB"),
            (240_000, "PDF, 240 kB"),
            (999_499, "PDF, 999 kB"),
            (999_500, "PDF, 1.0 MB"),
            (12_340_000, "PDF, 12.3 MB"),
            (0, "PDF"),
        ] {
            assert_eq!(DocumentType::Pdf.about(bytes), said);
        }
    }
}
