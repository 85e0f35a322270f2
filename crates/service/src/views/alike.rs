//! One status as many people see it. Those who stand alike to it see the same, so it is loaded once for them all, as for one
//! of them; what a status looks like is thereby said in one place.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use domain::{AccountId, PollId, QuoteState, StatusId, Time};
use storage::DbConnection;
use storage::deeds::Deed;
use storage::statuses::Status;

use super::quotes::{BLOCKED, MUTED, OF_BLOCKED_SERVER};
use super::{Quoted, StatusView, statuses};
use crate::audience::viewers_of;
use crate::filters::{Filtered, Filters};
use crate::{App, Result};

/// All by which people who look at a status differ, but for their filters.
#[derive(Default, PartialEq, Eq, Hash)]
struct Standing {
    /// They are named in it, and see numbers of their own.
    named: Option<AccountId>,
    /// What of it they may not see: something quoted.
    hidden: BTreeSet<StatusId>,
    /// Whose words in it they do not want, and why.
    unwanted: BTreeSet<(AccountId, &'static str)>,
    deeds: BTreeSet<(Deed, StatusId)>,
    votes: BTreeSet<(PollId, i16)>,
    /// What its authors let them do.
    follows: BTreeSet<AccountId>,
    followed_by: BTreeSet<AccountId>,
}

/// A status as each of `viewers`, people of ours who may see it, sees it. The queries of one view for each way of standing
/// to it, of which there are few, however many the viewers are.
pub(crate) fn alike(
    app: &App,
    conn: &mut DbConnection,
    viewers: &[AccountId],
    status: &Status,
) -> Result<Vec<(StatusView, Vec<AccountId>)>> {
    if viewers.is_empty() {
        return Ok(Vec::new());
    }
    let mut groups: HashMap<Standing, Vec<AccountId>> = HashMap::new();
    let now = app.now();
    for (viewer, standing) in standings(conn, viewers, status, now)? {
        groups.entry(standing).or_default().push(viewer);
    }
    let filters = Filters::of_many(app, conn, viewers)?;
    let mut seen = Vec::new();
    for viewers in groups.into_values() {
        let shown = statuses(app, conn, viewers.first().copied(), vec![status.clone()])?;
        let Some(mut view) = shown.into_iter().next() else {
            continue;
        };
        filter(&mut view, None, now);
        let mut unfiltered = Vec::new();
        for viewer in viewers {
            let own = filters.get(&viewer).map(|filters| {
                let mut own = view.clone();
                (filter(&mut own, Some(filters), now), own)
            });
            match own {
                Some((true, own)) => seen.push((own, vec![viewer])),
                _ => unfiltered.push(viewer),
            }
        }
        if !unfiltered.is_empty() {
            seen.push((view, unfiltered));
        }
    }
    Ok(seen)
}

/// Notes which filters a status, what it repeats and what it quotes meet: true if any of them meets any.
fn filter(view: &mut StatusView, filters: Option<&Arc<Filters>>, now: Time) -> bool {
    let mut meets = false;
    if let Some(boosted) = &mut view.boosted {
        meets |= filter(boosted, filters, now);
        view.filtered.clone_from(&boosted.filtered);
        return meets;
    }
    let met: Vec<Filtered> = filters.map_or_else(Vec::new, |filters| filters.met_by(view, now));
    meets |= !met.is_empty();
    view.filtered = met;
    if let Some(quote) = &mut view.quote
        && let Quoted::Whole(Some(quoted)) = &mut quote.quoted
    {
        meets |= filter(quoted, filters, now);
    }
    meets
}

/// What is shown of a status: itself, what it repeats, what these quote, what that quotes, and what all come from.
struct Parts {
    shown: Vec<Status>,
    /// Of which only is said whether it may be seen: what is quoted below, and sources.
    named: Vec<Status>,
}

impl Parts {
    fn of(conn: &mut DbConnection, status: &Status) -> Result<Self> {
        let mut shown = vec![status.clone()];
        if let Some(id) = status.reblog_of_id {
            shown.extend(storage::statuses::find(conn, id)?);
        }
        let quoted = quoted_by(conn, &shown)?;
        let mut named = quoted_by(conn, &quoted)?;
        shown.extend(quoted);
        named.extend(sources_of(conn, &shown)?);
        Ok(Self { shown, named })
    }

