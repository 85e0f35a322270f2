//! `staffroom federation`: why another server and this one do not come together.

use anyhow::bail;

use crate::cli::Federation;
use crate::commands::say;
use crate::config::Config;
use crate::parts;

pub async fn run(config: Config, command: Federation) -> anyhow::Result<()> {
    let Federation::Test { handle } = command;
    let app = parts::for_command_online(&config).await?;
    if handle
        .host
        .as_ref()
        .is_none_or(|host| *host == app.settings().host)
    {
        bail!("{handle} is nobody elsewhere: a handle is name@host");
    }
    let federation = parts::federation(&config, &parts::public_url(&config)?)?;
    let mut end = None;
    for step in federation.walk_to(&app, &handle).await? {
        match step.found {
            Ok(said) => say(&format!("ok   {}: {said}", step.about)),
            Err(wrong) => {
                say(&format!("FAIL {}: {wrong}", step.about));
                end = Some(step.about);
            }
        }
    }
    match end {
        Some(about) => bail!("the way to {handle} ends at: {about}"),
        None => Ok(()),
    }
}
