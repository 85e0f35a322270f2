//! The part of structured fields that signatures need, read and written: RFC 8941, bounded.

use std::fmt::{self, Write};

use base64::{Engine, prelude::BASE64_STANDARD};

const FIELD_LIMIT: usize = 8 * 1024;
const MEMBERS: usize = 8;
const ITEMS: usize = 32;

/// A bare item. Decimals are left out: nothing in a signature has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Integer(i64),
    Text(String),
    Token(String),
    Bytes(Vec<u8>),
    Boolean(bool),
}

pub(super) type Parameters = Vec<(String, Item)>;

/// A member of `Signature-Input`: the covered components and what is said about the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InnerList {
    pub(super) items: Vec<String>,
    pub(super) parameters: Parameters,
}

impl InnerList {
    pub(super) fn parameter(&self, name: &str) -> Option<&Item> {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, item)| item)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Text(text) => {
                f.write_char('"')?;
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('"')
            }
            Self::Token(token) => f.write_str(token),
            Self::Bytes(bytes) => write!(f, ":{}:", BASE64_STANDARD.encode(bytes)),
            Self::Boolean(value) => f.write_str(if *value { "?1" } else { "?0" }),
        }
    }
}

impl fmt::Display for InnerList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('(')?;
        for (position, item) in self.items.iter().enumerate() {
            if position > 0 {
                f.write_char(' ')?;
            }
            write!(f, "\"{item}\"")?;
        }
        f.write_char(')')?;
        for (name, item) in &self.parameters {
            match item {
                Item::Boolean(true) => write!(f, ";{name}")?,
                other => write!(f, ";{name}={other}")?,
            }
        }
        Ok(())
    }
}

/// Reads a dictionary of inner lists of strings: `sig1=("@method" "date");created=1`.
pub(super) fn inner_lists(field: &str) -> Option<Vec<(String, InnerList)>> {
    dictionary(field, inner_list)
}

/// Reads a dictionary of byte sequences: `sig1=:YWJj:`. Their parameters mean nothing to us.
pub(super) fn byte_sequences(field: &str) -> Option<Vec<(String, Vec<u8>)>> {
    dictionary(field, |parser| {
        let Item::Bytes(bytes) = parser.item()? else {
            return None;
        };
        parser.parameters()?;
        Some(bytes)
    })
}

fn inner_list(parser: &mut Parser) -> Option<InnerList> {
    parser.inner_list()
}

