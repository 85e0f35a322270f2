//! Schemas without what is said of defaults: where a parameter is missing nothing is said, for all of them.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// The schema without defaults, and without the choices of one that were made to hold them.
pub(super) fn plain(schema: RefOr<Schema>) -> RefOr<Schema> {
    let RefOr::T(schema) = schema else {
        return schema;
    };
    RefOr::T(match schema {
        Schema::Object(mut object) => {
            object.default = None;
            let fields = std::mem::take(&mut object.properties).into_iter();
            object.properties = fields.map(|(name, field)| (name, plain(field))).collect();
            Schema::Object(object)
        }
        Schema::Array(mut array) => {
            array.default = None;
            Schema::Array(array)
        }
        Schema::AllOf(mut all) => {
            all.default = None;
            all.items = all.items.into_iter().map(plain).collect();
            Schema::AllOf(all)
        }
        Schema::OneOf(mut one) => {
            one.default = None;
            one.items = one.items.into_iter().map(plain).collect();
            match one.items.pop() {
                Some(only) if one.items.is_empty() => return only,
                Some(last) => one.items.push(last),
                None => {}
            }
            Schema::OneOf(one)
        }
        other => other,
    })
}
