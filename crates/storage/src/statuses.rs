//! Statuses: posts, and boosts of posts.

mod new;
mod public;
mod versions;

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{
    AccountId, ApplicationId, CardId, CustomEmoji, MediaKind, Page, QuotePolicy, StatusId, Time,
    Visibility,
};

pub use public::{Public, Tagged, page_of_public, page_of_tags};
pub use versions::{
    StatusEdit, delete_edits, edits, files_of_edits, insert_edit, keep_latest_edits,
};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::literal::Literal;
use crate::paging::load_page;
use crate::row::{JsonList, Optional};
use crate::schema::{media, status_tags, statuses};

/// A post, or a boost of one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = statuses, treat_none_as_default_value = false)]
pub struct Status {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: StatusId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub uri: String,
    pub url: String,
    pub local: bool,
    /// The id of the first status of the thread.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub conversation_id: StatusId,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub in_reply_to_id: Option<StatusId>,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub in_reply_to_account_id: Option<AccountId>,
    pub in_reply_to_uri: Option<String>,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub reblog_of_id: Option<StatusId>,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub visibility: Visibility,
    /// HTML, sanitised.
    pub content: String,
    /// As its author typed it; empty for statuses from elsewhere.
    pub text: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub content_type: domain::ContentType,
    pub spoiler_text: String,
    pub sensitive: bool,
    pub language: Option<String>,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub application_id: Option<ApplicationId>,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub emojis: Vec<CustomEmoji>,
    pub replies_count: i64,
    pub reblogs_count: i64,
    pub favourites_count: i64,
    pub created_at: Time,
    pub edited_at: Option<Time>,
    pub pinned_at: Option<Time>,
    pub deleted_at: Option<Time>,
    /// Quotes that stand.
    pub quotes_count: i64,
    #[diesel(deserialize_as = i32, serialize_as = i32)]
    pub quote_policy: QuotePolicy,
    /// Set by [`crate::polls::insert`], as the next is by [`crate::quotes::insert`].
    pub has_poll: bool,
    pub has_quote: bool,
    /// Set by [`crate::derivations::insert`].
    pub has_source: bool,
    /// For people who are signed in here: it never leaves this server.
    pub local_only: bool,
    /// What the page is about to which it links.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub card_id: Option<CardId>,
    pub held_at: Option<Time>,
    /// How often what is elsewhere was favourited and boosted, as its own server says: [`Totals`].
    pub said_favourites: Option<i64>,
    pub said_reblogs: Option<i64>,
}

/// How often a status from elsewhere was favourited and boosted, as its own server says. Of what is none it said nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = statuses)]
pub struct Totals {
    #[diesel(column_name = said_favourites)]
    pub favourites: Option<i64>,
    #[diesel(column_name = said_reblogs)]
    pub reblogs: Option<i64>,
}

/// Adds a status.
///
/// # Errors
/// If its uri is known already, or its author has boosted the same status.
pub fn insert(conn: &mut DbConnection, status: Status) -> QueryResult<()> {
    if status.reblog_of_id.is_none() {
        crate::status_index::note(conn, status.id)?;
    }
    diesel::insert_into(statuses::table)
        .values(status)
        .execute(conn)
        .map(drop)
}

/// Writes what an edit changes.
pub fn update(conn: &mut DbConnection, status: &Status) -> QueryResult<()> {
    crate::status_index::note(conn, status.id)?;
    diesel::update(statuses::table.find(status.id.0))
        .set((
            statuses::content.eq(&status.content),
            statuses::text.eq(&status.text),
            statuses::content_type.eq(i16::from(status.content_type)),
            statuses::spoiler_text.eq(&status.spoiler_text),
            statuses::sensitive.eq(status.sensitive),
            statuses::language.eq(&status.language),
            statuses::emojis.eq(JsonList::from(status.emojis.clone())),
            statuses::edited_at.eq(status.edited_at),
            statuses::quote_policy.eq(i32::from(status.quote_policy)),
            statuses::card_id.eq(Optional::from(status.card_id)),
        ))
        .execute(conn)
        .map(drop)
}

/// The status of that id, unless it was deleted. One row by key.
pub fn find(conn: &mut DbConnection, id: StatusId) -> QueryResult<Option<Status>> {
    each!(conn, c => statuses::table
        .find(id.0)
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select())
        .first(c)
        .optional())
}

/// The same; who else wants to change or delete it waits until this transaction ends.
pub fn hold(conn: &mut DbConnection, id: StatusId) -> QueryResult<Option<Status>> {
    crate::dialect::claim::hold_status(conn, id)
}

