//! All that a post comes from, and all that came of it: the family tree, as somebody sees it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use domain::text::without_names;
use domain::{ClaimState, Derivation as Kind, StatusId, Time, limits};
use storage::DbConnection;
use storage::derivations::Derivation;
use storage::statuses::Status;

use super::terms;
use crate::audience::{find_visible, visible_to};
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::text::plain_text;
use crate::views::{self, AccountView};
use crate::{App, Result};

/// Posts of one tree.
const NODES: usize = 500;
/// How far from the one that was opened others are looked for.
const LEVELS: usize = 100;
/// Ties that are read for one level, up and down each.
const TIES: i64 = 1_000;
/// Characters of a title.
const TITLE: usize = 120;
/// Posts of one tree whose servers are asked at once what came of them.
const ASKED: usize = 20;
/// For how long a server is not asked again about the same post: of a tree that grows, and of one that does not.
const GROWING_REST: TimeDelta = TimeDelta::seconds(15);
const REST: TimeDelta = TimeDelta::minutes(15);
const YOUNG: TimeDelta = TimeDelta::hours(1);

/// A family tree.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Oldest first.
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// The place of the post that was opened.
    pub focus: usize,
    /// Whether there is no more.
    pub is_whole: bool,
    /// How many came of the post; for its author only.
    pub counts: Option<Vec<(Kind, i64)>>,
}

#[derive(Debug, Clone)]
pub struct Node {
    pub state: NodeState,
    pub created_at: Option<Time>,
}

#[derive(Debug, Clone)]
pub enum NodeState {
    Shown {
        id: StatusId,
        uri: String,
        url: String,
        title: String,
        language: Option<String>,
        author: Arc<AccountView>,
    },
    /// It is not for the viewer, and stands between posts that are.
    Hidden,
    Deleted {
        uri: String,
    },
}

/// That one post comes from another one.
#[derive(Debug, Clone)]
pub struct Edge {
    pub id: i64,
    /// Places of the posts.
    pub source: usize,
    pub derived: usize,
    pub kind: Kind,
    pub state: ClaimState,
    /// What the later post says of it, if it is shown.
    pub context: String,
    pub created_at: Time,
    /// Whether the viewer may say yes or no to it.
    pub is_own: bool,
}

/// The tree around a status. The servers of its posts elsewhere are asked in the background what else came of them.
pub async fn tree(app: &App, viewer: Option<&Person>, id: StatusId) -> Result<Tree> {
    let viewer = viewer.map(Person::id);
    let (tree, due) = app
        .read(move |app, conn| {
            let mut status = find_visible(conn, viewer, id)?;
            if let Some(boosted) = status.reblog_of_id {
                status = find_visible(conn, viewer, boosted)?;
            }
            let (ties, is_whole) = ties(conn, &status.uri)?;
            let uris: HashSet<&str> = ties
                .iter()
                .flat_map(|tie| [tie.source_uri.as_str(), tie.derived_uri.as_str()])
                .chain([status.uri.as_str()])
                .collect();
            let uris: Vec<&str> = uris.into_iter().collect();
            let mut rows = storage::statuses::with_uris_deleted(conn, &uris)?;
            rows.sort_by_key(|row| row.id);
            let seen = visible_to(conn, viewer, rows.clone())?;
            let seen: HashSet<StatusId> = seen.into_iter().map(|row| row.id).collect();
            let authors = rows.iter().map(|row| row.account_id).collect();
            let authors = views::accounts_by_id(app, conn, viewer, authors)?;
            let authors = authors.into_iter().map(|(id, view)| (id, Arc::new(view)));
            let authors: HashMap<_, _> = authors.collect();
            let ids: Vec<StatusId> = rows.iter().map(|row| row.id).collect();
            let titles = terms::titles(conn, &ids)?;
            let due = due(app, conn, &rows, &seen, &ties)?;
            let nodes = rows.iter().map(|row| {
                let author = authors.get(&row.account_id).cloned();
                node(row, seen.contains(&row.id), author, titles.get(&row.id))
            });
            let nodes: Vec<Node> = nodes.collect();
            let mut tree = drawn(&rows, nodes, ties, &status);
            tree.is_whole = is_whole;
            for edge in &mut tree.edges {
                let by = |place: usize| rows.get(place).map(|row| row.account_id);
                let source = rows.get(edge.source);
                edge.is_own = viewer.is_some()
                    && source.is_some_and(|row| row.local && row.deleted_at.is_none())
                    && by(edge.source) == viewer
                    && by(edge.derived) != viewer;
            }
            if viewer == Some(status.account_id) {
                tree.counts = Some(storage::derivations::counts_of_source(conn, status.id)?);
            }
            Ok((pruned(tree), due))
        })
        .await?;
    if !due.is_empty() {
        look(app, due).await;
    }
    Ok(tree)
}

