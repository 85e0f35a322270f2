//! What no single value shows: values that do not fit each other.

use std::net::IpAddr;

use url::{Host, Url};

use super::{Config, ConfigError};

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    if let Some(url) = &config.server.public_url {
        public_url(config, url)?;
    }
    if !(100..=100_000).contains(&config.statuses.max_characters) {
        return Err(wrong(
            "statuses.max_characters",
            "must lie between 100 and 100000",
        ));
    }
    if !(1..=16).contains(&config.statuses.max_media) {
        return Err(wrong("statuses.max_media", "must lie between 1 and 16"));
    }
    if !(1..=64).contains(&config.federation.parallel_hosts) {
        return Err(wrong("federation.parallel_hosts", "must be from 1 to 64"));
    }
    if config.federation.signature_max_age_hours == 0 {
        return Err(wrong(
            "federation.signature_max_age_hours",
            "must be at least 1",
        ));
    }
    if config.database.readers == 0 {
        return Err(wrong("database.readers", "must be at least 1"));
    }
    let url = config.database.url.reveal();
    if !["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Err(wrong(
            "database.url",
            "must begin with sqlite: or postgres://",
        ));
    }
    if !config.mail.host.is_empty() && config.mail.from.is_empty() {
        return Err(wrong("mail.from", "is needed where mail.host is set"));
    }
    Ok(())
}

fn public_url(config: &Config, url: &Url) -> Result<(), ConfigError> {
    let wrong = |reason| Err(wrong("server.public_url", reason));
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return wrong("must be an address such as https://school.example");
    }
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
    {
        return wrong("must be a scheme, a host and perhaps a port, and nothing else");
    }
    if url.scheme() == "http" && !config.federation.allow_http {
        return wrong("is plain http, which needs federation.allow_http");
    }
    let is_local = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
        }
        None => false,
    };
    let reserved = url
        .host_str()
        .is_some_and(|host| host.ends_with(".test") || host.ends_with(".example"));
    if is_local && !config.federation.allow_loopback {
        return wrong("is this machine's own, which needs federation.allow_loopback");
    }
    if !is_local && !reserved && config.federation.allow_loopback {
        return wrong(
            "is public: federation.allow_loopback would let others reach into this network",
        );
    }
    Ok(())
}

fn wrong(key: &str, reason: &str) -> ConfigError {
    ConfigError {
        origin: "configuration".to_owned(),
        key: key.to_owned(),
        reason: reason.to_owned(),
    }
}
