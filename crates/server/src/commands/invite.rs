//! `staffroom invite`

use crate::cli::Invite;
use crate::commands::say;
use crate::config::Config;
use crate::parts::assemble;

pub async fn run(config: Config, command: Invite) -> anyhow::Result<()> {
    let app = assemble(config)?.app;
    match command {
        Invite::Create { uses, days } => {
            let code = service::users::create_invite(&app, uses, days).await?;
            say(&app.addresses().join(&format!("/sign-up?invite={code}")));
        }
    }
    Ok(())
}
