//! What posts say of where they come from, read in the transaction that writes the post.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::lineage::{Piece, SOURCES, Source, sources, use_of};
use domain::{AccountId, ClaimState, Derivation as Kind, QuoteState, StatusId, limits};
use futures_util::future::join_all;
use storage::DbConnection;
use storage::accounts::Account;
use storage::derivations::Derivation;
use storage::statuses::Status;
use url::Url;

use super::deciding::{weigh, weigh_quietly};
use super::terms::{is_practice, titles};
use crate::audience::visible_to;
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::notify::notify;
use crate::search::{known_address, known_status};
use crate::text::flow;
use crate::{App, Found, Result};

/// Sources elsewhere that are looked up while somebody waits for their post.
const LOOKUPS: usize = 3;
/// Sources that the posts of one server may have us look up in an hour.
const FOR_ONE_HOST: i64 = 200;
/// How often a source is looked up that cannot be had, and how long after the first time.
const AGAIN: [TimeDelta; 3] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(15),
    TimeDelta::hours(3),
];

/// What somebody says that their post comes from.
pub(crate) struct Claim {
    pub(super) address: String,
    /// If it is known, and they may see it.
    pub(super) source: Option<Status>,
    pub(super) kind: Kind,
    context: String,
}

/// All of a post that may say so.
pub(crate) struct Said<'a> {
    pub author: AccountId,
    /// HTML.
    pub content: &'a str,
    /// What it answers, and that one's id, which stays when it is deleted.
    pub parent: Option<&'a Status>,
    pub answered: Option<&'a str>,
    /// Ids that its server names as its sources.
    pub based_on: &'a [String],
    /// What was looked up before.
    pub found: &'a HashMap<String, StatusId>,
}

/// Looks up the sources that a text of ours names and that are not known, so that its first readers are told of the right
/// ones. What cannot be had now is looked up later.
pub(crate) async fn look_up(app: &App, content: &str) -> HashMap<String, StatusId> {
    let ours = app.addresses().base();
    let named = sources(&pieces(content)).into_iter();
    let named = named.map(|source| source.address);
    let named = named.filter(|address| !address.starts_with(ours));
    let lookups = named.take(LOOKUPS).map(|address| async move {
        let found = match known_address(app, &address).await {
            Ok(None) => app.remote().by_url(app, &address).await,
            known => known,
        };
        match found {
            Ok(Some(Found::Status(id))) => Some((address, id)),
            Ok(_) => None,
            Err(error) => {
                tracing::info!(address, %error, "a source was not found");
                None
            }
        }
    });
    join_all(lookups).await.into_iter().flatten().collect()
}

/// Most posts have no link and no hashtag, and need no reading.
fn pieces(content: &str) -> Vec<Piece> {
    if content.contains("<a ") {
        flow(content)
    } else {
        Vec::new()
    }
}

/// What a post says of its sources. A query or two for each source; none for a post that says nothing.
pub(crate) fn claims(app: &App, conn: &mut DbConnection, said: &Said<'_>) -> Result<Vec<Claim>> {
    let pieces = pieces(said.content);
    let mut stated: Vec<Claim> = Vec::new();
    for uri in said.based_on {
        let known = known_status(app, conn, uri)?;
        stated.extend(claim(conn, said.author, uri, known)?);
    }
    let mut found: Vec<Claim> = Vec::new();
    for Source { address, context } in sources(&pieces) {
        let page = |claim: &Claim| {
            let source = claim.source.as_ref();
            source.filter(|source| source.url == address).cloned()
        };
        let known = match said.found.get(&address) {
            Some(id) => storage::statuses::find(conn, *id)?,
            None => match stated.iter().find_map(page) {
                Some(known) => Some(known),
                None => known_status(app, conn, &address)?,
            },
        };
        if let Some(claim) = claim(conn, said.author, &address, known)? {
            add(&mut found, Claim { context, ..claim });
        }
    }
    for claim in stated {
        add(&mut found, claim);
    }
    if let Some(address) = said.answered
        && let Some((kind, context)) = use_of(&pieces)
    {
        let source = seen(conn, said.author, said.parent.cloned())?;
        // One that is there and not for them they cannot have used.
        if source.is_some() || said.parent.is_none() {
            let address = address.to_owned();
            let used = Claim {
                address,
                source,
                kind,
                context,
            };
            add(&mut found, used);
        }
    }
    Ok(found)
}

