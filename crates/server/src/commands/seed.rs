//! `staffroom dev seed`

use service::seeding;
use url::{Host, Url};

use crate::cli::Dev;
use crate::commands::say;
use crate::config::Config;
use crate::parts::{for_command, public_url};

pub async fn run(config: Config, command: Dev) -> anyhow::Result<()> {
    let Dev::Seed { yes_really } = command;
    let url = public_url(&config)?;
    if !is_loopback(&url) && !yes_really {
        anyhow::bail!(
            "{url} is no address of this machine alone, and what is made here are people with tokens of every kind, \
             posts and a report that nobody wrote: --yes-really makes them all the same"
        );
    }
    let app = for_command(&config).await?;
    let seeded = seeding::seed(&app).await?;
    say(&serde_json::to_string_pretty(&seeded)?);
    Ok(())
}

/// Whether an address leads nowhere but to the machine that asks.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_machine_is_this_machine() {
        for (url, expected) in [
            ("http://localhost:3000", true),
            ("http://school.localhost", true),
            ("http://127.8.0.1", true),
            ("http://[::1]:3000", true),
            ("http://10.0.0.1", false),
            ("http://staffroom", false),
            ("https://localhost.example", false),
            ("https://school.example", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }
}
