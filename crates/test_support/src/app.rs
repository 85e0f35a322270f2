//! An app for one test, with everything but the network.

use std::sync::Arc;

use async_trait::async_trait;
use domain::vocabulary::Curriculum;
use domain::{FederationMode, Handle, Host, Role, Time};
use service::mail::Mailer;
use service::oauth::Person;
use service::practice::Rules;
use service::users::{self, NewUser};
use service::{
    App, Found, House, Parts, RegistrationMode, Registrations, RemoteFetcher, Settings, ShownTo,
};
use storage::accounts::Account;
use storage::{Database, MediaStore};
use tempfile::TempDir;
use url::Url;

use crate::{Kind, TestDatabase};

/// A world in which nobody else is there.
pub struct NoNetwork;

#[async_trait]
impl RemoteFetcher for NoNetwork {
    async fn account(&self, _: &App, _: &Handle) -> service::Result<Option<Account>> {
        Ok(None)
    }

    async fn by_url(&self, _: &App, _: &str) -> service::Result<Option<Found>> {
        Ok(None)
    }

    async fn file(&self, _: &str, _: usize) -> service::Result<bytes::Bytes> {
        Err(service::Error::NotFound)
    }
}

/// An app at `https://school.example` whose data goes away with it.
pub struct TestApp {
    pub app: App,
    _database: TestDatabase,
    _media: TempDir,
}

impl TestApp {
    /// None where there is no PostgreSQL; see [`TestDatabase::new`].
    #[must_use]
    pub fn on(kind: Kind) -> Option<Self> {
        Self::at(kind, now)
    }

    /// As [`TestApp::on`], by another clock.
    #[must_use]
    pub fn at(kind: Kind, clock: fn() -> Time) -> Option<Self> {
        let database = TestDatabase::new(kind)?;
        let media =
            tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for a test: {error}"));
        let app = App::new(Parts {
            settings: settings(),
            database: Database::open(&database.settings).unwrap_or_else(|error| panic!("{error}")),
            media: MediaStore::in_folder(&media.path().display().to_string())
                .unwrap_or_else(|error| panic!("{error}")),
            mailer: Mailer::new(None).unwrap_or_else(|error| panic!("{error}")),
            remote: Arc::new(NoNetwork),
            clock,
        });
        Some(Self {
            app,
            _database: database,
            _media: media,
        })
    }

    /// Somebody who can sign in with the password `correct horse`.
    pub async fn person(&self, name: &str) -> Person {
        let new = NewUser {
            username: name.to_owned(),
            email: format!("{name}@school.example"),
            password: Some("correct horse".to_owned()),
            role: Role::User,
            confirmed: true,
        };
        users::create(&self.app, new)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
            .0
    }
}

fn now() -> Time {
    let milliseconds = chrono::Utc::now().timestamp_millis();
    chrono::DateTime::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .naive_utc()
}

fn settings() -> Settings {
    let public_url = Url::parse("https://school.example").unwrap_or_else(|error| panic!("{error}"));
    let host = Host::of(&public_url).unwrap_or_else(|error| panic!("{error}"));
    Settings {
        public_url,
        host,
        title: "A school".to_owned(),
        description: String::new(),
        contact_email: String::new(),
        contact_account: None,
        source_url: "https://source.example".to_owned(),
        house: House::default(),
        version: "0.0.0",
        registrations: Registrations {
            mode: RegistrationMode::Open,
            confirm_email: true,
            reason_required: false,
            minimum_age: None,
            invites_from: Role::Moderator,
        },
        max_characters: 500,
        detected_languages: Vec::new(),
        practice: Rules::new(["practice"], Curriculum::England, "")
            .unwrap_or_else(|error| panic!("{error}")),
        max_media: 4,
        max_image_bytes: 1_000_000,
        max_emoji_bytes: 262_144,
        max_video_bytes: 1_000_000,
        max_document_bytes: 1_000_000,
        scanner: None,
        ffmpeg: None,
        require_description: false,
        cache_remote: true,
        show_counts: false,
        link_previews: false,
        preview_spread: chrono::TimeDelta::zero(),
        translates: false,
        federation_mode: FederationMode::Open,
        domain_blocks: ShownTo::Nobody,
        quarantine_days: None,
        any_hosts: false,
    }
}
