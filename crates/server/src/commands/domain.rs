//! `staffroom domain`

mod lists;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, bail};
use service::domains::{self, DomainBlock, NewDomainBlock};
use service::{App, Error};

use crate::cli::{Domain, ListFormat};
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

/// Bytes of a list that is read.
const LIST: u64 = 16 * 1024 * 1024;

pub async fn run(config: Config, command: Domain) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Domain::Block {
            host,
            severity,
            reject_media,
            reject_reports,
            comment,
            public_comment,
            obfuscate,
        } => {
            let name = host.to_string();
            let new = NewDomainBlock {
                host,
                severity,
                reject_media,
                reject_reports,
                private_comment: comment,
                public_comment,
                obfuscate,
            };
            domains::block(&app, new).await.context(name.clone())?;
            say(&format!("{name}: {}", severity.name()));
        }
        Domain::Unblock { host } => {
            if !domains::unblock(&app, &host).await? {
                bail!("{host} is not blocked");
            }
            say(&format!("{host} is no longer blocked."));
        }
        Domain::Allow { host } => {
            domains::allow(&app, &host).await?;
            say(&format!("{host} is allowed."));
        }
        Domain::Disallow { host } => {
            if !domains::disallow(&app, &host).await? {
                bail!("{host} is not allowed");
            }
            say(&format!("{host} is no longer allowed."));
        }
        Domain::List => list(&app).await?,
        Domain::Import {
            file,
            dry_run,
            allow,
        } => import(&app, &file, dry_run, allow).await?,
        Domain::Export { format, allow } => export(&app, format, allow).await?,
    }
    Ok(())
}

async fn list(app: &App) -> anyhow::Result<()> {
    let (blocks, allowed) = domains::all(app).await?;
    for block in blocks {
        let mut line = format!("{}\t{}", block.host, block.severity.name());
        for (said, word) in [
            (block.reject_media, "reject_media"),
            (block.reject_reports, "reject_reports"),
            (block.obfuscate, "obfuscate"),
        ] {
            if said {
                line.push('\t');
                line.push_str(word);
            }
        }
        let comments = [block.private_comment, block.public_comment];
        for text in comments.into_iter().flatten() {
            line.push('\t');
            line.push_str(&text.replace(['\n', '\t'], " "));
        }
        say(&line);
    }
    for host in allowed {
        say(&format!("{host}\tallowed"));
    }
    Ok(())
}

async fn export(app: &App, format: ListFormat, allow: bool) -> anyhow::Result<()> {
    let (blocks, allowed) = domains::all(app).await?;
    let text = match (format, allow) {
        (ListFormat::Mastodon, false) => lists::mastodon(&blocks)?,
        (ListFormat::Gotosocial, false) => lists::gotosocial(&blocks)?,
        (ListFormat::Mastodon, true) => lists::mastodon_allows(&allowed)?,
        (ListFormat::Gotosocial, true) => lists::gotosocial_allows(&allowed)?,
    };
    say(text.trim_end());
    Ok(())
}

/// A line for each entry; the whole fails if one was not taken, after all others were.
async fn import(app: &App, file: &Path, dry_run: bool, allow: bool) -> anyhow::Result<()> {
    let place = file.display();
    let size = std::fs::metadata(file).with_context(|| place.to_string())?;
    if size.len() > LIST {
        bail!("{place} is larger than {LIST} bytes");
    }
    let text = std::fs::read_to_string(file).with_context(|| place.to_string())?;
    let entries = lists::read(&text).with_context(|| place.to_string())?;
    let known: HashMap<String, DomainBlock> = domains::all(app)
        .await?
        .0
        .into_iter()
        .map(|block| (block.host.clone(), block))
        .collect();
    let mut failed = 0_usize;
    for (number, entry) in entries {
        let (name, done) = match entry {
            Err(reason) => (String::new(), Err(reason)),
            Ok(new) => {
                let name = format!("{}: ", new.host);
                let done = if allow {
                    take_allow(app, &new, dry_run).await
                } else {
                    take(app, new, &known, dry_run).await
                };
                (name, done)
            }
        };
        match done {
            Ok(word) => say(&format!("{number}: {name}{word}")),
            Err(reason) => {
                failed += 1;
                say(&format!("{number}: {name}not taken: {reason}"));
            }
        }
    }
    if failed > 0 {
        bail!("{failed} entries of {place} were not taken");
    }
    Ok(())
}

async fn take(
    app: &App,
    new: NewDomainBlock,
    known: &HashMap<String, DomainBlock>,
    dry_run: bool,
) -> Result<String, String> {
    let word = match known.get(new.host.as_str()) {
        Some(old) if says_the_same(old, &new) => return Ok("unchanged".to_owned()),
        Some(_) => "changed to",
        None => "new,",
    };
    let said = format!("{word} {}", new.severity.name());
    if !dry_run {
        domains::block(app, new)
            .await
            .map_err(|error: Error| error.to_string())?;
    }
    Ok(said)
}

async fn take_allow(app: &App, new: &NewDomainBlock, dry_run: bool) -> Result<String, String> {
    if !dry_run {
        domains::allow(app, &new.host)
            .await
            .map_err(|error| error.to_string())?;
    }
    Ok("allowed".to_owned())
}

/// A list without private comments does not take ours away.
fn says_the_same(old: &DomainBlock, new: &NewDomainBlock) -> bool {
    old.severity == new.severity
        && old.reject_media == new.reject_media
        && old.reject_reports == new.reject_reports
        && old.public_comment == new.public_comment
        && old.obfuscate == new.obfuscate
        && (new.private_comment.is_none() || old.private_comment == new.private_comment)
}