/// The claim that a post comes from what is at this address, if that may be.
fn claim(
    conn: &mut DbConnection,
    by: AccountId,
    address: &str,
    known: Option<Status>,
) -> Result<Option<Claim>> {
    if !Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Ok(None);
    }
    let is_known = known.is_some();
    let source = seen(conn, by, known)?;
    // What they may not see they cannot know.
    if source.is_none() && is_known {
        return Ok(None);
    }
    Ok(Some(Claim {
        address: address.to_owned(),
        source,
        kind: Kind::Adaptation,
        context: String::new(),
    }))
}

/// Adds a claim, unless there are enough, or the same source is claimed already.
pub(super) fn add(claims: &mut Vec<Claim>, claim: Claim) {
    let is_new = claims.iter().all(|known| known.uri() != claim.uri());
    if is_new && claims.len() < SOURCES {
        claims.push(claim);
    }
}

/// The post, if it is one that somebody may see.
pub(super) fn seen(
    conn: &mut DbConnection,
    viewer: AccountId,
    status: Option<Status>,
) -> Result<Option<Status>> {
    let post = status.filter(|row| row.reblog_of_id.is_none());
    Ok(visible_to(conn, Some(viewer), post.into_iter().collect())?.pop())
}

impl Claim {
    /// That a post of practice comes from one that it quotes.
    pub(super) fn of_quoted(quoted: Status) -> Self {
        Self {
            address: quoted.uri.clone(),
            source: Some(quoted),
            kind: Kind::Adaptation,
            context: String::new(),
        }
    }

    pub(super) fn uri(&self) -> &str {
        match &self.source {
            Some(source) => &source.uri,
            None => &self.address,
        }
    }

    /// Whether it can be one that was not there before: what is ours and not there is nowhere, nobody uses what they have not
    /// read, and of what is no practice there is nothing to use. What was claimed before its source was deleted stands.
    pub(super) fn may_be_new(&self, app: &App, conn: &mut DbConnection) -> Result<bool> {
        let is_adapted = self.kind == Kind::Adaptation;
        match &self.source {
            Some(source) => Ok(is_adapted || is_of_use(conn, source)?),
            None => Ok(is_adapted && !self.address.starts_with(app.addresses().base())),
        }
    }
}

/// Whether a post is practice, or adapted from some. Six queries at most, two for most posts.
fn is_of_use(conn: &mut DbConnection, post: &Status) -> Result<bool> {
    if is_practice(conn, post.id)? {
        return Ok(true);
    }
    if !post.has_source {
        return Ok(false);
    }
    let stands = |row: &Derivation| {
        let holds = matches!(row.state, ClaimState::Claimed | ClaimState::Confirmed);
        holds && row.kind == Kind::Adaptation
    };
    let sources = storage::derivations::of_derived(conn, &post.uri)?.into_iter();
    let sources = sources.filter(stands).filter_map(|row| row.source_id);
    Ok(!titles(conn, &sources.collect::<Vec<_>>())?.is_empty())
}

/// Whom a post of `by` that everybody may read should mention: the authors of what it is adapted from.
pub(crate) fn authors(
    conn: &mut DbConnection,
    by: AccountId,
    claims: &[Claim],
    known: &[Account],
) -> Result<Vec<Account>> {
    let adapted = claims.iter().filter(|claim| claim.kind == Kind::Adaptation);
    let sources = adapted.filter_map(|claim| claim.source.as_ref());
    let mut ids: Vec<AccountId> = sources
        .map(|source| source.account_id)
        .filter(|id| *id != by && known.iter().all(|row| row.id != *id))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let room = limits::MENTIONS.saturating_sub(known.len());
    let rows = storage::accounts::with_ids(conn, &ids)?.into_iter();
    Ok(rows.filter(|row| !row.is_gone()).take(room).collect())
}

