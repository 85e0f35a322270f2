//! What Mastodon answers, as facts; `tests/reference/README.md` says where they come from and how types are written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

const OPERATIONS: &str = include_str!("../../reference/operations.tsv");
const ENTITIES: &str = include_str!("../../reference/entities.tsv");

pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub tier: u8,
    pub answer: &'static str,
}

struct Field {
    name: &'static str,
    is_always_there: bool,
    kind: &'static str,
}

pub struct Reference {
    pub operations: Vec<Operation>,
    entities: BTreeMap<&'static str, Vec<Field>>,
}

fn lines(text: &'static str) -> impl Iterator<Item = [&'static str; 4]> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells.try_into().unwrap_or_else(|_| panic!("{line}"))
    })
}

/// A path without the names of what is filled in: they differ.
pub fn bare(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

impl Reference {
    pub fn read() -> Self {
        let operations = lines(OPERATIONS).map(|[method, path, tier, answer]| Operation {
            method,
            path,
            tier: tier.parse().unwrap(),
            answer,
        });
        let mut entities: BTreeMap<_, Vec<Field>> = BTreeMap::new();
        for [entity, name, need, kind] in lines(ENTITIES) {
            let is_always_there = need == "always";
            entities.entry(entity).or_default().push(Field {
                name,
                is_always_there,
                kind,
            });
        }
        Self {
            operations: operations.collect(),
            entities,
        }
    }

    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let path = bare(path);
        let mut all = self.operations.iter();
        all.find(|known| known.method == method && bare(known.path) == path)
    }

    /// What is wrong with a value of that kind, told by entity and field.
    pub fn mistakes(&self, value: &Value, kind: &str, place: &str) -> BTreeSet<String> {
        let wrong = || BTreeSet::from([format!("{place}: is {}, not {kind}", short(value))]);
        let right = |fits: bool| if fits { BTreeSet::new() } else { wrong() };
        if let Some(kind) = kind.strip_suffix('?') {
            return if value.is_null() {
                BTreeSet::new()
            } else {
                self.mistakes(value, kind, place)
            };
        }
        if let Some(words) = kind.strip_prefix('=') {
            return right(
                value
                    .as_str()
                    .is_some_and(|word| words.split('|').any(|one| one == word)),
            );
        }
        if let Some(kind) = inner(kind, '[', ']') {
            let Some(items) = value.as_array() else {
                return wrong();
            };
            return items
                .iter()
                .flat_map(|item| self.mistakes(item, kind, place))
                .collect();
        }
        if let Some(kind) = inner(kind, '{', '}') {
            let Some(fields) = value.as_object() else {
                return wrong();
            };
            return fields
                .values()
                .flat_map(|field| self.mistakes(field, kind, place))
                .collect();
        }
        if kind.contains('/') {
            let each = kind
                .split('/')
                .map(|kind| self.mistakes(value, kind, place));
            return each.min_by_key(BTreeSet::len).unwrap();
        }
        match kind {
            "any" => BTreeSet::new(),
            "string" => right(value.is_string()),
            "integer" => right(value.is_i64() || value.is_u64()),
            "number" => right(value.is_number()),
            "boolean" => right(value.is_boolean()),
            "object" => right(value.is_object()),
            "null" => right(value.is_null()),
            "date" => right(
                value
                    .as_str()
                    .is_some_and(|day| day.parse::<NaiveDate>().is_ok()),
            ),
            "date-time" => right(value.as_str().is_some_and(|time| {
                DateTime::parse_from_rfc3339(time).is_ok()
                    && time.ends_with('Z')
                    && time.contains('.')
            })),
            "uri" => right(
                value
                    .as_str()
                    .is_some_and(|uri| url::Url::parse(uri).is_ok()),
            ),
            entity => self.mistakes_of_entity(value, entity, place),
        }
    }

    fn mistakes_of_entity(&self, value: &Value, entity: &str, place: &str) -> BTreeSet<String> {
        let Some(fields) = self.entities.get(entity) else {
            panic!("the reference has no {entity}");
        };
        let Some(object) = value.as_object() else {
            return BTreeSet::from([format!("{place}: is {}, not {entity}", short(value))]);
        };
        let mut found = BTreeSet::new();
        for field in fields {
            let place = format!("{entity}.{}", field.name);
            match object.get(field.name) {
                Some(value) => found.extend(self.mistakes(value, field.kind, &place)),
                None if field.is_always_there => {
                    found.insert(format!("{place}: is missing"));
                }
                None => {}
            }
        }
        // Ours stand under a key of their own.
        for name in object.keys().filter(|name| *name != "staffroom") {
            if !fields.iter().any(|field| field.name == name) {
                found.insert(format!("{entity}.{name}: is not known"));
            }
        }
        found
    }
}

fn inner(kind: &str, open: char, close: char) -> Option<&str> {
    kind.strip_prefix(open)?.strip_suffix(close)
}

pub fn short(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
