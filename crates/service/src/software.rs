//! What other servers run, as their NodeInfo says: by that a network knows what to pass on to them.

use chrono::TimeDelta;
use storage::DbConnection;

use crate::jobs::{Job, enqueue};
use crate::{App, Result};

/// How long it is believed, and how long a server that did not say is left alone.
const KEPT: TimeDelta = TimeDelta::days(7);
const SILENT: TimeDelta = TimeDelta::hours(1);

/// What a server runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software {
    /// In lower case.
    pub name: String,
    pub version: Option<String>,
}

/// Asks a server that was not asked lately, and notes what it says.
pub async fn learn(app: &App, host: &str) -> Result<()> {
    let asked = host.to_owned();
    let due = app
        .read(move |app, conn| {
            let known = storage::instances::software(conn, &[asked])?;
            Ok(known
                .first()
                .is_none_or(|(_, name, at)| is_due(app, name.as_deref(), *at)))
        })
        .await?;
    if !due {
        return Ok(());
    }
    let said = app.remote().software(host).await.unwrap_or_else(|error| {
        tracing::debug!(host, %error, "a server did not say what it runs");
        None
    });
    let host = host.to_owned();
    app.transaction(move |app, conn| {
        let name = said.as_ref().map(|said| said.name.as_str());
        let version = said.as_ref().and_then(|said| said.version.as_deref());
        Ok(storage::instances::set_software(
            conn,
            &host,
            name,
            version,
            app.now(),
        )?)
    })
    .await
}

fn is_due(app: &App, name: Option<&str>, at: domain::Time) -> bool {
    let kept = if name.is_some() { KEPT } else { SILENT };
    app.now() - at > kept
}

/// Which of these servers read what a group passes on (FEP-1b12), as far as is known. Those that were not asked lately
/// are asked, for the next time.
pub fn readers_of_groups(
    app: &App,
    conn: &mut DbConnection,
    hosts: &[String],
) -> Result<Vec<String>> {
    let known = storage::instances::software(conn, hosts)?;
    for host in hosts {
        let found = known.iter().find(|(name, _, _)| name == host);
        if found.is_none_or(|(_, name, at)| is_due(app, name.as_deref(), *at)) {
            let host = host.clone();
            enqueue(app, conn, &Job::LearnSoftware { host })?;
        }
    }
    Ok(known
        .into_iter()
        .filter(|(_, name, _)| {
            name.as_deref()
                .is_some_and(domain::network::reads_activities)
        })
        .map(|(host, _, _)| host)
        .collect())
}
