//! Polls as somebody sees them.

use std::collections::HashMap;

use domain::{AccountId, PollId, StatusId};
use storage::DbConnection;

use super::PollView;
use crate::{App, Result};

/// The polls of these statuses. Three queries at most; none where there is no poll.
pub(crate) fn polls(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[StatusId],
) -> Result<HashMap<StatusId, PollView>> {
    let rows = storage::polls::of_statuses(conn, ids)?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let polls: Vec<PollId> = rows.iter().map(|row| row.id).collect();
    let options = storage::polls::options(conn, &polls)?;
    let chosen = match viewer {
        Some(viewer) => storage::polls::votes_of(conn, viewer, &polls)?,
        None => Vec::new(),
    };
    let now = app.now();
    let show = |poll: storage::polls::Poll| {
        let is_over = poll.is_over(now);
        let hidden = poll.hide_totals && !is_over;
        let options = options.iter().filter(|option| option.poll_id == poll.id);
        let own = chosen.iter().filter(|(id, _)| *id == poll.id);
        let view = PollView {
            is_over,
            is_own: viewer == Some(poll.account_id),
            options: options
                .map(|option| {
                    let count = (!hidden).then_some(option.votes_count);
                    (option.title.clone(), count)
                })
                .collect(),
            emojis: Vec::new(),
            own_votes: viewer.map(|_| own.map(|(_, position)| *position).collect()),
            poll,
        };
        (view.poll.status_id, view)
    };
    Ok(rows.into_iter().map(show).collect())
}