/// The statuses of these ids that are not deleted, in no order. One row by key each.
pub fn with_ids(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Status>> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(crate::CHUNK) {
        let ids = listed(statuses::id, ids.iter().map(|id| id.0));
        found.extend(each!(conn, c => statuses::table
            .filter(ids)
            .filter(statuses::deleted_at.is_null())
            .select(Status::as_select())
            .load(c))?);
    }
    Ok(found)
}

/// Those of these statuses that are deleted, in no order. One row by key each.
pub fn deleted_among(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<StatusId>> {
    let these = listed(statuses::id, ids.iter().map(|id| id.0));
    let deleted: Vec<i64> = each!(conn, c => statuses::table
        .filter(these)
        .filter(statuses::deleted_at.is_not_null())
        .select(statuses::id)
        .load(c))?;
    Ok(deleted.into_iter().map(StatusId).collect())
}

/// The statuses of these ids, deleted or not: for telling others that they are gone.
pub fn with_ids_deleted(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Status>> {
    statuses::table
        .filter(among(statuses::id, ids.iter().map(|id| id.0)))
        .select(Status::as_select())
        .load(conn)
}

/// The status known to others by `uri`, deleted or not: a deleted one must not come back.
pub fn with_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Status>> {
    statuses::table
        .filter(statuses::uri.eq(uri))
        .select(Status::as_select())
        .first(conn)
        .optional()
}

/// The living statuses of these uris, in no order.
pub fn with_uris(conn: &mut DbConnection, uris: &[&str]) -> QueryResult<Vec<Status>> {
    statuses::table
        .filter(among(statuses::uri, uris.iter().copied()))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select())
        .load(conn)
}

/// The statuses of these uris, deleted or not, in no order.
pub fn with_uris_deleted(conn: &mut DbConnection, uris: &[&str]) -> QueryResult<Vec<Status>> {
    let mut found = Vec::with_capacity(uris.len());
    for uris in uris.chunks(crate::CHUNK) {
        let rows: Vec<Status> = statuses::table
            .filter(among(statuses::uri, uris.iter().copied()))
            .select(Status::as_select())
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Which of these uris are known, of statuses deleted or not.
pub fn known_among(conn: &mut DbConnection, uris: &[&str]) -> QueryResult<Vec<String>> {
    statuses::table
        .filter(among(statuses::uri, uris.iter().copied()))
        .select(statuses::uri)
        .load(conn)
}

/// The living status with that uri or page address.
pub fn with_address(conn: &mut DbConnection, address: &str) -> QueryResult<Option<Status>> {
    statuses::table
        .filter(statuses::uri.eq(address))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select())
        .first(conn)
        .optional()
}

/// The boost of a status by an account.
pub fn boost_by(
    conn: &mut DbConnection,
    account: AccountId,
    of: StatusId,
) -> QueryResult<Option<Status>> {
    statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::reblog_of_id.eq(of.0))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select())
        .first(conn)
        .optional()
}

/// Who boosted a status for all to see, by boost, newest first.
pub fn boosters(
    conn: &mut DbConnection,
    id: StatusId,
    page: &Page,
) -> QueryResult<Vec<(i64, AccountId)>> {
    let query = statuses::table
        .filter(statuses::reblog_of_id.eq(id.0))
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::visibility.le(i16::from(Visibility::Unlisted)))
        .select((statuses::id, statuses::account_id));
    let rows: Vec<(i64, i64)> = load_page!(query, statuses::id, page, conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, account)| (id, AccountId(account)))
        .collect())
}

/// The boosts of a status, for taking them away with it.
pub fn boosts_of(conn: &mut DbConnection, id: StatusId) -> QueryResult<Vec<Status>> {
    statuses::table
        .filter(statuses::reblog_of_id.eq(id.0))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select())
        .load(conn)
}

/// Some of an account's statuses, for taking them away with it.
pub fn all_of_account(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<Status>> {
    statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .order(statuses::id)
        .limit(limit)
        .select(Status::as_select())
        .load(conn)
}

/// Some of an account's boosts, from the one after `after` on. A part of the index on `(account_id, id)`.
pub fn boosts_by(
    conn: &mut DbConnection,
    account: AccountId,
    after: StatusId,
    limit: i64,
) -> QueryResult<Vec<Status>> {
    statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::id.gt(after.0))
        .filter(statuses::reblog_of_id.is_not_null())
        .filter(statuses::deleted_at.is_null())
        .order(statuses::id)
        .limit(limit)
        .select(Status::as_select())
        .load(conn)
}

