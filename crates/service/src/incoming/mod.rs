//! What other servers tell us, after their word was checked: harmless when told twice, late or out of order.
//!
//! `apply` decides and writes, inside a transaction of the caller's. What is looked up elsewhere has been
//! looked up before, and is part of the [`Deed`].

mod accounts;
mod apply;
mod collections;
mod deeds;
mod leaving;
mod polls;
mod quotes;
mod relations;
mod restoring;
mod retractions;
mod statuses;
mod totals;

pub use accounts::{RemoteAccount, upsert_account};
pub use apply::{Boost, Deed, Featuring, Thread, Undo, Undone, apply};
pub use collections::{FeatureRequest, RemoteCollection, RemoteItem, receive_collection};
pub use deeds::{feature_only, receive_boost};
pub use polls::RemotePoll;
pub use quotes::RemoteQuote;
pub use restoring::Restored;
pub use statuses::{RemoteMedia, RemoteStatus, receive_thread, renew};
pub use totals::{note_totals_of_account, note_totals_of_status};

pub(crate) use leaving::{leave, remove_all, remove_deeds, remove_deeds_later, remove_statuses};
pub(crate) use retractions::{KEPT, REMEMBERED};
pub(crate) use statuses::hashtags;

use chrono::TimeDelta;
use storage::DbConnection;

use crate::{App, Error, Result};

/// How far the clock of another server may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A transaction that is tried once more if somebody else wrote the same rows meanwhile: then they are known.
async fn settled<T: Send + 'static>(
    app: &App,
    work: impl Fn(&App, &mut DbConnection) -> Result<T> + Clone + Send + 'static,
) -> Result<T> {
    match app.transaction(work.clone()).await {
        Err(Error::Conflict(_)) => app.transaction(work).await,
        other => other,
    }
}
