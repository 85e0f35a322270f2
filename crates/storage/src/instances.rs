//! Other servers, as far as we know them.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::instances;

/// Notes that a server was met.
pub fn seen(conn: &mut DbConnection, host: &str, now: Time) -> QueryResult<()> {
    let row = (
        instances::host.eq(host),
        instances::software.eq(None::<String>),
        instances::software_version.eq(None::<String>),
        instances::first_seen_at.eq(now),
        instances::last_seen_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(instances::table)
        .values(row)
        .on_conflict(instances::host)
        .do_update()
        .set(instances::last_seen_at.eq(now))
        .execute(c))
    .map(drop)
}

/// The names of all servers met, by name.
pub fn hosts(conn: &mut DbConnection) -> QueryResult<Vec<String>> {
    instances::table
        .order(instances::host)
        .select(instances::host)
        .load(conn)
}

/// Names of servers met that begin so, by name.
pub fn hosts_with_prefix(
    conn: &mut DbConnection,
    prefix: &str,
    limit: i64,
) -> QueryResult<Vec<String>> {
    let end = format!("{prefix}\u{10FFFF}");
    instances::table
        .filter(instances::host.ge(prefix))
        .filter(instances::host.lt(end))
        .order(instances::host)
        .limit(limit)
        .select(instances::host)
        .load(conn)
}

/// How many servers were met.
pub fn count(conn: &mut DbConnection) -> QueryResult<i64> {
    instances::table.count().get_result(conn)
}
