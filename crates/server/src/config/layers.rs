//! Where values come from, and which one wins: the defaults, a file, the environment, flags.
//!
//! The reference file says which keys there are and what kind of value each has. So the environment and
//! flags, which are text, need not be guessed at, and every mistake is blamed on the layer that made it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::Serialized;
use toml::{Table, Value};

use super::{Config, ConfigError, check};

/// The reference file: every key, its default and a sentence.
pub const REFERENCE: &str = include_str!("../../../../config/staffroom.toml");

/// Files that are looked for if none is named.
const PLACES: [&str; 2] = ["staffroom.toml", "/etc/staffroom/staffroom.toml"];

const PREFIX: &str = "STAFFROOM_";
/// Variables that are no keys: of the command line, of tests, and those that container engines make for a
/// service of the name `staffroom`.
const NO_KEYS: [&str; 2] = ["CONFIG", "OWNER_PASSWORD"];
const NO_KEYS_FROM: [&str; 3] = ["TEST_", "SERVICE_", "PORT"];

/// How alike a wrong key and the one that may be meant must be.
const ALIKE: f64 = 0.85;

/// What values look like of which the parser's own words would tell little.
const FORMS: [(&str, &str); 7] = [
    (
        "server.public_url",
        "must be an address such as https://school.example",
    ),
    ("server.listen", LISTEN),
    ("metrics.listen", LISTEN),
    (
        "server.trusted_proxies",
        "must be networks such as 10.0.0.0/8; one machine is 10.0.0.1/32",
    ),
    (
        "server.source_url",
        "must be an address such as https://source.example/staffroom",
    ),
    ("instance.terms_date", "must be a day such as 2026-12-01"),
    (
        "translation.libretranslate_url",
        "must be an address such as http://127.0.0.1:5000",
    ),
];
const LISTEN: &str = "must be an address in numbers and a port, such as 127.0.0.1:3000";

/// Reads all layers. `set` holds flags such as `server.title=Our staffroom`.
///
/// # Errors
/// The first key or value that is wrong.
pub fn load(file: Option<&Path>, set: &[String]) -> Result<Config, ConfigError> {
    let mut layers = Layers::new()?;
    if let Some(path) = find(file)? {
        layers.file(&path)?;
    }
    layers.environment(std::env::vars_os())?;
    layers.flags("--set", set)?;
    layers.finish()
}

/// As [`load`], with the text of a file that is not written yet.
///
/// # Errors
/// The first key or value that is wrong.
pub fn load_text(path: &Path, text: &str, set: &[String]) -> Result<Config, ConfigError> {
    let mut layers = Layers::new()?;
    layers.text_of_file(path, text)?;
    layers.environment(std::env::vars_os())?;
    layers.flags("--set", set)?;
    layers.finish()
}

/// Reads the defaults and these flags, and neither a file nor the environment. Mistakes are blamed on `origin`.
///
/// # Errors
/// The first key or value that is wrong.
pub fn load_only(origin: &str, set: &[String]) -> Result<Config, ConfigError> {
    let mut layers = Layers::new()?;
    layers.flags(origin, set)?;
    layers.finish()
}

fn find(file: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
    match file {
        Some(path) if !path.is_file() => Err(error(
            &path.display().to_string(),
            "--config",
            "there is no such file",
        )),
        Some(path) => Ok(Some(path.to_owned())),
        None => Ok(PLACES.iter().map(PathBuf::from).find(|path| path.is_file())),
    }
}

fn error(origin: &str, key: &str, reason: impl Into<String>) -> ConfigError {
    ConfigError {
        origin: origin.to_owned(),
        key: key.to_owned(),
        reason: reason.into(),
    }
}

/// What was read so far.
struct Layers {
    /// Every key there is; the reference file has them all.
    values: Table,
    origins: BTreeMap<String, String>,
}

impl Layers {
    fn new() -> Result<Self, ConfigError> {
        let origin = "config/staffroom.toml";
        Ok(Self {
            values: parse(origin, REFERENCE)?,
            origins: BTreeMap::new(),
        })
    }

    fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let origin = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|why| error(&origin, "", why.to_string()))?;
        self.text_of_file(path, &text)
    }

    fn text_of_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let origin = path.display().to_string();
        let table = parse(&origin, text)?;
        self.table(&origin, "", table)
    }

    fn table(&mut self, origin: &str, above: &str, table: Table) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if above.is_empty() {
                name
            } else {
                format!("{above}.{name}")
            };
            match (self.place(&key), value) {
                (None, _) => return Err(self.unknown(origin, &key, ToOwned::to_owned)),
                (Some(Value::Table(_)), Value::Table(inner)) => self.table(origin, &key, inner)?,
                (Some(known), value) if known.same_type(&value) => self.set(origin, &key, value),
                // The value is not repeated, since it may be a password.
                (Some(known), value) => {
                    let reason = format!("expected {}, found {}", kind(known), kind(&value));
                    return Err(error(origin, &key, reason));
                }
            }
        }
        Ok(())
    }

    fn environment(
        &mut self,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<(), ConfigError> {
        for (name, value) in variables {
            let Some((name, rest)) = name
                .to_str()
                .and_then(|name| Some((name, name.strip_prefix(PREFIX)?)))
            else {
                continue;
            };
            if NO_KEYS.contains(&rest) || NO_KEYS_FROM.iter().any(|start| rest.starts_with(start)) {
                continue;
            }
            let key = rest.to_lowercase().replace("__", ".");
            if self.place(&key).is_none() {
                return Err(self.unknown(name, &key, variable));
            }
            let value = value
                .into_string()
                .map_err(|_| error(name, &key, "is not UTF-8"))?;
            self.text(name, &key, &value)?;
        }
        Ok(())
    }

    fn flags(&mut self, origin: &str, set: &[String]) -> Result<(), ConfigError> {
        for flag in set {
            let Some((key, value)) = flag.split_once('=') else {
                let reason = "expected KEY=VALUE, such as server.title=\"Our staffroom\"";
                return Err(error(origin, "", reason));
            };
            let key = key.trim();
            if self.place(key).is_none() {
                return Err(self.unknown(origin, key, ToOwned::to_owned));
            }
            self.text(origin, key, value)?;
        }
        Ok(())
    }

    /// Sets a key to what a text says, of the kind that the key has.
    fn text(&mut self, origin: &str, key: &str, text: &str) -> Result<(), ConfigError> {
        let Some(known) = self.place(key) else {
            return Err(self.unknown(origin, key, ToOwned::to_owned));
        };
        let value = match known {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
            Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
            Value::Array(_) => list(text),
            Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
        };
        let Some(value) = value else {
            let reason = format!("expected {}, found \"{text}\"", kind(known));
            return Err(error(origin, key, reason));
        };
        self.set(origin, key, value);
        Ok(())
    }

    fn finish(self) -> Result<Config, ConfigError> {
        check::ranges(|key| self.place(key).and_then(Value::as_integer))
            .map_err(|(key, reason)| self.wrong(key, reason))?;
        let read: Result<Config, figment::Error> =
            Figment::from(Serialized::defaults(&self.values)).extract();
        let mut config = read.map_err(|why| {
            let key = why.path.join(".");
            let reason = form(&key).map_or_else(|| why.kind.to_string(), ToOwned::to_owned);
            self.wrong(&key, reason)
        })?;
        config.origins = self.origins;
        check::check(&config)?;
        Ok(config)
    }

    fn wrong(&self, key: &str, reason: String) -> ConfigError {
        // That of a member of a list is that of the list.
        let list = key.rsplit_once('.').map_or(key, |(list, _)| list);
        let origin = self.origins.get(key).or_else(|| self.origins.get(list));
        error(origin.map_or("the default", String::as_str), key, reason)
    }

    /// The value of a key or the section of that name.
    fn place(&self, key: &str) -> Option<&Value> {
        let mut names = key.split('.');
        let first = self.values.get(names.next()?)?;
        names.try_fold(first, |value, name| value.as_table()?.get(name))
    }

    fn set(&mut self, origin: &str, key: &str, value: Value) {
        let (sections, name) = key.rsplit_once('.').unwrap_or(("", key));
        let table = sections
            .split('.')
            .filter(|section| !section.is_empty())
            .try_fold(&mut self.values, |table, section| {
                table.get_mut(section)?.as_table_mut()
            });
        if let Some(table) = table {
            table.insert(name.to_owned(), value);
            self.origins.insert(key.to_owned(), origin.to_owned());
        }
    }

    /// An error about a key that does not exist; `written` is how this layer writes keys.
    fn unknown(&self, origin: &str, key: &str, written: fn(&str) -> String) -> ConfigError {
        let mut keys = Vec::new();
        leaves(&self.values, "", &mut keys);
        let meant = keys
            .into_iter()
            .map(|known| (likeness(key, &known), known))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| *likeness >= ALIKE);
        let reason = match meant {
            Some((_, meant)) => {
                format!("there is no such key; did you mean {}?", written(&meant))
            }
            None => "there is no such key; `staffroom config example` shows all".to_owned(),
        };
        error(origin, key, reason)
    }
}

/// A syntax error says its line and never repeats it, since it may hold a password.
fn parse(origin: &str, text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|why| {
        let before = why.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        error(&format!("{origin}, line {line}"), "", why.message())
    })
}

/// A list as TOML writes it, or its members with commas in between.
fn list(text: &str) -> Option<Value> {
    if text.trim_start().starts_with('[') {
        let mut table: Table = format!("list = {text}").parse().ok()?;
        return table.remove("list");
    }
    let members = text.split(',').map(str::trim);
    Some(Value::Array(
        members
            .filter(|member| !member.is_empty())
            .map(|member| Value::String(member.to_owned()))
            .collect(),
    ))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

fn form(key: &str) -> Option<&'static str> {
    let is_of = |name: &str| {
        let rest = key.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let known = FORMS.into_iter().find(|known| is_of(known.0));
    known.map(|(_, form)| form)
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

fn leaves(table: &Table, above: &str, keys: &mut Vec<String>) {
    for (name, value) in table {
        match value {
            Value::Table(inner) => leaves(inner, &format!("{above}{name}."), keys),
            _ => keys.push(format!("{above}{name}")),
        }
    }
}

/// From 0 to 1; a key without its section, or with `_` for the dot, is very much alike.
fn likeness(wrong: &str, known: &str) -> f64 {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let flat = |key: &str| key.replace('.', "_");
    let whole = strsim::jaro_winkler(&flat(wrong), &flat(known));
    let name = strsim::jaro_winkler(&last(wrong), &last(known)) * 0.99;
    whole.max(name)
}

#[cfg(test)]
mod tests;
