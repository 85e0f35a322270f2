//! What the kind of a value does not show: ranges, and values that do not fit each other.

use std::net::IpAddr;

use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use super::{Config, ConfigError, Store};
use crate::parts::{curriculum, ffmpeg, house, media, scanner};

/// The smallest and the largest value of numbers.
const RANGES: [(&str, i64, i64); 18] = [
    ("server.workers", 0, 1_024),
    ("database.readers", 1, 256),
    ("media.max_image_bytes", 1, 1_073_741_824),
    ("media.max_emoji_bytes", 1, 2_097_152),
    ("media.max_video_bytes", 1, 4_294_967_296),
    ("media.max_document_bytes", 1, 1_073_741_824),
    ("media.scan_seconds", 1, 600),
    ("registrations.minimum_age", 0, 120),
    ("statuses.max_characters", 100, 100_000),
    ("statuses.max_media", 1, 16),
    ("statuses.link_preview_spread_seconds", 0, 3_600),
    ("federation.signature_max_age_hours", 1, 168),
    ("federation.parallel_hosts", 1, 64),
    ("federation.give_up_after_days", 1, 365),
    ("federation.retry_seconds", 1, 3_600),
    ("federation.failure_seconds", 1, 86_400),
    ("moderation.quarantine_days", 1, 365),
    ("mail.port", 1, 65_535),
];

/// Names that no public name server knows: RFC 2606, RFC 6762, RFC 8375, and ICANN's `internal`.
const RESERVED: [&str; 6] = [
    ".test",
    ".example",
    ".invalid",
    ".local",
    ".home.arpa",
    ".internal",
];

/// # Errors
/// The first key whose number lies outside, and why.
pub(super) fn ranges(value: impl Fn(&str) -> Option<i64>) -> Result<(), (&'static str, String)> {
    for (key, smallest, largest) in RANGES {
        if !value(key).is_some_and(|value| (smallest..=largest).contains(&value)) {
            return Err((key, format!("must lie between {smallest} and {largest}")));
        }
    }
    Ok(())
}

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    if let Some(url) = &config.server.public_url {
        public_url(config, url)?;
    }
    let source = &config.server.source_url;
    if !matches!(source.scheme(), "https" | "http") {
        return Err(config.wrong("server.source_url", "must begin with https:// or http://"));
    }
    if let Some(url) = &config.translation.libretranslate_url
        && !(matches!(url.scheme(), "https" | "http") && url.has_host())
    {
        let reason = "must be an address such as http://127.0.0.1:5000";
        return Err(config.wrong("translation.libretranslate_url", reason));
    }
    if config.instance.terms_file.is_some() && config.instance.terms_date.is_none() {
        return Err(ConfigError {
            key: "instance.terms_date".to_owned(),
            ..config.wrong(
                "instance.terms_file",
                "is needed where instance.terms_file is set",
            )
        });
    }
    house(config)?;
    curriculum(config)?;
    let detected = &config.statuses.detected_languages;
    if let Some(code) = detected
        .iter()
        .find(|code| !service::language::is_detectable(code))
    {
        let reason = format!("{code:?} is no code of a language that can be told from others");
        return Err(config.wrong("statuses.detected_languages", reason));
    }
    database_url(config)?;
    if config.media.folder.is_empty() {
        return Err(config.wrong("media.folder", "must name a folder"));
    }
    if config.media.store == Store::S3 {
        media::bucket(config)?;
    }
    ffmpeg(config)?;
    scanner(config)?;
    let (host, from) = (&config.mail.host, &config.mail.from);
    if !host.is_empty() && from.is_empty() {
        return Err(ConfigError {
            key: "mail.from".to_owned(),
            ..config.wrong("mail.host", "is needed where mail.host is set")
        });
    }
    if !from.is_empty() && !service::mail::is_sender(from) {
        let reason = "must be an address such as: Staffroom <staffroom@school.example>";
        return Err(config.wrong("mail.from", reason));
    }
    if let Some(path) = &config.federation.extra_ca_file {
        federation::net::certificates(path)
            .map_err(|error| config.wrong("federation.extra_ca_file", error))?;
    }
    filter(&config.logging.filter).map_err(|reason| config.wrong("logging.filter", reason))?;
    if config.metrics.listen == Some(config.server.listen) && config.server.listen.port() != 0 {
        return Err(config.wrong("metrics.listen", "must differ from server.listen"));
    }
    Ok(())
}

fn database_url(config: &Config) -> Result<(), ConfigError> {
    let url = &config.database.url;
    let postgres = ["postgres://", "postgresql://"];
    let reason = match url.sqlite_path() {
        Some("") => "needs a path: sqlite:data/staffroom.db",
        Some(path) if path.starts_with(":memory:") => "needs a path: data that is kept",
        Some(path) if std::path::Path::new(path).is_dir() => "is a folder: name a file in it",
        Some(_) => return Ok(()),
        None if postgres
            .iter()
            .any(|scheme| url.reveal().starts_with(scheme)) =>
        {
            return Ok(());
        }
        None => "must begin with sqlite: or postgres://",
    };
    Err(config.wrong("database.url", reason))
}

/// A word that is no level would quietly be taken for a module whose every line is wanted.
fn filter(text: &str) -> Result<(), String> {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    for part in text.split(',').map(str::trim) {
        let plain = !part.is_empty() && !part.contains(['=', '[']);
        if plain && !levels.contains(&part.to_lowercase().as_str()) {
            return Err(format!(
                "\"{part}\" is none of {}; a module is written so: federation=debug",
                levels.join(", ")
            ));
        }
    }
    EnvFilter::try_new(text).map_err(|error| error.to_string())?;
    Ok(())
}

fn public_url(config: &Config, url: &Url) -> Result<(), ConfigError> {
    let key = "server.public_url";
    let federation = &config.federation;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err(config.wrong(key, "must be an address such as https://school.example"));
    }
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        let reason = "must be a scheme, a host and perhaps a port, and nothing else";
        return Err(config.wrong(key, reason));
    }
    let nearby = is_nearby(url);
    if !nearby && number(url).is_some_and(|address| !federation::net::is_public(address)) {
        return Err(config.wrong(key, "is an address that nobody can reach"));
    }
    if nearby && !federation.allow_loopback {
        let reason = "is not on the open internet, which needs federation.allow_loopback";
        return Err(config.wrong(key, reason));
    }
    if !nearby && !is_reserved(url) {
        if federation.allow_loopback {
            let reason = "is refused with a public server.public_url: it would let others reach into this network";
            return Err(config.wrong("federation.allow_loopback", reason));
        }
        if federation.allow_http {
            let reason = "is refused with a public server.public_url: others could be impersonated";
            return Err(config.wrong("federation.allow_http", reason));
        }
    }
    if url.scheme() == "http" && !federation.allow_http {
        let reason = if nearby || is_reserved(url) {
            "is plain http, which needs federation.allow_http"
        } else {
            "must be https: plain http is only for trials on one machine and its own network"
        };
        return Err(config.wrong(key, reason));
    }
    Ok(())
}

/// Whether an address is this machine's or one of its own network's, as those of containers are.
pub fn is_nearby(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.ends_with(".localhost") || !name.contains('.'),
        _ => number(url).is_some_and(federation::net::is_nearby),
    }
}

fn number(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

fn is_reserved(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    RESERVED.iter().any(|end| host.ends_with(end))
}
