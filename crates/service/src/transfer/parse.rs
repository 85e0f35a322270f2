//! Files from other servers: Mastodon's of today, its older ones of one column, and GoToSocial's.

use domain::language::is_code;
use domain::{Handle, Host, ImportKind};
use serde::{Deserialize, Serialize};
use url::Url;

use super::unguarded;
use crate::error::invalid;
use crate::{Result, domain_blocks};

/// Lines of one file, as in Mastodon.
const LINES: usize = 20_000;
/// Bytes of one line.
const LINE: usize = 4_096;
const ADDRESS: &str = "Account address";

/// What a line says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fields {
    /// A handle, the address of a status, or a host, as it was written.
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boosts: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// Whether notifications are muted too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
}

/// A line, understood or not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// In the file, from 1.
    pub number: i32,
    pub fields: Fields,
    /// What it means, and whom to ask about it, or why it cannot be understood.
    pub meaning: std::result::Result<Meaning, &'static str>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The same for lines that mean the same.
    pub key: String,
    /// Nobody needs to be asked about people of ours.
    pub host: Option<Host>,
}

/// What lines say of each kind, in Mastodon's words and order.
pub(super) fn columns(kind: ImportKind) -> &'static [&'static str] {
    match kind {
        ImportKind::Following => &[ADDRESS, "Show boosts", "Notify on new posts", "Languages"],
        ImportKind::Blocks => &[ADDRESS],
        ImportKind::Mutes => &[ADDRESS, "Hide notifications"],
        ImportKind::Lists => &["List name", ADDRESS],
        ImportKind::Bookmarks => &["#uri"],
        ImportKind::DomainBlocks => &["#domain"],
    }
}

/// The lines of a file, brought to the server `ours`. [`crate::Error::Invalid`] if it is none of this kind.
pub(super) fn parse(ours: &Host, kind: ImportKind, file: &[u8]) -> Result<Vec<Line>> {
    let text = std::str::from_utf8(file)
        .map_err(|_| invalid("The file is no text in UTF-8"))?
        .trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut places: Option<Places> = None;
    let mut lines: Vec<Line> = Vec::new();
    // The reader counts line ends of one kind only.
    for (number, record) in (1_i32..).zip(reader.records()) {
        let record = record.map_err(|_| invalid("The file is no CSV"))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if places.is_none() {
            let (is_header, found) = Places::of(kind, &record)?;
            places = Some(found);
            if is_header {
                continue;
            }
        }
        let Some(places) = &places else { continue };
        if lines.len() == LINES {
            return Err(invalid(format!("The file has more than {LINES} lines")));
        }
        lines.push(line(ours, kind, places, &record, number));
    }
    if lines.is_empty() {
        return Err(invalid("The file is empty"));
    }
    if lines.iter().all(|line| line.meaning.is_err()) {
        return Err(invalid(
            "No line of the file can be read as what it is to be",
        ));
    }
    Ok(lines)
}

/// How many lines of a file say something that is understood, for [`crate::fuzzed`].
pub(crate) fn understood(ours: &Host, kind: ImportKind, file: &[u8]) -> Result<usize> {
    let lines = parse(ours, kind, file)?;
    Ok(lines.iter().filter(|line| line.meaning.is_ok()).count())
}

/// Which column says what.
struct Places {
    address: usize,
    list: Option<usize>,
    boosts: Option<usize>,
    notify: Option<usize>,
    languages: Option<usize>,
    hidden: Option<usize>,
}

impl Places {
    /// As the first record says, if it is a header, else as they always were.
    fn of(kind: ImportKind, first: &csv::StringRecord) -> Result<(bool, Self)> {
        let names: Vec<String> = first.iter().map(str::to_lowercase).collect();
        let begins = names.first().map_or("", String::as_str);
        let is_header = matches!(
            begins,
            "account address" | "list name" | "#uri" | "uri" | "#domain"
        ) || (kind == ImportKind::DomainBlocks && begins == "domain");
        let names: Vec<String> = if is_header {
            names
        } else {
            columns(kind)
                .iter()
                .map(|name| name.to_lowercase())
                .collect()
        };
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let is_foreign = (place("hide notifications").is_some() && kind != ImportKind::Mutes)
            || (place("show boosts").is_some() && kind != ImportKind::Following)
            || (place("list name").is_some() && kind != ImportKind::Lists);
        let address = match kind {
            ImportKind::Bookmarks => place("#uri").or_else(|| place("uri")),
            ImportKind::DomainBlocks => place("#domain").or_else(|| place("domain")),
            ImportKind::Following | ImportKind::Blocks | ImportKind::Mutes | ImportKind::Lists => {
                place("account address")
            }
        };
        let list = place("list name");
        let Some(address) =
            address.filter(|_| !is_foreign && (kind != ImportKind::Lists || list.is_some()))
        else {
            return Err(invalid(format!(
                "The file looks like something else: its first line should read {}",
                columns(kind).join(",")
            )));
        };
        let places = Self {
            address,
            list,
            boosts: place("show boosts"),
            notify: place("notify on new posts"),
            languages: place("languages"),
            hidden: place("hide notifications"),
        };
        Ok((is_header, places))
    }
}

