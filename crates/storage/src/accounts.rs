//! Accounts: public identities, here and elsewhere.

use diesel::dsl::case_when;
use diesel::prelude::*;
use domain::{AccountId, AccountKind, CustomEmoji, Page, ProfileField, QuotePolicy, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::listed::listed;
use crate::row::JsonList;
use crate::schema::accounts;

/// A public identity.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Account {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: AccountId,
    pub username: String,
    /// None for our own people.
    pub host: Option<String>,
    pub handle_key: String,
    pub uri: String,
    pub url: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub kind: AccountKind,
    pub display_name: String,
    pub note: String,
    pub note_source: String,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub fields: Vec<ProfileField>,
    pub avatar: Option<String>,
    pub avatar_remote_url: Option<String>,
    pub header: Option<String>,
    pub header_remote_url: Option<String>,
    pub locked: bool,
    pub discoverable: bool,
    pub indexable: bool,
    pub hide_collections: bool,
    pub inbox_uri: String,
    pub shared_inbox_uri: Option<String>,
    pub outbox_uri: String,
    pub followers_uri: String,
    pub following_uri: String,
    pub featured_uri: Option<String>,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub also_known_as: Vec<String>,
    pub moved_to_uri: Option<String>,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub emojis: Vec<CustomEmoji>,
    pub statuses_count: i64,
    pub followers_count: i64,
    pub following_count: i64,
    pub last_status_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
    pub fetched_at: Option<Time>,
    pub silenced_at: Option<Time>,
    pub suspended_at: Option<Time>,
    pub deleted_at: Option<Time>,
    /// Whether it was their own server that suspended somebody elsewhere.
    pub suspended_by_home: bool,
    /// Hosts of web pages that may name the account as their author.
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub attribution_domains: Vec<String>,
    /// All that it posts is shown as sensitive.
    pub sensitized_at: Option<Time>,
    /// When somebody elsewhere last changed their profile, as their server says.
    pub edited_at: Option<Time>,
    /// What the picture shows, for those who do not see it; empty where nothing is said.
    pub avatar_description: String,
    pub header_description: String,
    /// Which parts of the profile apps show, as they wish.
    pub show_media: bool,
    pub show_media_replies: bool,
    pub show_featured: bool,
    /// Where somebody elsewhere lists whom they recommend.
    pub collections_uri: Option<String>,
    /// Who may recommend somebody elsewhere, in the terms in which it is said who may quote a status.
    #[diesel(deserialize_as = i32, serialize_as = i32)]
    pub feature_policy: QuotePolicy,
    /// How many there are of somebody elsewhere, as their own server says: [`Totals`].
    pub said_statuses: Option<i64>,
    pub said_followers: Option<i64>,
    pub said_following: Option<i64>,
}

impl Account {
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.host.is_none()
    }

    /// Whether somebody reads its home timeline: behind a network is nobody.
    #[must_use]
    pub fn has_home(&self) -> bool {
        self.is_local() && self.kind != AccountKind::Group
    }

    /// Suspended or deleted: nothing of it is shown.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.suspended_at.is_some() || self.deleted_at.is_some()
    }

    /// Where to send what is for this account: the shared inbox if its server has one.
    #[must_use]
    pub fn delivery_inbox(&self) -> &str {
        self.shared_inbox_uri.as_deref().unwrap_or(&self.inbox_uri)
    }
}

/// Who somebody is, for those who need to know no more. None of it ever changes but the collection's address.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Identity {
    #[diesel(deserialize_as = i64)]
    pub id: AccountId,
    pub uri: String,
    /// None for our own people.
    pub host: Option<String>,
    pub followers_uri: String,
}

impl From<Account> for Identity {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            uri: account.uri,
            host: account.host,
            followers_uri: account.followers_uri,
        }
    }
}

/// Adds an account.
///
/// # Errors
/// If its handle or uri is taken.
pub fn insert(conn: &mut DbConnection, account: Account) -> QueryResult<()> {
    diesel::insert_into(accounts::table)
        .values(account)
        .execute(conn)
        .map(drop)
}

