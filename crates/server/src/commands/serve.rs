//! `staffroom serve`

use crate::config::Config;
use crate::parts::assemble;
use crate::running::{Running, told_to_stop};

pub async fn run(config: Config) -> anyhow::Result<()> {
    let running = Running::start(assemble(config)?).await?;
    told_to_stop().await?;
    tracing::info!("stopping");
    running.stop().await
}
