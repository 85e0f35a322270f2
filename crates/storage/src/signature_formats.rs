//! Which signatures other servers read.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::signature_formats;

/// Notes that the server at `origin` reads RFC 9421 (`newer`), or only draft-cavage.
pub fn put(conn: &mut DbConnection, origin: &str, newer: bool, now: Time) -> QueryResult<()> {
    let row = (
        signature_formats::origin.eq(origin),
        signature_formats::newer.eq(newer),
        signature_formats::noted_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(signature_formats::table)
        .values(row)
        .on_conflict(signature_formats::origin)
        .do_update()
        .set((
            signature_formats::newer.eq(newer),
            signature_formats::noted_at.eq(now),
        ))
        .execute(c))
    .map(drop)
}

/// What was noted last, newest first: origin, and whether it reads RFC 9421.
pub fn latest(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<(String, bool)>> {
    signature_formats::table
        .order(signature_formats::noted_at.desc())
        .limit(limit)
        .select((signature_formats::origin, signature_formats::newer))
        .load(conn)
}

/// Forgets what was noted before `before`.
pub fn prune(conn: &mut DbConnection, before: Time) -> QueryResult<()> {
    diesel::delete(signature_formats::table.filter(signature_formats::noted_at.lt(before)))
        .execute(conn)
        .map(drop)
}
