//! Rows that other rows need.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use domain::{AccountId, AccountKind, Role, Time, UserId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::users::User;

fn moment() -> Time {
    chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap_or_default()
        .naive_utc()
}

/// What is known of an account of ours.
#[must_use]
pub fn account_row() -> Account {
    let address = |path: &str| format!("https://school.example/users/ada{path}");
    Account {
        id: AccountId(1),
        username: "ada".into(),
        host: None,
        handle_key: "ada".into(),
        uri: address(""),
        url: "https://school.example/@ada".into(),
        kind: AccountKind::Person,
        display_name: String::new(),
        note: String::new(),
        note_source: String::new(),
        fields: Vec::new(),
        avatar: None,
        avatar_remote_url: None,
        header: None,
        header_remote_url: None,
        locked: false,
        discoverable: false,
        indexable: false,
        hide_collections: false,
        inbox_uri: address("/inbox"),
        shared_inbox_uri: None,
        outbox_uri: address("/outbox"),
        followers_uri: address("/followers"),
        following_uri: address("/following"),
        featured_uri: None,
        also_known_as: Vec::new(),
        moved_to_uri: None,
        emojis: Vec::new(),
        statuses_count: 0,
        followers_count: 0,
        following_count: 0,
        last_status_at: None,
        created_at: moment(),
        updated_at: moment(),
        fetched_at: None,
        silenced_at: None,
        suspended_at: None,
        deleted_at: None,
        suspended_by_home: false,
        attribution_domains: Vec::new(),
        sensitized_at: None,
        edited_at: None,
        avatar_description: String::new(),
        header_description: String::new(),
        show_media: true,
        show_media_replies: true,
        show_featured: true,
        collections_uri: None,
        feature_policy: domain::QuotePolicy::NOBODY,
        said_statuses: None,
        said_followers: None,
        said_following: None,
    }
}

/// An account of ours.
pub fn account(conn: &mut DbConnection) -> AccountId {
    storage::accounts::insert(conn, account_row()).unwrap_or_else(|error| panic!("{error}"));
    AccountId(1)
}

/// Somebody who signs in here.
pub fn user(conn: &mut DbConnection) -> (AccountId, UserId) {
    let account_id = account(conn);
    let row = User {
        id: UserId(1),
        account_id,
        email: "ada@school.example".into(),
        password_hash: String::new(),
        role: Role::User,
        locale: "en".into(),
        default_visibility: Visibility::Public,
        default_sensitive: false,
        default_language: None,
        default_quote_policy: domain::QuotePolicy::EVERYBODY,
        default_content_type: domain::ContentType::Plain,
        reason: String::new(),
        invite_id: None,
        confirmed_at: Some(moment()),
        approved_at: Some(moment()),
        disabled_at: None,
        last_seen_at: moment(),
        created_at: moment(),
    };
    storage::users::insert(conn, row).unwrap_or_else(|error| panic!("{error}"));
    (account_id, UserId(1))
}

diesel::table! {
    follows (id) {
        id -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        run_at -> Timestamp,
    }
}

