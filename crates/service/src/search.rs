//! Finding people, statuses by their address or their words, and tags.

mod statuses;

use domain::{AccountId, Handle, Page};
use storage::DbConnection;
use storage::statuses::Status;
use url::Url;

use crate::accounts::{by_handle, waiting_among, with_ids};
use crate::audience::find_visible;
use crate::oauth::Person;
use crate::tags::hashtags;
use crate::views::{self, AccountView, HashtagView, StatusView};
use crate::{App, Error, Found, Result};

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchKind {
    Accounts,
    Statuses,
    Hashtags,
}

#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    pub q: String,
    /// None: all kinds.
    pub kind: Option<SearchKind>,
    /// Whether to ask other servers for a handle or an address that is not known.
    pub resolve: bool,
    pub limit: i64,
    pub offset: i64,
    /// Only people whom the viewer follows.
    pub following: bool,
    /// Only statuses of that account.
    pub account: Option<AccountId>,
    /// Only statuses older than that, and newer than that.
    pub max_id: Option<i64>,
    pub min_id: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub struct Results {
    pub accounts: Vec<AccountView>,
    pub statuses: Vec<StatusView>,
    pub tags: Vec<HashtagView>,
}

/// Characters of a question.
const QUESTION: usize = 500;
/// Words of a question that are looked at.
const WORDS: usize = 8;

/// Answers a question: an address finds what is there, everything else finds people and tags, and statuses for somebody
/// signed in, for whom other servers are asked, too.
pub async fn search(app: &App, viewer: Option<&Person>, request: SearchRequest) -> Result<Results> {
    let q = request.q.trim().replace('\0', "");
    if q.is_empty() || q.chars().count() > QUESTION {
        return Ok(Results::default());
    }
    let wants = |kind| request.kind.is_none_or(|wanted| wanted == kind);
    let resolve = request.resolve && viewer.is_some();
    if let Some(address) = web_address(&q) {
        // It is one thing, which the first page had.
        if request.offset > 0 {
            return Ok(Results::default());
        }
        return at_address(app, viewer, &address, resolve, wants).await;
    }
    let mut results = Results::default();
    if wants(SearchKind::Accounts) && !q.starts_with('#') {
        results.accounts = people(app, viewer, &q, resolve, &request).await?;
    }
    if wants(SearchKind::Hashtags)
        && !q.contains(char::is_whitespace)
        && !q.trim_start_matches('@').contains('@')
    {
        let prefix = q.trim_start_matches('#').to_owned();
        let (limit, offset) = (request.limit, request.offset);
        let me = viewer.map(Person::id);
        results.tags = app
            .read(move |app, conn| {
                let names = storage::tags::with_prefix(conn, &prefix, limit, offset)?;
                hashtags(app, conn, me, names)
            })
            .await?;
    }
    if wants(SearchKind::Statuses)
        && let Some(person) = viewer
    {
        results.statuses = statuses::statuses(app, person, &request).await?;
    }
    Ok(results)
}

/// The address, if it is one of the web; `HTTPS://` and names of hosts as they are spoken are spelled out.
fn web_address(q: &str) -> Option<String> {
    let url = Url::parse(q).ok()?;
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    // Ids are compared letter by letter.
    let is_spelled_out = q.starts_with("http") && q.is_ascii();
    Some(if is_spelled_out {
        q.to_owned()
    } else {
        url.to_string()
    })
}

async fn people(
    app: &App,
    viewer: Option<&Person>,
    q: &str,
    resolve: bool,
    request: &SearchRequest,
) -> Result<Vec<AccountView>> {
    let me = viewer.map(Person::id);
    // Lemmy writes its groups with another sign.
    let exact = match q.strip_prefix('!').unwrap_or(q).parse::<Handle>() {
        Ok(handle) if request.offset == 0 => match by_handle(app, handle, resolve).await {
            Ok(account) => account.filter(|account| !account.is_gone()),
            // A server that does not answer is not our failure: what is known is still found.
            Err(error) => {
                tracing::info!(%error, "a handle that was searched for was not resolved");
                None
            }
        },
        _ => None,
    };
    let words: Vec<String> = q
        .trim_start_matches('@')
        .split_whitespace()
        .take(WORDS)
        .map(str::to_lowercase)
        .collect();
    let (limit, offset) = (request.limit, request.offset);
    let follower = me.filter(|_| request.following);
    app.read_long(move |app, conn| {
        let page = Page::newest(limit);
        let mut found = storage::accounts::search(conn, &words, follower, &page, offset)?;
        let waiting = waiting_among(conn, &exact)?;
        let is_wanted = match (&exact, follower) {
            (Some(account), Some(me)) => {
                !storage::follows::followed_among(conn, me, &[account.id])?.is_empty()
            }
            _ => true,
        };
        if let Some(account) = exact.filter(|_| is_wanted && waiting.is_empty()) {
            found.retain(|row| row.id != account.id);
            found.insert(0, account);
        }
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let found = found
            .into_iter()
            .map(|account| views::account(app, me, account))
            .collect();
        views::with_moved(app, conn, me, found)
    })
    .await
}

