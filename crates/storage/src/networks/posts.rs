//! The posts that began the threads of networks.

use diesel::prelude::*;
use domain::{AccountId, NetworkPostState, Page, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{network_posts, statuses};

/// A post that mentions a network and answers nothing; of answers, only those that were taken out.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = network_posts, treat_none_as_default_value = false)]
pub struct NetworkPost {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub network_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub state: NetworkPostState,
    /// JSON: its Create as its author's server sent it, while it waits.
    pub activity: Option<String>,
    /// What answers it, if it is a question.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub answer_id: Option<StatusId>,
    pub created_at: Time,
}

/// Adds a post: false if it is there.
pub fn insert_post(conn: &mut DbConnection, post: NetworkPost) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(network_posts::table)
        .values(post)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Takes the row of an answer away, which was taken out of a network and is put back.
pub fn delete_post(
    conn: &mut DbConnection,
    network: AccountId,
    status: StatusId,
) -> QueryResult<()> {
    diesel::delete(network_posts::table.find((network.0, status.0)))
        .execute(conn)
        .map(drop)
}

/// What became of a post in a network. One row by key.
pub fn post(
    conn: &mut DbConnection,
    network: AccountId,
    status: StatusId,
) -> QueryResult<Option<NetworkPost>> {
    network_posts::table
        .find((network.0, status.0))
        .select(NetworkPost::as_select())
        .first(conn)
        .optional()
}

/// What became of these posts in a network, in no order.
pub fn among_posts(
    conn: &mut DbConnection,
    network: AccountId,
    statuses: &[StatusId],
) -> QueryResult<Vec<NetworkPost>> {
    network_posts::table
        .filter(network_posts::network_id.eq(network.0))
        .filter(among(
            network_posts::status_id,
            statuses.iter().map(|id| id.0),
        ))
        .select(NetworkPost::as_select())
        .load(conn)
}

/// The networks of the thread that began with a status. A range of the index on `status_id`.
pub fn threads(conn: &mut DbConnection, first: StatusId) -> QueryResult<Vec<NetworkPost>> {
    network_posts::table
        .filter(network_posts::status_id.eq(first.0))
        .select(NetworkPost::as_select())
        .load(conn)
}

/// Writes what became of a post; whoever waited for it needs its activity no more.
pub fn set_state(
    conn: &mut DbConnection,
    network: AccountId,
    status: StatusId,
    state: NetworkPostState,
) -> QueryResult<()> {
    diesel::update(network_posts::table.find((network.0, status.0)))
        .set((
            network_posts::state.eq(i16::from(state)),
            network_posts::activity.eq(None::<String>),
        ))
        .execute(conn)
        .map(drop)
}

/// Keeps the activity of a post that waits.
pub fn set_activity(
    conn: &mut DbConnection,
    network: AccountId,
    status: StatusId,
    activity: Option<&str>,
) -> QueryResult<()> {
    diesel::update(network_posts::table.find((network.0, status.0)))
        .set(network_posts::activity.eq(activity))
        .execute(conn)
        .map(drop)
}

/// Marks a question as answered, in all networks where it was asked.
pub fn set_answer(conn: &mut DbConnection, status: StatusId, answer: StatusId) -> QueryResult<()> {
    let of = network_posts::table.filter(network_posts::status_id.eq(status.0));
    diesel::update(of)
        .set(network_posts::answer_id.eq(answer.0))
        .execute(conn)
        .map(drop)
}

/// Which of these questions are answered, and by what. A range of the index on `status_id` for each.
pub fn answers(
    conn: &mut DbConnection,
    questions: &[StatusId],
) -> QueryResult<Vec<(StatusId, StatusId)>> {
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, Option<i64>)> = network_posts::table
        .filter(among(
            network_posts::status_id,
            questions.iter().map(|id| id.0),
        ))
        .filter(network_posts::answer_id.is_not_null())
        .select((network_posts::status_id, network_posts::answer_id))
        .load(conn)?;
    let answered = |(question, answer): (i64, Option<i64>)| {
        answer.map(|answer| (StatusId(question), StatusId(answer)))
    };
    Ok(rows.into_iter().filter_map(answered).collect())
}

/// Takes the mark away that a status made, which is gone. By the partial index on `answer_id`.
pub fn forget_answer(conn: &mut DbConnection, answer: StatusId) -> QueryResult<()> {
    let of = network_posts::table.filter(network_posts::answer_id.eq(answer.0));
    diesel::update(of)
        .set(network_posts::answer_id.eq(None::<i64>))
        .execute(conn)
        .map(drop)
}

/// One page of the posts of a network in this state, newest first. A range of the primary key.
pub fn page_of_posts(
    conn: &mut DbConnection,
    network: AccountId,
    state: NetworkPostState,
    page: &Page,
) -> QueryResult<Vec<NetworkPost>> {
    each!(conn, c => {
        let query = network_posts::table
            .filter(network_posts::network_id.eq(network.0))
            .filter(network_posts::state.eq(i16::from(state)))
            .select(NetworkPost::as_select());
        load_page!(query, network_posts::status_id, page, c)
    })
}

/// The post of a network whose page is at an address; of posts elsewhere nothing else finds that.
pub fn find_by_url(
    conn: &mut DbConnection,
    network: AccountId,
    url: &str,
) -> QueryResult<Option<StatusId>> {
    let found: Option<i64> = each!(conn, c => network_posts::table
        .inner_join(statuses::table.on(statuses::id.eq(network_posts::status_id)))
        .filter(network_posts::network_id.eq(network.0))
        .filter(statuses::url.eq(url))
        .filter(statuses::deleted_at.is_null())
        .order(network_posts::status_id.desc())
        .select(network_posts::status_id)
        .first(c)
        .optional())?;
    Ok(found.map(StatusId))
}
