//! Figures for those who look after a server.
//!
//! Ids begin with the time at which something was made, so that a stretch of time is a range of a primary key, and a day
//! is a division that both databases do alike. Both take `$1` for a value, if values are used in their order.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};
use domain::Time;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{reports, seen_weeks, users};

pub use crate::dialect::about::About;

/// Rows in an answer that lists something, and times that are read to be counted.
const MOST: i64 = 10_000;

/// What is counted by days of the ids of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    NewUsers,
    Favourites,
    /// Boosts of posts that were written here, and answers to them, by others than their authors.
    Echoes,
    OpenedReports,
    TagUses,
    TagAccounts,
    TagServers,
    InstanceAccounts,
    /// Bytes of the files that are here.
    InstanceMedia,
    InstanceReports,
    InstanceStatuses,
    /// Who of ours follows somebody there.
    InstanceFollows,
    /// Who there follows somebody here.
    InstanceFollowers,
}

/// Of what it is counted, where it is not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    All,
    Tag(i64),
    Host(String),
}

impl Counted {
    /// What is counted, and the rows: of the ids from `$1` on and before `$2`, of `$3` if anything.
    fn sql(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NewUsers => (
                "users.id",
                "COUNT(*)",
                "users WHERE users.id >= $1 AND users.id < $2",
            ),
            Self::Favourites => (
                "favourites.id",
                "COUNT(*)",
                "favourites INNER JOIN statuses ON statuses.id = favourites.status_id \
                 WHERE favourites.id >= $1 AND favourites.id < $2 AND statuses.local",
            ),
            Self::Echoes => (
                "statuses.id",
                "COUNT(*)",
                "statuses INNER JOIN statuses AS echoed \
                 ON echoed.id = COALESCE(statuses.reblog_of_id, statuses.in_reply_to_id) \
                 WHERE statuses.id >= $1 AND statuses.id < $2 AND statuses.deleted_at IS NULL \
                 AND echoed.local AND echoed.account_id <> statuses.account_id",
            ),
            Self::OpenedReports => (
                "reports.id",
                "COUNT(*)",
                "reports WHERE reports.id >= $1 AND reports.id < $2",
            ),
            Self::TagUses => ("statuses.id", "COUNT(*)", TAGGED),
            Self::TagAccounts => ("statuses.id", "COUNT(DISTINCT statuses.account_id)", TAGGED),
            Self::TagServers => (
                "statuses.id",
                "COUNT(DISTINCT COALESCE(accounts.host, ''))",
                TAGGED,
            ),
            Self::InstanceAccounts => (
                "accounts.id",
                "COUNT(*)",
                "accounts WHERE accounts.id >= $1 AND accounts.id < $2 AND accounts.host = $3 \
                 AND accounts.deleted_at IS NULL",
            ),
            Self::InstanceMedia => (
                "media.id",
                "COALESCE(SUM(media.size), 0)",
                "media INNER JOIN accounts ON accounts.id = media.account_id \
                 WHERE media.id >= $1 AND media.id < $2 AND accounts.host = $3 \
                 AND media.file IS NOT NULL",
            ),
            Self::InstanceReports => (
                "reports.id",
                "COUNT(*)",
                "reports INNER JOIN accounts ON accounts.id = reports.target_account_id \
                 WHERE reports.id >= $1 AND reports.id < $2 AND accounts.host = $3",
            ),
            Self::InstanceStatuses => (
                "statuses.id",
                "COUNT(*)",
                "statuses INNER JOIN accounts ON accounts.id = statuses.account_id \
                 WHERE statuses.id >= $1 AND statuses.id < $2 AND accounts.host = $3 \
                 AND statuses.deleted_at IS NULL",
            ),
            Self::InstanceFollows => (
                "follows.id",
                "COUNT(*)",
                "follows INNER JOIN accounts ON accounts.id = follows.account_id \
                 WHERE follows.id >= $1 AND follows.id < $2 AND accounts.host = $3 \
                 AND NOT follows.pending",
            ),
            Self::InstanceFollowers => (
                "follows.id",
                "COUNT(*)",
                "follows INNER JOIN accounts ON accounts.id = follows.follower_id \
                 WHERE follows.id >= $1 AND follows.id < $2 AND accounts.host = $3 \
                 AND NOT follows.pending",
            ),
        }
    }
}

/// Public statuses with a tag: a range of the primary key of their tags.
const TAGGED: &str = "status_tags INNER JOIN statuses ON statuses.id = status_tags.status_id \
     INNER JOIN accounts ON accounts.id = statuses.account_id \
     WHERE status_tags.status_id >= $1 AND status_tags.status_id < $2 AND status_tags.tag_id = $3 \
     AND statuses.visibility = 0 AND statuses.deleted_at IS NULL";

