//! What processes on one PostgreSQL say to each other: heard once the transaction is committed in which it was said, and
//! by nobody if that is taken back. <https://www.postgresql.org/docs/current/sql-notify.html>

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::connection::{DatabaseSettings, DbConnection};
use crate::{Error, QueryError};

/// Bytes of one text; PostgreSQL takes less than 8,000.
pub const LONGEST: usize = 7_900;
/// Before a connection that was lost is made anew.
const AGAIN: Duration = Duration::from_secs(1);

/// Something that is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Text(String),
    /// From now on nothing can be heard, and why.
    Interrupted(String),
    /// It can be heard again what is said from now on.
    Resumed,
}

/// Whether others hear what is said on this connection.
#[must_use]
pub fn are_heard(conn: &DbConnection) -> bool {
    matches!(conn, DbConnection::Postgres(_))
}

/// Says something to all processes, this one too. A SQLite file has one process, to which nothing need be said.
pub fn send(conn: &mut DbConnection, text: &str) -> QueryResult<()> {
    match conn {
        DbConnection::Postgres(inner) => diesel::sql_query("SELECT pg_notify('staffroom', $1)")
            .bind::<Text, _>(text)
            .execute(inner)
            .map(drop),
        DbConnection::Sqlite(_) => Ok(()),
    }
}

pub(crate) fn listen(
    settings: DatabaseSettings,
    mut hear: impl FnMut(Heard) + Send + 'static,
    pause: impl Fn() -> Option<Duration> + Send + 'static,
) -> Result<(), Error> {
    let mut conn = listening(&settings)?;
    let listen = move || {
        while let Err(reason) = hear_all(&mut conn, &mut hear, &pause) {
            hear(Heard::Interrupted(reason.to_string()));
            let again = std::iter::repeat_with(|| {
                std::thread::sleep(AGAIN);
                pause().map(|_| listening(&settings))
            });
            match again
                .take_while(Option::is_some)
                .flatten()
                .find_map(Result::ok)
            {
                Some(fresh) => conn = fresh,
                None => return,
            }
            hear(Heard::Resumed);
        }
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(listen)
        .map(drop)
        .map_err(|error| Error::Unavailable(error.to_string()))
}

fn listening(settings: &DatabaseSettings) -> Result<DbConnection, Error> {
    let mut conn = settings.connect()?;
    conn.batch_execute("LISTEN staffroom")?;
    Ok(conn)
}

/// Until there is no pause any more. libpq tells what has come and does not wait for it, so it is asked again and again.
fn hear_all(
    conn: &mut DbConnection,
    hear: &mut impl FnMut(Heard),
    pause: &impl Fn() -> Option<Duration>,
) -> Result<(), QueryError> {
    let DbConnection::Postgres(conn) = conn else {
        return Ok(());
    };
    while let Some(pause) = pause() {
        let said: Vec<_> = conn.notifications_iter().collect::<Result<_, _>>()?;
        for said in said {
            hear(Heard::Text(said.payload));
        }
        std::thread::sleep(pause);
    }
    Ok(())
}
