//! Which signatures other servers read, remembered beyond the life of a process.

use service::App;

use crate::Federation;
use crate::signatures::Format;

/// So many servers are remembered from before.
const RECALLED: i64 = 50_000;

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
