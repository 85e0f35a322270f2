//! `staffroom invite`

use crate::cli::Invite;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

pub async fn run(config: Config, command: Invite) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Invite::Create { uses, days } => {
            say(&service::users::invites::create(&app, uses, days).await?);
        }
    }
    Ok(())
}
