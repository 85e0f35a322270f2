//! `staffroom network`

use service::networks::{self, NewNetwork};

use crate::cli::Network;
use crate::commands::say;
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
    }
    Ok(())
}
