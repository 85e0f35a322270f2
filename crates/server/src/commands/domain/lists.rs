//! Lists of servers as Mastodon and GoToSocial write and read them.
//! <https://docs.joinmastodon.org/admin/moderation/>, <https://docs.gotosocial.org/en/latest/admin/domain_blocks/>

use std::collections::HashMap;

use domain::Severity;
use serde::{Deserialize, Serialize};
use service::domains::{DomainBlock, NewDomainBlock};

/// Mastodon's first line; GoToSocial's settings panel writes the same.
const HEADER: [&str; 6] = [
    "#domain",
    "#severity",
    "#reject_media",
    "#reject_reports",
    "#public_comment",
    "#obfuscate",
];

/// An entry, or why it cannot be used, by its line (in JSON, its place in the list), from 1.
pub type Entries = Vec<(usize, Result<NewDomainBlock, String>)>;

/// One entry of GoToSocial's JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Item {
    domain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "comment")]
    private_comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    obfuscate: Option<bool>,
    /// Ours: GoToSocial knows only suspension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
}

/// Reads a list: JSON, CSV with a first line, or one name in each line.
///
/// # Errors
/// If it is neither.
pub fn read(text: &str) -> anyhow::Result<Entries> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        return read_json(text);
    }
    let first = text.lines().next().unwrap_or_default();
    let column = first.split(',').next().unwrap_or_default();
    if column.trim().trim_matches('"').trim_start_matches('#') == "domain" {
        return read_csv(text);
    }
    Ok(read_names(text))
}

fn read_json(text: &str) -> anyhow::Result<Entries> {
    let items: Vec<Item> = serde_json::from_str(text)?;
    let entries = items.into_iter().map(|item| {
        let mut block = named(&item.domain, item.severity.as_deref().unwrap_or_default())?;
        block.public_comment = filled(item.public_comment.as_deref());
        block.private_comment = filled(item.private_comment.as_deref());
        block.obfuscate = item.obfuscate.unwrap_or(false);
        Ok(block)
    });
    Ok((1..).zip(entries).collect())
}

fn read_csv(text: &str) -> anyhow::Result<Entries> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let columns: HashMap<String, usize> = reader
        .headers()?
        .iter()
        .enumerate()
        .map(|(place, name)| (name.trim_start_matches('#').to_lowercase(), place))
        .collect();
    let mut entries = Vec::new();
    for record in reader.into_records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| columns.get(name).and_then(|place| record.get(*place));
        let says = |name: &str| {
            cell(name).is_some_and(|text| matches!(text.to_lowercase().as_str(), "true" | "1"))
        };
        let entry = named(
            cell("domain").unwrap_or_default(),
            cell("severity").unwrap_or_default(),
        );
        let entry = entry.map(|block| NewDomainBlock {
            reject_media: says("reject_media"),
            reject_reports: says("reject_reports"),
            public_comment: filled(cell("public_comment")),
            private_comment: filled(cell("private_comment")),
            obfuscate: says("obfuscate"),
            ..block
        });
        entries.push((usize::try_from(line)?, entry));
    }
    Ok(entries)
}

fn read_names(text: &str) -> Entries {
    (1..)
        .zip(text.lines().map(str::trim))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| (number, named(line, "")))
        .collect()
}

