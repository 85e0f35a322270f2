//! Figures for Prometheus, at an address of their own.

use actix_web::web::{self, Data};
use actix_web::{App as Site, HttpResponse, HttpServer};
use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use service::App;

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
    let depths: service::Result<_> = app
        .database()
        .read(|conn| {
            let jobs = storage::jobs::depth(conn)?;
            let deliveries = storage::deliveries::depth(conn)?;
            Ok((jobs, deliveries, storage::inbox::depth(conn)?))
        })
        .await;
    if let Ok(((jobs, failed_jobs, _), (owed, given_up), inbox)) = depths {
        for (name, value) in [
            ("staffroom_jobs_waiting", jobs),
            ("staffroom_jobs_failed", failed_jobs),
            ("staffroom_deliveries_owed", owed),
            ("staffroom_deliveries_failed", given_up),
            ("staffroom_inbox_waiting", inbox),
        ] {
            metrics::gauge!(name).set(f64::from(i32::try_from(value).unwrap_or(i32::MAX)));
        }
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(counts.render())
}