/// Which kinds of an account's statuses are wanted.
#[derive(Debug, Clone, Default)]
pub struct OfAccount {
    /// What the viewer may see; `domain::audience` said so.
    pub seen: Vec<Visibility>,
    pub without_replies: bool,
    pub without_boosts: bool,
    pub only_media: bool,
    pub only_pinned: bool,
    pub tag: Option<i64>,
}

/// One page of `account`'s statuses, newest first. One range scan of the index on `(account_id, id)`.
pub fn page_of_account(
    conn: &mut DbConnection,
    account: AccountId,
    wanted: &OfAccount,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    let seen: Vec<i16> = wanted.seen.iter().copied().map(i16::from).collect();
    each!(conn, c => {
        let mut query = statuses::table
            .filter(statuses::account_id.eq(account.0))
            .filter(among(statuses::visibility, seen))
            .filter(statuses::deleted_at.is_null())
            .select(Status::as_select())
            .into_boxed();
        if wanted.without_replies {
            // An answer to oneself continues a thread and stays.
            query = query.filter(
                statuses::in_reply_to_uri
                    .is_null()
                    .or(statuses::in_reply_to_account_id.eq(account.0)),
            );
        }
        if wanted.without_boosts {
            query = query.filter(statuses::reblog_of_id.is_null());
        }
        if wanted.only_media {
            query = query.filter(exists(
                media::table
                    .filter(media::status_id.eq(statuses::id.nullable()))
                    .filter(media::kind.ne(i16::from(MediaKind::Document))),
            ));
        }
        if wanted.only_pinned {
            query = query.filter(statuses::pinned_at.is_not_null());
        }
        if let Some(tag) = wanted.tag {
            query = query.filter(exists(
                status_tags::table
                    .filter(status_tags::tag_id.eq(tag))
                    .filter(status_tags::status_id.eq(statuses::id)),
            ));
        }
        load_page!(query, statuses::id, page, c)
    })
}

/// All of a thread, oldest first, up to `limit`. One range scan of the index on `(conversation_id, id)`.
pub fn thread(
    conn: &mut DbConnection,
    conversation: StatusId,
    limit: i64,
) -> QueryResult<Vec<Status>> {
    each!(conn, c => statuses::table
        .filter(statuses::conversation_id.eq(conversation.0))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .order(statuses::id)
        .limit(limit)
        .select(Status::as_select())
        .load(c))
}

/// One page of a thread, newest first. One range scan of the same index.
pub fn page_of_thread(
    conn: &mut DbConnection,
    conversation: StatusId,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    let query = statuses::table
        .filter(statuses::conversation_id.eq(conversation.0))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select());
    load_page!(query, statuses::id, page, conn)
}

/// One page of the answers to a status, newest first. One range scan of the index on `(in_reply_to_id, id)`.
pub fn answers(conn: &mut DbConnection, id: StatusId, page: &Page) -> QueryResult<Vec<Status>> {
    let query = statuses::table
        .filter(statuses::in_reply_to_id.eq(id.0))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select());
    load_page!(query, statuses::id, page, conn)
}

/// Ties answers that came before their question to it: those that named `status` by its uri.
/// Their threads become part of its thread.
pub fn adopt_answers(conn: &mut DbConnection, status: &Status) -> QueryResult<usize> {
    let waiting = statuses::table
        .filter(statuses::in_reply_to_uri.eq(&status.uri))
        .filter(statuses::in_reply_to_id.is_null());
    let threads: Vec<i64> = waiting.select(statuses::conversation_id).load(conn)?;
    if threads.is_empty() {
        return Ok(0);
    }
    let adopted = diesel::update(waiting)
        .set((
            statuses::in_reply_to_id.eq(status.id.0),
            statuses::in_reply_to_account_id.eq(status.account_id.0),
        ))
        .execute(conn)?;
    diesel::update(statuses::table.filter(among(statuses::conversation_id, threads)))
        .set(statuses::conversation_id.eq(status.conversation_id.0))
        .execute(conn)?;
    Ok(adopted)
}

/// How the counts of a status change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub replies: i64,
    pub reblogs: i64,
    pub favourites: i64,
    pub quotes: i64,
}

