//! What others report to a network, as Lemmy reports a post to its community: its stewards are told.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::limits::cut;
use domain::{NetworkPostState, StatusId};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks;
use storage::statuses::Status;

use super::saying::{full, say_to_stewards};
use super::{Known, among};
use crate::reports::Flag;
use crate::{App, Result};

/// Posts of one report of which stewards are told.
const POSTS: usize = 5;
/// Characters of what the reporter says.
const REASON: usize = 500;
/// Reports within `REST` of which the stewards of a network are told.
const TOLD: i64 = 20;
/// For how long stewards are not told again of the same post by the same reporter.
const REST: TimeDelta = TimeDelta::days(1);

/// Tells the stewards of each network that a report is for of those of `statuses` that it passed on.
pub(crate) fn flagged(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    flag: &Flag,
    statuses: &[Status],
) -> Result<()> {
    if flag.networks.is_empty() || statuses.is_empty() {
        return Ok(());
    }
    let accounts = storage::accounts::with_ids(conn, &flag.networks)?;
    for network in among(conn, &accounts)? {
        storage::accounts::hold(conn, network.id())?;
        tell(app, conn, &network, by, &flag.comment, statuses)?;
    }
    Ok(())
}

fn tell(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    reason: &str,
    statuses: &[Status],
) -> Result<()> {
    let mut links = Vec::new();
    for status in passed_on(conn, of, statuses)?.into_iter().take(POSTS) {
        let what = format!("{} reported to {}: {}", by.id, of.id(), status.id);
        let now = app.now();
        if storage::lookups::begin(conn, &what, now, now - REST)? {
            links.push(status.url.as_str());
        }
    }
    if links.is_empty() || are_many(app, conn, of)? {
        return Ok(());
    }
    let mut text = format!(
        "{} asks the stewards of {} to look at:\n{}",
        full(app, by),
        full(app, &of.account),
        links.join("\n")
    );
    // In one line, which nobody takes for the network's own words.
    let reason: Vec<&str> = reason.split(['\0', ' ', '\n', '\r', '\t']).collect();
    let reason = reason.join(" ");
    let reason = cut(reason.trim(), REASON);
    if !reason.is_empty() {
        text.push_str("\n\nThe reason given: ");
        text.push_str(reason);
    }
    text.push_str("\n\nWhat has no place there you take out by \"remove LINK\".");
    say_to_stewards(app, conn, of, Some(by.id), &text)
}

/// Those of these posts that a network passed on, and did not take out.
fn passed_on<'a>(
    conn: &mut DbConnection,
    of: &Known,
    statuses: &'a [Status],
) -> Result<Vec<&'a Status>> {
    let ids: Vec<StatusId> = statuses
        .iter()
        .flat_map(|row| [row.conversation_id, row.id])
        .collect();
    let states: HashMap<StatusId, NetworkPostState> = networks::among_posts(conn, of.id(), &ids)?
        .into_iter()
        .map(|row| (row.status_id, row.state))
        .collect();
    let is_announced = |id: StatusId| {
        states
            .get(&id)
            .map(|state| *state == NetworkPostState::Announced)
    };
    Ok(statuses
        .iter()
        .filter(|row| row.visibility.is_open() && !row.local_only)
        .filter(|row| is_announced(row.conversation_id) == Some(true))
        .filter(|row| is_announced(row.id) != Some(false))
        .collect())
}

/// Whether stewards were told of so many reports that one more is for those who look.
fn are_many(app: &App, conn: &mut DbConnection, of: &Known) -> Result<bool> {
    let (what, now) = (format!("reports to {}", of.id()), app.now());
    let told = if storage::lookups::begin(conn, &what, now, now - REST)? {
        0
    } else {
        storage::lookups::find(conn, &what)?.map_or(0, |last| last.known_before)
    };
    if told < TOLD {
        storage::lookups::set_known(conn, &what, told + 1)?;
    }
    Ok(told >= TOLD)
}
