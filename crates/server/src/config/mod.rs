//! The configuration: defaults, then a file, then the environment, then flags.

mod check;
mod layers;
mod optional;
mod secret;

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use domain::Role;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

pub use check::is_nearby;
pub use layers::{REFERENCE, load, load_only, load_text};
pub use secret::{DatabaseUrl, Secret};

/// A configuration that cannot be used, and where it comes from.
#[derive(Debug)]
pub struct ConfigError {
    /// The file, the environment variable or the flag.
    pub origin: String,
    /// Empty where no single key is at fault.
    pub key: String,
    /// Never holds a password.
    pub reason: String,
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            key,
            reason,
        } = self;
        if key.is_empty() {
            write!(f, "{origin}: {reason}")
        } else {
            write!(f, "{origin}: {key}: {reason}")
        }
    }
}

impl std::error::Error for ConfigError {}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub instance: Instance,
    pub database: Database,
    pub media: Media,
    pub registrations: Registrations,
    pub statuses: Statuses,
    pub practice: Practice,
    pub federation: Federation,
    pub limits: Limits,
    pub mail: Mail,
    pub community: Community,
    pub moderation: Moderation,
    pub translation: Translation,
    pub logging: Logging,
    pub metrics: Metrics,
    /// Where each key that was set was set last.
    #[serde(skip)]
    origins: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    #[serde(with = "optional")]
    pub public_url: Option<Url>,
    pub listen: SocketAddr,
    pub trusted_proxies: Vec<IpNet>,
    pub title: String,
    pub description: String,
    pub contact_email: String,
    pub contact_account: String,
    pub source_url: Url,
    pub workers: usize,
    pub stop_notice_seconds: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    pub rules: Vec<String>,
    #[serde(with = "optional")]
    pub privacy_policy_file: Option<PathBuf>,
    #[serde(with = "optional")]
    pub terms_file: Option<PathBuf>,
    #[serde(with = "optional")]
    pub terms_date: Option<NaiveDate>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: DatabaseUrl,
    pub readers: u32,
    pub durable: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    pub store: Store,
    pub folder: String,
    pub max_image_bytes: usize,
    pub max_emoji_bytes: usize,
    pub max_video_bytes: usize,
    pub max_document_bytes: usize,
    pub scan_command: Vec<String>,
    pub scan_seconds: u64,
    pub ffmpeg: String,
    pub require_description: bool,
    pub cache_remote: bool,
    pub s3: S3,
}

/// Where files are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Store {
    /// The folder of `media.folder`.
    Folder,
    /// The bucket of `[media.s3]`.
    S3,
}

/// Where a bucket is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    Auto,
    Path,
    Host,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    pub bucket: String,
    #[serde(with = "optional")]
    pub endpoint: Option<Url>,
    pub region: String,
    pub prefix: String,
    pub addressing: Addressing,
    pub access_key_id: String,
    pub secret_access_key: Secret,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    Open,
    Approval,
    Invite,
    Closed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registrations {
    pub mode: RegistrationMode,
    pub confirm_email: bool,
    pub reason_required: bool,
    pub minimum_age: u32,
    pub invites_from: Role,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statuses {
    pub max_characters: usize,
    pub max_media: usize,
    pub detected_languages: Vec<String>,
    pub link_previews: bool,
    pub link_preview_spread_seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FederationMode {
    Open,
    Alliances,
    AllowList,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShownTo {
    Nobody,
    Users,
    Everybody,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Federation {
    pub mode: FederationMode,
    pub show_domain_blocks: ShownTo,
    pub allow_loopback: bool,
    pub allow_http: bool,
    #[serde(with = "optional")]
    pub extra_ca_file: Option<PathBuf>,
    pub signature_max_age_hours: u32,
    pub authorized_fetch: bool,
    pub parallel_hosts: usize,
    pub give_up_after_days: u32,
    pub retry_seconds: u64,
    pub failure_seconds: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    pub words: Vec<String>,
    pub curriculum: String,
    #[serde(with = "optional")]
    pub terms_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub rate_limits: bool,
    pub min_free_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    None,
    StartTls,
    Tls,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub encryption: MailEncryption,
    pub username: String,
    pub password: Secret,
    pub from: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    pub show_counts: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moderation {
    pub quarantine: bool,
    pub quarantine_days: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    #[serde(with = "optional")]
    pub libretranslate_url: Option<Url>,
    pub api_key: Secret,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    #[serde(with = "optional")]
    pub listen: Option<SocketAddr>,
}

impl Config {
    /// An error about a key, blamed on where it was set last.
    pub fn wrong(&self, key: &str, reason: impl Display) -> ConfigError {
        let origin = self.origins.get(key);
        ConfigError {
            origin: origin.map_or("the default", String::as_str).to_owned(),
            key: key.to_owned(),
            reason: reason.to_string(),
        }
    }

    /// Every key and value as TOML, secrets masked.
    ///
    /// # Errors
    /// Never for a configuration that was loaded.
    pub fn show(&self) -> anyhow::Result<String> {
        Ok(toml::to_string(self)?)
    }
}
