//! `staffroom config`

use crate::cli::ConfigCommand;
use crate::commands::say;
use crate::config::{Config, ConfigError, REFERENCE};

pub fn run(
    command: &ConfigCommand,
    load: impl Fn() -> Result<Config, ConfigError>,
) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show => say(load()?.show()?.trim_end()),
        ConfigCommand::Check => {
            let config = load()?;
            if config.server.public_url.is_none() {
                anyhow::bail!(
                    "server.public_url is not set: it says where the world sees this server"
                );
            }
            say("The configuration can be used.");
        }
        ConfigCommand::Example => say(REFERENCE.trim_end()),
    }
    Ok(())
}
