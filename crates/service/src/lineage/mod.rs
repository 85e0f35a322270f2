//! Where practice comes from and where it goes: who adapted, tried or adopted what, as both ends say (docs/adr/0210).

mod asking;
mod brought;
mod claims;
mod deciding;
mod looking;
mod stating;
mod terms;
mod tree;

pub(crate) use asking::hear;
pub(crate) use brought::note_brought;
pub(crate) use claims::{Said, authors, claims, find_source, look_up, note};
pub use deciding::decide;
pub(crate) use deciding::reconsider;
pub(crate) use looking::{derivations_of, listed, refused};
pub use stating::{state, withdraw};
pub use tree::{Edge, Node, NodeState, Tree, tree};

use domain::{AccountId, ClaimState, Derivation as Kind};
use storage::DbConnection;
use storage::statuses::Status;

use crate::oauth::Person;
use crate::{App, Result};

/// Ties of a post, up and down each, among which one is looked for that somebody sees.
const NEAR: i64 = 100;

/// What a status says to come from, as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceView {
    pub uri: String,
    /// None of one that was deleted.
    pub url: Option<String>,
    pub kind: Kind,
    pub state: ClaimState,
    /// For whoever wrote the status: the source's licence lets nobody pass on what they made of it.
    pub is_forbidden: bool,
}

/// The authors who live here of what a post says to come from, as far as its author may see that.
pub(crate) fn ours_of_sources(
    app: &App,
    conn: &mut DbConnection,
    said: &Said<'_>,
) -> Result<Vec<AccountId>> {
    let sources = claims(app, conn, said)?
        .into_iter()
        .filter_map(|claim| claim.source);
    Ok(sources
        .filter(|source| source.local)
        .map(|source| source.account_id)
        .collect())
}

/// A status is deleted: nothing that it said stays, but that it came from its sources, and others from it.
pub(crate) fn end(conn: &mut DbConnection, status: &Status) -> Result<()> {
    if status.has_source {
        storage::derivations::take_words(conn, &status.uri)?;
    }
    Ok(())
}

/// What these statuses come from. No query where none says so, otherwise five at most.
pub(crate) fn sources_of(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    rows: &[&Status],
) -> Result<Vec<(domain::StatusId, SourceView)>> {
    let telling: Vec<&&Status> = rows.iter().filter(|row| row.has_source).collect();
    let ids: Vec<domain::StatusId> = telling.iter().map(|row| row.id).collect();
    let found = storage::derivations::of_statuses(conn, &ids)?;
    let sources: Vec<domain::StatusId> = found.iter().filter_map(|row| row.source_id).collect();
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let sources = storage::statuses::with_ids_deleted(conn, &sources)?;
    let sources = crate::audience::visible_to(conn, viewer, sources)?;
    let is_own = |id| {
        let written = telling.iter().find(|row| row.id == id);
        written.is_some_and(|row| Some(row.account_id) == viewer)
    };
    let own_sources: Vec<domain::StatusId> = found
        .iter()
        .filter(|row| row.kind == Kind::Adaptation && row.derived_id.is_some_and(is_own))
        .filter_map(|row| row.source_id)
        .collect();
    let forbidden = terms::forbidden(conn, &own_sources)?;
    let views = found.into_iter().filter_map(|row| {
        let derived = row.derived_id?;
        let source = sources
            .iter()
            .find(|source| Some(source.id) == row.source_id)?;
        let view = SourceView {
            uri: row.source_uri,
            url: source.deleted_at.is_none().then(|| source.url.clone()),
            kind: row.kind,
            state: row.state,
            is_forbidden: is_own(derived) && forbidden.contains(&source.id),
        };
        Some((derived, view))
    });
    Ok(views.collect())
}

/// Whether somebody sees a post from which one comes, or that comes from it: where they see none, that there is one is
/// not said either.
pub async fn has_tree(app: &App, viewer: Option<&Person>, uri: &str) -> Result<bool> {
    let viewer = viewer.map(Person::id);
    let uri = uri.to_owned();
    app.read(move |_, conn| {
        let ties = storage::derivations::around(conn, &[uri.as_str()], NEAR)?;
        let known = ties.iter().filter(|tie| tie.source_id.is_some());
        let others = known.flat_map(|tie| [tie.source_uri.as_str(), tie.derived_uri.as_str()]);
        let others: Vec<&str> = others.filter(|other| *other != uri).collect();
        if others.is_empty() {
            return Ok(false);
        }
        let rows = storage::statuses::with_uris_deleted(conn, &others)?;
        Ok(!crate::audience::visible_to(conn, viewer, rows)?.is_empty())
    })
    .await
}

/// Whether somebody wants to be asked before an adaptation of theirs is confirmed.
pub async fn asks_first(app: &App, person: &Person) -> Result<bool> {
    let me = person.id();
    app.read(move |_, conn| Ok(storage::users::asks_before_adaptation(conn, me)?))
        .await
}

/// Says so, or not.
pub async fn set_asks_first(app: &App, person: &Person, ask: bool) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| Ok(storage::users::set_ask_before_adaptation(conn, me, ask)?))
        .await
}
