//! Where posts come from and where they go; of this server only.

use actix_web::web::{self, Data, Path};
use domain::{Derivation, StatusId};
use serde::{Deserialize, Serialize};
use service::App;
use service::lineage::{self, Edge, Node, NodeState, Tree};
use utoipa::ToSchema;

use super::{Answer, json, put_or_patch};
use crate::ApiError;
use crate::entities::{
    Lineage, LineageAuthor, LineageCounts, LineageEdge, LineageNode, LineageSettings,
};
use crate::extract::scope::{ReadAccounts, ReadStatuses, WriteAccounts, WriteStatuses};
use crate::extract::{Anyone, Caller, Flag, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/staffroom/v1/lineage/settings",
            [web::get().to(settings), put_or_patch().to(set)],
        )
        .at(
            "/staffroom/v1/statuses/{id}/lineage",
            [web::get().to(show), web::post().to(state)],
        )
        .at(
            "/staffroom/v1/statuses/{id}/lineage/{edge}",
            [web::delete().to(withdraw)],
        )
        .at(
            "/staffroom/v1/statuses/{id}/lineage/{edge}/confirm",
            [web::post().to(confirm)],
        )
        .at(
            "/staffroom/v1/statuses/{id}/lineage/{edge}/refuse",
            [web::post().to(refuse)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/staffroom/v1/lineage/settings",
        "What you chose about adaptations of your posts",
        settings,
    )
    .answers::<LineageSettings>();
    api.put_or_patch(
        "/staffroom/v1/lineage/settings",
        "Choose whether to be asked about adaptations of your posts",
        set,
    )
    .answers::<LineageSettings>();
    api.get(
        "/staffroom/v1/statuses/{id}/lineage",
        "What a post comes from, and what came of it",
        show,
    )
    .answers::<Lineage>();
    api.post(
        "/staffroom/v1/statuses/{id}/lineage",
        "Say that a post of yours is adapted from another one",
        state,
    )
    .answers::<Lineage>();
    api.delete(
        "/staffroom/v1/statuses/{id}/lineage/{edge}",
        "Say so no more",
        withdraw,
    )
    .answers::<Lineage>();
    api.post(
        "/staffroom/v1/statuses/{id}/lineage/{edge}/confirm",
        "Say that a post comes from yours",
        confirm,
    )
    .answers::<Lineage>();
    api.post(
        "/staffroom/v1/statuses/{id}/lineage/{edge}/refuse",
        "Say that a post does not come from yours",
        refuse,
    )
    .answers::<Lineage>();
}

async fn show(caller: Anyone<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Lineage::from(
        lineage::tree(&app, caller.person(), id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct LineageSource {
    source: Text,
}

async fn state(
    caller: Caller<WriteStatuses>,
    id: PathId<StatusId>,
    params: Params<LineageSource>,
    app: Data<App>,
) -> Answer {
    let source = params.0.source.filled().unwrap_or_default();
    lineage::state(&app, &caller.person, id.0, source).await?;
    json(Lineage::from(
        lineage::tree(&app, Some(&caller.person), id.0).await?,
    ))
}

async fn withdraw(
    caller: Caller<WriteStatuses>,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    let (id, edge) = ids(&path)?;
    lineage::withdraw(&app, &caller.person, id, edge).await?;
    json(Lineage::from(
        lineage::tree(&app, Some(&caller.person), id).await?,
    ))
}

async fn confirm(
    caller: Caller<WriteStatuses>,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    decide(&app, &caller, &path, true).await
}

async fn refuse(
    caller: Caller<WriteStatuses>,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    decide(&app, &caller, &path, false).await
}

/// The ids of a post and of a tie; what is none names nothing.
fn ids(path: &(String, String)) -> Result<(StatusId, i64), ApiError> {
    let id = |text: &str| text.parse::<StatusId>().map_err(|_| ApiError::NotFound);
    Ok((id(&path.0)?, id(&path.1)?.0))
}

/// Says yes or no to what is claimed of one's own post, and answers its tree.
async fn decide(
    app: &App,
    caller: &Caller<WriteStatuses>,
    path: &(String, String),
    yes: bool,
) -> Answer {
    let (id, edge) = ids(path)?;
    lineage::decide(app, &caller.person, id, edge, yes).await?;
    json(Lineage::from(
        lineage::tree(app, Some(&caller.person), id).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct LineageChoice {
    ask_first: Flag,
}

async fn settings(caller: Caller<ReadAccounts>, app: Data<App>) -> Answer {
    let ask_first = lineage::asks_first(&app, &caller.person).await?;
    json(LineageSettings { ask_first })
}

async fn set(
    caller: Caller<WriteAccounts>,
    params: Params<LineageChoice>,
    app: Data<App>,
) -> Answer {
    if let Some(ask) = params.0.ask_first.0 {
        lineage::set_asks_first(&app, &caller.person, ask).await?;
    }
    let ask_first = lineage::asks_first(&app, &caller.person).await?;
    json(LineageSettings { ask_first })
}

fn key(place: usize) -> String {
    format!("n{place}")
}

impl From<Tree> for Lineage {
    fn from(tree: Tree) -> Self {
        Self {
            focus: key(tree.focus),
            nodes: tree.nodes.into_iter().enumerate().map(node).collect(),
            edges: tree.edges.into_iter().map(edge).collect(),
            truncated: !tree.is_whole,
            counts: tree.counts.map(counts),
        }
    }
}

fn node((place, node): (usize, Node)) -> LineageNode {
    let nothing = LineageNode {
        key: key(place),
        state: "hidden",
        id: None,
        uri: None,
        url: None,
        title: None,
        language: None,
        created_at: node.created_at,
        account: None,
    };
    match node.state {
        NodeState::Hidden => nothing,
        NodeState::Deleted { uri } => LineageNode {
            state: "deleted",
            uri: Some(uri),
            ..nothing
        },
        NodeState::Shown {
            id,
            uri,
            url,
            title,
            language,
            author,
        } => LineageNode {
            state: "shown",
            id: Some(id),
            uri: Some(uri),
            url: Some(url),
            title: Some(title),
            language,
            account: Some(LineageAuthor {
                id: author.account.id.to_string(),
                acct: author.acct.clone(),
                display_name: author.account.display_name.clone(),
                url: author.account.url.clone(),
            }),
            ..nothing
        },
    }
}

fn edge(edge: Edge) -> LineageEdge {
    LineageEdge {
        id: edge.id.to_string(),
        source: key(edge.source),
        derived: key(edge.derived),
        kind: edge.kind.name(),
        state: edge.state.name(),
        context: edge.context,
        created_at: edge.created_at,
        may_decide: edge.is_own,
    }
}

fn counts(counted: Vec<(Derivation, i64)>) -> LineageCounts {
    let mut counts = LineageCounts::default();
    for (kind, count) in counted {
        match kind {
            Derivation::Adaptation => counts.adaptation = count,
            Derivation::Tried => counts.tried = count,
            Derivation::Adopted => counts.adopted = count,
        }
    }
    counts
}
