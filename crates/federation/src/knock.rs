//! Which signatures other servers read, remembered beyond the life of a process.

use domain::Host;
use service::App;
use url::Url;

use crate::Federation;
use crate::fetch::read_database;
use crate::origin::Origin;
use crate::signatures::Format;

/// So many servers are remembered from before.
const RECALLED: i64 = 50_000;

/// Software that answers all that is delivered with a yes, and drops later, without a word, what it finds badly signed:
/// there, no refusal would ever tell that it reads draft-cavage only. PieFed refuses that, but for a while says yes to
/// whatever comes under the same id, and drops it; `BookWyrm` says yes to every `Delete`.
const SAYS_YES: [&str; 13] = [
    "bonfire",
    "bookwyrm",
    "friendica",
    "kbin",
    "loops",
    "mbin",
    "mobilizon",
    "owncast",
    "piefed",
    "pixelfed",
    "pleroma",
    "rebased",
    "snac",
];

impl Federation {
    /// Recalls, once, what was found out by processes before this one.
    pub(crate) async fn recall_formats(&self, app: &App) {
        let recall = async || {
            let rows: service::Result<Vec<(String, bool)>> = app
                .database()
                .read(|conn| Ok(storage::signature_formats::latest(conn, RECALLED)?))
                .await;
            for (origin, newer) in rows? {
                let format = if newer {
                    Format::Message
                } else {
                    Format::Cavage
                };
                self.client().recall_format(origin, format);
            }
            Ok::<_, service::Error>(())
        };
        if let Err(error) = self.0.recalled.get_or_try_init(recall).await {
            tracing::warn!(%error, "which signatures others read could not be read");
        }
    }

    /// Before something is delivered to a server of which it is not known what it reads: whether it would say so.
    pub(crate) async fn mind_signatures(&self, app: &App, inbox: &Url) {
        let (Some(origin), Ok(host)) = (Origin::of(inbox), Host::of(inbox)) else {
            return;
        };
        if self.client().knows_format(&origin) {
            return;
        }
        let host = host.to_string();
        if let Err(error) = service::software::learn(app, &host).await {
            tracing::debug!(%host, %error, "what a server runs could not be kept");
        }
        let runs = read_database(app, move |conn| storage::instances::software(conn, &[host]));
        let Ok(rows) = runs.await else { return };
        match rows.first().and_then(|(_, name, _)| name.as_deref()) {
            None => self.client().doubt_format(&origin),
            Some(name) if SAYS_YES.contains(&name) => {
                self.client().learn_format(&origin, Format::Cavage);
            }
            Some(_) => {}
        }
    }

    /// Writes down what was found out. What cannot be written is found out again.
    pub(crate) async fn keep_formats(&self, app: &App) {
        let learnt = self.client().learnt_formats();
        if learnt.is_empty() {
            return;
        }
        let now = app.now();
        let kept: service::Result<()> = app
            .database()
            .transaction(move |conn| {
                for (origin, format) in &learnt {
                    let newer = *format == Format::Message;
                    storage::signature_formats::put(conn, origin, newer, now)?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "which signatures others read could not be written");
        }
    }
}
