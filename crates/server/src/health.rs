//! Whether this server runs, and whether it should be sent requests.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use domain::Time;
use service::{App, Error};
use storage::backlog::Backlogs;
use tokio::sync::Mutex;

use crate::config::Config;

/// Whoever asks more often is told what was found last: looking means writing.
const LOOKED_AT_FOR: Duration = Duration::from_secs(1);
/// Work that could be done and is not for so long is told.
const BEHIND: TimeDelta = TimeDelta::minutes(5);
/// Room is told to be scarce below so many times the least there has to be.
const SCARCE: u64 = 5;
const MIB: u64 = 1_024 * 1_024;

/// What was found, worst first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Report {
    /// Why no requests should be sent.
    failures: Vec<String>,
    /// What somebody should look into.
    warnings: Vec<String>,
}

/// The state of this process that is asked for at `/readyz`.
pub struct Health {
    stopping: AtomicBool,
    /// Folders that are written to.
    places: Vec<(&'static str, PathBuf)>,
    min_free_bytes: u64,
    last: Mutex<Option<(Instant, Report)>>,
}

impl Health {
    pub fn new(config: &Config) -> Self {
        Self {
            stopping: AtomicBool::new(false),
            places: places(config),
            min_free_bytes: config.limits.min_free_bytes,
            last: Mutex::default(),
        }
    }

    /// From now on no requests should be sent.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    async fn report(&self, app: &App) -> Report {
        let mut last = self.last.lock().await;
        if let Some((at, report)) = &*last
            && at.elapsed() < LOOKED_AT_FOR
        {
            return report.clone();
        }
        let mut report = Report::default();
        for (name, path) in &self.places {
            judge_room(
                &mut report,
                name,
                storage::disk::free(path),
                self.min_free_bytes,
            );
        }
        match service::instance::is_ready(app).await {
            Ok(backlogs) => judge_backlogs(&mut report, &backlogs, app.now()),
            Err(Error::Full) => report.failures.push("the disk is full".to_owned()),
            Err(error) => {
                // The cause may name hosts and users; whoever asks may be anybody.
                tracing::warn!(%error, "the database cannot be written");
                report
                    .failures
                    .push("the database cannot be written".to_owned());
            }
        }
        // All but files is there without it, and no other process would do better.
        if app.media().bucket().is_some() && !app.media().answers().await {
            report
                .warnings
                .push("the bucket of the media does not answer".to_owned());
        }
        *last = Some((Instant::now(), report.clone()));
        report
    }
}

/// Folders that are written to, with what they hold.
pub fn places(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let mut places = vec![("media", PathBuf::from(&config.media.folder))];
    if let Some(path) = config.database.url.reveal().strip_prefix("sqlite:") {
        places.insert(0, ("the database", PathBuf::from(path)));
    }
    places
}

fn judge_room(report: &mut Report, name: &str, free: std::io::Result<u64>, least: u64) {
    match free {
        Ok(free) if free < least => report.failures.push(format!(
            "only {} MiB are left on the disk of {name}",
            free / MIB
        )),
        Ok(free) if free < least.saturating_mul(SCARCE) => report
            .warnings
            .push(format!("{} MiB are left on the disk of {name}", free / MIB)),
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(%error, name, "a disk cannot be looked at");
            report
                .warnings
                .push(format!("the disk of {name} cannot be looked at"));
        }
    }
}

fn judge_backlogs(report: &mut Report, backlogs: &Backlogs, now: Time) {
    for (name, backlog) in [
        ("jobs", backlogs.jobs),
        ("activities received", backlogs.inbox),
        ("deliveries", backlogs.deliveries),
        ("pushed messages", backlogs.pushes),
    ] {
        if let Some(since) = backlog.due_since.filter(|since| now - *since > BEHIND) {
            report.warnings.push(format!(
                "{name}: {} waiting, due for {} minutes",
                backlog.waiting,
                (now - since).num_minutes()
            ));
        }
    }
}

/// `GET /livez`: the process runs.
pub async fn alive() -> HttpResponse {
    text(StatusCode::OK, "ok".to_owned())
}

/// `GET /health`: the same as Mastodon says it; apps that want JSON get it.
pub async fn healthy(request: HttpRequest) -> HttpResponse {
    let accept = request.headers().get("Accept");
    let wants_json = accept.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if wants_json {
        return HttpResponse::Ok()
            .insert_header(("Cache-Control", "no-store"))
            .json(serde_json::json!({ "status": "OK" }));
    }
    text(StatusCode::OK, "OK".to_owned())
}

/// `GET /readyz`: the database can be written, there is room, and we are not stopping. `ok`, or what is wrong.
pub async fn ready(health: Data<Health>, app: Data<App>) -> HttpResponse {
    if health.stopping.load(Ordering::Acquire) {
        return text(StatusCode::SERVICE_UNAVAILABLE, "stopping".to_owned());
    }
    let Report { failures, warnings } = health.report(&app).await;
    let (status, word) = if !failures.is_empty() {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    } else if !warnings.is_empty() {
        (StatusCode::OK, "degraded")
    } else {
        (StatusCode::OK, "ok")
    };
    let lines = [vec![word.to_owned()], failures, warnings].concat();
    text(status, lines.join("\n"))
}

fn text(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use storage::backlog::Backlog;

    use super::*;

    #[test]
    fn room_that_runs_out_is_told_before_it_is_a_failure() {
        let judged = |free| {
            let mut report = Report::default();
            judge_room(&mut report, "media", Ok(free), 100 * MIB);
            (report.failures.len(), report.warnings.len())
        };
        assert_eq!(judged(99 * MIB), (1, 0));
        assert_eq!(judged(400 * MIB), (0, 1));
        assert_eq!(judged(500 * MIB), (0, 0));
    }

    #[test]
    fn work_that_nobody_does_is_told() {
        let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
            .unwrap()
            .naive_utc();
        let jobs = Backlog {
            waiting: 3,
            oldest: Some(now - TimeDelta::days(1)),
            due_since: Some(now - TimeDelta::minutes(12)),
        };
        let mut report = Report::default();
        judge_backlogs(
            &mut report,
            &Backlogs {
                jobs,
                ..Backlogs::default()
            },
            now,
        );
        assert_eq!(report.warnings, ["jobs: 3 waiting, due for 12 minutes"]);
    }
}
