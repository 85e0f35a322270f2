//! How values of the domain lie in columns.

use diesel::backend::Backend;
use diesel::deserialize::{FromStaticSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::sql_types::{BigInt, Nullable, Text};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A nullable id on its way into or out of a row.
#[derive(Debug)]
pub struct Optional(Option<i64>);

impl<DB: Backend> Queryable<Nullable<BigInt>, DB> for Optional
where
    Option<i64>: FromStaticSqlRow<Nullable<BigInt>, DB>,
{
    type Row = Option<i64>;

    fn build(row: Self::Row) -> diesel::deserialize::Result<Self> {
        Ok(Self(row))
    }
}

impl AsExpression<Nullable<BigInt>> for Optional {
    type Expression = <Option<i64> as AsExpression<Nullable<BigInt>>>::Expression;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Nullable<BigInt>>::as_expression(self.0)
    }
}

macro_rules! optional {
    ($($id:ty),+) => {$(
        impl From<Optional> for Option<$id> {
            fn from(value: Optional) -> Self {
                value.0.map(<$id>::from)
            }
        }

        impl From<Option<$id>> for Optional {
            fn from(value: Option<$id>) -> Self {
                Self(value.map(i64::from))
            }
        }
    )+};
}
optional!(
    domain::StatusId,
    domain::AccountId,
    domain::UserId,
    domain::ApplicationId,
    domain::CardId,
    domain::ReportId,
    domain::TokenId
);

/// A list as JSON on its way into or out of a text column.
#[derive(Debug)]
pub struct JsonList(String);

impl<DB: Backend> Queryable<Text, DB> for JsonList
where
    String: FromStaticSqlRow<Text, DB>,
{
    type Row = String;

    fn build(row: String) -> diesel::deserialize::Result<Self> {
        Ok(Self(row))
    }
}

impl AsExpression<Text> for JsonList {
    type Expression = <String as AsExpression<Text>>::Expression;

    fn as_expression(self) -> Self::Expression {
        AsExpression::<Text>::as_expression(self.0)
    }
}

impl<T: DeserializeOwned> TryFrom<JsonList> for Vec<T> {
    type Error = serde_json::Error;

    fn try_from(value: JsonList) -> Result<Self, serde_json::Error> {
        if value.0 == "[]" {
            return Ok(Self::new());
        }
        serde_json::from_str(&value.0)
    }
}

impl<T: Serialize> From<Vec<T>> for JsonList {
    fn from(list: Vec<T>) -> Self {
        Self(serde_json::json!(list).to_string())
    }
}
