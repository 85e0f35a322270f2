//! Custom emoji of this server, and the rows of our own that name them.

use diesel::prelude::*;
use domain::{AccountId, CustomEmoji, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::row::JsonList;
use crate::schema::{accounts, custom_emojis, statuses};

/// A small picture that stands for `:shortcode:`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = custom_emojis, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Emoji {
    pub id: i64,
    pub shortcode: String,
    pub category: Option<String>,
    /// In the media store.
    pub file: String,
    /// One that does not move; the same file where it does not move anyway.
    pub static_file: String,
    pub mime: String,
    /// Whether apps offer it; hidden ones can be used all the same.
    pub visible_in_picker: bool,
    pub created_at: Time,
    pub updated_at: Time,
    /// Of both files; none: not known.
    pub bytes: Option<i64>,
}

/// Adds an emoji.
///
/// # Errors
/// If its name is taken.
pub fn insert(conn: &mut DbConnection, emoji: Emoji) -> QueryResult<()> {
    diesel::insert_into(custom_emojis::table)
        .values(emoji)
        .execute(conn)
        .map(drop)
}

/// Writes what an emoji is now.
pub fn update(conn: &mut DbConnection, emoji: Emoji) -> QueryResult<()> {
    diesel::update(custom_emojis::table.find(emoji.id))
        .set(emoji)
        .execute(conn)
        .map(drop)
}

/// Removes an emoji.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(custom_emojis::table.find(id))
        .execute(conn)
        .map(drop)
}

/// The emoji of that name. One row by unique index.
pub fn named(conn: &mut DbConnection, shortcode: &str) -> QueryResult<Option<Emoji>> {
    custom_emojis::table
        .filter(custom_emojis::shortcode.eq(shortcode))
        .select(Emoji::as_select())
        .first(conn)
        .optional()
}

/// An emoji.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Emoji>> {
    custom_emojis::table
        .find(id)
        .select(Emoji::as_select())
        .first(conn)
        .optional()
}

/// An emoji; who else wants to change it waits until this transaction ends.
pub fn hold(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Emoji>> {
    crate::dialect::claim::hold_emoji(conn, id)
}

/// The emoji of that name, as [`hold`] gives it.
pub fn hold_named(conn: &mut DbConnection, shortcode: &str) -> QueryResult<Option<Emoji>> {
    match named(conn, shortcode)? {
        Some(found) => hold(conn, found.id),
        None => Ok(None),
    }
}

/// Which stretch of all emoji, by name, is asked for.
#[derive(Debug, Clone, Default)]
pub struct Stretch {
    /// Only this one.
    pub shortcode: Option<String>,
    /// Those next after this name.
    pub after: Option<String>,
    /// Those next before this name.
    pub before: Option<String>,
    pub limit: i64,
}

/// A stretch of all emoji, by name. One range of the unique index.
pub fn stretch(conn: &mut DbConnection, stretch: &Stretch) -> QueryResult<Vec<Emoji>> {
    if let Some(name) = &stretch.shortcode {
        return Ok(named(conn, name)?.into_iter().collect());
    }
    if let (Some(before), None) = (&stretch.before, &stretch.after) {
        let mut rows: Vec<Emoji> = each!(conn, c => custom_emojis::table
            .filter(custom_emojis::shortcode.lt(before))
            .order(custom_emojis::shortcode.desc())
            .limit(stretch.limit)
            .select(Emoji::as_select())
            .load(c))?;
        rows.reverse();
        return Ok(rows);
    }
    let after = stretch.after.as_deref().unwrap_or_default();
    each!(conn, c => custom_emojis::table
        .filter(custom_emojis::shortcode.gt(after))
        .order(custom_emojis::shortcode)
        .limit(stretch.limit)
        .select(Emoji::as_select())
        .load(c))
}

/// Those of these names that there are, in no order. No query where there is no name.
pub fn among_names(conn: &mut DbConnection, shortcodes: &[String]) -> QueryResult<Vec<Emoji>> {
    if shortcodes.is_empty() {
        return Ok(Vec::new());
    }
    let names = shortcodes.iter().map(String::as_str);
    custom_emojis::table
        .filter(among(custom_emojis::shortcode, names))
        .select(Emoji::as_select())
        .load(conn)
}

/// All emoji, by name.
pub fn all(conn: &mut DbConnection) -> QueryResult<Vec<Emoji>> {
    custom_emojis::table
        .order(custom_emojis::shortcode)
        .select(Emoji::as_select())
        .load(conn)
}

/// Some statuses of ours with emoji, from the one after `after` on, in order. A scan of our statuses.
pub fn statuses_with_any(
    conn: &mut DbConnection,
    after: StatusId,
    limit: i64,
) -> QueryResult<Vec<(StatusId, Vec<CustomEmoji>)>> {
    let rows: Vec<(i64, String)> = statuses::table
        .filter(statuses::local)
        .filter(statuses::emojis.ne("[]"))
        .filter(statuses::id.gt(after.0))
        .order(statuses::id)
        .limit(limit)
        .select((statuses::id, statuses::emojis))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, list)| Ok((StatusId(id), read(&list)?)))
        .collect()
}

/// Writes which emoji a status has.
pub fn set_of_status(
    conn: &mut DbConnection,
    id: StatusId,
    emojis: Vec<CustomEmoji>,
) -> QueryResult<()> {
    diesel::update(statuses::table.find(id.0))
        .set(statuses::emojis.eq(JsonList::from(emojis)))
        .execute(conn)
        .map(drop)
}

/// All accounts of ours with emoji.
pub fn accounts_with_any(
    conn: &mut DbConnection,
) -> QueryResult<Vec<(AccountId, Vec<CustomEmoji>)>> {
    let rows: Vec<(i64, String)> = accounts::table
        .filter(accounts::host.is_null())
        .filter(accounts::emojis.ne("[]"))
        .select((accounts::id, accounts::emojis))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, list)| Ok((AccountId(id), read(&list)?)))
        .collect()
}

/// Writes which emoji a profile has.
pub fn set_of_account(
    conn: &mut DbConnection,
    id: AccountId,
    emojis: Vec<CustomEmoji>,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::emojis.eq(JsonList::from(emojis)))
        .execute(conn)
        .map(drop)
}

fn read(list: &str) -> QueryResult<Vec<CustomEmoji>> {
    serde_json::from_str(list)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
}