/// Adds to the counts of a status.
pub fn add_to_counts(conn: &mut DbConnection, id: StatusId, change: Counts) -> QueryResult<()> {
    diesel::update(statuses::table.find(id.0))
        .set((
            statuses::replies_count.eq(statuses::replies_count + change.replies),
            statuses::reblogs_count.eq(statuses::reblogs_count + change.reblogs),
            statuses::favourites_count.eq(statuses::favourites_count + change.favourites),
            statuses::quotes_count.eq(statuses::quotes_count + change.quotes),
        ))
        .execute(conn)
        .map(drop)
}

/// Keeps what is said; of what nothing is said, what was said before.
pub fn set_totals(conn: &mut DbConnection, id: StatusId, totals: Totals) -> QueryResult<()> {
    if totals == Totals::default() {
        return Ok(());
    }
    diesel::update(statuses::table.find(id.0))
        .set(totals)
        .execute(conn)
        .map(drop)
}

/// Adds the same to the counts of each of these.
pub fn add_to_counts_of(
    conn: &mut DbConnection,
    ids: &[StatusId],
    change: Counts,
) -> QueryResult<()> {
    let these = listed(statuses::id, ids.iter().map(|id| id.0));
    each!(conn, c => diesel::update(statuses::table.filter(these))
        .set((
            statuses::replies_count.eq(statuses::replies_count + change.replies),
            statuses::reblogs_count.eq(statuses::reblogs_count + change.reblogs),
            statuses::favourites_count.eq(statuses::favourites_count + change.favourites),
            statuses::quotes_count.eq(statuses::quotes_count + change.quotes),
        ))
        .execute(c))
    .map(drop)
}

/// Writes who may quote a status.
pub fn set_quote_policy(
    conn: &mut DbConnection,
    id: StatusId,
    policy: QuotePolicy,
) -> QueryResult<()> {
    diesel::update(statuses::table.find(id.0))
        .set(statuses::quote_policy.eq(i32::from(policy)))
        .execute(conn)
        .map(drop)
}

/// Pins a status to its author's profile, or takes it off.
pub fn set_pinned(conn: &mut DbConnection, id: StatusId, at: Option<Time>) -> QueryResult<()> {
    diesel::update(statuses::table.find(id.0))
        .set(statuses::pinned_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Which of these statuses an account has at the top of its profile by a boost of its own, as networks have.
pub fn pinned_boosts(
    conn: &mut DbConnection,
    account: AccountId,
    of: &[StatusId],
) -> QueryResult<Vec<StatusId>> {
    let found: Vec<Option<i64>> = statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::pinned_at.is_not_null())
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::reblog_of_id.is_not_null())
        .select(statuses::reblog_of_id)
        .load(conn)?;
    let pinned = found.into_iter().flatten().map(StatusId);
    Ok(pinned.filter(|id| of.contains(id)).collect())
}

/// How many statuses an account has pinned.
pub fn count_pinned(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::pinned_at.is_not_null())
        .filter(statuses::deleted_at.is_null())
        .count()
        .get_result(conn)
}

/// Marks a status as deleted: true for the one who does it. Its words are gone; its uri stays,
/// so that it cannot come back and others are told that it is gone.
pub fn delete(conn: &mut DbConnection, id: StatusId, at: Time) -> QueryResult<bool> {
    crate::status_index::note(conn, id)?;
    diesel::update(
        statuses::table
            .find(id.0)
            .filter(statuses::deleted_at.is_null()),
    )
    .set((
        statuses::deleted_at.eq(Some(at)),
        statuses::content.eq(""),
        statuses::text.eq(""),
        statuses::spoiler_text.eq(""),
        statuses::pinned_at.eq(None::<Time>),
    ))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// Takes the mark of a deletion away: false if there is none. What the status says is to be written anew.
pub fn restore(conn: &mut DbConnection, id: StatusId) -> QueryResult<bool> {
    diesel::update(
        statuses::table
            .find(id.0)
            .filter(statuses::deleted_at.is_not_null()),
    )
    .set(statuses::deleted_at.eq(None::<Time>))
    .execute(conn)
    .map(|rows| rows == 1)
}

/// How many public statuses were written here. Counts the rows of an index.
pub fn count_local_public(conn: &mut DbConnection) -> QueryResult<i64> {
    statuses::table
        .filter(Literal("statuses.visibility = 0"))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::local)
        .count()
        .get_result(conn)
}

/// When the newest public status of ours was written. The end of the same index.
pub fn newest_local(conn: &mut DbConnection) -> QueryResult<Option<Time>> {
    statuses::table
        .filter(Literal("statuses.visibility = 0"))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::local)
        .order(statuses::id.desc())
        .select(statuses::created_at)
        .first(conn)
        .optional()
}