/// A block that says nothing else; a list that names no severity means suspension.
fn named(host: &str, severity: &str) -> Result<NewDomainBlock, String> {
    if host.contains('*') {
        return Err(format!("{host}: a part of the name is hidden"));
    }
    let severity = match severity {
        "" => Severity::Suspend,
        // What some lists call a rule about media alone.
        "none" => Severity::Noop,
        name => name.parse().map_err(|error| format!("{host}: {error}"))?,
    };
    Ok(NewDomainBlock {
        host: host
            .parse()
            .map_err(|_| format!("\"{host}\" is no name of a server"))?,
        severity,
        reject_media: false,
        reject_reports: false,
        private_comment: None,
        public_comment: None,
        obfuscate: false,
    })
}

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// Mastodon's CSV. It has no place for private comments.
///
/// # Errors
/// Never: text can be written.
pub fn mastodon(blocks: &[DomainBlock]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for block in blocks {
        writer.write_record([
            block.host.as_str(),
            block.severity.name(),
            word(block.reject_media),
            word(block.reject_reports),
            block.public_comment.as_deref().unwrap_or_default(),
            word(block.obfuscate),
        ])?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// The same of allowed servers, which have nothing but a name.
///
/// # Errors
/// Never: text can be written.
pub fn mastodon_allows(hosts: &[String]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["#domain"])?;
    for host in hosts {
        writer.write_record([host])?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// GoToSocial's JSON. There every entry suspends, so that milder ones are left out.
///
/// # Errors
/// Never: text can be written.
pub fn gotosocial(blocks: &[DomainBlock]) -> anyhow::Result<String> {
    let items: Vec<Item> = blocks
        .iter()
        .filter(|block| block.severity == Severity::Suspend)
        .map(|block| Item {
            domain: block.host.clone(),
            public_comment: block.public_comment.clone(),
            private_comment: block.private_comment.clone(),
            obfuscate: block.obfuscate.then_some(true),
            severity: None,
        })
        .collect();
    Ok(serde_json::to_string_pretty(&items)?)
}

/// The same of allowed servers.
///
/// # Errors
/// Never: text can be written.
pub fn gotosocial_allows(hosts: &[String]) -> anyhow::Result<String> {
    let items: Vec<Item> = hosts
        .iter()
        .map(|host| Item {
            domain: host.clone(),
            public_comment: None,
            private_comment: None,
            obfuscate: None,
            severity: None,
        })
        .collect();
    Ok(serde_json::to_string_pretty(&items)?)
}

fn word(said: bool) -> &'static str {
    if said { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<NewDomainBlock> {
        let entries = read(text).unwrap();
        entries
            .into_iter()
            .map(|(_, entry)| entry.unwrap())
            .collect()
    }

    fn stored(new: &NewDomainBlock) -> DomainBlock {
        DomainBlock {
            id: 1,
            host: new.host.to_string(),
            severity: new.severity,
            reject_media: new.reject_media,
            reject_reports: new.reject_reports,
            private_comment: new.private_comment.clone(),
            public_comment: new.public_comment.clone(),
            obfuscate: new.obfuscate,
            created_at: domain::Time::default(),
        }
    }

    #[test]
    fn a_list_of_mastodons_is_read_and_written_as_it_was() {
        let text = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
                    bad.example,suspend,false,false,\"spam, and\nworse\",true\n\
                    loud.example,silence,true,true,,false\n";
        let read = blocks(text);
        assert_eq!(read[0].public_comment.as_deref(), Some("spam, and\nworse"));
        assert!(read[0].obfuscate && read[1].reject_media && read[1].reject_reports);
        assert_eq!(read[1].severity, Severity::Silence);
        let rows: Vec<DomainBlock> = read.iter().map(stored).collect();
        assert_eq!(mastodon(&rows).unwrap(), text);
    }

    #[test]
    fn lists_of_gotosocials_are_read_in_each_form() {
        let json = r#"[{"domain": "bad.example", "public_comment": "spam", "comment": "see letter", "obfuscate": null}]"#;
        let read = blocks(json);
        assert_eq!(read[0].severity, Severity::Suspend);
        assert_eq!(read[0].public_comment.as_deref(), Some("spam"));
        assert_eq!(read[0].private_comment.as_deref(), Some("see letter"));
        let again = gotosocial(&[stored(&read[0])]).unwrap();
        assert_eq!(blocks(&again), read);
        let csv = blocks("domain,public_comment\nbad.example,spam\n");
        assert_eq!(csv[0].public_comment.as_deref(), Some("spam"));
        assert_eq!(
            blocks("Bad.example\n\n# a remark\nworse.example\n").len(),
            2
        );
    }

    #[test]
    fn each_line_that_cannot_be_used_says_why() {
        let text = "#domain,#severity\nb*d.example,suspend\nbad.example,ban\n,suspend\ngood.example,noop\n";
        let lines: Vec<(usize, bool)> = read(text)
            .unwrap()
            .into_iter()
            .map(|(line, entry)| (line, entry.is_ok()))
            .collect();
        assert_eq!(lines, [(2, false), (3, false), (4, false), (5, true)]);
    }
}