/// As if a long time had gone by: all jobs are due.
pub fn hurry(conn: &mut DbConnection) {
    diesel::update(jobs::table)
        .set(jobs::run_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
}

/// What an update does once about what earlier versions left behind.
pub fn forget_leftovers(conn: &mut DbConnection) {
    match conn {
        DbConnection::Sqlite(conn) => conn.batch_execute(include_str!(
            "../../../migrations/sqlite/2026-12-04-100000_forget_leftovers/up.sql"
        )),
        DbConnection::Postgres(conn) => conn.batch_execute(include_str!(
            "../../../migrations/postgres/2026-12-04-100000_forget_leftovers/up.sql"
        )),
    }
    .unwrap_or_else(|error| panic!("{error}"));
}

/// Every file of the media store that a row names.
pub fn named_files(conn: &mut DbConnection) -> Vec<String> {
    storage::media::named_files(conn).unwrap_or_else(|error| panic!("{error}"))
}

diesel::table! {
    statuses (id) {
        id -> BigInt,
        held_at -> Nullable<Timestamp>,
    }
}

/// As if what is held back had been so for long.
pub fn age_held(conn: &mut DbConnection) {
    diesel::update(statuses::table.filter(statuses::held_at.is_not_null()))
        .set(statuses::held_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        suspended_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
    }
}

/// As if who is deleted or suspended had been so for long.
pub fn age_gone(conn: &mut DbConnection) {
    diesel::update(accounts::table.filter(accounts::deleted_at.is_not_null()))
        .set(accounts::deleted_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
    diesel::update(accounts::table.filter(accounts::suspended_at.is_not_null()))
        .set(accounts::suspended_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
}

diesel::table! {
    mail_tokens (token_hash) {
        token_hash -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    pending_sign_ins (token_hash) {
        token_hash -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    passkey_ceremonies (token_hash) {
        token_hash -> Text,
        expires_at -> Timestamp,
    }
}

/// As if a long time had gone by: no link sent by mail is good any more, no password waits for its code, and no device
/// for its passkey.
pub fn end_links(conn: &mut DbConnection) {
    diesel::update(mail_tokens::table)
        .set(mail_tokens::expires_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
    diesel::update(pending_sign_ins::table)
        .set(pending_sign_ins::expires_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
    diesel::update(passkey_ceremonies::table)
        .set(passkey_ceremonies::expires_at.eq(moment()))
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Ends the connections by which programs hear each other, as PostgreSQL does when it is restarted; says how many there
/// were.
pub fn end_listening(conn: &mut DbConnection) -> usize {
    diesel::sql_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND query = 'LISTEN staffroom'",
    )
    .execute(conn)
    .unwrap_or_else(|error| panic!("{error}"))
}

/// As before hashtags were found by one spelling: each is called as it is spelt.
pub fn unfold_tags(conn: &mut DbConnection) {
    for statement in [
        "UPDATE tags SET name = display_name, display_name = NULL WHERE display_name IS NOT NULL",
        "UPDATE status_tags SET spelt = NULL",
    ] {
        diesel::sql_query(statement)
            .execute(conn)
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

/// As an update does it once: those that may be called otherwise are noted.
pub fn note_tags_to_fold(conn: &mut DbConnection) {
    diesel::sql_query(
        "INSERT INTO tags_to_fold (tag_id) SELECT id FROM tags WHERE name LIKE '%é%'",
    )
    .execute(conn)
    .unwrap_or_else(|error| panic!("{error}"));
}

/// As after an accident: nobody is known any more to follow anybody.
pub fn forget_follows(conn: &mut DbConnection) {
    diesel::delete(follows::table)
        .execute(conn)
        .unwrap_or_else(|error| panic!("{error}"));
}

diesel::table! {
    inbox (id) {
        id -> BigInt,
        actor_uri -> Text,
        attempts -> Integer,
        finished_at -> Nullable<Timestamp>,
    }
}

/// Activities received and not finished, oldest first: id, actor, and how often each was tried.
pub fn unfinished(conn: &mut DbConnection) -> Vec<(i64, String, i32)> {
    inbox::table
        .filter(inbox::finished_at.is_null())
        .order(inbox::id)
        .select((inbox::id, inbox::actor_uri, inbox::attempts))
        .load(conn)
        .unwrap_or_else(|error| panic!("{error}"))
}

diesel::table! {
    access_tokens (id) {
        id -> BigInt,
    }
}

/// The ids of all tokens, also of those that were revoked.
pub fn tokens(conn: &mut DbConnection) -> Vec<i64> {
    access_tokens::table
        .order(access_tokens::id)
        .select(access_tokens::id)
        .load(conn)
        .unwrap_or_else(|error| panic!("{error}"))
}
