//! Quotes as somebody sees them: of what they may not see, only that something was quoted.

use std::collections::{HashMap, HashSet};

use domain::quote::{Permission, Quoter};
use domain::{AccountId, QuoteState, StatusId, Time};
use storage::DbConnection;
use storage::quotes::Quote;
use storage::statuses::Status;

use super::{QuoteView, Quoted, StatusView};
use crate::audience::visible_to;
use crate::{App, Result};

/// States of what may be seen and is not wanted, in the words of the client API.
pub(super) const MUTED: &str = "muted_account";
pub(super) const BLOCKED: &str = "blocked_account";
pub(super) const OF_BLOCKED_SERVER: &str = "blocked_domain";

/// What a page of statuses quotes, and what these quote.
#[derive(Default)]
pub(super) struct Quotes {
    of: HashMap<StatusId, Quote>,
    living: HashSet<StatusId>,
    visible: HashSet<StatusId>,
    /// What the viewer does not want to read, and why.
    unwanted: HashMap<StatusId, &'static str>,
}

/// How the viewer stands to the authors of a page, as far as policies ask.
pub(super) struct Quoters {
    viewer: Option<AccountId>,
    followed: HashSet<AccountId>,
    following: HashSet<AccountId>,
}

/// The quotes of these statuses, and the statuses quoted that the viewer may see. No query where nothing is quoted.
pub(super) fn load(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    rows: &[&Status],
) -> Result<(Quotes, Vec<Status>)> {
    let mut quotes = Quotes::default();
    let now = app.now();
    let quoted = quotes.add(conn, viewer, rows.iter().copied(), now)?;
    quotes.add(conn, viewer, &quoted, now)?;
    Ok((quotes, quoted))
}

impl Quotes {
    /// Adds what these statuses quote; answers that, as far as the viewer may see it.
    fn add<'a>(
        &mut self,
        conn: &mut DbConnection,
        viewer: Option<AccountId>,
        rows: impl IntoIterator<Item = &'a Status>,
        now: Time,
    ) -> Result<Vec<Status>> {
        let rows = rows.into_iter().filter(|row| row.has_quote);
        let ids: Vec<StatusId> = rows.map(|row| row.id).collect();
        let quotes = storage::quotes::of_statuses(conn, &ids)?;
        let mut wanted: Vec<StatusId> = quotes
            .iter()
            .filter(|quote| quote.state == QuoteState::Accepted)
            .filter_map(|quote| quote.quoted_status_id)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.of
            .extend(quotes.into_iter().map(|quote| (quote.status_id, quote)));
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let living = storage::statuses::with_ids(conn, &wanted)?;
        self.living.extend(living.iter().map(|row| row.id));
        if let Some(viewer) = viewer {
            self.unwanted.extend(unwanted(conn, viewer, &living, now)?);
        }
        let visible = visible_to(conn, viewer, living)?;
        self.visible.extend(visible.iter().map(|row| row.id));
        Ok(visible)
    }

    /// The quote of a status, with the id of what is quoted, if that is shown.
    pub(super) fn view(&self, id: StatusId) -> Option<QuoteView> {
        let quote = self.of.get(&id)?;
        let quoted = quote.quoted_status_id;
        let unwanted = quoted.and_then(|id| self.unwanted.get(&id).copied());
        let (state, shown) = match (quote.state, quoted) {
            (QuoteState::Accepted, Some(id)) if self.visible.contains(&id) => {
                (unwanted.unwrap_or("accepted"), Some(id))
            }
            (QuoteState::Accepted, Some(id)) if self.living.contains(&id) => {
                let blocked = unwanted.filter(|why| *why == BLOCKED);
                (blocked.unwrap_or("unauthorized"), None)
            }
            (QuoteState::Accepted, _) => ("deleted", None),
            (state, _) => (state.name(), None),
        };
        Some(QuoteView {
            state,
            quoted: Quoted::Id(shown),
        })
    }
}

/// Which of these somebody does not want to read, and why. Four queries at most.
fn unwanted(
    conn: &mut DbConnection,
    viewer: AccountId,
    rows: &[Status],
    now: Time,
) -> Result<HashMap<StatusId, &'static str>> {
    let mut authors: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
    authors.sort_unstable();
    authors.dedup();
    let mut why: HashMap<AccountId, &'static str> = HashMap::new();
    for mute in storage::mutes::among_targets(conn, viewer, &authors, now)? {
        why.insert(mute.target_id, MUTED);
    }
    let hosts = storage::account_domain_blocks::hosts(conn, viewer)?;
    if !hosts.is_empty() {
        for account in storage::accounts::with_ids(conn, &authors)? {
            if account.host.is_some_and(|host| hosts.contains(&host)) {
                why.insert(account.id, OF_BLOCKED_SERVER);
            }
        }
    }
    for block in storage::blocks::between(conn, viewer, &authors)? {
        if block.account_id == viewer {
            why.insert(block.target_id, BLOCKED);
        }
    }
    let reason = |row: &Status| Some((row.id, *why.get(&row.account_id)?));
    Ok(rows.iter().filter_map(reason).collect())
}

/// With the status quoted instead of its id.
pub(super) fn whole(mut view: StatusView, quoted: &HashMap<StatusId, StatusView>) -> StatusView {
    if let Some(quote) = &mut view.quote
        && let Quoted::Id(id) = quote.quoted
    {
        let found = id.and_then(|id| quoted.get(&id));
        // Its author is gone.
        if id.is_some() && found.is_none() {
            quote.state = "unauthorized";
        }
        quote.quoted = Quoted::Whole(found.cloned().map(Box::new));
    }
    view
}

/// Two queries at most; none where no policy asks who follows whom.
pub(super) fn quoters(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    rows: &[&Status],
) -> Result<Quoters> {
    let mut quoters = Quoters {
        viewer,
        followed: HashSet::new(),
        following: HashSet::new(),
    };
    let authors = |asks: fn(&Status) -> bool| {
        let mut ids: Vec<AccountId> = rows
            .iter()
            .filter(|row| asks(row))
            .map(|row| row.account_id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let of_followers = authors(|row| {
        let policy = row.quote_policy;
        policy.automatic.followers || policy.manual.followers
    });
    let of_followed = authors(|row| {
        let policy = row.quote_policy;
        policy.automatic.following || policy.manual.following
    });
    if let Some(viewer) = viewer {
        if !of_followers.is_empty() {
            let found = storage::follows::followed_among(conn, viewer, &of_followers)?;
            quoters.followed.extend(found);
        }
        if !of_followed.is_empty() {
            let found = storage::follows::followers_among(conn, viewer, &of_followed)?;
            quoters.following.extend(found);
        }
    }
    Ok(quoters)
}

impl Quoters {
    pub(super) fn permission(&self, status: &Status) -> Permission {
        let Some(viewer) = self.viewer else {
            return Permission::Denied;
        };
        let quoter = Quoter {
            is_author: viewer == status.account_id,
            is_follower: self.followed.contains(&status.account_id),
            is_followed: self.following.contains(&status.account_id),
        };
        status.quote_policy.permits(quoter, status.visibility)
    }
}
