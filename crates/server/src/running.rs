//! A server that listens and works, until it is told to stop.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use futures_util::future::join_all;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::health::Health;
use crate::parts::{Server, at_home};
use crate::{metrics, site, workers};

/// How long workers may take to put back what they have in hand; requests have as long.
const GRACE: Duration = Duration::from_secs(8);

pub struct Running {
    http: ServerHandle,
    listening: JoinHandle<std::io::Result<()>>,
    stop: watch::Sender<bool>,
    workers: Vec<JoinHandle<()>>,
    health: Data<Health>,
    /// How long `/readyz` is red before the listening ends.
    notice: Duration,
}

impl Running {
    /// # Errors
    /// If an address is taken, or the database cannot be written.
    pub async fn start(server: Server) -> anyhow::Result<Self> {
        at_home(&server.config, &server.app).await?;
        if server.config.database.url.sqlite_path().is_some() {
            let freed: service::Result<()> = server
                .app
                .database()
                .transaction(|conn| Ok(storage::recovery::free_all_work(conn)?))
                .await;
            freed?;
        }
        service::users::ensure_instance_actor(&server.app).await?;
        service::push::server_key(&server.app).await?;
        // Before anybody is let in or asked.
        service::policy::current(&server.app).await?;
        service::streaming::listen(&server.app)?;
        let health = Data::new(Health::new(&server.config));
        let http = site::listen(&server, health.clone())?;
        if let Some(address) = server.config.metrics.listen {
            actix_web::rt::spawn(metrics::start(address, server.app.clone())?);
        }
        let (stop, stopping) = watch::channel(false);
        let (app, federation) = (server.app.in_background(), &server.federation);
        let workers = vec![
            tokio::spawn(workers::jobs(
                federation.clone(),
                app.clone(),
                stopping.clone(),
            )),
            tokio::spawn(federation.clone().receive(app.clone(), stopping.clone())),
            tokio::spawn(federation.clone().deliver(app.clone(), stopping.clone())),
            tokio::spawn(federation.clone().push(app.clone(), stopping.clone())),
            tokio::spawn(workers::index(app.clone(), stopping.clone())),
            tokio::spawn(workers::prune(app.clone(), stopping.clone())),
            tokio::spawn(workers::policy(app.clone(), stopping.clone())),
            tokio::spawn(http_api::streaming::tell(app.clone(), stopping)),
        ];
        tracing::info!(address = %server.config.server.listen, "listening");
        Ok(Self {
            http: http.handle(),
            listening: actix_web::rt::spawn(http),
            stop,
            workers,
            health,
            notice: Duration::from_secs(server.config.server.stop_notice_seconds),
        })
    }

    /// Says that it stops, takes no more, finishes requests and puts work back: all within some ten seconds, which
    /// is what containers are given.
    ///
    /// # Errors
    /// If listening failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.health.stop();
        tokio::time::sleep(self.notice).await;
        self.stop.send_replace(true);
        let workers = tokio::time::timeout(GRACE, join_all(self.workers));
        let ((), workers) = tokio::join!(self.http.stop(true), workers);
        if workers.is_err() {
            tracing::warn!(
                "a worker did not stop in time; its work comes free when its lease ends"
            );
        }
        self.listening.await??;
        Ok(())
    }
}

/// Listens for Ctrl-C and SIGTERM from now on, and answers what ends with the first of them.
///
/// # Errors
/// If signals cannot be heard.
pub fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
