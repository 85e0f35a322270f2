//! All that survives a restart: SQLite or PostgreSQL, and the media files. Decides nothing.
//!
//! One module for each table or pair of tables, with its row and its questions; `dialect` alone knows
//! that there are two databases.
#![expect(
    clippy::missing_errors_doc,
    reason = "a query fails when the database does, or on what its own text names"
)]

pub mod account_domain_blocks;
pub mod account_notes;
pub mod accounts;
pub mod activity;
mod among;
pub mod announcements;
pub mod annual_reports;
pub mod applications;
pub mod archives;
pub mod backlog;
pub mod backup;
pub mod blocks;
pub mod bookmarks;
pub mod cards;
pub mod collections;
mod connection;
pub mod conversations;
pub mod custom_emojis;
mod database;
pub mod decisions;
pub mod deeds;
pub mod deliveries;
pub mod derivations;
mod dialect;
pub mod directory;
pub mod disk;
pub mod domain_rules;
pub mod email_blocks;
pub mod endorsements;
mod error;
pub mod exports;
pub mod favourites;
pub mod featured_tags;
pub mod filters;
pub mod follows;
pub mod given_up;
pub mod held;
pub mod home_feed;
pub mod idempotency;
pub mod imported_posts;
pub mod imports;
pub mod inbox;
pub mod instances;
pub mod integrity;
pub mod invites;
pub mod ip_blocks;
pub mod jobs;
pub mod keys;
mod listed;
pub mod lists;
mod literal;
pub mod lookups;
pub mod markers;
pub mod media;
mod media_store;
pub mod mentions;
pub mod metrics;
pub mod migrations;
pub mod moderation;
pub mod moves;
pub mod mutes;
pub mod networks;
pub mod notification_requests;
pub mod notifications;
mod paging;
pub mod passkeys;
mod patience;
pub mod polls;
pub mod practice_networks;
pub mod practice_reminders;
pub mod practices;
pub mod private;
pub mod push_subscriptions;
pub mod pushes;
pub mod quotes;
pub mod reach;
pub mod recovery;
pub mod remote_files;
pub mod reported_words;
pub mod reports;
pub mod retractions;
mod row;
#[rustfmt::skip]
mod schema;
pub mod scheduled;
pub mod second_factors;
pub mod server_state;
pub mod sessions;
pub mod signals;
pub mod signature_formats;
pub mod standing;
pub mod status_index;
pub mod statuses;
pub mod streams;
pub mod tag_follows;
pub mod tags;
pub mod trends;
pub mod users;
pub mod wishes;
mod writer;

pub use connection::{DatabaseSettings, DbConnection};
pub use database::{Database, savepoint};
pub use diesel::result::Error as QueryError;
pub use error::{Error, is_duplicate};
pub use media_store::{Bucket, Copied, Local, MediaStore, Spool};

/// Rows in one statement: SQLite binds at most 32,766 values.
const CHUNK: usize = 1_000;
