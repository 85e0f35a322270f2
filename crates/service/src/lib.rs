//! What can be done in Staffroom: one function for each thing, with its rules and its transaction.
//!
//! Apps and other servers come in by different doors and end in the same functions here.
#![expect(
    clippy::missing_errors_doc,
    reason = "every use case fails with [`Error`], whose variants say why"
)]

pub mod accounts;
mod addresses;
pub mod announcements;
pub mod annual_reports;
mod app;
pub mod archives;
pub mod attachments;
pub mod audience;
pub mod blocks;
mod brought;
pub mod cards;
pub mod collections;
pub mod completing;
pub mod conversations;
pub mod custom_emojis;
pub mod decisions;
pub mod directory;
pub mod documents;
pub mod domain_blocks;
pub mod domains;
mod error;
pub mod featured_tags;
mod files;
pub mod films;
pub mod filters;
pub mod follows;
pub mod forwarding;
#[doc(hidden)]
pub mod fuzzed;
pub mod gone;
pub mod grouped;
mod home;
pub mod incoming;
pub mod indexing;
pub mod instance;
pub mod jobs;
pub mod keys;
pub mod language;
pub mod lineage;
pub mod lists;
pub mod mail;
pub mod markers;
pub mod media;
pub mod moderation;
pub mod moving;
pub mod mutes;
pub mod networks;
pub mod notification_requests;
pub mod notifications;
mod notify;
pub mod oauth;
mod paged;
pub mod passwords;
pub mod policy;
pub mod polls;
pub mod practice;
pub mod profile;
mod programs;
pub mod push;
pub mod quarantine;
pub mod quotes;
pub mod regard;
mod remote;
pub mod remote_files;
pub mod reports;
mod running;
pub mod scheduled;
pub mod search;
pub mod seeding;
mod settings;
pub mod software;
pub mod statuses;
pub mod stop;
pub mod streaming;
pub mod synchronising;
pub mod tags;
pub mod text;
pub mod timelines;
mod totp;
pub mod transfer;
pub mod translation;
pub mod trends;
mod unwanted;
pub mod users;
pub mod verifying;
pub mod views;
pub mod word;
pub mod zipped;

pub use addresses::Addresses;
pub use app::{App, Clock, Parts, Wake};
pub use error::{Error, Mistake};
pub use paged::Paged;
pub use remote::{Derived, Found, RemoteFetcher};
pub use settings::{House, RegistrationMode, Registrations, Settings, ShownTo};
pub use storage::Spool;

/// What a use case answers.
pub type Result<T> = std::result::Result<T, Error>;