/// Whether a post comes from another one, by however many ties that stand.
pub(super) fn comes_from(conn: &mut DbConnection, derived: &str, source: &str) -> Result<bool> {
    let (ties, _) = ties(conn, derived)?;
    let mut seen: HashSet<&str> = HashSet::new();
    let mut left = vec![derived];
    while let Some(uri) = left.pop() {
        if uri == source {
            return Ok(true);
        }
        if seen.insert(uri) {
            let above = ties.iter().filter(|tie| tie.derived_uri == uri);
            left.extend(above.map(|tie| tie.source_uri.as_str()));
        }
    }
    Ok(false)
}

/// All ties of the tree around a post, level by level, and whether there are no more. Two queries for each level.
fn ties(conn: &mut DbConnection, first: &str) -> Result<(Vec<Derivation>, bool)> {
    let mut known: HashSet<String> = HashSet::from([first.to_owned()]);
    let mut found: HashMap<i64, Derivation> = HashMap::new();
    let mut level = vec![first.to_owned()];
    let mut is_whole = true;
    for _ in 0..LEVELS {
        if level.is_empty() {
            break;
        }
        let here: Vec<&str> = level.iter().map(String::as_str).collect();
        let rows = storage::derivations::around(conn, &here, TIES)?;
        let mut next = Vec::new();
        for row in rows.into_iter().filter(|row| row.source_id.is_some()) {
            let ends = [&row.source_uri, &row.derived_uri];
            let new: Vec<String> = ends
                .into_iter()
                .filter(|uri| !known.contains(*uri))
                .cloned()
                .collect();
            if known.len() + new.len() > NODES {
                is_whole = false;
                continue;
            }
            known.extend(new.iter().cloned());
            next.extend(new);
            found.insert(row.id, row);
        }
        level = next;
    }
    let is_whole = is_whole && level.is_empty();
    let mut found: Vec<Derivation> = found.into_values().collect();
    found.sort_by_key(|row| row.id);
    Ok((found, is_whole))
}

fn node(
    row: &Status,
    is_seen: bool,
    author: Option<Arc<AccountView>>,
    title: Option<&String>,
) -> Node {
    let state = match author {
        _ if !is_seen => NodeState::Hidden,
        Some(author) if row.deleted_at.is_none() => NodeState::Shown {
            id: row.id,
            uri: row.uri.clone(),
            url: row.url.clone(),
            title: title_of(row, title),
            language: row.language.clone(),
            author,
        },
        _ => NodeState::Deleted {
            uri: row.uri.clone(),
        },
    };
    let is_hidden = matches!(state, NodeState::Hidden);
    Node {
        state,
        created_at: (!is_hidden).then_some(row.created_at),
    }
}

/// What a post is about: its warning, if it has one, or its title, or its first line without whom it is to.
fn title_of(row: &Status, title: Option<&String>) -> String {
    let words = match title.filter(|title| !title.is_empty()) {
        _ if !row.spoiler_text.is_empty() => row.spoiler_text.clone(),
        Some(title) => title.clone(),
        None => {
            let text = plain_text(&row.content);
            let words = without_names(&text);
            if words.is_empty() {
                text
            } else {
                words.to_owned()
            }
        }
    };
    let mut lines = words.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let short = limits::cut(line, TITLE);
    if short.len() < line.len() {
        format!("{short}…")
    } else {
        short.to_owned()
    }
}

/// The tree of these posts; what is hidden says nothing.
fn drawn(rows: &[Status], nodes: Vec<Node>, ties: Vec<Derivation>, focus: &Status) -> Tree {
    let places: HashMap<&str, usize> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| (row.uri.as_str(), place))
        .collect();
    let is_shown = |place: usize| {
        let state = nodes.get(place).map(|node| &node.state);
        matches!(state, Some(NodeState::Shown { .. }))
    };
    let edges = ties.into_iter().filter_map(|tie| {
        let derived = *places.get(tie.derived_uri.as_str())?;
        Some(Edge {
            id: tie.id,
            source: *places.get(tie.source_uri.as_str())?,
            derived,
            kind: tie.kind,
            state: tie.state,
            context: if is_shown(derived) {
                tie.context
            } else {
                String::new()
            },
            created_at: tie.created_at,
            is_own: false,
        })
    });
    let edges = edges.collect();
    Tree {
        focus: places.get(focus.uri.as_str()).copied().unwrap_or_default(),
        nodes,
        edges,
        is_whole: true,
        counts: None,
    }
}

