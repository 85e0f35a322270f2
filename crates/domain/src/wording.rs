//! What the program says, in other languages: a table with a line for each text and a column for each language, English first.
//!
//! Texts are made in English where they are decided on, and looked up on their way out; what has no words there stays
//! English whole. Gaps stand in the same order in each language: `{}` for a value, `{name}` for one that is a handle, an
//! address or a number, `{said}` for another text of the table, `{each}` for several with commas, of which some may be.

use std::collections::HashMap;

/// What stands in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Value,
    Name,
    Said,
    Each,
}

const GAPS: [(&str, Gap); 4] = [
    ("{}", Gap::Value),
    ("{name}", Gap::Name),
    ("{said}", Gap::Said),
    ("{each}", Gap::Each),
];

/// One text in each language, by language.
type Line = HashMap<&'static str, &'static str>;

/// A table.
#[derive(Debug)]
pub struct Wording {
    languages: Vec<&'static str>,
    lines: HashMap<&'static str, Line>,
    /// Lines with something to fill in; the first that fits counts.
    filled: Vec<(Template, Line)>,
}

/// What stands around the gaps of a text: one piece more than gaps.
#[derive(Debug)]
struct Template {
    first: &'static str,
    /// Each gap with what follows it.
    rest: Vec<(Gap, &'static str)>,
}

impl Template {
    fn read(mut text: &'static str) -> Self {
        let mut pieces: Vec<(Option<Gap>, &'static str)> = Vec::new();
        let mut before = None;
        loop {
            let found = GAPS.into_iter().filter_map(|(sign, gap)| {
                let (piece, rest) = text.split_once(sign)?;
                Some((piece.len(), piece, rest, gap))
            });
            let Some((_, piece, rest, gap)) = found.min_by_key(|(place, ..)| *place) else {
                break;
            };
            pieces.push((before, piece));
            before = Some(gap);
            text = rest;
        }
        pieces.push((before, text));
        let mut pieces = pieces.into_iter();
        Self {
            first: pieces.next().map_or("", |(_, piece)| piece),
            rest: pieces
                .filter_map(|(gap, piece)| Some((gap?, piece)))
                .collect(),
        }
    }

    /// What fills the gaps of this text; none if it is another one.
    fn values<'a>(&self, text: &'a str) -> Option<Vec<(Gap, &'a str)>> {
        let mut left = text.strip_prefix(self.first)?;
        let last = self.rest.len().checked_sub(1)?;
        let mut values = Vec::new();
        for (number, (gap, piece)) in self.rest.iter().enumerate() {
            let (value, after) = if number == last {
                (left.strip_suffix(*piece)?, "")
            } else {
                left.split_once(*piece)?
            };
            left = after;
            if value.is_empty() || (*gap == Gap::Name && !is_name(value)) {
                return None;
            }
            values.push((*gap, value));
        }
        Some(values)
    }

    fn fill(&self, values: Vec<String>) -> String {
        let mut text = self.first.to_owned();
        for ((_, piece), value) in self.rest.iter().zip(values) {
            text.push_str(&value);
            text.push_str(piece);
        }
        text
    }
}

/// What no sentence of somebody's has in the place of a name.
fn is_name(value: &str) -> bool {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_one = !value.contains(char::is_whitespace);
    is_one && (is_number || value.contains('@') || value.starts_with("http"))
}

impl Wording {
    #[must_use]
    pub fn read(table: &'static str) -> Self {
        let mut rows = table.lines().map(|row| row.split('\t'));
        let languages: Vec<_> = rows.next().into_iter().flatten().skip(1).collect();
        let (mut lines, mut filled) = (HashMap::new(), Vec::new());
        for mut row in rows {
            let Some(english) = row.next() else { continue };
            let line: Line = languages.iter().copied().zip(row).collect();
            let template = Template::read(english);
            if template.rest.is_empty() {
                lines.insert(english, line);
            } else {
                filled.push((template, line));
            }
        }
        Self {
            languages,
            lines,
            filled,
        }
    }

    /// The language of the table that `tag` (`de`, `de-AT`) names.
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<&'static str> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        self.languages
            .iter()
            .copied()
            .find(|language| language.eq_ignore_ascii_case(primary))
    }