/// Only people, as the apps' completion of names asks.
pub async fn accounts(
    app: &App,
    person: &Person,
    request: SearchRequest,
) -> Result<Vec<AccountView>> {
    let request = SearchRequest {
        kind: Some(SearchKind::Accounts),
        ..request
    };
    Ok(search(app, Some(person), request).await?.accounts)
}

async fn at_address(
    app: &App,
    viewer: Option<&Person>,
    address: &str,
    resolve: bool,
    wants: impl Fn(SearchKind) -> bool,
) -> Result<Results> {
    let found = match known_address(app, address).await? {
        Some(found) => Some(found),
        None if resolve => app.remote().by_url(app, address).await.unwrap_or_else(|error| {
            tracing::info!(address, %error, "an address that was searched for was not resolved");
            None
        }),
        None => None,
    };
    let me = viewer.map(Person::id);
    let mut results = Results::default();
    match found {
        Some(Found::Account(id)) if wants(SearchKind::Accounts) => {
            results.accounts = with_ids(app, viewer, vec![id]).await?;
        }
        Some(Found::Status(id)) if wants(SearchKind::Statuses) => {
            results.statuses = app
                .read(move |app, conn| match find_visible(conn, me, id) {
                    Ok(status) => views::statuses(app, conn, me, vec![status]),
                    Err(Error::NotFound) => Ok(Vec::new()),
                    Err(error) => Err(error),
                })
                .await?;
        }
        _ => {}
    }
    Ok(results)
}

/// The status of ours by that address that everybody may see.
pub async fn open_status(app: &App, address: &str) -> Result<StatusView> {
    let Some(Found::Status(id)) = known_address(app, &address.replace('\0', "")).await? else {
        return Err(Error::NotFound);
    };
    app.read(move |app, conn| {
        let status = find_visible(conn, None, id)?;
        if !status.local || status.reblog_of_id.is_some() {
            return Err(Error::NotFound);
        }
        views::statuses(app, conn, None, vec![status])?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}

/// What we know by that address: ours by their pages too. Who left elsewhere may be back, and is not known.
pub(crate) async fn known_address(app: &App, address: &str) -> Result<Option<Found>> {
    let address = address.to_owned();
    app.read(move |app, conn| {
        let account = storage::accounts::with_uri(conn, &address)?;
        if let Some(account) = account.filter(|row| row.is_local() || row.deleted_at.is_none()) {
            return Ok(Some(Found::Account(account.id)));
        }
        if let Some(status) = known_status(app, conn, &address)? {
            return Ok(Some(Found::Status(status.id)));
        }
        let Some(page) = our_page(app, &address).filter(|page| !page.contains('/')) else {
            return Ok(None);
        };
        let account = storage::accounts::with_handle_key(conn, &page.to_lowercase())?;
        Ok(account.map(|account| Found::Account(account.id)))
    })
    .await
}

/// What of the address of a page of ours stands behind `/@`.
fn our_page<'a>(app: &App, address: &'a str) -> Option<&'a str> {
    address
        .strip_prefix(app.addresses().base())
        .and_then(|path| path.strip_prefix("/@"))
}

/// The living status that we know by that address: ours by their pages too.
pub(crate) fn known_status(
    app: &App,
    conn: &mut DbConnection,
    address: &str,
) -> Result<Option<Status>> {
    if let Some(status) = storage::statuses::with_address(conn, address)? {
        return Ok(Some(status));
    }
    let id = our_page(app, address).and_then(|page| {
        let (_, id) = page.split_once('/')?;
        // What follows is a part of the page, or another page about the same.
        id.split(['/', '?', '#']).next()?.parse().ok()
    });
    match id {
        Some(id) => Ok(storage::statuses::find(conn, id)?),
        None => Ok(None),
    }
}
