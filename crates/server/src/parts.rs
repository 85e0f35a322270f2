//! From the configuration to the parts of a server.

pub mod media;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::vocabulary::Curriculum;
use domain::{Handle, Host, Time};
use federation::net::{OutboundSettings, TranslatorSettings};
use federation::{Federation, FederationSettings};
use service::documents::Scanner;
use service::films::Ffmpeg;
use service::mail::{Encryption, MailSettings, Mailer};
use service::practice::Rules;
use service::{
    App, Found, House, Parts, RegistrationMode, Registrations, RemoteFetcher, Settings, ShownTo,
};
use storage::accounts::Account;
use storage::{Database, DatabaseSettings};
use url::Url;

use crate::config::{self, Config, ConfigError};

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
    let public_url = public_url(&config)?;
    let federation = federation(&config, &public_url)?;
    let app = app(&config, Database::open, Arc::new(federation.clone()))?;
    Ok(Server {
        config,
        app,
        federation,
    })
}

/// What a command needs: one connection to the database, and no way to other servers.
///
/// # Errors
/// If a part cannot be set up, or the data belongs to another address.
pub async fn for_command(config: &Config) -> anyhow::Result<App> {
    let app = app(config, Database::open_single, Arc::new(NoNetwork))?;
    at_home(config, &app).await?;
    Ok(app)
}

/// The same for a command that has to ask other servers.
///
/// # Errors
/// If a part cannot be set up, or the data belongs to another address.
pub async fn for_command_online(config: &Config) -> anyhow::Result<App> {
    let federation = federation(config, &public_url(config)?)?;
    let app = app(config, Database::open_single, Arc::new(federation))?;
    at_home(config, &app).await?;
    service::users::ensure_instance_actor(&app).await?;
    Ok(app)
}

/// The same to look at what is there, which nothing is done to.
///
/// # Errors
/// If a part cannot be set up.
pub fn for_a_look(config: &Config) -> anyhow::Result<App> {
    app(config, Database::open_as_it_is, Arc::new(NoNetwork))
}

/// Whether the data belongs to our address; data that belongs to none does from now on.
///
/// # Errors
/// If it belongs to another address.
pub async fn at_home(config: &Config, app: &App) -> anyhow::Result<()> {
    let home = service::instance::home(app).await?;
    Ok(same_home(config, app, &home)?)
}

/// # Errors
/// If `home` is another address than ours.
pub fn same_home(config: &Config, app: &App, home: &str) -> Result<(), ConfigError> {
    let ours = app.addresses().base();
    if home == ours {
        return Ok(());
    }
    let reason = format!(
        "is {ours}, but this database belongs to {home}, by which other servers know everybody here; \
         it cannot be changed"
    );
    Err(config.wrong("server.public_url", reason))
}

fn app(
    config: &Config,
    open: fn(&DatabaseSettings) -> Result<Database, storage::Error>,
    remote: Arc<dyn RemoteFetcher>,
) -> anyhow::Result<App> {
    let settings = settings(config)?;
    let url = &config.database.url;
    let database = open(&database_settings(config)).map_err(|error| {
        if url.is_clear() {
            config.wrong("database.url", error)
        } else {
            let reason = "the database cannot be opened (why is not shown, since it may repeat a part of the \
                          password: write @ : / ? # in it as %40 %3A %2F %3F %23)";
            config.wrong("database.url", reason)
        }
    })?;
    let media = media::store(config)?;
    let mailer = mailer(config)?;
    Ok(App::new(Parts {
        settings,
        database,
        media,
        mailer,
        remote,
        clock: now,
    }))
}

pub fn database_settings(config: &Config) -> DatabaseSettings {
    DatabaseSettings {
        url: config.database.url.reveal().to_owned(),
        readers: config.database.readers,
        durable: config.database.durable,
    }
}

/// Commands ask nobody elsewhere.
struct NoNetwork;

#[async_trait]
impl RemoteFetcher for NoNetwork {
    async fn account(&self, _: &App, _: &Handle) -> service::Result<Option<Account>> {
        Ok(None)
    }

    async fn by_url(&self, _: &App, _: &str) -> service::Result<Option<Found>> {
        Ok(None)
    }

    async fn file(&self, _: &str, _: usize) -> service::Result<actix_web::web::Bytes> {
        Err(service::Error::NotFound)
    }
}

/// Whole milliseconds, as both databases keep them.
pub fn now() -> Time {
    let milliseconds = Utc::now().timestamp_millis();
    DateTime::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .naive_utc()
}

/// Where the world sees the server.
///
/// # Errors
/// If it is not set.
pub fn public_url(config: &Config) -> anyhow::Result<Url> {
    let url = config.server.public_url.clone();
    url.context("server.public_url is not set: it says where the world sees this server")
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let server = &config.server;
    let public_url = public_url(config)?;
    let host = Host::of(&public_url).map_err(|error| config.wrong("server.public_url", error))?;
    let registrations = &config.registrations;
    Ok(Settings {
        host,
        public_url,
        title: server.title.clone(),
        description: server.description.clone(),
        contact_email: server.contact_email.clone(),
        contact_account: Some(server.contact_account.clone()).filter(|name| !name.is_empty()),
        source_url: server.source_url.to_string(),
        house: house(config)?,
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
            minimum_age: Some(registrations.minimum_age).filter(|years| *years > 0),
            invites_from: registrations.invites_from,
        },
        max_characters: config.statuses.max_characters,
        detected_languages: config.statuses.detected_languages.clone(),
        practice: practice(config)?,
        max_media: config.statuses.max_media,
        max_image_bytes: config.media.max_image_bytes,
        max_emoji_bytes: config.media.max_emoji_bytes,
        max_video_bytes: config.media.max_video_bytes,
        max_document_bytes: config.media.max_document_bytes,
        scanner: scanner(config)?,
        ffmpeg: ffmpeg(config)?,
        require_description: config.media.require_description,
        cache_remote: config.media.cache_remote,
        link_previews: config.statuses.link_previews,
        preview_spread: TimeDelta::seconds(config.statuses.link_preview_spread_seconds.into()),
        show_counts: config.community.show_counts,
        translates: config.translation.libretranslate_url.is_some(),
        federation_mode: match config.federation.mode {
            config::FederationMode::Open => domain::FederationMode::Open,
            config::FederationMode::Alliances => domain::FederationMode::Alliances,
            config::FederationMode::AllowList => domain::FederationMode::AllowList,
        },
        domain_blocks: match config.federation.show_domain_blocks {
            config::ShownTo::Nobody => ShownTo::Nobody,
            config::ShownTo::Users => ShownTo::Users,
            config::ShownTo::Everybody => ShownTo::Everybody,
        },
        quarantine_days: config
            .moderation
            .quarantine
            .then_some(config.moderation.quarantine_days),
        any_hosts: config.federation.allow_loopback,
    })
}

