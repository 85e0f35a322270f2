//! After a crash.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::schema::{delivery_lanes, inbox, jobs, pushes};

/// Frees all work that somebody holds. Only for a database that no other process uses, as SQLite's.
pub fn free_all_work(conn: &mut DbConnection) -> QueryResult<()> {
    diesel::update(jobs::table)
        .set(jobs::leased_until.eq(None::<Time>))
        .execute(conn)?;
    diesel::update(inbox::table.filter(inbox::leased_until.is_not_null()))
        .set(inbox::leased_until.eq(None::<Time>))
        .execute(conn)?;
    diesel::update(pushes::table)
        .set(pushes::leased_until.eq(None::<Time>))
        .execute(conn)?;
    diesel::update(delivery_lanes::table)
        .set(delivery_lanes::leased_until.eq(None::<Time>))
        .execute(conn)
        .map(drop)
}
