//! `staffroom media`

use std::time::{Duration, Instant};

use anyhow::bail;
use storage::Copied;

use crate::cli::Media;
use crate::commands::say;
use crate::config::{Config, Store};
use crate::parts::media::store_in;

/// How often it is said how far it is.
const EVERY: Duration = Duration::from_secs(5);
const MIB: u64 = 1_024 * 1_024;

pub async fn run(config: &Config, command: Media) -> anyhow::Result<()> {
    match command {
        Media::Copy { to, verify, exact } => copy(config, to, verify, exact).await,
    }
}

async fn copy(config: &Config, to: Store, verify: bool, exact: bool) -> anyhow::Result<()> {
    if exact && to == config.media.store {
        bail!("the server keeps its files there (media.store): nothing is removed from it");
    }
    let from = store_in(
        config,
        match to {
            Store::Folder => Store::S3,
            Store::S3 => Store::Folder,
        },
    )?;
    let to = store_in(config, to)?;
    let mut told = Instant::now();
    let copied = from
        .copy_to(&to, verify, |copied| {
            if told.elapsed() >= EVERY {
                say(&so_far(copied));
                told = Instant::now();
            }
        })
        .await?;
    say(&so_far(&copied));
    for (path, error) in &copied.failed {
        say(&format!("  {path}: {error}"));
    }
    if !copied.failed.is_empty() {
        bail!("not everything was copied; run it again once the reason is gone");
    }
    if exact {
        if copied.files + copied.there == 0 {
            bail!("there are no files to copy: nothing is removed");
        }
        let removed = to.remove_all_but(&from).await?;
        say(&format!("{removed} files were removed there."));
    }
    Ok(())
}

fn so_far(copied: &Copied) -> String {
    format!(
        "{} files copied ({} MiB), {} were there, {} failed.",
        copied.files,
        copied.bytes.div_ceil(MIB),
        copied.there,
        copied.failed.len()
    )
}
