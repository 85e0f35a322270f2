//! Rails' names with brackets, `a[b][]=c`, as a tree of values.
//! <https://guides.rubyonrails.org/action_controller_overview.html#hash-and-array-parameters>

use serde_json::{Map, Value};

use crate::ApiError;

/// How deep parameters may be nested.
const DEPTH: usize = 8;
/// How many values a request may carry.
const VALUES: usize = 1_000;

/// Parameters as they come in, one name and value after the other.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Map<String, Value>,
    values: usize,
}

/// One step from the root towards a value.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    /// `[name]`
    Key(&'a str),
    /// `[]`
    Next,
}

impl Tree {
    /// Adds `name=value`; the last one of a name counts, except after `[]`.
    pub(super) fn insert(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        self.values += 1;
        if self.values > VALUES {
            return Err(too_much());
        }
        let name = without_nul(name);
        let (first, steps) = steps(&name)?;
        let slot = self.root.entry(first).or_insert(Value::Null);
        place(slot, &steps, Value::String(without_nul(value))).map_err(|Mismatch| mismatch(&name))
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.root
    }
}

/// The same bounds for a tree that came as JSON, and no NUL in its texts.
pub(super) fn check(object: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let mut values = 0;
    clean_object(object, 1, &mut values)
}

fn clean_object(
    object: Map<String, Value>,
    depth: usize,
    values: &mut usize,
) -> Result<Map<String, Value>, ApiError> {
    object
        .into_iter()
        .map(|(key, value)| Ok((without_nul(&key), clean(value, depth, values)?)))
        .collect()
}

fn clean(value: Value, depth: usize, values: &mut usize) -> Result<Value, ApiError> {
    *values += 1;
    if *values > VALUES || depth > DEPTH {
        return Err(too_much());
    }
    Ok(match value {
        Value::String(text) => Value::String(without_nul(&text)),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| clean(item, depth + 1, values))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(object) => Value::Object(clean_object(object, depth + 1, values)?),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    })
}

/// PostgreSQL keeps no NUL in text, and nobody means one.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// `a[b][]` is the name `a` and two steps. A name whose brackets do not pair stands for itself.
fn steps(name: &str) -> Result<(String, Vec<Step<'_>>), ApiError> {
    let alone = || Ok((name.to_owned(), Vec::new()));
    let Some((first, mut rest)) = name.split_once('[').filter(|(first, _)| !first.is_empty())
    else {
        return alone();
    };
    let mut steps = Vec::new();
    loop {
        let Some((inside, after)) = rest.split_once(']') else {
            return alone();
        };
        steps.push(if inside.is_empty() {
            Step::Next
        } else {
            Step::Key(inside)
        });
        if steps.len() >= DEPTH {
            return Err(too_much());
        }
        if after.is_empty() {
            return Ok((first.to_owned(), steps));
        }
        let Some(next) = after.strip_prefix('[') else {
            return alone();
        };
        rest = next;
    }
}

/// One name used both as a value and as a container.
struct Mismatch;

fn place(slot: &mut Value, steps: &[Step<'_>], value: Value) -> Result<(), Mismatch> {
    let Some((step, rest)) = steps.split_first() else {
        return match slot {
            Value::Array(_) | Value::Object(_) => Err(Mismatch),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                *slot = value;
                Ok(())
            }
        };
    };
    match step {
        Step::Key(key) => {
            let object = or_empty(slot, || Value::Object(Map::new()))
                .as_object_mut()
                .ok_or(Mismatch)?;
            place(object.entry(*key).or_insert(Value::Null), rest, value)
        }
        Step::Next => {
            let array = or_empty(slot, || Value::Array(Vec::new()))
                .as_array_mut()
                .ok_or(Mismatch)?;
            if let Some(open) = array.last_mut().filter(|last| has_room(last, rest)) {
                return place(open, rest, value);
            }
            let mut item = Value::Null;
            place(&mut item, rest, value)?;
            array.push(item);
            Ok(())
        }
    }
}

