//! `staffroom jobs`: work that waits, and work that was given up.

use domain::Time;
use storage::deliveries::lanes;
use storage::{backlog, given_up};

use crate::cli::Jobs;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

/// So many rows of each kind are shown.
const SHOWN: i64 = 50;

pub async fn run(config: Config, command: Jobs) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    let now = app.now();
    let lines: service::Result<Vec<String>> = match command {
        Jobs::List => app.database().read(move |conn| Ok(list(conn, now)?)).await,
        Jobs::Dead => app.database().read(|conn| Ok(dead(conn)?)).await,
        Jobs::Retry { host } => {
            app.database()
                .transaction(move |conn| Ok(retry(conn, host.as_deref(), now)?))
                .await
        }
    };
    for line in lines? {
        say(&line);
    }
    Ok(())
}

fn list(conn: &mut storage::DbConnection, now: Time) -> Result<Vec<String>, storage::QueryError> {
    let waiting = backlog::waiting(conn, now)?;
    let given_up = backlog::given_up(conn)?;
    let mut lines = Vec::new();
    for (name, backlog, given_up) in [
        ("to be done here", waiting.jobs, given_up.jobs),
        ("received", waiting.inbox, given_up.inbox),
        ("to be delivered", waiting.deliveries, given_up.deliveries),
        // What was given up is worth nothing any more, and is not kept.
        ("to be pushed", waiting.pushes, 0),
        ("to be found by its words", waiting.index, 0),
    ] {
        let oldest = match backlog.oldest {
            Some(time) => format!(", the oldest for {}", span(now - time)),
            None => String::new(),
        };
        let waiting = backlog.waiting;
        lines.push(format!(
            "{name}: {waiting} waiting{oldest}; {given_up} given up"
        ));
    }
    for owed in lanes::most_owed(conn, SHOWN)? {
        let age = owed.oldest.map_or(String::new(), |time| span(now - time));
        let (host, waiting) = (owed.host, owed.waiting);
        lines.push(format!("{host}: {waiting} to be delivered, for {age}"));
    }
    for state in lanes::failing(conn, SHOWN)? {
        let since = state
            .failing_since
            .map_or(String::new(), |time| format!(" for {}", span(now - time)));
        let next = if state.dead_since.is_some() {
            "taken for dead: nothing is sent until it is heard from".to_owned()
        } else if state.run_at <= now {
            "asked again now".to_owned()
        } else {
            format!("asked again in {}", span(state.run_at - now))
        };
        let (host, failures) = (state.host, state.failures);
        lines.push(format!("{host}: failed {failures} times{since}, {next}"));
    }
    Ok(lines)
}

fn dead(conn: &mut storage::DbConnection) -> Result<Vec<String>, storage::QueryError> {
    let mut lines = Vec::new();
    for job in given_up::of_jobs(conn, SHOWN)? {
        let kind = serde_json::from_str::<serde_json::Value>(&job.payload).ok();
        let kind = kind.as_ref().and_then(name_of).unwrap_or("unknown");
        let error = job.error.unwrap_or_default();
        lines.push(format!("job {}, {kind}: {error}", job.id));
    }
    for (host, count, error) in given_up::of_deliveries(conn, SHOWN)? {
        let error = error.unwrap_or_default();
        lines.push(format!("{host}: {count} not delivered: {error}"));
    }
    for row in given_up::of_inbox(conn, SHOWN)? {
        let error = row.error.unwrap_or_default();
        lines.push(format!(
            "received from {}: {}: {error}",
            row.actor_uri, row.uri
        ));
    }
    if lines.is_empty() {
        lines.push("Nothing was given up.".to_owned());
    }
    Ok(lines)
}

/// What a job is called: the name of its variant, which is a word or the only key.
fn name_of(payload: &serde_json::Value) -> Option<&str> {
    match payload {
        serde_json::Value::String(name) => Some(name),
        serde_json::Value::Object(map) => map.keys().next().map(String::as_str),
        _ => None,
    }
}

fn retry(
    conn: &mut storage::DbConnection,
    host: Option<&str>,
    now: Time,
) -> Result<Vec<String>, storage::QueryError> {
    let deliveries = given_up::retry_deliveries(conn, host, now)?;
    let mut lines = vec![format!("{deliveries} deliveries are tried again.")];
    if host.is_none() {
        let jobs = given_up::retry_jobs(conn, now)?;
        let received = given_up::retry_inbox(conn, now)?;
        lines.push(format!("{jobs} jobs are tried again."));
        lines.push(format!("{received} received activities are tried again."));
    }
    Ok(lines)
}

/// A time in its largest unit.
fn span(time: chrono::TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
