//! What is written about what happens: to standard error, as text or as JSON.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Logging};

/// Starts writing.
///
/// # Errors
/// If the filter cannot be read.
pub fn start(settings: &Logging) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.filter).context("logging.filter")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for people; in a file or a journal they are noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))
}
