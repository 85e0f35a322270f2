//! What happens, told at once to apps that listen.
//! <https://docs.joinmastodon.org/methods/streaming/>

pub(crate) mod event_stream;
pub(crate) mod socket;
pub(crate) mod stream;
mod text;

use std::time::Duration;

use service::{App, streaming};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked whether the tokens of those to whom nothing is told are still good.
const LOOK: Duration = Duration::from_secs(15);

/// Tells those who listen what happens until `stop` says to stop; then they are let go.
pub async fn tell(app: App, mut stop: watch::Receiver<bool>) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        let done = tokio::select! {
            events = app.streaming().next() => tell_all(&app, events).await,
            _ = look.tick() => streaming::keep_good(&app).await,
            _ = stop.changed() => Ok(()),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "those who listen could not be told, and are let go");
            app.streaming().let_all_go();
        }
    }
    app.streaming().stop();
}

async fn tell_all(app: &App, events: Vec<streaming::Event>) -> service::Result<()> {
    for told in streaming::told(app, events).await? {
        let mut written = text::Written::of(told.what)?;
        for to in told.to {
            let text = written.text_for(&to.stream, to.listener.form)?;
            app.streaming().give(&to.listener, text);
        }
    }
    Ok(())
}
