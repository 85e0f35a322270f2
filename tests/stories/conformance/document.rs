//! Our own description, and whether an answer is what it says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reference::short;

pub struct Document(pub Value);

/// The fields of an object: which there are, and which must be.
#[derive(Default)]
struct Shape<'a> {
    fields: BTreeMap<&'a str, &'a Value>,
    required: BTreeSet<&'a str>,
    is_open: bool,
}

impl Document {
    /// Method and path of all operations.
    pub fn operations(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        paths
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap().keys();
                methods.map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect()
    }

    pub fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        self.0["paths"].get(path)?.get(method.to_lowercase())
    }

    /// The fields of a body with what each is, and none where nothing is read.
    pub fn body(&self, method: &str, path: &str) -> Option<Vec<(&str, &Value)>> {
        let operation = self.operation(method, path)?;
        let schema = operation.pointer("/requestBody/content/application~1json/schema")?;
        let mut shape = Shape::default();
        self.shape(schema, &mut shape);
        Some(shape.fields.into_iter().collect())
    }

    pub fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(to) => self.0.pointer(to.strip_prefix('#').unwrap()).unwrap(),
            None => schema,
        }
    }

    pub fn mistakes(&self, method: &str, path: &str, answer: &Value) -> BTreeSet<String> {
        let operation = self.operation(method, path);
        let schema = operation
            .and_then(|known| known.pointer("/responses/200/content/application~1json/schema"));
        match schema {
            Some(schema) => self.unfit(answer, schema, "answer"),
            None => BTreeSet::from([format!("{method} {path}: is not described")]),
        }
    }

    fn shape<'a>(&'a self, schema: &'a Value, shape: &mut Shape<'a>) {
        let schema = self.resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.shape(part, shape);
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            shape.fields.insert(name, field);
        }
        let required = schema["required"].as_array().into_iter().flatten();
        shape.required.extend(required.filter_map(Value::as_str));
        let says_nothing = schema.get("allOf").is_none() && schema.get("properties").is_none();
        shape.is_open |= says_nothing && schema["maxProperties"] != 0;
    }

    fn unfit(&self, value: &Value, schema: &Value, place: &str) -> BTreeSet<String> {
        let name = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next());
        let place = name.unwrap_or(place);
        let schema = self.resolved(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            let each = choices
                .iter()
                .map(|choice| self.unfit(value, choice, place));
            return each.min_by_key(BTreeSet::len).unwrap();
        }
        if schema.get("allOf").is_some() || schema.get("properties").is_some() {
            return self.unfit_object(value, schema, place);
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return BTreeSet::new(),
        };
        let fits = kinds.iter().any(|kind| match *kind {
            "null" => value.is_null(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => panic!("{other}"),
        });
        if !fits {
            return BTreeSet::from([format!("{place}: is {}, not {kinds:?}", short(value))]);
        }
        match value {
            Value::Array(items) => items
                .iter()
                .flat_map(|item| self.unfit(item, &schema["items"], place))
                .collect(),
            Value::Object(fields) if schema["additionalProperties"].is_object() => fields
                .values()
                .flat_map(|field| self.unfit(field, &schema["additionalProperties"], place))
                .collect(),
            Value::Object(fields) if schema["maxProperties"] == 0 && !fields.is_empty() => {
                BTreeSet::from([format!("{place}: is {}, not empty", short(value))])
            }
            _ => BTreeSet::new(),
        }
    }

    fn unfit_object(&self, value: &Value, schema: &Value, place: &str) -> BTreeSet<String> {
        let Some(object) = value.as_object() else {
            return BTreeSet::from([format!("{place}: is {}, no object", short(value))]);
        };
        let mut shape = Shape::default();
        self.shape(schema, &mut shape);
        let missing = shape
            .required
            .iter()
            .filter(|name| !object.contains_key(**name));
        let mut found: BTreeSet<String> = missing
            .map(|name| format!("{place}.{name}: is missing"))
            .collect();
        for (name, value) in object {
            let place = format!("{place}.{name}");
            match shape.fields.get(name.as_str()) {
                Some(schema) => found.extend(self.unfit(value, schema, &place)),
                None if shape.is_open => {}
                None => {
                    found.insert(format!("{place}: is not described"));
                }
            }
        }
        found
    }
}
