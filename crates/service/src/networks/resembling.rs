//! Older threads of a network that resemble a question: those that share rare words with it (docs/adr/0274).

use std::collections::BTreeMap;

use domain::network::{is_question, telling_words};
use domain::search::Mark;
use domain::{AccountId, StatusId};
use storage::DbConnection;
use storage::practice_networks;
use storage::status_index::{self, Query};
use storage::statuses::Status;

use super::looking::NetworkPostView;
use crate::audience::find_visible;
use crate::oauth::Person;
use crate::statuses::in_order;
use crate::text::plain_text;
use crate::unwanted::{wishes, without_unwanted};
use crate::views::StatusView;
use crate::{App, Result};

/// Threads that are shown.
const SHOWN: usize = 5;
/// Threads that are looked at: some may not be for the viewer.
const CANDIDATES: usize = 40;
/// Rare words that two threads have in common.
const SHARED: usize = 2;
/// A word is rare in a network if at most so many threads have it, or one in so many of the newest.
const RARE: usize = 3;
const ONE_IN: usize = 10;
const NEWEST: i64 = 300;

impl NetworkPostView {
    /// Whether it asks something, so that there may be older threads that did.
    #[must_use]
    pub fn is_question(&self) -> bool {
        asks(&self.status.status)
    }
}

fn asks(status: &Status) -> bool {
    let begins = status.in_reply_to_uri.is_none() && status.reblog_of_id.is_none();
    begins && is_question(&plain_text(&status.content))
}

/// Up to five older threads of the same network, newest first; none for what is no question that a network passed on.
pub async fn similar(app: &App, viewer: Option<&Person>, id: StatusId) -> Result<Vec<StatusView>> {
    let viewer = viewer.map(Person::id);
    // It is never closed.
    let _turn = app.searches().acquire().await;
    app.read_long(move |app, conn| {
        let status = find_visible(conn, viewer, id)?;
        if !asks(&status) {
            return Ok(Vec::new());
        }
        let within = networks_of(conn, id)?;
        if within.is_empty() {
            return Ok(Vec::new());
        }
        let words = telling_words(&plain_text(&status.content));
        let ids = sharing(conn, id, &within, &words)?;
        let views = in_order(app, conn, viewer, &ids)?;
        let wishes = wishes(conn, viewer)?;
        let mut views = without_unwanted(app, conn, viewer, wishes, views)?;
        views.truncate(SHOWN);
        Ok(views)
    })
    .await
}

/// The networks, here and elsewhere, that passed it on and are there.
fn networks_of(conn: &mut DbConnection, id: StatusId) -> Result<Vec<AccountId>> {
    let ids = practice_networks::of_status(conn, id)?;
    let rows = storage::accounts::with_ids(conn, &ids)?.into_iter();
    Ok(rows
        .filter(|row| !row.is_gone())
        .map(|row| row.id)
        .collect())
}

/// Older threads with enough of the words that are rare there, newest first. One question to the index for each word.
fn sharing(
    conn: &mut DbConnection,
    id: StatusId,
    within: &[AccountId],
    words: &[String],
) -> Result<Vec<StatusId>> {
    let marks: Vec<Vec<String>> = within
        .iter()
        .map(|network| vec![Mark::InNetwork(*network).token()])
        .collect();
    let query = |word: Option<&String>| {
        let word = word.map(|word| vec![vec![word.clone()]]);
        Query {
            all: std::iter::once(marks.clone()).chain(word).collect(),
            none: vec![vec![Mark::Reply.token()]],
        }
    };
    let older = (0, id.0);
    let threads = status_index::find(conn, &query(None), older, NEWEST)?.len();
    let rare = RARE.max(threads / ONE_IN);
    let limit = i64::try_from(rare + 1).unwrap_or(NEWEST);
    let mut shared: BTreeMap<StatusId, usize> = BTreeMap::new();
    for word in words {
        let found = status_index::find(conn, &query(Some(word)), older, limit)?;
        if found.len() <= rare {
            for thread in found {
                *shared.entry(thread).or_default() += 1;
            }
        }
    }
    let alike = shared
        .into_iter()
        .rev()
        .filter(|(_, count)| *count >= SHARED);
    let mut ids: Vec<StatusId> = alike.map(|(thread, _)| thread).take(CANDIDATES).collect();
    // The index is written behind what stewards do.
    let announced = practice_networks::of_statuses(conn, &ids)?;
    let is_in = |id: &StatusId| {
        let mut of_it = announced.iter().filter(|(status, _)| status == id);
        of_it.any(|(_, network)| within.contains(network))
    };
    ids.retain(is_in);
    Ok(ids)
}
