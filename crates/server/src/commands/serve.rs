//! `staffroom serve`

use std::time::Duration;

use sd_notify::NotifyState;
use service::users;

use crate::config::Config;
use crate::folders;
use crate::parts::assemble;
use crate::running::{Running, told_to_stop};

pub async fn run(config: Config) -> anyhow::Result<()> {
    folders::can_be_written(&config)?;
    let _alone = folders::take_alone(&config)?;
    let contact = config.wrong("server.contact_account", "nobody here has this name");
    let server = assemble(config)?;
    let app = server.app.clone();
    let running = Running::start(server).await?;
    if let Some(name) = &app.settings().contact_account
        && matches!(users::find(&app, name).await, Err(service::Error::NotFound))
    {
        tracing::warn!("{contact}");
    }
    if let Some(ffmpeg) = app.settings().ffmpeg.clone() {
        tokio::spawn(async move {
            if let Err(reason) = ffmpeg.check().await {
                tracing::warn!(reason, "films and sounds cannot be converted");
            }
        });
    }
    if let Some(scanner) = &app.settings().scanner
        && let Err(reason) = scanner.check()
    {
        tracing::warn!(reason, "documents are refused");
    }
    // Whoever is told that we are ready may tell us to stop.
    let told = told_to_stop()?;
    tell_systemd(NotifyState::Ready);
    told.await;
    tracing::info!("stopping");
    tell_systemd(NotifyState::Stopping);
    running.stop().await?;
    // A question to a database that never answers must not hold the end up.
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(1));
        std::process::exit(0);
    });
    Ok(())
}

/// Where no systemd started us, this does nothing.
fn tell_systemd(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told");
    }
}
