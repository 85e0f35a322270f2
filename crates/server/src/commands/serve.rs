//! `staffroom serve`

use std::time::Duration;

use crate::config::Config;
use crate::parts::assemble;
use crate::running::{Running, told_to_stop};

pub async fn run(config: Config) -> anyhow::Result<()> {
    let running = Running::start(assemble(config)?).await?;
    told_to_stop().await?;
    tracing::info!("stopping");
    running.stop().await?;
    // A question to a database that never answers must not hold the end up.
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(1));
        std::process::exit(0);
    });
    Ok(())
}
