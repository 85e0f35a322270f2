//! Cards: what the pages are about to which statuses link.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::{AccountId, CardId, CardKind, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::row::Optional;
use crate::schema::{cards, statuses};

/// What a page is about.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = cards, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Card {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: CardId,
    /// As the statuses write it.
    pub url: String,
    /// Host of the server that sent it with a status; empty if we asked the page ourselves.
    pub told_by: String,
    /// Not while the page is asked, nor where nothing was to be had.
    pub known: bool,
    /// Where the page was found in the end.
    pub page_host: String,
    pub title: String,
    pub description: String,
    pub language: Option<String>,
    pub author_name: String,
    pub author_url: String,
    /// Whom the page names as its author.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub creator_id: Option<AccountId>,
    pub provider_name: String,
    pub image_url: Option<String>,
    pub image_description: String,
    /// Of the picture, or of what is shown in its place, in pixels; 0 where that is not known.
    pub width: i32,
    pub height: i32,
    pub blurhash: Option<String>,
    pub published_at: Option<Time>,
    pub asked_at: Time,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: CardKind,
    /// Of the frame that shows what a film or something else is; empty where there is none.
    pub embed_url: String,
    pub provider_url: String,
}

impl Card {
    /// One of which only the address is known.
    #[must_use]
    pub fn unknown(id: CardId, url: &str, told_by: &str, now: Time) -> Self {
        Self {
            id,
            url: url.to_owned(),
            told_by: told_by.to_owned(),
            known: false,
            page_host: String::new(),
            title: String::new(),
            description: String::new(),
            language: None,
            author_name: String::new(),
            author_url: String::new(),
            creator_id: None,
            provider_name: String::new(),
            image_url: None,
            image_description: String::new(),
            width: 0,
            height: 0,
            blurhash: None,
            published_at: None,
            asked_at: now,
            kind: CardKind::Link,
            embed_url: String::new(),
            provider_url: String::new(),
        }
    }
}

/// Adds a card: false if there is one of that address already.
pub fn insert(conn: &mut DbConnection, card: Card) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(cards::table).values(card).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// Writes what a page says now.
pub fn update(conn: &mut DbConnection, card: Card) -> QueryResult<()> {
    diesel::update(cards::table.find(card.id.0))
        .set(card)
        .execute(conn)
        .map(drop)
}

/// The card of that id. One row by key.
pub fn find(conn: &mut DbConnection, id: CardId) -> QueryResult<Option<Card>> {
    cards::table
        .find(id.0)
        .select(Card::as_select())
        .first(conn)
        .optional()
}

/// The card of an address. One row by unique index.
pub fn at(conn: &mut DbConnection, url: &str, told_by: &str) -> QueryResult<Option<Card>> {
    cards::table
        .filter(cards::url.eq(url))
        .filter(cards::told_by.eq(told_by))
        .select(Card::as_select())
        .first(conn)
        .optional()
}

/// The cards of these ids of which something is known. One row by key each.
pub fn known(conn: &mut DbConnection, ids: &[CardId]) -> QueryResult<Vec<Card>> {
    let ids = listed(cards::id, ids.iter().map(|id| id.0));
    each!(conn, c => cards::table
        .filter(ids)
        .filter(cards::known)
        .select(Card::as_select())
        .load(c))
}

/// Notes that a page is asked now: true unless somebody did so at `since` or later.
pub fn ask_again(conn: &mut DbConnection, id: CardId, now: Time, since: Time) -> QueryResult<bool> {
    let old = cards::table.find(id.0).filter(cards::asked_at.lt(since));
    diesel::update(old)
        .set(cards::asked_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Cards that no status has any more, of pages asked before `time`.
pub fn unused_since(conn: &mut DbConnection, time: Time, limit: i64) -> QueryResult<Vec<CardId>> {
    let used = statuses::table
        .filter(statuses::card_id.eq(cards::id.nullable()))
        .filter(statuses::deleted_at.is_null());
    let ids: Vec<i64> = cards::table
        .filter(cards::asked_at.lt(time))
        .filter(not(exists(used)))
        .order(cards::asked_at)
        .limit(limit)
        .select(cards::id)
        .load(conn)?;
    Ok(ids.into_iter().map(CardId).collect())
}

/// Forgets cards.
pub fn delete(conn: &mut DbConnection, ids: &[CardId]) -> QueryResult<()> {
    diesel::delete(cards::table.filter(among(cards::id, ids.iter().map(|id| id.0))))
        .execute(conn)
        .map(drop)
}
