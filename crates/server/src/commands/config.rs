//! `staffroom config`

use std::path::Path;

use service::users;

use crate::cli::ConfigCommand;
use crate::commands::say;
use crate::config::{Config, ConfigError, REFERENCE};
use crate::folders;
use crate::parts::{for_a_look, practice, public_url, same_home, scanner};

pub async fn run(
    command: &ConfigCommand,
    load: impl Fn() -> Result<Config, ConfigError>,
) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show => say(load()?.show()?.trim_end()),
        ConfigCommand::Check => check(&load()?).await?,
        ConfigCommand::Example => say(REFERENCE.trim_end()),
    }
    Ok(())
}

/// Refuses what `serve` would refuse, and a scanner that is not there; changes nothing.
async fn check(config: &Config) -> anyhow::Result<()> {
    public_url(config)?;
    practice(config)?;
    if let Some(scanner) = scanner(config)? {
        let there = scanner.check();
        there.map_err(|reason| config.wrong("media.scan_command", reason))?;
    }
    folders::can_be_written(config)?;
    let file = config.database.url.sqlite_path();
    if file.is_some_and(|path| !Path::new(path).exists()) {
        say("The configuration can be used; its database will be made at the first start.");
        return Ok(());
    }
    let app = for_a_look(config)?;
    // Tables that are missing so far are made at the start.
    if let Ok(Some(home)) = service::instance::known_home(&app).await {
        same_home(config, &app, &home)?;
    }
    if let Some(name) = &app.settings().contact_account
        && matches!(users::find(&app, name).await, Err(service::Error::NotFound))
    {
        say(&format!(
            "Take note: {}",
            config.wrong("server.contact_account", "nobody here has this name")
        ));
    }
    say("The configuration can be used.");
    Ok(())
}
