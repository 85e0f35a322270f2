//! Politeness: few requests at once to each server, and not too many in a row, however many of ours want to go there.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use moka::sync::Cache;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};

use super::FetchError;
use crate::origin::Origin;

const AT_ONCE: usize = 2;
/// So many requests may come in one burst, after which they are spaced by `INTERVAL`.
const BURST: u32 = 120;
const INTERVAL: Duration = Duration::from_millis(33);
/// Whoever would wait for longer is told at once that the server is busy.
const PATIENCE: Duration = Duration::from_secs(15);
const HOSTS: u64 = 10_000;

/// The gates of all servers that we have asked lately.
pub(super) struct Gates(Cache<Origin, Arc<Gate>>);

/// Leave to ask one server once; the next in line may go when it is dropped.
pub(super) struct Pass {
    _permit: OwnedSemaphorePermit,
}

struct Gate {
    slots: Arc<Semaphore>,
    /// When the bucket would be full again (the "theoretical arrival time" of a leaky bucket as a meter).
    full_at: Mutex<Instant>,
}

impl Gates {
    pub(super) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(HOSTS)
                .time_to_idle(Duration::from_secs(600))
                .build(),
        )
    }

    pub(super) async fn enter(&self, origin: Origin) -> Result<Pass, FetchError> {
        let gate = self.0.get_with(origin, || Arc::new(Gate::new()));
        if let Some(wait) = gate.reserve(Instant::now())? {
            sleep(wait).await;
        }
        match timeout(PATIENCE, Arc::clone(&gate.slots).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Pass { _permit: permit }),
            // The semaphore is never closed, so the inner error does not come.
            Ok(Err(_)) | Err(_) => Err(FetchError::Busy),
        }
    }
}

impl Gate {
    fn new() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Takes one token; says how long to wait for it.
    fn reserve(&self, now: Instant) -> Result<Option<Duration>, FetchError> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let after = (*full_at).max(now) + INTERVAL;
        let wait = after.duration_since(now).saturating_sub(INTERVAL * BURST);
        if wait > PATIENCE {
            return Err(FetchError::Busy);
        }
        *full_at = after;
        Ok((!wait.is_zero()).then_some(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_burst_requests_are_spaced_and_then_refused() {
        let gate = Gate::new();
        let now = Instant::now() + Duration::from_secs(1);
        for _ in 0..BURST {
            assert_eq!(gate.reserve(now), Ok(None));
        }
        assert_eq!(gate.reserve(now), Ok(Some(INTERVAL)));
        assert_eq!(gate.reserve(now), Ok(Some(INTERVAL * 2)));
        while gate.reserve(now).is_ok() {}
        assert_eq!(gate.reserve(now), Err(FetchError::Busy));
        assert_eq!(gate.reserve(now + PATIENCE * 2), Ok(None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_third_request_to_one_server_waits_but_not_for_ever() {
        let gates = Gates::new();
        let school = Origin::parse("https://school.example/").unwrap();
        let first = gates.enter(school.clone()).await.unwrap();
        let _second = gates.enter(school.clone()).await.unwrap();
        assert_eq!(
            gates.enter(school.clone()).await.err(),
            Some(FetchError::Busy)
        );
        assert!(
            gates
                .enter(Origin::parse("https://lighthouse.example/").unwrap())
                .await
                .is_ok()
        );
        drop(first);
        assert!(gates.enter(school).await.is_ok());
    }
}