/// Writes what a post says of its sources by now, and in it whether there are any. What it does not say any more is gone.
pub(crate) fn note(
    app: &App,
    conn: &mut DbConnection,
    status: &mut Status,
    mut claims: Vec<Claim>,
) -> Result<()> {
    if let Some(quoted) = quoted_practice(conn, status)? {
        add(&mut claims, Claim::of_quoted(quoted));
    }
    if claims.is_empty() && !status.has_source {
        return Ok(());
    }
    let known = storage::derivations::of_derived(conn, &status.uri)?;
    let ids: Vec<StatusId> = known.iter().filter_map(|row| row.source_id).collect();
    let pages: HashMap<String, String> = storage::statuses::with_ids_deleted(conn, &ids)?
        .into_iter()
        .map(|row| (row.url, row.uri))
        .collect();
    let mut kept: Vec<i64> = Vec::new();
    for claim in claims {
        let uri = pages
            .get(&claim.address)
            .map_or(claim.uri(), String::as_str);
        if uri == status.uri {
            continue;
        }
        match known.iter().find(|row| row.source_uri == uri) {
            Some(row) => {
                kept.push(row.id);
                storage::derivations::set_words(conn, row.id, claim.kind, &claim.context)?;
                if row.state == ClaimState::Gone {
                    storage::derivations::set_state(conn, row.id, ClaimState::Claimed, None)?;
                    begin(app, conn, row, status)?;
                }
            }
            None if !claim.may_be_new(app, conn)? => {}
            None => {
                let row = new(app, status, &claim);
                if storage::derivations::insert(conn, row.clone())? {
                    status.has_source = true;
                    begin(app, conn, &row, status)?;
                }
            }
        }
    }
    let stands = |row: &&Derivation| {
        let holds = matches!(row.state, ClaimState::Claimed | ClaimState::Confirmed);
        holds && !row.stated && !kept.contains(&row.id)
    };
    for row in known.iter().filter(stands) {
        storage::derivations::set_state(conn, row.id, ClaimState::Gone, Some(app.now()))?;
        if row.state == ClaimState::Confirmed {
            let derivation = row.id;
            federate(app, conn, Outgoing::ListDerivation { derivation })?;
        }
    }
    Ok(())
}

pub(super) fn new(app: &App, status: &Status, claim: &Claim) -> Derivation {
    Derivation {
        id: app.next_id(),
        derived_uri: status.uri.clone(),
        derived_id: Some(status.id),
        source_uri: claim.uri().to_owned(),
        source_id: claim.source.as_ref().map(|source| source.id),
        kind: claim.kind,
        state: ClaimState::Claimed,
        context: claim.context.clone(),
        stated: false,
        asked_id: None,
        created_at: app.now(),
        decided_at: None,
    }
}

/// What a post of practice quotes, if that is one too and does not forbid it.
fn quoted_practice(conn: &mut DbConnection, status: &Status) -> Result<Option<Status>> {
    if !status.has_quote {
        return Ok(None);
    }
    let Some(quote) = storage::quotes::of_status(conn, status.id)? else {
        return Ok(None);
    };
    let stands = matches!(quote.state, QuoteState::Pending | QuoteState::Accepted);
    match quote.quoted_status_id.filter(|_| stands) {
        Some(quoted) => practice_in_practice(conn, status, quoted),
        None => Ok(None),
    }
}

/// The post that is quoted, if that and the one that quotes are both practice.
pub(super) fn practice_in_practice(
    conn: &mut DbConnection,
    status: &Status,
    quoted: StatusId,
) -> Result<Option<Status>> {
    if !is_practice(conn, status.id)? || !is_practice(conn, quoted)? {
        return Ok(None);
    }
    let quoted = storage::statuses::find(conn, quoted)?;
    seen(conn, status.account_id, quoted)
}

/// What follows from a claim that is new.
pub(super) fn begin(
    app: &App,
    conn: &mut DbConnection,
    claim: &Derivation,
    derived: &Status,
) -> Result<()> {
    match claim.source_id {
        Some(source) => match storage::statuses::find(conn, source)? {
            Some(source) => weigh(app, conn, claim, derived, &source),
            None => Ok(()),
        },
        None if may_look(app, conn, derived)? => {
            let derivation = claim.id;
            enqueue(
                app,
                conn,
                &Job::FindSource {
                    derivation,
                    turn: 0,
                    quietly: false,
                },
            )
        }
        None => Ok(()),
    }
}

