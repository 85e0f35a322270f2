//! `column IN (…)` of ids in one value, on either database: the same statement whatever the list is.
//!
//! Diesel knows such a statement by its type and need not make its text to find it prepared. For what is read often;
//! for all else [`crate::among`] does.

use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

/// Whether the column has one of the ids; never, if there are none.
pub(crate) fn listed<C>(column: C, ids: impl IntoIterator<Item = i64>) -> Listed<C> {
    let ids: Vec<i64> = ids.into_iter().collect();
    Listed {
        column,
        json: serde_json::json!(ids).to_string(),
        ids,
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Listed<C> {
    column: C,
    ids: Vec<i64>,
    /// The same for SQLite, which has no lists.
    json: String,
}

impl<C: Expression> Expression for Listed<C> {
    type SqlType = Bool;
}

impl<C: Expression> ValidGrouping<()> for Listed<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C, Q: ?Sized> AppearsOnTable<Q> for Listed<C> where C: AppearsOnTable<Q> {}

impl<C, Q: ?Sized> SelectableExpression<Q> for Listed<C> where C: SelectableExpression<Q> {}

impl<C: QueryId> QueryId for Listed<C> {
    type QueryId = Listed<C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Listed<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, String>(&self.json)?;
        out.push_sql("))");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Listed<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<BigInt>, Vec<i64>>(&self.ids)?;
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;

    use super::*;
    use crate::schema::statuses;

    #[test]
    fn the_statement_is_one_for_every_list() {
        let query = |ids: Vec<i64>| {
            statuses::table
                .filter(listed(statuses::id, ids))
                .select(statuses::id)
        };
        let (few, none) = (query(vec![1, 2]), query(Vec::new()));
        let text = debug_query::<Sqlite, _>(&few).to_string();
        assert!(
            text.contains("json_each(?)) -- binds: [\"[1,2]\"]"),
            "{text}"
        );
        let text = debug_query::<Pg, _>(&none).to_string();
        assert!(text.contains("= ANY($1) -- binds: [[]]"), "{text}");
        fn is_known_by_type<T: QueryId>(_: &T) -> bool {
            T::HAS_STATIC_QUERY_ID
        }
        assert!(is_known_by_type(&few));
    }
}
