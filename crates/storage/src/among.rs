//! `column IN (…)` as a statement that is prepared once.
//!
//! Diesel's `eq_any` makes a text for every length of the list, and never keeps such a statement. Here
//! the list is filled up with its last value to the next power of two, so that few texts serve all lengths.

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};

/// Values in the longest list whose statement is kept.
const LONGEST_KEPT: usize = 1_024;

/// Whether the column has one of the values; never, if there are none.
pub(crate) fn among<C, V: Clone>(column: C, values: impl IntoIterator<Item = V>) -> Among<C, V> {
    let mut values: Vec<V> = values.into_iter().collect();
    if let Some(last) = values.last().cloned()
        && values.len() <= LONGEST_KEPT
    {
        values.resize(values.len().next_power_of_two(), last);
    }
    Among { column, values }
}

#[derive(Debug, Clone)]
pub(crate) struct Among<C, V> {
    column: C,
    values: Vec<V>,
}

impl<C: Expression, V> Expression for Among<C, V> {
    type SqlType = Bool;
}

impl<C: Expression, V> ValidGrouping<()> for Among<C, V> {
    type IsAggregate = is_aggregate::No;
}

impl<C: Expression, V, Q: ?Sized> AppearsOnTable<Q> for Among<C, V> where C: AppearsOnTable<Q> {}

impl<C: Expression, V, Q: ?Sized> SelectableExpression<Q> for Among<C, V> where
    C: SelectableExpression<Q>
{
}

impl<C, V> QueryId for Among<C, V> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, V, DB> QueryFragment<DB> for Among<C, V>
where
    DB: Backend + HasSqlType<C::SqlType>,
    C: Expression + QueryFragment<DB>,
    V: ToSql<C::SqlType, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.values.len() > LONGEST_KEPT {
            out.unsafe_to_cache_prepared();
        }
        if self.values.is_empty() {
            out.push_sql("0 = 1");
            return Ok(());
        }
        self.column.walk_ast(out.reborrow())?;
        for (number, value) in self.values.iter().enumerate() {
            out.push_sql(if number == 0 { " IN (" } else { ", " });
            out.push_bind_param::<C::SqlType, V>(value)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::sqlite::Sqlite;

    use super::*;
    use crate::schema::statuses;

    fn text(ids: &[i64]) -> String {
        let query = statuses::table
            .filter(among(statuses::id, ids.iter().copied()))
            .select(statuses::id);
        debug_query::<Sqlite, _>(&query).to_string()
    }

    #[test]
    fn lists_of_similar_lengths_share_a_statement() {
        let sql = |ids: &[i64]| text(ids).split(" -- ").next().map(str::to_owned);
        assert_eq!(sql(&[1, 2, 3]), sql(&[4, 5, 6, 7]));
        assert_ne!(sql(&[1, 2]), sql(&[1, 2, 3]));
        assert!(text(&[1, 2, 3]).contains("[1, 2, 3, 3]"));
    }

    #[test]
    fn an_empty_list_holds_nothing() {
        assert!(text(&[]).contains("0 = 1"));
    }
}
