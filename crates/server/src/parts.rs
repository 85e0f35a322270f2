//! From the configuration to the parts of a server.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::{Host, Time};
use federation::net::OutboundSettings;
use federation::{Federation, FederationSettings};
use service::mail::{Encryption, MailSettings, Mailer};
use service::{App, Parts, RegistrationMode, Registrations, Settings};
use storage::{Database, DatabaseSettings, MediaStore};
use url::Url;

use crate::config::{self, Config};

/// A server that is put together and not yet listening.
pub struct Server {
    pub config: Config,
    pub app: App,
    pub federation: Federation,
}

/// Opens the database and puts everything together.
///
/// # Errors
/// If the public address is missing, or a part cannot be set up.
pub fn assemble(config: Config) -> anyhow::Result<Server> {
    let settings = settings(&config)?;
    let database = Database::open(&database_settings(&config)).context("database.url")?;
    let media = MediaStore::in_folder(&config.media.folder).context("media.folder")?;
    let federation = federation(&config, &settings.public_url)?;
    let app = App::new(Parts {
        settings,
        database,
        media,
        mailer: mailer(&config)?,
        remote: Arc::new(federation.clone()),
        clock: now,
    });
    Ok(Server {
        config,
        app,
        federation,
    })
}

pub fn database_settings(config: &Config) -> DatabaseSettings {
    DatabaseSettings {
        url: config.database.url.reveal().to_owned(),
        readers: config.database.readers,
        durable: config.database.durable,
    }
}

/// Whole milliseconds, as both databases keep them.
pub fn now() -> Time {
    let milliseconds = Utc::now().timestamp_millis();
    DateTime::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .naive_utc()
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let server = &config.server;
    let public_url = server
        .public_url
        .clone()
        .context("server.public_url is not set: it says where the world sees this server")?;
    let host =
        Host::of(&public_url).map_err(|error| anyhow::anyhow!("server.public_url: {error}"))?;
    let registrations = &config.registrations;
    Ok(Settings {
        host,
        public_url,
        title: server.title.clone(),
        description: server.description.clone(),
        contact_email: server.contact_email.clone(),
        contact_account: Some(server.contact_account.clone()).filter(|name| !name.is_empty()),
        source_url: server.source_url.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        registrations: Registrations {
            mode: match registrations.mode {
                config::RegistrationMode::Open => RegistrationMode::Open,
                config::RegistrationMode::Approval => RegistrationMode::Approval,
                config::RegistrationMode::Invite => RegistrationMode::Invite,
                config::RegistrationMode::Closed => RegistrationMode::Closed,
            },
            confirm_email: registrations.confirm_email,
            reason_required: registrations.reason_required,
        },
        max_characters: config.statuses.max_characters,
        max_media: config.statuses.max_media,
        max_image_bytes: config.media.max_image_bytes,
        show_counts: config.community.show_counts,
        any_hosts: config.federation.allow_loopback,
    })
}

pub fn federation(config: &Config, public_url: &Url) -> anyhow::Result<Federation> {
    Federation::new(federation_settings(config, public_url)).context("federation")
}

pub fn mailer(config: &Config) -> anyhow::Result<Mailer> {
    Mailer::new(mail(&config.mail)).context("mail")
}

fn federation_settings(config: &Config, public_url: &Url) -> FederationSettings {
    let federation = &config.federation;
    let hours = |count: u32| Duration::from_secs(u64::from(count) * 3_600);
    FederationSettings {
        outbound: OutboundSettings {
            public_url: public_url.clone(),
            allow_loopback: federation.allow_loopback,
            allow_http: federation.allow_http,
            ca_file: federation.extra_ca_file.clone(),
            failure_memory: Duration::from_secs(if federation.allow_loopback { 1 } else { 300 }),
        },
        signature_max_age: hours(federation.signature_max_age_hours),
        parallel_hosts: federation.parallel_hosts,
        give_up_after: hours(federation.give_up_after_days * 24),
    }
}

fn mail(mail: &config::Mail) -> Option<MailSettings> {
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Some(MailSettings {
        host: filled(&mail.host)?,
        port: mail.port,
        encryption: match mail.encryption {
            config::MailEncryption::None => Encryption::None,
            config::MailEncryption::StartTls => Encryption::StartTls,
            config::MailEncryption::Tls => Encryption::Tls,
        },
        username: filled(&mail.username),
        password: filled(mail.password.reveal()),
        from: mail.from.clone(),
    })
}
