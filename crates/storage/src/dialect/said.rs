//! Whether practice says some words: in its title, or anywhere in its text as the index has it.

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;

use super::full_text::{for_postgres, for_sqlite};
use crate::status_index::Query;

/// A condition on a row of `practices`.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// All of them fit the title.
    titles: Vec<String>,
    /// The same question for either database.
    sqlite: String,
    postgres: String,
}

impl Said {
    /// `titles` are patterns, at least one.
    pub(crate) fn new(titles: Vec<String>, text: &Query) -> Self {
        Self {
            titles,
            sqlite: for_sqlite(text),
            postgres: for_postgres(text),
        }
    }

    fn walk_titles<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend,
        String: ToSql<Text, DB>,
    {
        for (number, pattern) in self.titles.iter().enumerate() {
            out.push_sql(if number == 0 { "((" } else { " AND " });
            out.push_sql("practices.title_key LIKE ");
            out.push_bind_param::<Text, String>(pattern)?;
            out.push_sql(" ESCAPE '\\'");
        }
        out.push_sql(") OR practices.status_id IN ");
        Ok(())
    }
}

impl Expression for Said {
    type SqlType = Bool;
}

impl ValidGrouping<()> for Said {
    type IsAggregate = is_aggregate::No;
}

impl<Q: ?Sized> AppearsOnTable<Q> for Said {}

impl<Q: ?Sized> SelectableExpression<Q> for Said {}

impl QueryId for Said {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for Said {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk_titles(&mut out)?;
        out.push_sql("(SELECT rowid FROM status_index WHERE status_index MATCH ");
        out.push_bind_param::<Text, String>(&self.sqlite)?;
        out.push_sql("))");
        Ok(())
    }
}

impl QueryFragment<Pg> for Said {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk_titles(&mut out)?;
        out.push_sql("(SELECT status_id FROM status_index WHERE words @@ ");
        out.push_bind_param::<Text, String>(&self.postgres)?;
        out.push_sql("::tsquery))");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;

    use super::*;
    use crate::schema::practices;

    #[test]
    fn words_are_looked_for_in_titles_and_texts() {
        let text = Query {
            all: vec![
                vec![vec!["§practice".to_owned()]],
                vec![vec!["dice".to_owned()]],
            ],
            none: Vec::new(),
        };
        let said = Said::new(vec!["%dice%".to_owned(), "%of%".to_owned()], &text);
        let query = practices::table.filter(said).select(practices::status_id);
        let sqlite = debug_query::<Sqlite, _>(&query).to_string();
        let expected = r#"((practices.title_key LIKE ? ESCAPE '\' AND practices.title_key LIKE ? ESCAPE '\') OR practices.status_id IN (SELECT rowid FROM status_index WHERE status_index MATCH ?))"#;
        assert!(sqlite.contains(expected), "{sqlite}");
        let postgres = debug_query::<Pg, _>(&query).to_string();
        assert!(postgres.contains("words @@ $3::tsquery))"), "{postgres}");
    }
}