    /// An English text in one of the languages.
    #[must_use]
    pub fn say(&self, english: &str, language: &str) -> Option<String> {
        if let Some(text) = self.lines.get(english).and_then(|line| line.get(language)) {
            return Some((*text).to_owned());
        }
        self.filled.iter().find_map(|(template, line)| {
            let values = template.values(english)?;
            let text = line.get(language)?;
            let values: Option<Vec<String>> = values
                .into_iter()
                .map(|(gap, value)| match gap {
                    Gap::Value | Gap::Name => Some(value.to_owned()),
                    Gap::Said => self.say(value, language),
                    Gap::Each => Some(self.each(value, language)),
                })
                .collect();
            Some(Template::read(text).fill(values?))
        })
    }

    fn each(&self, list: &str, language: &str) -> String {
        let said = |one: &str| self.say(one, language).unwrap_or_else(|| one.to_owned());
        let all: Vec<String> = list.split(", ").map(said).collect();
        all.join(", ")
    }

    /// A text of several lines, each of which is looked up: what is not in the table is somebody's own.
    #[must_use]
    pub fn say_lines(&self, english: &str, language: &str) -> String {
        let said = |line: &str| self.say(line, language).unwrap_or_else(|| line.to_owned());
        let all: Vec<String> = english.split('\n').map(said).collect();
        all.join("\n")
    }

    /// What is wrong with a table, for its test: a line that lacks a language, or has other gaps in one.
    #[must_use]
    pub fn mistakes(table: &'static str) -> Vec<&'static str> {
        let columns = table
            .lines()
            .next()
            .map_or(0, |row| row.split('\t').count());
        let gaps = |text: &'static str| {
            let template = Template::read(text).rest.into_iter();
            template.map(|(gap, _)| gap).collect::<Vec<Gap>>()
        };
        let is_wrong = |row: &&'static str| {
            let cells: Vec<&'static str> = row.split('\t').collect();
            let expected = cells.first().map(|cell| gaps(cell)).unwrap_or_default();
            cells.len() != columns
                || cells
                    .iter()
                    .any(|cell| cell.is_empty() || gaps(cell) != expected)
        };
        table.lines().filter(is_wrong).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "en\tde\n\
        licence\tLizenz\n\
        Nothing is missing.\tEs fehlt nichts.\n\
        Still missing: {each}.\tEs fehlt noch: {each}.\n\
        Thank you. Added: {each}. {said}\tDanke. Ergänzt: {each}. {said}\n\
        {name} is banned.\t{name} ist gesperrt.\n\
        Yours: {}\tDeins: {}";

    #[test]
    fn gaps_are_filled_in_each_language() {
        let wording = Wording::read(TABLE);
        let said = |text| wording.say(text, "de");
        assert_eq!(said("Yours: a b").as_deref(), Some("Deins: a b"));
        assert_eq!(
            said("Thank you. Added: CC BY 4.0, licence. Still missing: licence, x.").as_deref(),
            Some("Danke. Ergänzt: CC BY 4.0, Lizenz. Es fehlt noch: Lizenz, x.")
        );
        assert_eq!(said("Thank you. Added: x. And so on"), None);
        assert_eq!(said("Yours: "), None);
        assert_eq!(
            said("@mo@b.example is banned.").as_deref(),
            Some("@mo@b.example ist gesperrt.")
        );
        assert_eq!(said("Swearing is banned."), None);
        assert_eq!(wording.say("licence", "fr"), None);
        assert_eq!(wording.language("de-AT"), Some("de"));
    }

    #[test]
    fn lines_of_others_stay_as_they_are() {
        let wording = Wording::read(TABLE);
        let said = wording.say_lines("Nothing is missing.\n\nBe kind.", "de");
        assert_eq!(said, "Es fehlt nichts.\n\nBe kind.");
    }

    #[test]
    fn mistakes_are_found() {
        assert!(Wording::mistakes(TABLE).is_empty());
        let wrong = "en\tde\nOne {}\tEins\nTwo\tZwei\tDeux\nThree\t";
        assert_eq!(Wording::mistakes(wrong).len(), 3);
    }
}