/// Writes what an owner, or a remote document, says of the account; never its counts, nor what others decide about it,
/// such as that it is suspended or gone.
pub fn update_profile(conn: &mut DbConnection, account: &Account) -> QueryResult<()> {
    let of = accounts::table.find(account.id.0);
    diesel::update(of)
        .set((
            (
                accounts::username.eq(&account.username),
                accounts::host.eq(&account.host),
                accounts::handle_key.eq(&account.handle_key),
                accounts::url.eq(&account.url),
                accounts::kind.eq(i16::from(account.kind)),
                accounts::display_name.eq(&account.display_name),
                accounts::note.eq(&account.note),
                accounts::note_source.eq(&account.note_source),
                accounts::fields.eq(JsonList::from(account.fields.clone())),
                accounts::avatar.eq(&account.avatar),
                accounts::avatar_remote_url.eq(&account.avatar_remote_url),
                accounts::header.eq(&account.header),
                accounts::header_remote_url.eq(&account.header_remote_url),
                accounts::locked.eq(account.locked),
                accounts::discoverable.eq(account.discoverable),
                accounts::indexable.eq(account.indexable),
                accounts::hide_collections.eq(account.hide_collections),
            ),
            (
                accounts::inbox_uri.eq(&account.inbox_uri),
                accounts::shared_inbox_uri.eq(&account.shared_inbox_uri),
                accounts::outbox_uri.eq(&account.outbox_uri),
                accounts::followers_uri.eq(&account.followers_uri),
                accounts::following_uri.eq(&account.following_uri),
                accounts::featured_uri.eq(&account.featured_uri),
                accounts::also_known_as.eq(JsonList::from(account.also_known_as.clone())),
                accounts::moved_to_uri.eq(&account.moved_to_uri),
                accounts::attribution_domains
                    .eq(JsonList::from(account.attribution_domains.clone())),
                accounts::emojis.eq(JsonList::from(account.emojis.clone())),
                accounts::updated_at.eq(account.updated_at),
                accounts::fetched_at.eq(account.fetched_at),
                accounts::edited_at.eq(account.edited_at),
                accounts::avatar_description.eq(&account.avatar_description),
                accounts::header_description.eq(&account.header_description),
                accounts::show_media.eq(account.show_media),
                accounts::show_media_replies.eq(account.show_media_replies),
                accounts::show_featured.eq(account.show_featured),
                accounts::collections_uri.eq(&account.collections_uri),
                accounts::feature_policy.eq(i32::from(account.feature_policy)),
            ),
        ))
        .execute(conn)
        .map(drop)
}

/// Writes the rows of a profile.
pub fn set_fields(
    conn: &mut DbConnection,
    id: AccountId,
    fields: Vec<ProfileField>,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::fields.eq(JsonList::from(fields)))
        .execute(conn)
        .map(drop)
}

/// The account of that id. One row by key.
pub fn find(conn: &mut DbConnection, id: AccountId) -> QueryResult<Option<Account>> {
    accounts::table
        .find(id.0)
        .select(Account::as_select())
        .first(conn)
        .optional()
}

/// The account of that id; what others write about it waits until this transaction ends.
pub fn hold(conn: &mut DbConnection, id: AccountId) -> QueryResult<Option<Account>> {
    crate::dialect::claim::hold_account(conn, id)
}

/// The accounts of these ids, in no order. One row by key each.
pub fn with_ids(conn: &mut DbConnection, ids: &[AccountId]) -> QueryResult<Vec<Account>> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(crate::CHUNK) {
        let ids = listed(accounts::id, ids.iter().map(|id| id.0));
        found.extend(each!(conn, c => accounts::table
            .filter(ids)
            .select(Account::as_select())
            .load(c))?);
    }
    Ok(found)
}

/// The account of a handle's key (`ada`, `ada@school.example`). One row by unique index.
pub fn with_handle_key(conn: &mut DbConnection, key: &str) -> QueryResult<Option<Account>> {
    accounts::table
        .filter(accounts::handle_key.eq(key))
        .select(Account::as_select())
        .first(conn)
        .optional()
}

/// The accounts of these keys, in no order. No query where there are none.
pub fn with_handle_keys(conn: &mut DbConnection, keys: &[&str]) -> QueryResult<Vec<Account>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    accounts::table
        .filter(among(accounts::handle_key, keys.iter().copied()))
        .select(Account::as_select())
        .load(conn)
}

/// The account known to others by `uri`. One row by unique index.
pub fn with_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Account>> {
    accounts::table
        .filter(accounts::uri.eq(uri))
        .select(Account::as_select())
        .first(conn)
        .optional()
}

/// Who is known to others by these uris, in no order.
pub fn identities(conn: &mut DbConnection, uris: &[&str]) -> QueryResult<Vec<Identity>> {
    accounts::table
        .filter(among(accounts::uri, uris.iter().copied()))
        .select(Identity::as_select())
        .load(conn)
}

/// The handle key of an account elsewhere that no handle leads to, since somebody else has its name.
#[must_use]
pub fn no_handle(id: AccountId) -> String {
    format!("@{id}")
}

/// Frees the handle of an account elsewhere whose name somebody else has now.
pub fn release_handle(conn: &mut DbConnection, id: AccountId) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::handle_key.eq(no_handle(id)))
        .execute(conn)
        .map(drop)
}

/// Living accounts whose handle or display name contains every word, by handle, perhaps only those that `followed_by`
/// follows; first those whose handle begins with the first word. A range of an index for these, and a scan for the others if
/// they do not fill the page.
pub fn search(
    conn: &mut DbConnection,
    words: &[String],
    followed_by: Option<AccountId>,
    page: &Page,
    offset: i64,
) -> QueryResult<Vec<Account>> {
    crate::dialect::search::accounts(conn, words, followed_by, page.limit, offset)
}

