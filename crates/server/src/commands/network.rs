//! `staffroom network`

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;
use service::networks::{self, NewNetwork, Saved, Takeover};

use crate::cli::Network;
use crate::commands::{known, say};
use crate::config::Config;
use crate::parts::{for_command, for_command_online};

pub async fn run(config: Config, command: Network) -> anyhow::Result<()> {
    match command {
        Network::Create {
            name,
            title,
            stewards,
            description,
            rules,
            posting,
            membership,
            posts_are_practice,
        } => {
            // A steward may live elsewhere.
            let app = for_command_online(&config).await?;
            let new = NewNetwork {
                name,
                title,
                description,
                stewards,
                posting,
                membership,
                rules,
                posts_are_practice,
            };
            let made = networks::create(&app, new).await?;
            let account = made.account.account;
            say(&format!("@{}@{}", account.username, app.settings().host));
        }
        Network::List => {
            let app = for_command(&config).await?;
            for network in networks::list(&app, None).await? {
                let account = network.account.account;
                let title = account.display_name.replace(['\n', '\r', '\t'], " ");
                let (posting, membership) = (network.network.posting, network.network.membership);
                say(&format!(
                    "{}\t{}\t{}\t{title}",
                    account.username,
                    posting.name(),
                    membership.name()
                ));
            }
        }
        Network::Steward { name, handle } => {
            // A steward may live elsewhere.
            let app = for_command_online(&config).await?;
            let said = known(
                networks::name_steward_by_handle(&app, &name, &handle).await,
                || format!("no network is called {name}"),
            )?;
            say(&said);
        }
        Network::Save { name, file } => {
            let app = for_command(&config).await?;
            let saved = known(networks::saved_by_name(&app, &name).await, || {
                format!("no network is called {name}")
            })?;
            let place = file.display().to_string();
            write(&file, &saved.text()?).context(place.clone())?;
            say(&format!("{place} is written."));
        }
        Network::Half { name, handle } => {
            let app = for_command(&config).await?;
            // The half alone, so that a script can take it.
            let half = known(networks::half_of(&app, &name, &handle).await, || {
                format!("there is no half of the key of {name} for {handle}: it is shown once")
            })?;
            say(&half);
        }
        Network::Takeover {
            saved,
            halves,
            name,
            stewards,
        } => {
            let halves = halves.iter().map(|file| read(file));
            let wish = Takeover {
                halves: halves.collect::<anyhow::Result<_>>()?,
                saved: Saved::read(&read(&saved)?)?,
                name,
                stewards,
            };
            let app = for_command_online(&config).await?;
            let done = networks::take_over(&app, wish).await?;
            say(&format!(
                "@{}@{} goes on; the followers of before are told.",
                done.network.account.account.username,
                app.settings().host
            ));
            if let Some(at) = done.told_again {
                say(&format!(
                    "It moved before, not long ago: servers that heard of that listen to no other move for a week. They are told \
                     again on {}, and its followers there come along then.",
                    at.format("%Y-%m-%d")
                ));
            }
        }
    }
    Ok(())
}

/// For nobody but its owner, even where a file is there already: it names people.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut open = File::create(file)?;
    open.set_permissions(Permissions::from_mode(0o600))?;
    open.write_all(text.as_bytes())
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}
