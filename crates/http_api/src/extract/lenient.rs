//! Field types that read what apps really send: `true`, `"1"` and `"on"` are all yes.
//! <https://docs.joinmastodon.org/client/intro/#parameters>
//!
//! Each is `None` where the parameter is missing or null, so that a request struct with
//! `#[serde(default)]` needs no attribute on its fields.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What these types say of a value that they do not take, to follow its name.
const REFUSALS: [&str; 4] = [
    "must be true or false",
    "must be a whole number",
    "must be a single value",
    "is not included in the list",
];

/// What people are told of a value; never the words of the parser, which are its programmer's.
pub(super) fn sentence(error: &str) -> &'static str {
    REFUSALS
        .into_iter()
        .find(|refusal| error.starts_with(refusal))
        .unwrap_or("is invalid")
}

/// Yes or no; blank says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Flag(pub Option<bool>);

impl Flag {
    /// Yes was said.
    #[must_use]
    pub fn is_set(self) -> bool {
        self.0 == Some(true)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = match Value::deserialize(deserializer)? {
            Value::Null => None,
            Value::Bool(said) => Some(said),
            Value::Number(number) => match number.as_i64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                Some(_) | None => return Err(D::Error::custom("must be true or false")),
            },
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "" => None,
                "true" | "t" | "1" | "on" | "yes" => Some(true),
                "false" | "f" | "0" | "off" | "no" => Some(false),
                _ => return Err(D::Error::custom("must be true or false")),
            },
            Value::Array(_) | Value::Object(_) => {
                return Err(D::Error::custom("must be true or false"));
            }
        };
        Ok(Self(said))
    }
}

/// A whole number; blank says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Number(pub Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = scalar::<D>(Value::deserialize(deserializer)?)? else {
            return Ok(Self(None));
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        // Some languages write `3600.0`.
        let whole = match text.split_once('.') {
            Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') => {
                whole
            }
            _ => text,
        };
        whole
            .parse()
            .map(|number| Self(Some(number)))
            .map_err(|_| D::Error::custom("must be a whole number"))
    }
}

/// Text; a number or a truth value is taken as it is written. Blank text is kept: it clears a field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Text(pub Option<String>);

impl Text {
    /// The text, unless it is missing or blank.
    #[must_use]
    pub fn filled(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.trim().is_empty())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar::<D>(Value::deserialize(deserializer)?).map(Self)
    }
}

/// One of a few words, such as a visibility; blank says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Choice<T>(pub Option<T>);

impl<T> Default for Choice<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match scalar::<D>(Value::deserialize(deserializer)?)? {
            Some(word) if !word.trim().is_empty() => serde_json::from_value(Value::String(word))
                .map(|choice| Self(Some(choice)))
                .map_err(|_| D::Error::custom("is not included in the list")),
            Some(_) | None => Ok(Self(None)),
        }
    }
}

/// One word or several; blank ones are left out, as forms send `a[]=` for an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Words(pub Option<Vec<String>>);

impl Words {
    /// The words, none where the parameter is missing.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Those words that are ids; others name nothing that exists.
    pub fn ids<T: std::str::FromStr>(&self) -> impl Iterator<Item = T> {
        self.as_slice().iter().filter_map(|word| word.parse().ok())
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(items) = items(Value::deserialize(deserializer)?) else {
            return Ok(Self(None));
        };
        let mut words = Vec::with_capacity(items.len());
        for item in items {
            words.extend(scalar::<D>(item)?.filter(|word| !word.trim().is_empty()));
        }
        Ok(Self(Some(words)))
    }
}

/// Several things with parts of their own, as an array or as an object keyed by position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Many<T>(pub Option<Vec<T>>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(items) = items(Value::deserialize(deserializer)?) else {
            return Ok(Self(None));
        };
        items
            .into_iter()
            .map(serde_json::from_value)
            .collect::<Result<_, _>>()
            .map(|items| Self(Some(items)))
            .map_err(D::Error::custom)
    }
}

/// Something with parts of its own. One without any is none, as in Rails: `poll: {}` asks nothing, and so does `poll=` in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Composed<T>(pub Option<T>);

impl<T> Default for Composed<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Composed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let is_blank = match &value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(parts) => parts.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        if is_blank {
            return Ok(Self(None));
        }
        serde_json::from_value(value)
            .map(|whole| Self(Some(whole)))
            .map_err(D::Error::custom)
    }
}

/// What stands in a list, however it was written; an object with other keys is one thing.
fn items(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Null => None,
        Value::Array(items) => Some(items),
        Value::Object(object) => {
            let positions: Option<Vec<u64>> = object.keys().map(|key| key.parse().ok()).collect();
            let Some(positions) = positions else {
                return Some(vec![Value::Object(object)]);
            };
            let mut items: Vec<_> = positions
                .into_iter()
                .zip(object.into_iter().map(|(_, item)| item))
                .collect();
            items.sort_by_key(|(position, _)| *position);
            Some(items.into_iter().map(|(_, item)| item).collect())
        }
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_)) => Some(vec![one]),
    }
}

fn scalar<'de, D: Deserializer<'de>>(value: Value) -> Result<Option<String>, D::Error> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(said) => Ok(Some(said.to_string())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::String(text) => Ok(Some(text)),
        Value::Array(_) | Value::Object(_) => Err(D::Error::custom("must be a single value")),
    }
}

#[cfg(test)]
mod tests;
