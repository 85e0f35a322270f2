//! How parameters are described that are read leniently.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::extract::{Flag, Number, Text, Words};

fn of(kind: Type, says: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(says))
        .into()
}

impl PartialSchema for Text {
    fn schema() -> RefOr<Schema> {
        of(
            Type::String,
            "Text; numbers and truth values are taken as they are written.",
        )
    }
}

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        of(
            Type::Boolean,
            "In forms also 1, on, yes, t, and 0, off, no, f; blank says nothing.",
        )
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        of(Type::Integer, "A whole number; blank says nothing.")
    }
}

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(ObjectBuilder::new().schema_type(Type::String))
            .description(Some("In forms and queries `name[]=one&name[]=two`."))
            .into()
    }
}

impl ToSchema for Text {}
impl ToSchema for Flag {}
impl ToSchema for Number {}
impl ToSchema for Words {}