fn or_empty(slot: &mut Value, container: impl FnOnce() -> Value) -> &mut Value {
    if slot.is_null() {
        *slot = container();
    }
    slot
}

/// `a[][b]=1&a[][c]=2` is one item with two keys; a key seen before begins the next item.
fn has_room(item: &Value, steps: &[Step<'_>]) -> bool {
    match (steps.split_first(), item) {
        (Some((Step::Key(key), rest)), Value::Object(object)) => object
            .get(*key)
            .is_none_or(|held| !rest.is_empty() && has_room(held, rest)),
        (Some((Step::Next, _)), Value::Array(_)) => true,
        (Some(_) | None, _) => false,
    }
}

fn too_much() -> ApiError {
    ApiError::BadRequest("Too many parameters, or nested too deeply".to_owned())
}

fn mismatch(name: &str) -> ApiError {
    let name = domain::limits::cut(name, 50);
    ApiError::BadRequest(format!("Parameter {name} is used in two ways"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(query: &str) -> Result<Value, ApiError> {
        let mut tree = Tree::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            tree.insert(&name, &value)?;
        }
        Ok(Value::Object(tree.into_map()))
    }

    #[test]
    fn brackets_make_arrays_and_objects() {
        for (query, expected) in [
            ("a=1&a=2", r#"{"a":"2"}"#),
            ("a[]=1&a[]=2", r#"{"a":["1","2"]}"#),
            ("a[b]=c&a[d]=e", r#"{"a":{"b":"c","d":"e"}}"#),
            (
                "a[0][b]=c&a[1][b]=d",
                r#"{"a":{"0":{"b":"c"},"1":{"b":"d"}}}"#,
            ),
            (
                "a[][b]=1&a[][c]=2&a[][b]=3",
                r#"{"a":[{"b":"1","c":"2"},{"b":"3"}]}"#,
            ),
            ("a[][b][]=1&a[][b][]=2", r#"{"a":[{"b":["1","2"]}]}"#),
            ("a%5B%5D=1", r#"{"a":["1"]}"#),
            (
                "a[b=1&[c]=2&a]=3&d[e]f=4",
                r#"{"[c]":"2","a[b":"1","a]":"3","d[e]f":"4"}"#,
            ),
            ("a%00b=%00x", r#"{"ab":"x"}"#),
        ] {
            let expected: Value = serde_json::from_str(expected).unwrap();
            assert_eq!(tree(query).unwrap(), expected, "{query}");
        }
    }

    #[test]
    fn one_name_cannot_be_a_value_and_a_container() {
        for query in ["a=1&a[b]=2", "a[b]=1&a=2", "a[]=1&a[b]=2", "a[b]=1&a[]=2"] {
            assert!(
                matches!(tree(query), Err(ApiError::BadRequest(_))),
                "{query}"
            );
        }
    }

    #[test]
    fn depth_and_number_are_bounded() {
        assert!(tree(&format!("a{}=1", "[b]".repeat(7))).is_ok());
        assert!(tree(&format!("a{}=1", "[b]".repeat(8))).is_err());
        assert!(tree(&format!("a{}=1", "[]".repeat(100_000))).is_err());
        assert!(tree(&"a[]=1&".repeat(1_000)).is_ok());
        assert!(tree(&"a[]=1&".repeat(1_001)).is_err());
    }

    #[test]
    fn json_has_the_same_bounds() {
        let object = |text: &str| match serde_json::from_str(text).unwrap() {
            Value::Object(object) => check(object),
            _ => panic!("not an object"),
        };
        assert_eq!(
            object(r#"{"a\u0000":["b\u0000"]}"#).unwrap(),
            *tree("a[]=b").unwrap().as_object().unwrap()
        );
        assert!(object(&format!(r#"{{"a":{}1{}}}"#, "[".repeat(7), "]".repeat(7))).is_ok());
        assert!(object(&format!(r#"{{"a":{}1{}}}"#, "[".repeat(8), "]".repeat(8))).is_err());
        assert!(object(&format!(r#"{{"a":[{}1]}}"#, "1,".repeat(1_000))).is_err());
    }
}