/// Without what is hidden at the ends: that it is there would say more than where it stands.
fn pruned(mut tree: Tree) -> Tree {
    let mut gone: HashSet<usize> = HashSet::new();
    loop {
        let mut ties = vec![0_usize; tree.nodes.len()];
        for edge in &tree.edges {
            for place in [edge.source, edge.derived] {
                if let Some(count) = ties.get_mut(place) {
                    *count += 1;
                }
            }
        }
        let ends = tree.nodes.iter().zip(&ties).enumerate();
        let ends: Vec<usize> = ends
            .filter(|(place, (node, ties))| {
                matches!(node.state, NodeState::Hidden) && **ties < 2 && !gone.contains(place)
            })
            .map(|(place, _)| place)
            .collect();
        if ends.is_empty() {
            break;
        }
        gone.extend(ends);
        tree.edges
            .retain(|edge| !gone.contains(&edge.source) && !gone.contains(&edge.derived));
    }
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut kept = Vec::new();
    for (place, node) in tree.nodes.into_iter().enumerate() {
        if !gone.contains(&place) {
            places.insert(place, kept.len());
            kept.push(node);
        }
    }
    let moved = |place: usize| places.get(&place).copied().unwrap_or_default();
    for edge in &mut tree.edges {
        edge.source = moved(edge.source);
        edge.derived = moved(edge.derived);
    }
    Tree {
        focus: moved(tree.focus),
        nodes: kept,
        ..tree
    }
}

/// Those posts elsewhere of which it is time to ask what came of them.
fn due(
    app: &App,
    conn: &mut DbConnection,
    rows: &[Status],
    seen: &HashSet<StatusId>,
    ties: &[Derivation],
) -> Result<Vec<(StatusId, TimeDelta)>> {
    let now = app.now();
    let mut due = Vec::new();
    let elsewhere = rows.iter().filter(|row| {
        !row.local && row.deleted_at.is_none() && row.visibility.is_open() && seen.contains(&row.id)
    });
    for row in elsewhere.take(ASKED) {
        let grows = now - row.created_at < YOUNG
            || ties
                .iter()
                .any(|tie| tie.source_id == Some(row.id) && now - tie.created_at < YOUNG);
        let rest = if grows { GROWING_REST } else { REST };
        let last = storage::lookups::last(conn, &key(row.id))?;
        if last.is_none_or(|last| last < now - rest) {
            due.push((row.id, rest));
        }
    }
    Ok(due)
}

fn key(id: StatusId) -> String {
    format!("derivations {id}")
}

/// Leaves jobs behind that ask: whoever reads is answered whether or not that can be.
async fn look(app: &App, due: Vec<(StatusId, TimeDelta)>) {
    let left = app.transaction(move |app, conn| {
        let now = app.now();
        for (source, rest) in due {
            if storage::lookups::begin(conn, &key(source), now, now - rest)? {
                enqueue(app, conn, &Job::LookForDerivations { source })?;
            }
        }
        Ok(())
    });
    if let Err(error) = left.await {
        tracing::warn!(%error, "nobody will look for what came of the posts of a tree");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Time {
        chrono::DateTime::from_timestamp_millis(1_790_000_000_000)
            .unwrap()
            .naive_utc()
    }

    fn tree(states: &str, ties: &[(usize, usize)]) -> Tree {
        let node = |letter: char| Node {
            state: match letter {
                'h' => NodeState::Hidden,
                _ => NodeState::Deleted {
                    uri: letter.to_string(),
                },
            },
            created_at: None,
        };
        let edge = |(id, (source, derived)): (usize, &(usize, usize))| Edge {
            id: i64::try_from(id).unwrap(),
            source: *source,
            derived: *derived,
            kind: Kind::Adaptation,
            state: ClaimState::Claimed,
            context: String::new(),
            created_at: at(),
            is_own: false,
        };
        Tree {
            nodes: states.chars().map(node).collect(),
            edges: ties.iter().enumerate().map(edge).collect(),
            focus: 0,
            is_whole: true,
            counts: None,
        }
    }

    fn names(tree: &Tree) -> String {
        let name = |node: &Node| match &node.state {
            NodeState::Deleted { uri } => uri.clone(),
            _ => "h".to_owned(),
        };
        tree.nodes.iter().map(name).collect()
    }

    #[test]
    fn what_is_hidden_stays_only_between_others() {
        let between = pruned(tree("ahb", &[(0, 1), (1, 2)]));
        assert_eq!((names(&between).as_str(), between.edges.len()), ("ahb", 2));
        let at_the_end = pruned(tree("abhh", &[(0, 1), (1, 2), (2, 3)]));
        assert_eq!(
            (names(&at_the_end).as_str(), at_the_end.edges.len()),
            ("ab", 1)
        );
        let first = pruned(Tree {
            focus: 1,
            ..tree("hab", &[(0, 1), (1, 2)])
        });
        assert_eq!((names(&first).as_str(), first.focus), ("ab", 0));
        assert_eq!((first.edges[0].source, first.edges[0].derived), (0, 1));
    }
}