/// A name given twice is refused, although RFC 8941 lets the last one win: two readers of one
/// request must not see different signatures.
fn dictionary<T>(
    field: &str,
    mut value: impl FnMut(&mut Parser) -> Option<T>,
) -> Option<Vec<(String, T)>> {
    if field.len() > FIELD_LIMIT || !field.is_ascii() {
        return None;
    }
    let mut parser = Parser { rest: field.trim() };
    let mut members: Vec<(String, T)> = Vec::new();
    loop {
        let name = parser.key()?;
        parser.expect('=')?;
        if members.len() == MEMBERS || members.iter().any(|(other, _)| *other == name) {
            return None;
        }
        members.push((name, value(&mut parser)?));
        parser.skip(&[' ', '\t']);
        if parser.rest.is_empty() {
            return Some(members);
        }
        parser.expect(',')?;
        parser.skip(&[' ', '\t']);
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn expect(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    fn skip(&mut self, blanks: &[char]) {
        self.rest = self.rest.trim_start_matches(blanks);
    }

    /// Takes the longest beginning in which every character is `wanted`.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn key(&mut self) -> Option<String> {
        let starts_well = self
            .rest
            .starts_with(|c: char| c.is_ascii_lowercase() || c == '*');
        let key = self.take(|c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '*')
        });
        (starts_well && key.len() <= 64).then(|| key.to_owned())
    }

    fn inner_list(&mut self) -> Option<InnerList> {
        self.expect('(')?;
        let mut items = Vec::new();
        loop {
            self.skip(&[' ']);
            if self.rest.starts_with(')') {
                break;
            }
            // A component with parameters of its own (`;bs`, `;req`, `;key=…`) fails here: we know none.
            let Item::Text(item) = self.item()? else {
                return None;
            };
            if items.len() == ITEMS || !self.rest.starts_with([' ', ')']) {
                return None;
            }
            items.push(item);
        }
        self.expect(')')?;
        let parameters = self.parameters()?;
        Some(InnerList { items, parameters })
    }

    fn parameters(&mut self) -> Option<Parameters> {
        let mut parameters = Parameters::new();
        while self.expect(';').is_some() {
            self.skip(&[' ']);
            let name = self.key()?;
            let item = if self.expect('=').is_some() {
                self.item()?
            } else {
                Item::Boolean(true)
            };
            if parameters.len() == ITEMS || parameters.iter().any(|(other, _)| *other == name) {
                return None;
            }
            parameters.push((name, item));
        }
        Some(parameters)
    }

    fn item(&mut self) -> Option<Item> {
        match self.rest.chars().next()? {
            '"' => self.text().map(Item::Text),
            ':' => self.bytes().map(Item::Bytes),
            '?' => self.boolean().map(Item::Boolean),
            '-' | '0'..='9' => self.integer().map(Item::Integer),
            'a'..='z' | 'A'..='Z' | '*' => Some(Item::Token(
                self.take(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c))
                    .to_owned(),
            )),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<String> {
        self.expect('"')?;
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.rest = self.rest.get(at + 1..)?;
                    return Some(text);
                }
                '\\' => match characters.next()?.1 {
                    escaped @ ('"' | '\\') => text.push(escaped),
                    _ => return None,
                },
                ' '..='~' => text.push(c),
                _ => return None,
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        self.expect(':')?;
        let bytes = BASE64_STANDARD.decode(self.take(|c| c != ':')).ok()?;
        self.expect(':')?;
        Some(bytes)
    }

    fn boolean(&mut self) -> Option<bool> {
        self.expect('?')?;
        if self.expect('1').is_some() {
            return Some(true);
        }
        self.expect('0').map(|()| false)
    }

    fn integer(&mut self) -> Option<i64> {
        let digits = self.take(|c| c == '-' || c.is_ascii_digit());
        if digits.trim_start_matches('-').len() > 15 {
            return None;
        }
        let number = digits.parse().ok()?;
        (!self.rest.starts_with('.')).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_inner_list_is_written_as_it_was_read() {
        let text = r#"("@method" "date");created=1618884473;keyid="a \"key\" \\";alg="ed25519";t=tok/en;b;n=?0;s=:YWJj:"#;
        let lists = inner_lists(&format!("sig1={text},  sig2=();created=-5")).unwrap();
        assert_eq!(lists[0].1.to_string(), text);
        assert_eq!(lists[1].1.to_string(), "();created=-5");
        assert_eq!(
            lists[0].1.parameter("keyid"),
            Some(&Item::Text("a \"key\" \\".to_owned()))
        );
    }

    #[test]
    fn what_is_not_understood_is_refused_whole() {
        for bad in [
            "",
            "sig1",
            "sig1=",
            "sig1=(",
            "sig1=()x",
            "sig1=() sig2=()",
            "sig1=(),",
            "sig1=(),sig1=()",
            "Sig1=()",
            "sig1=(date)",
            r#"sig1=("a""b")"#,
            r#"sig1=("a";bs)"#,
            r#"sig1=("a);created=1"#,
            "sig1=();created=1.5",
            "sig1=();a=1;a=2",
            "sig1=();created=9999999999999999",
            "sig1=();k=\"\\x\"",
            "sig1=:YWJj:",
            "sig1=(\"é\")",
        ] {
            assert_eq!(inner_lists(bad), None, "{bad}");
        }
        for bad in ["", "sig1=:YWJj", "sig1=:Y:", "sig1=YWJj", "sig1=()"] {
            assert_eq!(byte_sequences(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}", close in "[a-z0-9=()\";:?,. \\\\@-]{0,60}") {
            let _ = (inner_lists(&text), byte_sequences(&text));
            if let Some(lists) = inner_lists(&close) {
                for (name, list) in lists {
                    let again = inner_lists(&format!("{name}={list}"));
                    prop_assert_eq!(again, Some(vec![(name, list)]));
                }
            }
        }
    }
}
