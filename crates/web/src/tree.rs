//! The family tree of a post: as nested lists for everybody, and as a picture to print.

use std::collections::{HashMap, HashSet};

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::language::LANGUAGES;
use domain::{ClaimState, Derivation, StatusId};
use serde::Deserialize;
use service::lineage::{self, Edge, Node, NodeState, Tree};
use service::{App, statuses};

use crate::feed::in_xml;
use crate::forms::Visitor;
use crate::page::{Answer, EVERYBODY, Failure, Forms, Frame, show, visitor};
use crate::picture;
use crate::profile::elsewhere;

/// How deep lists are nested; what is further down stands at that depth.
const DEPTH: usize = 8;

#[derive(Template)]
#[template(path = "tree.html")]
struct Page {
    page: Frame,
    title: String,
    address: String,
    lines: Vec<Line>,
    /// What closes the lists after the last line.
    end: String,
    is_whole: bool,
    /// What came of the post, in numbers, for its author; empty if nothing did.
    figures: String,
}

/// One post of the tree, at its place.
pub(crate) struct Line {
    pub depth: usize,
    /// What opens and closes lists before it.
    before: String,
    pub is_focus: bool,
    pub title: String,
    /// None where there is nothing to open.
    pub url: Option<String>,
    /// Code, and name.
    pub language: Option<(String, &'static str)>,
    /// `Priya (@priya@oakfield.example)`
    pub author: String,
    pub day: String,
    /// How it comes from the post above it; empty for the first ones.
    pub tie: String,
    pub context: String,
    /// Titles of other posts from which it comes too.
    pub others: Vec<String>,
    /// What the reader may decide, of all by which it comes from posts of theirs.
    open: Vec<Question>,
}

/// What the source's author may say yes or no to.
struct Question {
    edge: i64,
    source: String,
}

pub async fn tree(request: HttpRequest, path: Path<(String, String)>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let (id, address) = match ours(&app, &path).await? {
        Place::Here { id, address } => (id, address),
        Place::Elsewhere(url) => return Ok(elsewhere(&url)),
    };
    page(&app, &visitor, id, address).await
}

async fn page(app: &App, visitor: &Visitor, id: StatusId, address: String) -> Answer {
    let tree = lineage::tree(app, visitor.person.as_ref(), id).await?;
    let lines = lines(&tree);
    let title = lines.iter().find(|line| line.is_focus);
    let title = title.map(|line| line.title.clone()).unwrap_or_default();
    let page = Page {
        page: Frame::new(app, visitor, &format!("Family tree: {title}")),
        end: closing(lines.last().map(|line| line.depth)),
        is_whole: tree.is_whole,
        figures: figures(tree.counts.as_deref().unwrap_or_default()),
        title,
        address,
        lines,
    };
    show(app, visitor, StatusCode::OK, Forms::Here, &page)
}

/// The picture, which shows what everybody may see.
pub async fn picture(path: Path<(String, String)>, app: Data<App>) -> Answer {
    let id = match ours(&app, &path).await? {
        Place::Here { id, .. } => id,
        Place::Elsewhere(url) => return Ok(elsewhere(&url)),
    };
    let tree = lineage::tree(&app, EVERYBODY, id).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(in_xml(picture::svg(&lines(&tree)))))
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    edge: i64,
    source: StatusId,
    deed: Deed,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Confirm,
    Refuse,
}

pub async fn submit(
    request: HttpRequest,
    path: Path<(String, String)>,
    said: Form<Submitted>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(person) = &visitor.person else {
        return Err(Failure::NotFound);
    };
    let Place::Here { address, .. } = ours(&app, &path).await? else {
        return Err(Failure::NotFound);
    };
    let yes = said.deed == Deed::Confirm;
    lineage::decide(&app, person, said.source, said.edge, yes).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish())
}

enum Place {
    Here {
        id: StatusId,
        /// Of this page.
        address: String,
    },
    Elsewhere(String),
}

