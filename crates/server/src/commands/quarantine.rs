//! `staffroom quarantine`

use anyhow::Context;
use service::quarantine;

use crate::cli::Quarantine;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

/// Characters of a post that are shown.
const SHOWN: usize = 300;

pub async fn run(config: Config, command: Quarantine) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    let missing = |id| format!("{id} is not held back");
    match command {
        Quarantine::List => {
            for held in quarantine::list(&app).await? {
                let (status, author) = (held.status, held.author);
                let words = domain::limits::cut(&held.words, SHOWN);
                let words = words.replace(char::is_control, " ");
                let host = author.host.unwrap_or_default();
                say(&format!(
                    "{}\t@{}@{host}\t{}\t{words}",
                    status.id, author.username, status.url
                ));
            }
        }
        Quarantine::Release { id } => {
            quarantine::release(&app, id)
                .await
                .with_context(|| missing(id))?;
            say(&format!("{id} is let in."));
        }
        Quarantine::Reject { id } => {
            quarantine::reject(&app, id)
                .await
                .with_context(|| missing(id))?;
            say(&format!("{id} is deleted."));
        }
    }
    Ok(())
}
