//! Being told to stop, for those who work in the background.

use std::future::{Future, pending};
use std::time::Duration;

use tokio::sync::watch;

/// How long what was begun may go on afterwards: a little less than requests have, so that there is time to put
/// the rest back.
const PATIENCE: Duration = Duration::from_secs(6);

/// Does `work` to its end; none if we were told to stop and it did not end soon. What was dropped is to be put back.
pub async fn unless_stopped<T>(
    stop: &watch::Receiver<bool>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut stop = stop.clone();
    let out_of_time = async move {
        // Nobody is there any more who could tell us.
        if stop.wait_for(|told| *told).await.is_err() {
            pending::<()>().await;
        }
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        done = work => Some(done),
        () = out_of_time => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_ends_is_not_dropped() {
        let (told, stop) = watch::channel(true);
        assert_eq!(unless_stopped(&stop, async { 1 }).await, Some(1));
        drop(told);
        let work = async {
            tokio::task::yield_now().await;
            2
        };
        assert_eq!(unless_stopped(&stop, work).await, Some(2));
    }
}
