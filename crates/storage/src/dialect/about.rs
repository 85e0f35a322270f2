//! What a database says of itself.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::connection::DbConnection;

/// Name, version, and bytes on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub name: &'static str,
    pub version: String,
    pub bytes: i64,
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

pub(crate) fn about(conn: &mut DbConnection) -> QueryResult<About> {
    let (name, said) = match conn {
        DbConnection::Sqlite(inner) => (
            "SQLite",
            diesel::sql_query(
                "SELECT sqlite_version() AS version, page_count * page_size AS bytes \
                 FROM pragma_page_count(), pragma_page_size()",
            )
            .get_result::<Said>(inner)?,
        ),
        DbConnection::Postgres(inner) => (
            "PostgreSQL",
            diesel::sql_query(
                "SELECT current_setting('server_version') AS version, \
                 pg_database_size(current_database()) AS bytes",
            )
            .get_result::<Said>(inner)?,
        ),
    };
    Ok(About {
        name,
        version: said.version,
        bytes: said.bytes,
    })
}
