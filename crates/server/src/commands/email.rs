//! `staffroom email`

use service::moderation::email_blocks;

use crate::cli::Email;
use crate::commands::{known, say};
use crate::config::Config;
use crate::parts::for_command;

pub async fn run(config: Config, command: Email) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Email::List => {
            let (hosts, addresses) = email_blocks::all(&app).await?;
            for block in hosts {
                say(&format!("{}\tall addresses there and below", block.host));
            }
            for block in addresses {
                say(&format!("{}\tone address", block.hash));
            }
        }
        Email::Unblock { what } => {
            let lifted = email_blocks::lift(&app, &what).await;
            known(lifted, || {
                format!("there is no block of {what}: staffroom email list")
            })?;
            say(&format!("People can sign up with {what} again."));
        }
    }
    Ok(())
}
