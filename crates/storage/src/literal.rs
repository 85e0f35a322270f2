//! A condition whose values stand in its text, so that the planner can choose a partial index by them.
//!
//! Diesel's `sql` would be prepared anew each time, since its text could be anything.

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;

/// A condition that is the same in every statement of its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal(pub &'static str);

impl Expression for Literal {
    type SqlType = Bool;
}

impl ValidGrouping<()> for Literal {
    type IsAggregate = is_aggregate::No;
}

impl<Q: ?Sized> AppearsOnTable<Q> for Literal {}

impl<Q: ?Sized> SelectableExpression<Q> for Literal {}

impl QueryId for Literal {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend> QueryFragment<DB> for Literal {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}