/// The post of that name that everybody may see; one from elsewhere has its page there.
async fn ours(app: &App, path: &(String, String)) -> Result<Place, Failure> {
    let (name, id) = path;
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let view = statuses::view(app, EVERYBODY, id).await?;
    if view.boosted.is_some() || !view.author.acct.eq_ignore_ascii_case(name) {
        return Err(Failure::NotFound);
    }
    if !view.author.account.is_local() {
        return Ok(Place::Elsewhere(view.status.url));
    }
    let address = format!("/@{}/{id}/tree", view.author.account.username);
    Ok(Place::Here { id, address })
}

/// The tree from its oldest posts down, each post once, below the first from which it comes.
fn lines(tree: &Tree) -> Vec<Line> {
    let mut above: HashMap<usize, Vec<&Edge>> = HashMap::new();
    let mut below: HashMap<usize, Vec<&Edge>> = HashMap::new();
    for edge in &tree.edges {
        above.entry(edge.derived).or_default().push(edge);
        below.entry(edge.source).or_default().push(edge);
    }
    let all = 0..tree.nodes.len();
    let first = all.clone().filter(|place| !above.contains_key(place));
    // In a circle nobody is first.
    let order: Vec<usize> = first.chain(all.clone()).collect();
    let mut drawn: HashSet<usize> = HashSet::new();
    let mut lines: Vec<Line> = Vec::new();
    for start in order {
        let mut open: Vec<(usize, usize, Option<&Edge>)> = vec![(start, 0, None)];
        while let Some((place, depth, edge)) = open.pop() {
            let Some(node) = tree.nodes.get(place) else {
                continue;
            };
            if !drawn.insert(place) {
                continue;
            }
            let ties = above.get(&place).map(Vec::as_slice).unwrap_or_default();
            let last = lines.last().map(|line| line.depth);
            lines.push(line(tree, node, place, depth.min(DEPTH), last, edge, ties));
            let next = below.get(&place).into_iter().flatten().rev();
            open.extend(next.map(|edge| (edge.derived, depth + 1, Some(*edge))));
        }
    }
    lines
}

fn line(
    tree: &Tree,
    node: &Node,
    place: usize,
    depth: usize,
    last: Option<usize>,
    edge: Option<&Edge>,
    ties: &[&Edge],
) -> Line {
    let title_at = |place: usize| tree.nodes.get(place).map(title_of).unwrap_or_default();
    let others = ties
        .iter()
        .filter(|tie| Some(tie.id) != edge.map(|edge| edge.id));
    let may_be_answered = |tie: &&&Edge| tie.is_own && tie.state == ClaimState::Claimed;
    let questions = ties.iter().filter(may_be_answered).filter_map(|tie| {
        Some(Question {
            edge: tie.id,
            source: id_of(tree.nodes.get(tie.source)?)?,
        })
    });
    let mut line = Line {
        depth,
        before: opening(last, depth),
        is_focus: place == tree.focus,
        title: title_of(node),
        url: None,
        language: None,
        author: String::new(),
        day: node
            .created_at
            .map(|time| time.format("%-d %B %Y").to_string())
            .unwrap_or_default(),
        tie: edge
            .map(|edge| tie_of(edge, &title_at(edge.source)))
            .unwrap_or_default(),
        context: edge.map(|edge| edge.context.clone()).unwrap_or_default(),
        others: others.map(|tie| title_at(tie.source)).collect(),
        open: questions.collect(),
    };
    if let NodeState::Shown {
        url,
        language,
        author,
        ..
    } = &node.state
    {
        let account = &author.account;
        let name = if account.display_name.is_empty() {
            &account.username
        } else {
            &account.display_name
        };
        line.author = format!("{name} (@{})", author.acct);
        line.url = Some(url.clone());
        line.language = language
            .as_ref()
            .and_then(|code| Some((code.clone(), named(code)?)));
    }
    line
}

fn id_of(node: &Node) -> Option<String> {
    match &node.state {
        NodeState::Shown { id, .. } => Some(id.to_string()),
        NodeState::Hidden | NodeState::Deleted { .. } => None,
    }
}

fn title_of(node: &Node) -> String {
    match &node.state {
        NodeState::Shown { title, .. } if title.is_empty() => "A post without words".to_owned(),
        NodeState::Shown { title, .. } => title.clone(),
        NodeState::Hidden => "A post that is not for everybody".to_owned(),
        NodeState::Deleted { .. } => "A post that was deleted".to_owned(),
    }
}