/// Adds to the counts that an account's profile shows.
pub fn add_to_counts(conn: &mut DbConnection, id: AccountId, change: Counts) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::statuses_count.eq(accounts::statuses_count + change.statuses),
            accounts::followers_count.eq(accounts::followers_count + change.followers),
            accounts::following_count.eq(accounts::following_count + change.following),
        ))
        .execute(conn)
        .map(drop)
}

/// How the counts of an account change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub statuses: i64,
    pub followers: i64,
    pub following: i64,
}

/// How much somebody elsewhere posted, by how many they are followed and how many they follow, as their own server says. Of
/// what is none it said nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = accounts)]
pub struct Totals {
    #[diesel(column_name = said_statuses)]
    pub statuses: Option<i64>,
    #[diesel(column_name = said_followers)]
    pub followers: Option<i64>,
    #[diesel(column_name = said_following)]
    pub following: Option<i64>,
}

/// Keeps what is said; of what nothing is said, what was said before.
pub fn set_totals(conn: &mut DbConnection, id: AccountId, totals: Totals) -> QueryResult<()> {
    if totals == Totals::default() {
        return Ok(());
    }
    diesel::update(accounts::table.find(id.0))
        .set(totals)
        .execute(conn)
        .map(drop)
}

/// Notes that the account posted; what is older than their last post may come later.
pub fn posted(conn: &mut DbConnection, id: AccountId, at: Time) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::statuses_count.eq(accounts::statuses_count + 1),
            accounts::last_status_at.eq(case_when(
                accounts::last_status_at.gt(at),
                accounts::last_status_at,
            )
            .otherwise(at)),
        ))
        .execute(conn)
        .map(drop)
}

/// Whether strangers see what the account posts.
pub fn set_silenced(conn: &mut DbConnection, id: AccountId, at: Option<Time>) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::silenced_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Whether all that the account posts is shown as sensitive.
pub fn set_sensitized(conn: &mut DbConnection, id: AccountId, at: Option<Time>) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::sensitized_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// Removes an account of which nothing has been told to others.
pub fn delete(conn: &mut DbConnection, id: AccountId) -> QueryResult<()> {
    diesel::delete(accounts::table.find(id.0))
        .execute(conn)
        .map(drop)
}

/// Suspends an account of ours, or lifts the suspension: its document says so from `now` on.
pub fn set_suspended(
    conn: &mut DbConnection,
    id: AccountId,
    at: Option<Time>,
    now: Time,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::suspended_at.eq(at),
            accounts::suspended_by_home.eq(false),
            accounts::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Suspends somebody elsewhere, by us or by their own server, or lifts that.
pub fn set_suspended_elsewhere(
    conn: &mut DbConnection,
    id: AccountId,
    at: Option<Time>,
    by_home: bool,
) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set((
            accounts::suspended_at.eq(at),
            accounts::suspended_by_home.eq(by_home),
        ))
        .execute(conn)
        .map(drop)
}

/// Writes where somebody moved.
pub fn set_moved(conn: &mut DbConnection, id: AccountId, to: &str) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::moved_to_uri.eq(to))
        .execute(conn)
        .map(drop)
}

/// The accounts known to others by these uris, in no order.
pub fn with_uris(conn: &mut DbConnection, uris: &[&str]) -> QueryResult<Vec<Account>> {
    accounts::table
        .filter(among(accounts::uri, uris.iter().copied()))
        .select(Account::as_select())
        .load(conn)
}

/// The inboxes, one for each server where there is one, of all who live elsewhere.
pub fn known_inboxes(conn: &mut DbConnection) -> QueryResult<Vec<String>> {
    let rows: Vec<(Option<String>, Option<String>)> = accounts::table
        .filter(accounts::host.is_not_null())
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .select((
            accounts::shared_inbox_uri,
            case_when(
                accounts::shared_inbox_uri.is_null(),
                accounts::inbox_uri.nullable(),
            ),
        ))
        .distinct()
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(shared, own)| shared.or(own))
        .collect())
}

/// Marks the account as deleted by its owner. None: somebody elsewhere is there again.
pub fn set_deleted(conn: &mut DbConnection, id: AccountId, at: Option<Time>) -> QueryResult<()> {
    diesel::update(accounts::table.find(id.0))
        .set(accounts::deleted_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// The address of our oldest account, if there is any.
pub fn first_local_uri(conn: &mut DbConnection) -> QueryResult<Option<String>> {
    accounts::table
        .filter(accounts::host.is_null())
        .order(accounts::id)
        .select(accounts::uri)
        .first(conn)
        .optional()
}

/// How many living people have an account here.
pub fn count_local(conn: &mut DbConnection) -> QueryResult<i64> {
    use crate::schema::users;
    users::table
        .inner_join(accounts::table)
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::deleted_at.is_null()),
        )
        .count()
        .get_result(conn)
}
