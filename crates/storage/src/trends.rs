//! What many have to do with at a time: hashtags and pages that they post, and statuses that they favour and pass on.
//!
//! Ids begin with the time at which something was made, so that days are ranges of ids, as in [`crate::metrics`].

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::DbConnection;
use crate::connection::each;
use crate::listed::listed;
use crate::schema::trend_reviews;

/// Different people who must have to do with something.
const LEAST: i64 = 3;
/// Of each kind.
const MOST: i64 = 100;
/// What everybody may read, and of people who are listed.
const SEEN: &str = "statuses.visibility = 0 AND statuses.reblog_of_id IS NULL AND statuses.deleted_at IS NULL \
     AND statuses.held_at IS NULL AND NOT statuses.local_only AND accounts.suspended_at IS NULL \
     AND accounts.silenced_at IS NULL AND accounts.deleted_at IS NULL";

/// What can trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tag,
    /// By the card that we made of a page ourselves: another server's is shown with its own statuses alone.
    Link,
    Status,
}

impl Kind {
    fn number(self) -> i16 {
        match self {
            Self::Tag => 0,
            Self::Link => 1,
            Self::Status => 2,
        }
    }

    /// Its ids, and the rows of statuses from `$1` on where it is used, with their authors.
    fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::Tag => (
                "status_tags.tag_id",
                "status_tags INNER JOIN statuses ON statuses.id = status_tags.status_id \
                 AND status_tags.status_id >= $1 INNER JOIN accounts ON accounts.id = statuses.account_id",
            ),
            Self::Link => (
                "cards.id",
                "statuses INNER JOIN accounts ON accounts.id = statuses.account_id \
                 INNER JOIN cards AS said ON said.id = statuses.card_id \
                 INNER JOIN cards ON cards.url = said.url AND cards.told_by = '' AND cards.known",
            ),
            Self::Status => (
                "statuses.id",
                "statuses INNER JOIN accounts ON accounts.id = statuses.account_id",
            ),
        }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// How much something was used on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Use {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Since 1970.
    #[diesel(sql_type = BigInt)]
    pub day: i64,
    #[diesel(sql_type = BigInt)]
    pub uses: i64,
    /// By how many different people.
    #[diesel(sql_type = BigInt)]
    pub accounts: i64,
}

/// What at least three people posted since, or did with a status as often: what most did comes first. A scan of what was
/// posted since.
pub fn most_used(conn: &mut DbConnection, kind: Kind, since: i64) -> QueryResult<Vec<i64>> {
    let (id, rows) = kind.sql();
    let (condition, often) = match kind {
        Kind::Tag | Kind::Link => (
            // The sign keeps SQLite from reading all that was ever posted, in the order of a key.
            format!("GROUP BY +{id} HAVING COUNT(DISTINCT statuses.account_id)"),
            "COUNT(DISTINCT statuses.account_id)",
        ),
        Kind::Status => (
            "AND accounts.discoverable AND NOT statuses.sensitive AND statuses.spoiler_text = '' \
             AND statuses.in_reply_to_uri IS NULL \
             AND statuses.favourites_count + statuses.reblogs_count"
                .to_owned(),
            "statuses.favourites_count + statuses.reblogs_count",
        ),
    };
    let sql = format!(
        "SELECT +{id} AS id FROM {rows} WHERE statuses.id >= $1 AND {SEEN} {condition} >= {LEAST} \
         ORDER BY {often} DESC, +{id} DESC LIMIT {MOST}"
    );
    let query = diesel::sql_query(sql).bind::<BigInt, _>(since);
    let found: Vec<Found> = each!(conn, c => query.load(c))?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// How much each of these was used on each day since on which it was. Of a hashtag a range of the primary key of
/// `status_tags`, of a page one of the index on `card_id`.
pub fn uses(conn: &mut DbConnection, kind: Kind, ids: &[i64], since: i64) -> QueryResult<Vec<Use>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (id, rows) = kind.sql();
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let sql = format!(
        "SELECT {id} AS id, (statuses.id >> 16) / 86400000 AS day, COUNT(*) AS uses, \
         COUNT(DISTINCT statuses.account_id) AS accounts \
         FROM {rows} WHERE statuses.id >= $1 AND {id} IN ({}) AND {SEEN} \
         GROUP BY {id}, (statuses.id >> 16) / 86400000",
        ids.join(", ")
    );
    let query = diesel::sql_query(sql).bind::<BigInt, _>(since);
    each!(conn, c => query.load(c))
}

/// Notes whether something may trend.
pub fn review(conn: &mut DbConnection, kind: Kind, id: i64, trendable: bool) -> QueryResult<()> {
    let row = (
        trend_reviews::kind.eq(kind.number()),
        trend_reviews::subject_id.eq(id),
        trend_reviews::trendable.eq(trendable),
    );
    each!(conn, c => diesel::insert_into(trend_reviews::table)
        .values(row)
        .on_conflict((trend_reviews::kind, trend_reviews::subject_id))
        .do_update()
        .set(trend_reviews::trendable.eq(trendable))
        .execute(c))
    .map(drop)
}

/// Which of these may not trend. One row by key each.
pub fn rejected(conn: &mut DbConnection, kind: Kind, ids: &[i64]) -> QueryResult<Vec<i64>> {
    let ids = listed(trend_reviews::subject_id, ids.iter().copied());
    each!(conn, c => trend_reviews::table
        .filter(trend_reviews::kind.eq(kind.number()))
        .filter(ids)
        .filter(diesel::dsl::not(trend_reviews::trendable))
        .select(trend_reviews::subject_id)
        .load(c))
}