#[derive(QueryableByName)]
struct Day {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// The rows of a question about a range of ids, of something.
macro_rules! ask {
    ($conn:expr, $row:ty, $sql:expr, $range:expr, $of:expr) => {{
        let (from, until) = $range;
        let query = diesel::sql_query($sql)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(until);
        each!($conn, c => match $of {
            Of::All => query.load::<$row>(c),
            Of::Tag(id) => query.bind::<BigInt, _>(*id).load::<$row>(c),
            Of::Host(host) => query.bind::<Text, _>(host).load::<$row>(c),
        })
    }};
}

/// How much there was on each day on which there was something, by days since 1970.
pub fn by_day(
    conn: &mut DbConnection,
    counted: Counted,
    of: &Of,
    range: (i64, i64),
) -> QueryResult<Vec<(i64, i64)>> {
    let (id, value, rows) = counted.sql();
    let sql = format!(
        "SELECT ({id} >> 16) / 86400000 AS day, CAST({value} AS BIGINT) AS value FROM {rows} \
         GROUP BY ({id} >> 16) / 86400000"
    );
    let found = ask!(conn, Day, sql, range, of)?;
    Ok(found.into_iter().map(|row| (row.day, row.value)).collect())
}

/// How much there was in all.
pub fn total(
    conn: &mut DbConnection,
    counted: Counted,
    of: &Of,
    range: (i64, i64),
) -> QueryResult<i64> {
    let (_, value, rows) = counted.sql();
    let sql = format!("SELECT CAST({value} AS BIGINT) AS value FROM {rows}");
    let found = ask!(conn, Value, sql, range, of)?;
    Ok(found.first().map_or(0, |row| row.value))
}

/// By what statuses are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Where they come from; ours are nameless.
    Server,
    /// Those of a tag.
    TagServer,
    TagLanguage,
    /// Those of a server.
    InstanceLanguage,
}

/// How many statuses there were of each, the most first.
pub fn statuses_by(
    conn: &mut DbConnection,
    by: By,
    of: &Of,
    range: (i64, i64),
    limit: i64,
) -> QueryResult<Vec<(String, i64)>> {
    let name = match by {
        By::Server | By::TagServer => "COALESCE(accounts.host, '')",
        By::TagLanguage | By::InstanceLanguage => "COALESCE(statuses.language, 'und')",
    };
    let rows = match by {
        By::Server => {
            "statuses INNER JOIN accounts ON accounts.id = statuses.account_id \
             WHERE statuses.id >= $1 AND statuses.id < $2 AND statuses.deleted_at IS NULL"
        }
        By::TagServer | By::TagLanguage => TAGGED,
        By::InstanceLanguage => Counted::InstanceStatuses.sql().2,
    };
    let limit = limit.clamp(1, MOST);
    let sql = format!(
        "SELECT {name} AS name, COUNT(*) AS value FROM {rows} \
         GROUP BY {name} ORDER BY COUNT(*) DESC, {name} LIMIT {limit}"
    );
    let found = ask!(conn, Named, sql, range, of)?;
    Ok(found.into_iter().map(|row| (row.name, row.value)).collect())
}

/// When reports were done with, from `from` on and before `until`. A scan of the reports.
pub fn resolved(conn: &mut DbConnection, from: Time, until: Time) -> QueryResult<Vec<Time>> {
    let found: Vec<Option<Time>> = reports::table
        .filter(reports::resolved_at.ge(from))
        .filter(reports::resolved_at.lt(until))
        .order(reports::id.desc())
        .limit(MOST)
        .select(reports::resolved_at)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// Who was here in the weeks that began from `from` on and before `until`: of each week how many. Ranges of the primary
/// key.
pub fn seen_by_week(
    conn: &mut DbConnection,
    from: Time,
    until: Time,
) -> QueryResult<Vec<(Time, i64)>> {
    each!(conn, c => seen_weeks::table
        .filter(seen_weeks::week.ge(from))
        .filter(seen_weeks::week.lt(until))
        .group_by(seen_weeks::week)
        .select((seen_weeks::week, count_star()))
        .load(c))
}

/// How many people were here in those weeks.
pub fn seen(conn: &mut DbConnection, from: Time, until: Time) -> QueryResult<i64> {
    let query = diesel::sql_query(
        "SELECT COUNT(DISTINCT user_id) AS value FROM seen_weeks WHERE week >= $1 AND week < $2",
    )
    .bind::<Timestamp, _>(from)
    .bind::<Timestamp, _>(until);
    let found = each!(conn, c => query.load::<Value>(c))?;
    Ok(found.first().map_or(0, |row| row.value))
}

/// In which languages people who were here from `from` on read, the most first. A scan of those who have an account here.
pub fn locales(conn: &mut DbConnection, from: Time, limit: i64) -> QueryResult<Vec<(String, i64)>> {
    each!(conn, c => users::table
        .filter(users::last_seen_at.ge(from))
        .group_by(users::locale)
        .order((count_star().desc(), users::locale))
        .limit(limit)
        .select((users::locale, count_star()))
        .load(c))
}

/// When those who signed up from `from` on and before `until` did, and when they were here last. A scan of those who
/// have an account here.
pub fn signed_up(
    conn: &mut DbConnection,
    from: Time,
    until: Time,
) -> QueryResult<Vec<(Time, Time)>> {
    users::table
        .filter(users::created_at.ge(from))
        .filter(users::created_at.lt(until))
        .select((users::created_at, users::last_seen_at))
        .load(conn)
}

/// Bytes of the attachments of our own people. A scan.
pub fn media_bytes(conn: &mut DbConnection) -> QueryResult<i64> {
    let found = each!(conn, c => diesel::sql_query(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS value FROM media WHERE file IS NOT NULL",
    )
    .load::<Value>(c))?;
    Ok(found.first().map_or(0, |row| row.value))
}

/// Which database it is.
pub fn about(conn: &mut DbConnection) -> QueryResult<About> {
    crate::dialect::about::about(conn)
}