/// What looks for viruses in documents, if anything does.
///
/// # Errors
/// If no whole path of a program is named.
pub fn scanner(config: &Config) -> Result<Option<Scanner>, ConfigError> {
    let Some((program, arguments)) = config.media.scan_command.split_first() else {
        return Ok(None);
    };
    let patience = Duration::from_secs(config.media.scan_seconds);
    match Scanner::at(Path::new(program), arguments, patience) {
        Some(scanner) => Ok(Some(scanner)),
        None => {
            let reason = "must begin with the whole path of a program";
            Err(config.wrong("media.scan_command", reason))
        }
    }
}

/// With what films are converted; none where it is off or not found.
///
/// # Errors
/// If there is no such program at the path that is named.
pub fn ffmpeg(config: &Config) -> Result<Option<Ffmpeg>, ConfigError> {
    match config.media.ffmpeg.as_str() {
        "off" => Ok(None),
        "auto" => Ok(Ffmpeg::found()),
        path => match Ffmpeg::at(Path::new(path)) {
            Some(found) => Ok(Some(found)),
            None => {
                let reason = "must be auto, off, or the path of ffmpeg, with ffprobe beside it";
                Err(config.wrong("media.ffmpeg", reason))
            }
        },
    }
}

/// The rules, and the texts of the files that are named.
///
/// # Errors
/// If a file cannot be read.
pub fn house(config: &Config) -> Result<House, ConfigError> {
    let instance = &config.instance;
    let privacy_policy = match &instance.privacy_policy_file {
        Some(path) => {
            Some(dated(path).map_err(|error| config.wrong("instance.privacy_policy_file", error))?)
        }
        None => None,
    };
    let terms = match &instance.terms_file {
        Some(path) => {
            let read = std::fs::read_to_string(path);
            Some(read.map_err(|error| config.wrong("instance.terms_file", error))?)
        }
        None => None,
    };
    Ok(House {
        rules: instance.rules.clone(),
        privacy_policy,
        terms: terms.zip(instance.terms_date),
    })
}

/// Whose stages hashtags mean first.
///
/// # Errors
/// If there is no such curriculum.
pub fn curriculum(config: &Config) -> Result<Curriculum, ConfigError> {
    let named = config.practice.curriculum.parse::<Curriculum>();
    named.map_err(|error| config.wrong("practice.curriculum", error))
}

/// What is practice here, and the administrator's own terms.
///
/// # Errors
/// If there is no such curriculum, or the file cannot be read or holds a line that is no term.
pub fn practice(config: &Config) -> Result<Rules, ConfigError> {
    let practice = &config.practice;
    let curriculum = curriculum(config)?;
    let own_terms = match &practice.terms_file {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| config.wrong("practice.terms_file", error))?,
        None => String::new(),
    };
    let words = practice
        .words
        .iter()
        .map(|word| word.trim_start_matches('#'));
    Rules::new(words, curriculum, &own_terms)
        .map_err(|error| config.wrong("practice.terms_file", error))
}

/// A file's text, and when it was changed.
fn dated(path: &Path) -> std::io::Result<(String, Time)> {
    let text = std::fs::read_to_string(path)?;
    let changed = DateTime::<Utc>::from(std::fs::metadata(path)?.modified()?);
    Ok((text, changed.naive_utc()))
}

/// # Errors
/// If the certificates that it is to trust cannot be read.
pub fn federation(config: &Config, public_url: &Url) -> anyhow::Result<Federation> {
    Federation::new(federation_settings(config, public_url)).context("federation")
}

/// # Errors
/// If the section `[mail]` cannot be used.
pub fn mailer(config: &Config) -> Result<Mailer, ConfigError> {
    Mailer::new(mail(&config.mail)).map_err(|error| config.wrong("mail.host", error))
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
            failure_memory: Duration::from_secs(federation.failure_seconds),
        },
        signature_max_age: hours(federation.signature_max_age_hours),
        authorized_fetch: federation.authorized_fetch,
        parallel_hosts: federation.parallel_hosts,
        give_up_after: hours(federation.give_up_after_days * 24),
        first_retry: Duration::from_secs(federation.retry_seconds),
        translator: translator(config),
    }
}

fn translator(config: &Config) -> Option<TranslatorSettings> {
    let translation = &config.translation;
    let api_key = translation.api_key.reveal();
    Some(TranslatorSettings {
        url: translation.libretranslate_url.clone()?,
        api_key: (!api_key.is_empty()).then(|| api_key.to_owned()),
        ca_file: config.federation.extra_ca_file.clone(),
    })
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
