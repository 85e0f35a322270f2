//! Figures for Prometheus, at an address of their own.

use std::net::SocketAddr;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{self, Data};
use actix_web::{App as Site, Error, HttpResponse, HttpServer};
use anyhow::Context;
use domain::Time;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use service::App;
use storage::backlog::{Backlogs, GivenUp};
use storage::deliveries::lanes::{self, Owed};

/// Seconds; from an answer out of memory to one that nobody waits for.
const LATENCIES: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// Requests are counted by the pattern of their route, so that there are as many series as routes.
const NO_ROUTE: &str = "none";
/// Servers that are named: those to which most is owed.
const HOSTS: i64 = 10;

/// Begins to count, and serves the counts.
///
/// # Errors
/// If the address is taken.
pub fn start(address: SocketAddr, app: App) -> anyhow::Result<actix_web::dev::Server> {
    let latency = Matcher::Full("staffroom_http_request_duration_seconds".to_owned());
    let counts = PrometheusBuilder::new()
        .set_buckets_for_metric(latency, &LATENCIES)
        .and_then(PrometheusBuilder::install_recorder)
        .context("metrics could not be started")?;
    metrics::gauge!("staffroom_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let begun = Instant::now();
    let server = HttpServer::new(move || {
        Site::new()
            .app_data(Data::new(counts.clone()))
            .app_data(Data::new(begun))
            .app_data(Data::new(app.clone()))
            .service(web::resource("/metrics").route(web::get().to(show)))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .with_context(|| format!("metrics.listen: {address}"))?;
    Ok(server.run())
}

/// Counts requests and how long their answers took to begin, for `wrap(from_fn(count_request))`.
///
/// # Errors
/// Only what the layers below return.
pub async fn count_request<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let begun = Instant::now();
    let method = method(request.method());
    let answer = next.call(request).await;
    let (route, status) = match &answer {
        Ok(response) => (response.request().match_pattern(), class(response.status())),
        Err(error) => (None, class(error.as_response_error().status_code())),
    };
    let labels = [
        ("route", route.unwrap_or_else(|| NO_ROUTE.to_owned())),
        ("method", method.to_owned()),
        ("status", status.to_owned()),
    ];
    metrics::counter!("staffroom_http_requests_total", &labels).increment(1);
    metrics::histogram!("staffroom_http_request_duration_seconds", &labels)
        .record(begun.elapsed().as_secs_f64());
    answer
}

/// A client may make up methods.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// Bytes of memory that the process holds, where `/proc` tells.
fn resident_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kibibytes) * 1_024.0)
}

/// The queues are measured when somebody looks.
async fn show(
    counts: Data<PrometheusHandle>,
    app: Data<App>,
    begun: Data<Instant>,
) -> HttpResponse {
    metrics::gauge!("staffroom_uptime_seconds").set(begun.elapsed().as_secs_f64());
    let listening = i64::try_from(app.streaming().listening()).unwrap_or(i64::MAX);
    metrics::gauge!("staffroom_streams").set(number(listening));
    if let Some(memory) = resident_memory() {
        metrics::gauge!("process_resident_memory_bytes").set(memory);
    }
    let found: service::Result<_> = app
        .database()
        .read({
            let now = app.now();
            move |conn| {
                let waiting = storage::backlog::waiting(conn, now)?;
                let given_up = storage::backlog::given_up(conn)?;
                let failing = lanes::count_failing(conn)?;
                Ok((waiting, given_up, failing, lanes::most_owed(conn, HOSTS)?))
            }
        })
        .await;
    let hosts = match found {
        Ok((waiting, given_up, (failing, dead), hosts)) => {
            measure(&waiting, &given_up, app.now());
            for (state, count) in [("failing", failing), ("dead", dead)] {
                metrics::gauge!("staffroom_delivery_hosts", "state" => state).set(number(count));
            }
            by_host(&hosts, app.now())
        }
        Err(error) => {
            tracing::warn!(%error, "the queues could not be measured");
            String::new()
        }
    };
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(counts.render() + &hosts)
}

/// The servers to which most is owed. Written anew each time: the recorder would keep every name that was ever here.
fn by_host(hosts: &[Owed], now: Time) -> String {
    let waiting = |owed: &Owed| owed.waiting;
    let oldest = |owed: &Owed| {
        owed.oldest
            .map_or(0, |time| (now - time).num_seconds().max(0))
    };
    gauge("staffroom_delivery_host_waiting", hosts, waiting)
        + &gauge("staffroom_delivery_host_oldest_seconds", hosts, oldest)
}

fn gauge(name: &str, hosts: &[Owed], value: impl Fn(&Owed) -> i64) -> String {
    let mut text = format!("# TYPE {name} gauge\n");
    for owed in hosts {
        // Hosts are checked before they are written: none has a quote or a backslash.
        let host = &owed.host;
        text.push_str(&format!("{name}{{host=\"{host}\"}} {}\n", value(owed)));
    }
    text
}

fn number(value: i64) -> f64 {
    f64::from(i32::try_from(value).unwrap_or(i32::MAX))
}

/// By queue: what waits, the age of the oldest, for how long what is due was not done, and what was given up.
fn measure(waiting: &Backlogs, given_up: &GivenUp, now: Time) {
    let age = |time: Option<Time>| time.map_or(0, |time| (now - time).num_seconds().max(0));
    for (queue, backlog, given_up) in [
        ("jobs", waiting.jobs, given_up.jobs),
        ("inbox", waiting.inbox, given_up.inbox),
        ("deliveries", waiting.deliveries, given_up.deliveries),
        // What was given up is worth nothing any more, and is not kept.
        ("pushes", waiting.pushes, 0),
        ("index", waiting.index, 0),
    ] {
        for (name, value) in [
            ("staffroom_queue_waiting", backlog.waiting),
            ("staffroom_queue_oldest_seconds", age(backlog.oldest)),
            ("staffroom_queue_due_seconds", age(backlog.due_since)),
            ("staffroom_queue_given_up", given_up),
        ] {
            metrics::gauge!(name, "queue" => queue).set(number(value));
        }
    }
}
