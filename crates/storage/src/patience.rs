//! How long anybody waits for PostgreSQL.
//!
//! A server that is gone refuses or closes; one that took a question and never answers keeps libpq waiting for
//! ever. So it is told to give up a statement itself after [`STATEMENT`], and when no answer has come a moment
//! later it is taken for gone: whoever waits is told, and the connections that wait are left to themselves.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};

/// After so long the server itself ends a statement.
pub(crate) const STATEMENT: Duration = Duration::from_millis(3_500);
/// Waiting for a free connection.
pub(crate) const CONNECTION: Duration = Duration::from_millis(3_500);
/// A server that is there has answered by now; the whole has to end within five seconds.
const SILENCE: Duration = Duration::from_millis(4_200);
const LOOK: Duration = Duration::from_millis(150);

/// Somebody who waits for an answer.
#[derive(Debug, Default)]
pub(crate) struct Asker {
    /// When the statement that runs now was sent, in milliseconds of [`clock`]; 0 for none.
    sent: AtomicU64,
    /// The work has begun, or is not wanted any more: whichever comes first.
    settled: AtomicBool,
}

/// Why waiting has no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The work never got a connection, and will not be done.
    Crowded,
    /// A statement was sent and not answered.
    Silent,
}

impl Asker {
    /// Returns when waiting has no use any more.
    pub(crate) async fn is_lost(&self) -> Lost {
        let begun = Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
            let sent = self.sent.load(Ordering::Acquire);
            if sent != 0 && clock().saturating_sub(sent) > millis(SILENCE) {
                return Lost::Silent;
            }
            if begun.elapsed() > SILENCE && self.settle() {
                return Lost::Crowded;
            }
        }
    }

    /// True for the first who asks: the one who begins the work, or the one who gives it up.
    pub(crate) fn settle(&self) -> bool {
        !self.settled.swap(true, Ordering::AcqRel)
    }
}

thread_local! {
    static HERE: RefCell<Option<Arc<Asker>>> = const { RefCell::new(None) };
}

/// Runs `work`, noting for `asker` when its statements are sent and answered.
pub(crate) fn noting<T>(asker: &Arc<Asker>, work: impl FnOnce() -> T) -> T {
    HERE.with_borrow_mut(|here| *here = Some(asker.clone()));
    let done = work();
    HERE.with_borrow_mut(|here| *here = None);
    done
}

/// Notes when statements are sent and answered, for the thread's [`Asker`].
pub(crate) struct Notes;

impl Instrumentation for Notes {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let sent = match event {
            InstrumentationEvent::StartQuery { .. } => clock(),
            InstrumentationEvent::FinishQuery { .. } => 0,
            _ => return,
        };
        HERE.with_borrow(|here| {
            if let Some(asker) = here {
                asker.sent.store(sent, Ordering::Release);
            }
        });
    }
}

/// Milliseconds since the first question, and at least one.
fn clock() -> u64 {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    millis(BEGUN.elapsed()).saturating_add(1)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_begun_or_given_up_and_not_both() {
        let asker = Asker::default();
        assert!(asker.settle());
        assert!(!asker.settle());
    }
}