    /// Whose own account, or numbers, are in it.
    fn named(&self, conn: &mut DbConnection) -> Result<HashSet<AccountId>> {
        let mut named: HashSet<AccountId> = self.shown.iter().map(|row| row.account_id).collect();
        let cards: Vec<_> = self.shown.iter().filter_map(|row| row.card_id).collect();
        if !cards.is_empty() {
            let cards = storage::cards::known(conn, &cards)?;
            named.extend(cards.into_iter().filter_map(|card| card.creator_id));
        }
        let accounts: Vec<AccountId> = named.iter().copied().collect();
        let accounts = storage::accounts::with_ids(conn, &accounts)?;
        let moved = accounts
            .iter()
            .filter_map(|row| row.moved_to_uri.as_deref());
        let moved: Vec<&str> = moved.collect();
        if !moved.is_empty() {
            let targets = storage::accounts::with_uris(conn, &moved)?;
            named.extend(targets.into_iter().map(|row| row.id));
        }
        Ok(named)
    }
}

fn quoted_by(conn: &mut DbConnection, rows: &[Status]) -> Result<Vec<Status>> {
    let quoting = rows.iter().filter(|row| row.has_quote);
    let quoting: Vec<StatusId> = quoting.map(|row| row.id).collect();
    if quoting.is_empty() {
        return Ok(Vec::new());
    }
    let quotes = storage::quotes::of_statuses(conn, &quoting)?;
    let accepted = quotes
        .into_iter()
        .filter(|quote| quote.state == QuoteState::Accepted);
    let ids: Vec<StatusId> = accepted
        .filter_map(|quote| quote.quoted_status_id)
        .collect();
    Ok(storage::statuses::with_ids(conn, &ids)?)
}

/// What they come from.
fn sources_of(conn: &mut DbConnection, rows: &[Status]) -> Result<Vec<Status>> {
    let telling = rows.iter().filter(|row| row.has_source);
    let telling: Vec<StatusId> = telling.map(|row| row.id).collect();
    let found = storage::derivations::of_statuses(conn, &telling)?;
    let ids: Vec<StatusId> = found.iter().filter_map(|row| row.source_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(storage::statuses::with_ids(conn, &ids)?)
}

fn standings(
    conn: &mut DbConnection,
    viewers: &[AccountId],
    status: &Status,
    now: Time,
) -> Result<HashMap<AccountId, Standing>> {
    let parts = Parts::of(conn, status)?;
    let named = parts.named(conn)?;
    let mut standings: HashMap<AccountId, Standing> = viewers
        .iter()
        .map(|viewer| {
            let standing = Standing {
                named: named.contains(viewer).then_some(*viewer),
                ..Standing::default()
            };
            (*viewer, standing)
        })
        .collect();
    let quoted = parts.shown.iter().skip(1).chain(&parts.named);
    for row in quoted {
        let seeing = viewers_of(conn, row, viewers.to_vec())?;
        let seeing: HashSet<AccountId> = seeing.into_iter().collect();
        for (viewer, standing) in &mut standings {
            if !seeing.contains(viewer) {
                standing.hidden.insert(row.id);
            }
        }
    }
    for (viewer, author, why) in unwilling(conn, viewers, &parts, now)? {
        if let Some(standing) = standings.get_mut(&viewer) {
            standing.unwanted.insert((author, why));
        }
    }
    let ids: Vec<StatusId> = parts.shown.iter().map(|row| row.id).collect();
    for (viewer, deed, id) in storage::deeds::of_many(conn, viewers, &ids)? {
        if let Some(standing) = standings.get_mut(&viewer) {
            standing.deeds.insert((deed, id));
        }
    }
    let asking = parts.shown.iter().filter(|row| row.has_poll);
    let asking: Vec<StatusId> = asking.map(|row| row.id).collect();
    if !asking.is_empty() {
        let polls = storage::polls::of_statuses(conn, &asking)?;
        let polls: Vec<PollId> = polls.iter().map(|poll| poll.id).collect();
        for (viewer, poll, place) in storage::polls::votes_among(conn, viewers, &polls)? {
            if let Some(standing) = standings.get_mut(&viewer) {
                standing.votes.insert((poll, place));
            }
        }
    }
    for row in &parts.shown {
        let (author, policy) = (row.account_id, row.quote_policy);
        if policy.automatic.followers || policy.manual.followers {
            for viewer in storage::follows::followers_among(conn, author, viewers)? {
                if let Some(standing) = standings.get_mut(&viewer) {
                    standing.follows.insert(author);
                }
            }
        }
        if policy.automatic.following || policy.manual.following {
            for viewer in storage::follows::followed_among(conn, author, viewers)? {
                if let Some(standing) = standings.get_mut(&viewer) {
                    standing.followed_by.insert(author);
                }
            }
        }
    }
    Ok(standings)
}

/// Who does not want to read what is quoted, whose words these are, and why.
fn unwilling(
    conn: &mut DbConnection,
    viewers: &[AccountId],
    parts: &Parts,
    now: Time,
) -> Result<Vec<(AccountId, AccountId, &'static str)>> {
    let mut found = Vec::new();
    if !parts.shown.iter().any(|row| row.has_quote) {
        return Ok(found);
    }
    let quoted = parts.shown.iter().skip(1).chain(&parts.named);
    let authors: BTreeSet<AccountId> = quoted.map(|row| row.account_id).collect();
    let authors: Vec<AccountId> = authors.into_iter().collect();
    for account in storage::accounts::with_ids(conn, &authors)? {
        let author = account.id;
        let mut note = |viewers: Vec<AccountId>, why| {
            found.extend(viewers.into_iter().map(|viewer| (viewer, author, why)));
        };
        note(
            storage::mutes::muting(conn, &[author], viewers, now)?,
            MUTED,
        );
        if let Some(host) = &account.host {
            let blockers = storage::account_domain_blocks::blockers(conn, host, viewers)?;
            note(blockers, OF_BLOCKED_SERVER);
        }
        let blocks = storage::blocks::between(conn, author, viewers)?;
        let by_viewers = blocks.iter().filter(|block| block.target_id == author);
        note(by_viewers.map(|block| block.account_id).collect(), BLOCKED);
    }
    Ok(found)
}
