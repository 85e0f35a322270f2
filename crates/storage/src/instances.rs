//! Other servers, as far as we know them.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::among::among;
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
        instances::asked_at.eq(None::<Time>),
    );
    each!(conn, c => diesel::insert_into(instances::table)
        .values(row)
        .on_conflict(instances::host)
        .do_update()
        .set(instances::last_seen_at.eq(now))
        .execute(c))
    .map(drop)
}

/// Notes what software a server says that it runs, in lower case; none where it did not say.
pub fn set_software(
    conn: &mut DbConnection,
    host: &str,
    software: Option<&str>,
    version: Option<&str>,
    now: Time,
) -> QueryResult<()> {
    seen(conn, host, now)?;
    let of = instances::table.find(host);
    if software.is_some() {
        diesel::update(of)
            .set((
                instances::software.eq(software),
                instances::software_version.eq(version),
                instances::asked_at.eq(now),
            ))
            .execute(conn)
    } else {
        // What it said before is likelier than nothing.
        diesel::update(of)
            .set(instances::asked_at.eq(now))
            .execute(conn)
    }
    .map(drop)
}

/// What these servers run and when they were asked, of those that were.
pub fn software(
    conn: &mut DbConnection,
    hosts: &[String],
) -> QueryResult<Vec<(String, Option<String>, Time)>> {
    let mut found = Vec::new();
    for hosts in hosts.chunks(crate::CHUNK) {
        let rows: Vec<(String, Option<String>, Option<Time>)> = instances::table
            .filter(among(instances::host, hosts.iter().map(String::as_str)))
            .filter(instances::asked_at.is_not_null())
            .select((instances::host, instances::software, instances::asked_at))
            .load(conn)?;
        found.extend(
            rows.into_iter()
                .filter_map(|(host, software, asked)| Some((host, software, asked?))),
        );
    }
    Ok(found)
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
