//! Figures for Prometheus, at an address of their own.

use actix_web::web::{self, Data};
use actix_web::{App as Site, HttpResponse, HttpServer};
use anyhow::Context;
use domain::Time;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use service::App;
use storage::backlog::{Backlogs, GivenUp};

use std::net::SocketAddr;

/// Begins to count, and serves the counts.
///
/// # Errors
/// If the address is taken.
pub fn start(address: SocketAddr, app: App) -> anyhow::Result<actix_web::dev::Server> {
    let counts = PrometheusBuilder::new()
        .install_recorder()
        .context("metrics could not be started")?;
    metrics::gauge!("staffroom_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let server = HttpServer::new(move || {
        Site::new()
            .app_data(Data::new(counts.clone()))
            .app_data(Data::new(app.clone()))
            .service(web::resource("/metrics").route(web::get().to(show)))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .with_context(|| format!("metrics.listen: {address}"))?;
    Ok(server.run())
}

/// The queues are measured when somebody looks.
async fn show(counts: Data<PrometheusHandle>, app: Data<App>) -> HttpResponse {
    let found: service::Result<_> = app
        .database()
        .read({
            let now = app.now();
            move |conn| {
                let waiting = storage::backlog::waiting(conn, now)?;
                Ok((waiting, storage::backlog::given_up(conn)?))
            }
        })
        .await;
    match found {
        Ok((waiting, given_up)) => measure(&waiting, &given_up, app.now()),
        Err(error) => tracing::warn!(%error, "the queues could not be measured"),
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(counts.render())
}

/// By queue: what waits, the age of the oldest, for how long what is due was not done, and what was given up.
fn measure(waiting: &Backlogs, given_up: &GivenUp, now: Time) {
    let age = |time: Option<Time>| time.map_or(0, |time| (now - time).num_seconds().max(0));
    for (queue, backlog, given_up) in [
        ("jobs", waiting.jobs, given_up.jobs),
        ("inbox", waiting.inbox, given_up.inbox),
        ("deliveries", waiting.deliveries, given_up.deliveries),
    ] {
        for (name, value) in [
            ("staffroom_queue_waiting", backlog.waiting),
            ("staffroom_queue_oldest_seconds", age(backlog.oldest)),
            ("staffroom_queue_due_seconds", age(backlog.due_since)),
            ("staffroom_queue_given_up", given_up),
        ] {
            metrics::gauge!(name, "queue" => queue)
                .set(f64::from(i32::try_from(value).unwrap_or(i32::MAX)));
        }
    }
}
