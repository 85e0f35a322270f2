//! How much may be asked of other servers because of one thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::FetchError;

/// How many more requests may be sent. Clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<AtomicUsize>);

impl Budget {
    #[must_use]
    pub fn of(requests: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(requests)))
    }

    #[must_use]
    pub fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes one request away.
    ///
    /// # Errors
    /// [`FetchError::Exhausted`] if none is left.
    pub(super) fn spend(&self) -> Result<(), FetchError> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .map(drop)
            .map_err(|_| FetchError::Exhausted)
    }
}
