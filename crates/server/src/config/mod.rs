//! The configuration: defaults, then a file, then the environment, then flags.

mod check;
mod layers;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

pub use layers::{REFERENCE, load, load_only};

/// A configuration that cannot be used, and where it comes from.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {key}: {reason}")]
pub struct ConfigError {
    /// The file, the environment variable or the flag.
    pub origin: String,
    pub key: String,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub media: Media,
    pub registrations: Registrations,
    pub statuses: Statuses,
    pub federation: Federation,
    pub limits: Limits,
    pub mail: Mail,
    pub community: Community,
    pub logging: Logging,
    pub metrics: Metrics,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    #[serde(deserialize_with = "optional")]
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
pub struct Database {
    pub url: Secret,
    pub readers: u32,
    pub durable: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    pub folder: String,
    pub max_image_bytes: usize,
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
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statuses {
    pub max_characters: usize,
    pub max_media: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Federation {
    pub allow_loopback: bool,
    pub allow_http: bool,
    #[serde(deserialize_with = "optional")]
    pub extra_ca_file: Option<PathBuf>,
    pub signature_max_age_hours: u32,
    pub parallel_hosts: usize,
    pub give_up_after_days: u32,
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
    #[serde(deserialize_with = "optional")]
    pub listen: Option<SocketAddr>,
}

/// A value that is not shown: a password, or an address that may contain one.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The value with its password masked.
    fn masked(&self) -> String {
        if let Ok(mut url) = Url::parse(&self.0)
            && url.has_host()
        {
            if url.password().is_some() && url.set_password(Some("…")).is_err() {
                return "…".to_owned();
            }
            return url.to_string();
        }
        if self.0.is_empty() || self.0.starts_with("sqlite:") {
            self.0.clone()
        } else {
            "…".to_owned()
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

/// An empty text stands for none.
fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr,
    T::Err: fmt::Display,
{
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

impl Config {
    /// Every key and value as TOML, secrets masked.
    ///
    /// # Errors
    /// Never for a configuration that was loaded.
    pub fn show(&self) -> anyhow::Result<String> {
        Ok(toml::to_string(self)?)
    }
}