fn tie_of(edge: &Edge, source: &str) -> String {
    let what = match edge.kind {
        Derivation::Adaptation => "Adapted from",
        Derivation::Tried => "Tried",
        Derivation::Adopted => "Adopted",
    };
    let doubt = if edge.state == ClaimState::Confirmed {
        ""
    } else {
        " (claimed, not confirmed)"
    };
    format!("{what} “{source}”{doubt}")
}

/// `2 adapted it, 1 tried it`
fn figures(counts: &[(Derivation, i64)]) -> String {
    let some = counts.iter().filter(|(_, count)| *count > 0);
    let said = some.map(|(kind, count)| match kind {
        Derivation::Adaptation => format!("{count} adapted it"),
        Derivation::Tried => format!("{count} tried it"),
        Derivation::Adopted => format!("{count} adopted it"),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// The name of a language.
fn named(code: &str) -> Option<&'static str> {
    let primary = code.split(['-', '_']).next().unwrap_or_default();
    let known = LANGUAGES.iter().find(|(known, _)| *known == primary);
    known.map(|(_, name)| *name)
}

/// What stands between a line and the one before it, so that lists are nested as deep as lines are.
fn opening(last: Option<usize>, depth: usize) -> String {
    match last {
        None => "<ul class=\"tree\">".to_owned(),
        Some(last) if depth > last => "<ul>".to_owned(),
        Some(last) => format!("</li>{}", "</ul></li>".repeat(last - depth)),
    }
}

fn closing(last: Option<usize>) -> String {
    last.map_or_else(String::new, |last| {
        format!("</li>{}</ul>", "</ul></li>".repeat(last))
    })
}

#[cfg(test)]
mod tests {
    use domain::Time;

    use super::*;

    fn tree(nodes: usize, ties: &[(usize, usize)]) -> Tree {
        let time = Time::default();
        let node = |place: usize| Node {
            state: NodeState::Deleted {
                uri: format!("https://school.example/{place}"),
            },
            created_at: Some(time),
        };
        let edge = |(id, (source, derived)): (usize, &(usize, usize))| Edge {
            id: i64::try_from(id).unwrap(),
            source: *source,
            derived: *derived,
            kind: Derivation::Adaptation,
            state: ClaimState::Claimed,
            context: String::new(),
            created_at: time,
            is_own: false,
        };
        Tree {
            nodes: (0..nodes).map(node).collect(),
            edges: ties.iter().enumerate().map(edge).collect(),
            focus: 0,
            is_whole: true,
            counts: None,
        }
    }

    fn html(tree: &Tree) -> String {
        let lines = lines(tree);
        let all: String = lines
            .iter()
            .map(|line| format!("{}<li>", line.before))
            .collect();
        all + &closing(lines.last().map(|line| line.depth))
    }

    #[test]
    fn every_post_is_there_once_and_every_list_is_closed() {
        let chain: Vec<(usize, usize)> = (0..40).map(|place| (place, place + 1)).collect();
        for (nodes, ties) in [
            (1, vec![]),
            (5, vec![(0, 1), (0, 2), (2, 3), (0, 4)]),
            (4, vec![(0, 2), (1, 2), (2, 3)]),
            (3, vec![(0, 1), (1, 2), (2, 0)]),
            (41, chain),
        ] {
            let tree = tree(nodes, &ties);
            let html = html(&tree);
            assert_eq!(html.matches("<li>").count(), nodes, "{html}");
            for element in ["li", "ul"] {
                let opened = html.matches(&format!("<{element}")).count();
                let closed = html.matches(&format!("</{element}>")).count();
                assert_eq!(opened, closed, "{html}");
            }
        }
    }

    #[test]
    fn what_comes_from_two_stands_below_one_and_names_the_other() {
        let lines = lines(&tree(3, &[(0, 2), (1, 2)]));
        let depths: Vec<usize> = lines.iter().map(|line| line.depth).collect();
        assert_eq!(depths, [0, 1, 0]);
        assert_eq!(lines[1].others.len(), 1);
        assert!(lines[1].tie.contains("claimed"));
    }
}
