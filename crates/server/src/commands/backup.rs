//! `staffroom backup` and `staffroom restore`

use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};
use storage::backup::{self, Manifest, Media, Place};

use crate::commands::say;
use crate::config::{Config, Store};
use crate::folders;
use crate::parts::{database_settings, public_url};

/// Names of files that are told one by one.
const TOLD: usize = 10;

pub fn make(config: &Config, target: &Path) -> anyhow::Result<()> {
    let made_at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let found = backup::make(&place(config)?, target, env!("CARGO_PKG_VERSION"), &made_at)?;
    say(&format!(
        "Written to {} and read again: {}.",
        target.display(),
        contents(&found.manifest)
    ));
    if !found.missing.is_empty() {
        say(&format!(
            "{} files that the database names were not there; they were deleted meanwhile, or lost before:",
            found.missing.len()
        ));
        for path in found.missing.iter().take(TOLD) {
            say(&format!("  {path}"));
        }
    }
    Ok(())
}

pub fn check(source: &Path) -> anyhow::Result<()> {
    let manifest = backup::check(source)?;
    say(&format!(
        "The backup of {} from {} is whole: {}.",
        manifest.public_url,
        manifest.made_at,
        contents(&manifest)
    ));
    Ok(())
}

pub fn restore(config: &Config, source: &Path) -> anyhow::Result<()> {
    let place = place(config)?;
    let _alone = folders::take_alone(config)?;
    let manifest = backup::restore(source, &place)?;
    say(&format!(
        "Restored {} as of {}: {}.",
        manifest.public_url,
        manifest.made_at,
        contents(&manifest)
    ));
    say("Start the server with: staffroom serve");
    Ok(())
}

fn place(config: &Config) -> anyhow::Result<Place> {
    Ok(Place {
        database: database_settings(config),
        media: match config.media.store {
            Store::Folder => Media::Folder(PathBuf::from(&config.media.folder)),
            Store::S3 => Media::Bucket(config.media.s3.bucket.clone()),
        },
        public_url: public_url(config)?.to_string(),
    })
}

fn contents(manifest: &Manifest) -> String {
    let rows: i64 = manifest.tables.values().sum();
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let elsewhere = manifest.bucket.as_ref().map_or_else(String::new, |bucket| {
        format!("; pictures, films and documents are not part of it, but in the bucket {bucket}")
    });
    format!(
        "{}, {rows} rows in {} tables, {} files, {} MiB{elsewhere}",
        manifest.database,
        manifest.tables.len(),
        manifest.files.len(),
        bytes.div_ceil(1_024 * 1_024)
    )
}
