//! `staffroom demo`: two schools on this machine that really federate, with a small staffroom in each.

mod story;

use std::path::Path;

use anyhow::Context;

use crate::cli::Demo;
use crate::commands::say;
use crate::config::{self, Config};
use crate::parts::{Server, assemble};
use crate::running::{Running, told_to_stop};
use crate::{folders, logging};

/// The two schools: the folder of their data, their name, and a sentence.
const SCHOOLS: [(&str, &str, &str); 2] = [
    (
        "harbour",
        "Harbour Street Primary (fictional)",
        "Where the sea is part of the timetable.",
    ),
    (
        "moor",
        "Moor Lane Academy (fictional)",
        "A secondary school with a long view.",
    ),
];

pub async fn run(demo: &Demo) -> anyhow::Result<()> {
    let (mut servers, mut alone) = (Vec::new(), Vec::new());
    for (place, (folder, title, description)) in SCHOOLS.into_iter().enumerate() {
        let port = demo.port + u16::try_from(place)?;
        let data = demo.data.join(folder);
        std::fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
        let config = configuration(&data, port, title, description)?;
        alone.push(folders::take_alone(&config)?);
        servers.push(assemble(config)?);
    }
    if let Some(server) = servers.first() {
        logging::start(&server.config.logging)?;
    }
    let apps: Vec<service::App> = servers.iter().map(|server| server.app.clone()).collect();
    let mut running = Vec::new();
    for server in servers {
        running.push(start(server).await?);
    }
    let [harbour, moor] = apps.as_slice() else {
        anyhow::bail!("a demo has two schools")
    };
    story::tell(harbour, moor).await?;
    introduce(&apps).await?;
    told_to_stop()?.await;
    say("Stopping …");
    for running in running {
        running.stop().await?;
    }
    Ok(())
}

async fn start(server: Server) -> anyhow::Result<Running> {
    let address = server.config.server.listen;
    Running::start(server)
        .await
        .with_context(|| format!("the school at {address} cannot be started"))
}

fn configuration(data: &Path, port: u16, title: &str, description: &str) -> anyhow::Result<Config> {
    let path = |name: &str| data.join(name).display().to_string();
    let set = [
        format!("server.public_url=http://localhost:{port}"),
        format!("server.listen=127.0.0.1:{port}"),
        format!("server.title={title}"),
        format!("server.description={description}"),
        format!("database.url=sqlite:{}", path("staffroom.db")),
        format!("media.folder={}", path("media")),
        "registrations.mode=open".to_owned(),
        "federation.allow_loopback=true".to_owned(),
        "federation.allow_http=true".to_owned(),
        "federation.retry_seconds=1".to_owned(),
        "federation.failure_seconds=1".to_owned(),
        "limits.rate_limits=false".to_owned(),
        "logging.filter=warn".to_owned(),
    ];
    // A configuration file that happens to lie here is somebody's own.
    Ok(config::load_only("staffroom demo", &set)?)
}

async fn introduce(apps: &[service::App]) -> anyhow::Result<()> {
    for app in apps {
        say("");
        say(&format!(
            "{}: {}",
            app.settings().title,
            app.addresses().base()
        ));
        for person in service::users::list(app).await? {
            say(&format!(
                "  {:<10} {}",
                person.account.username, person.account.display_name
            ));
        }
    }
    let first = apps
        .first()
        .map(|app| app.addresses().base().to_owned())
        .unwrap_or_default();
    say("");
    say(&format!("Everybody's password is: {}", story::PASSWORD));
    say(&format!(
        "In a browser: open {first}. In an app that takes plain http, or with toot:"
    ));
    say(&format!(
        "  toot login --instance {first}    (sign in as {}, then: toot timelines home)",
        story::FIRST
    ));
    say("Ctrl-C stops both schools; started again, they go on with their data.");
    Ok(())
}