fn line(
    ours: &Host,
    kind: ImportKind,
    places: &Places,
    record: &csv::StringRecord,
    number: i32,
) -> Line {
    let size: usize = record.iter().map(str::len).sum();
    let cell = |place: Option<usize>| {
        place
            .and_then(|place| record.get(place))
            .map(|cell| unguarded(cell).replace('\0', ""))
            .filter(|cell| !cell.is_empty())
    };
    if size > LINE {
        return Line {
            number,
            fields: Fields::default(),
            meaning: Err("The line is too long"),
        };
    }
    let fields = Fields {
        address: cell(Some(places.address)).unwrap_or_default(),
        list: cell(places.list),
        boosts: cell(places.boosts).map(|cell| is_true(&cell)),
        notify: cell(places.notify).map(|cell| is_true(&cell)),
        languages: cell(places.languages).map(|cell| codes(&cell)),
        hidden: cell(places.hidden).map(|cell| is_true(&cell)),
    };
    Line {
        number,
        meaning: meaning(ours, kind, &fields),
        fields,
    }
}

fn is_true(cell: &str) -> bool {
    matches!(cell.to_lowercase().as_str(), "true" | "t" | "1" | "yes")
}

/// `de, en`; what is no code is left out.
fn codes(cell: &str) -> Vec<String> {
    cell.split(',')
        .map(str::trim)
        .filter(|code| is_code(code))
        .take(50)
        .map(str::to_owned)
        .collect()
}

fn meaning(
    ours: &Host,
    kind: ImportKind,
    fields: &Fields,
) -> std::result::Result<Meaning, &'static str> {
    let address = fields.address.as_str();
    match kind {
        ImportKind::DomainBlocks => domain_blocks::named(ours, address)
            .map(|key| Meaning { key, host: None })
            .map_err(|_| "This is no name of another server"),
        ImportKind::Bookmarks => {
            let url = Url::parse(address)
                .ok()
                .filter(|url| matches!(url.scheme(), "https" | "http"))
                .ok_or("This is no address of a post")?;
            let host = Host::of(&url).map_err(|_| "This is no address of a post")?;
            Ok(Meaning {
                key: address.to_owned(),
                host: Some(host).filter(|host| host != ours),
            })
        }
        ImportKind::Following | ImportKind::Blocks | ImportKind::Mutes => person(ours, address),
        ImportKind::Lists => {
            let title = fields.list.as_deref().unwrap_or_default();
            crate::lists::title(title).map_err(|_| "This is no title of a list")?;
            let person = person(ours, address)?;
            Ok(Meaning {
                key: list_key(title, &person.key),
                ..person
            })
        }
    }
}

fn person(ours: &Host, address: &str) -> std::result::Result<Meaning, &'static str> {
    let handle: Handle = address
        .parse()
        .map_err(|_| "This is no handle: it reads name@host")?;
    let handle = handle.seen_from(ours);
    Ok(Meaning {
        key: handle.key(),
        host: handle.host,
    })
}

/// What a line of a list means.
pub(super) fn list_key(title: &str, handle_key: &str) -> String {
    format!("{title}\n{handle_key}")
}

impl Fields {
    /// From the row of a line.
    pub(super) fn read(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(super::internal)
    }

    /// As they stood in the file, in the order of [`columns`].
    pub(super) fn cells(&self, kind: ImportKind) -> Vec<String> {
        let word = |value: Option<bool>| value.map_or_else(String::new, |is| is.to_string());
        let address = self.address.clone();
        match kind {
            ImportKind::Following => vec![
                address,
                word(self.boosts),
                word(self.notify),
                self.languages.as_deref().unwrap_or_default().join(", "),
            ],
            ImportKind::Mutes => vec![address, word(self.hidden)],
            ImportKind::Lists => vec![self.list.clone().unwrap_or_default(), address],
            ImportKind::Blocks | ImportKind::Bookmarks | ImportKind::DomainBlocks => vec![address],
        }
    }
}
