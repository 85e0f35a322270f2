//! `staffroom announcement`

use anyhow::Context;
use service::announcements::{self, NewAnnouncement};

use crate::cli::Announcement;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

pub async fn run(config: Config, command: Announcement) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Announcement::Create {
            text,
            starts,
            ends,
            all_day,
        } => {
            let new = NewAnnouncement {
                text,
                starts_at: starts,
                ends_at: ends,
                all_day,
            };
            let id = announcements::create(&app, new).await?;
            say(&id.to_string());
        }
        Announcement::List => {
            for row in announcements::all(&app).await? {
                let time = |time: Option<domain::Time>| {
                    time.map_or_else(|| "-".to_owned(), |time| time.format("%FT%R").to_string())
                };
                let text = row.text.replace(['\n', '\r', '\t'], " ");
                let (starts, ends) = (time(row.starts_at), time(row.ends_at));
                say(&format!("{}\t{starts}\t{ends}\t{text}", row.id));
            }
        }
        Announcement::Delete { id } => {
            let deleted = announcements::delete(&app, id).await;
            deleted.with_context(|| format!("announcement {id}"))?;
            say(&format!("Announcement {id} is deleted."));
        }
    }
    Ok(())
}