/// Whether the posts of a server have not had us look up too much. A few more than allowed do no harm.
fn may_look(app: &App, conn: &mut DbConnection, derived: &Status) -> Result<bool> {
    let author = storage::accounts::find(conn, derived.account_id)?;
    let Some(host) = author.and_then(|author| author.host) else {
        return Ok(true);
    };
    let hour = app.now().format("%Y-%m-%d %H");
    has_room(
        app,
        conn,
        &format!("sources named by {host} {hour}"),
        FOR_ONE_HOST,
    )
}

/// Whether fewer than so many were looked up that are counted together; counts one more.
pub(super) fn has_room(app: &App, conn: &mut DbConnection, what: &str, most: i64) -> Result<bool> {
    let looked = storage::lookups::find(conn, what)?.map_or(0, |last| last.known_before);
    if looked >= most {
        return Ok(false);
    }
    let now = app.now();
    storage::lookups::begin(conn, what, now, now)?;
    storage::lookups::set_known(conn, what, looked + 1)?;
    Ok(true)
}

/// Looks for what a post names as its source. An address at which there is no post was no claim. Of what was brought along
/// nobody is told.
pub(crate) async fn find_source(app: &App, derivation: i64, turn: u8, quietly: bool) -> Result<()> {
    let claim = app
        .read(move |_, conn| Ok(storage::derivations::find(conn, derivation)?))
        .await?;
    let Some(claim) = claim.filter(|claim| claim.source_id.is_none()) else {
        return Ok(());
    };
    let found = match known_address(app, &claim.source_uri).await? {
        Some(known) => Ok(Some(known)),
        None => app.remote().by_url(app, &claim.source_uri).await,
    };
    let source = match found {
        Ok(Some(Found::Status(id))) => Some(id),
        Ok(_) => None,
        Err(error) => {
            tracing::debug!(uri = claim.source_uri, %error, "a source was not found");
            return later(app, derivation, turn, quietly).await;
        }
    };
    app.transaction(move |app, conn| {
        let Some(claim) = storage::derivations::find(conn, derivation)? else {
            return Ok(());
        };
        let derived = match claim.derived_id {
            Some(id) => storage::statuses::find(conn, id)?,
            None => None,
        };
        let known = match source {
            Some(id) => storage::statuses::find(conn, id)?,
            None => None,
        };
        let Some(derived) = derived else {
            return Ok(());
        };
        let Some(source) = seen(conn, derived.account_id, known)? else {
            return Ok(storage::derivations::delete(conn, derivation)?);
        };
        if storage::derivations::settle(conn, &claim, &source)? {
            if quietly {
                return weigh_quietly(app, conn, &claim, &derived, &source);
            }
            if derived.local {
                mention_author(app, conn, &derived, &source, claim.kind)?;
                let status = derived.id;
                federate(app, conn, Outgoing::Renew { status })?;
            }
            weigh(app, conn, &claim, &derived, &source)?;
        }
        Ok(())
    })
    .await
}

/// Once more a while later; after the last time it is as if nothing had been named.
async fn later(app: &App, derivation: i64, turn: u8, quietly: bool) -> Result<()> {
    app.transaction(move |app, conn| match AGAIN.get(usize::from(turn)) {
        Some(wait) => {
            let turn = turn.saturating_add(1);
            let job = Job::FindSource {
                derivation,
                turn,
                quietly,
            };
            crate::jobs::enqueue_at(app, conn, &job, app.now() + *wait)
        }
        None => Ok(storage::derivations::delete(conn, derivation)?),
    })
    .await
}

/// Mentions the author of a source of which a post of ours did not say before that it comes from it.
pub(super) fn mention_author(
    app: &App,
    conn: &mut DbConnection,
    derived: &Status,
    source: &Status,
    kind: Kind,
) -> Result<()> {
    let may = derived.visibility.is_open() && !derived.local_only;
    if !may || kind != Kind::Adaptation || source.account_id == derived.account_id {
        return Ok(());
    }
    storage::mentions::insert(conn, derived.id, &[source.account_id])?;
    if source.local {
        let kind = domain::NotificationKind::Mention;
        let (to, from) = (source.account_id, derived.account_id);
        notify(app, conn, to, from, kind, Some(derived.id))?;
    }
    Ok(())
}
