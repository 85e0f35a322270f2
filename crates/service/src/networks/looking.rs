//! What is shown of networks: by name or newest first, and never by a number.

use std::collections::{HashMap, HashSet};

use domain::{AccountId, NetworkPostState, Page, StatusId, limits};
use storage::DbConnection;
use storage::networks::{self, Network, NetworkPost, Proposal};

use super::{Known, deciding, find, stewarding};
use crate::accounts::accounts_page;
use crate::audience::{blocked_among, visible_to};
use crate::oauth::Person;
use crate::unwanted::{wishes, without_unwanted};
use crate::views::{self, AccountView, StatusView};
use crate::{App, Error, Paged, Result};

/// Proposals in one answer.
const PROPOSALS: i64 = 100;

/// A network as somebody sees it.
#[derive(Debug, Clone)]
pub struct NetworkView {
    pub account: AccountView,
    pub network: Network,
    /// By name.
    pub stewards: Vec<AccountView>,
    /// Whether the viewer is one of them.
    pub is_steward: bool,
    /// Its rule is that all that it passes on is practice.
    pub posts_are_practice: bool,
}

/// A post of a network.
#[derive(Debug, Clone)]
pub struct NetworkPostView {
    pub status: StatusView,
    pub state: NetworkPostState,
    pub pinned: bool,
    /// What answers it, if it is a question.
    pub answer: Option<StatusId>,
}

/// Something that two stewards have to want.
#[derive(Debug, Clone)]
pub struct ProposalView {
    pub proposal: Proposal,
    pub target: Option<AccountView>,
    pub proposed_by: Option<AccountView>,
    /// Why the viewer cannot confirm it, if they cannot.
    pub obstacle: Option<&'static str>,
}

/// All networks, by name.
pub async fn list(app: &App, viewer: Option<&Person>) -> Result<Vec<NetworkView>> {
    list_after(app, viewer, String::new(), limits::NETWORKS).await
}

/// Networks whose names come after `after`, by name, without their stewards.
pub async fn list_after(
    app: &App,
    viewer: Option<&Person>,
    after: String,
    limit: i64,
) -> Result<Vec<NetworkView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let rows = networks::list(conn, &after.replace('\0', ""), limit)?;
        let ids: Vec<AccountId> = rows.iter().map(|(network, _)| network.account_id).collect();
        let of_practice = storage::practice_networks::among_accounts(conn, &ids)?;
        let mut stewards: HashMap<AccountId, Vec<AccountView>> = HashMap::new();
        for (network, steward) in networks::stewards_among(conn, &ids)? {
            let steward = views::account(app, viewer, steward);
            stewards.entry(network).or_default().push(steward);
        }
        Ok(rows
            .into_iter()
            .map(|(network, account)| {
                let stewards = stewards.remove(&network.account_id).unwrap_or_default();
                NetworkView {
                    account: views::account(app, viewer, account),
                    posts_are_practice: of_practice.contains(&network.account_id),
                    is_steward: is_among(viewer, &stewards),
                    network,
                    stewards,
                }
            })
            .collect())
    })
    .await
}

fn is_among(viewer: Option<AccountId>, stewards: &[AccountView]) -> bool {
    stewards
        .iter()
        .any(|steward| Some(steward.account.id) == viewer)
}

/// The networks to which somebody belongs, here and elsewhere, by name.
pub async fn joined(app: &App, person: &Person) -> Result<Vec<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = networks::joined(conn, me, limits::NETWORKS)?;
        Ok(rows
            .into_iter()
            .map(|row| views::account(app, Some(me), row))
            .collect())
    })
    .await
}

/// One network.
pub async fn view(app: &App, viewer: Option<&Person>, id: AccountId) -> Result<NetworkView> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let known = find(conn, id)?;
        shown(app, conn, viewer, known)
    })
    .await
}

pub(super) fn shown(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    known: Known,
) -> Result<NetworkView> {
    let stewards: Vec<AccountView> = networks::stewards(conn, known.id())?
        .into_iter()
        .map(|steward| views::account(app, viewer, steward))
        .collect();
    let account = vec![views::account(app, viewer, known.account)];
    let account = views::with_moved(app, conn, viewer, account)?.pop();
    Ok(NetworkView {
        posts_are_practice: storage::practice_networks::is_rule(conn, known.network.account_id)?,
        is_steward: is_among(viewer, &stewards),
        stewards,
        account: account.ok_or(Error::NotFound)?,
        network: known.network,
    })
}

/// Members whose names come after `after`, by name.
pub async fn people(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    after: String,
    limit: i64,
) -> Result<Vec<AccountView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        find(conn, id)?;
        let rows = networks::people(conn, id, &after.replace('\0', ""), limit)?;
        let ids: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
        let blocked = match viewer {
            Some(viewer) => blocked_among(conn, viewer, &ids)?,
            None => HashSet::new(),
        };
        Ok(rows
            .into_iter()
            .filter(|row| !blocked.contains(&row.id) && !row.hide_collections)
            .map(|row| views::account(app, viewer, row))
            .collect())
    })
    .await
}

/// Those who ask to join, for stewards.
pub async fn requests(
    app: &App,
    person: &Person,
    id: AccountId,
    page: Page,
) -> Result<Paged<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let known = find(conn, id)?;
        stewarding::check_is_steward(conn, &known, me)?;
        let rows = storage::follows::requests(conn, id, &page)?;
        Ok(accounts_page(app, Some(me), rows, &page))
    })
    .await
}

/// Those who may neither join nor post and whose names come after `after`, by name, for stewards.
pub async fn bans(
    app: &App,
    person: &Person,
    id: AccountId,
    after: String,
    limit: i64,
) -> Result<Vec<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let known = find(conn, id)?;
        stewarding::check_is_steward(conn, &known, me)?;
        let rows = networks::bans(conn, id, &after.replace('\0', ""), limit)?;
        Ok(rows
            .into_iter()
            .map(|row| views::account(app, Some(me), row))
            .collect())
    })
    .await
}

/// One page of a network's posts, newest first: what was passed on for everybody, the rest for stewards.
pub async fn posts(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    state: NetworkPostState,
    page: Page,
) -> Result<Paged<NetworkPostView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let known = find(conn, id)?;
        if state != NetworkPostState::Announced {
            let me = viewer.ok_or(Error::NotFound)?;
            stewarding::check_is_steward(conn, &known, me)?;
        }
        let rows = networks::page_of_posts(conn, id, state, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.status_id.0).collect();
        Ok(Paged::new(
            show(app, conn, viewer, id, &rows)?,
            cursors,
            &page,
        ))
    })
    .await
}

/// A page of a network for everybody: what is shown at its top, and the newest of the rest.
pub async fn page(
    app: &App,
    id: AccountId,
    page: Page,
) -> Result<(Vec<NetworkPostView>, Paged<NetworkPostView>)> {
    let found = posts(app, None, id, NetworkPostState::Announced, page).await?;
    let pinned = app
        .read(move |app, conn| {
            let rows = pinned_rows(conn, id)?;
            show(app, conn, None, id, &rows)
        })
        .await?;
    Ok((pinned, found))
}

fn pinned_rows(conn: &mut DbConnection, id: AccountId) -> Result<Vec<NetworkPost>> {
    let wanted = storage::statuses::OfAccount {
        seen: vec![domain::Visibility::Public, domain::Visibility::Unlisted],
        only_pinned: true,
        ..storage::statuses::OfAccount::default()
    };
    let page = Page::newest(limits::PINNED);
    let boosts = storage::statuses::page_of_account(conn, id, &wanted, &page)?;
    let of: Vec<StatusId> = boosts
        .iter()
        .filter_map(|boost| boost.reblog_of_id)
        .collect();
    Ok(networks::among_posts(conn, id, &of)?)
}

/// What the viewer may see of these posts, and wants to. A fixed number of queries.
fn show(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    network: AccountId,
    rows: &[NetworkPost],
) -> Result<Vec<NetworkPostView>> {
    let ids: Vec<StatusId> = rows.iter().map(|row| row.status_id).collect();
    let mut statuses = storage::statuses::with_ids(conn, &ids)?;
    statuses.sort_unstable_by_key(|status| std::cmp::Reverse(status.id));
    let statuses = visible_to(conn, viewer, statuses)?;
    let views = views::statuses(app, conn, viewer, statuses)?;
    let wishes = wishes(conn, viewer)?;
    let views = without_unwanted(app, conn, viewer, wishes, views)?;
    let pinned: Vec<StatusId> = storage::statuses::pinned_boosts(conn, network, &ids)?;
    let answers: Vec<StatusId> = rows.iter().filter_map(|row| row.answer_id).collect();
    let answers: Vec<StatusId> = storage::statuses::with_ids(conn, &answers)?
        .into_iter()
        .map(|status| status.id)
        .collect();
    let of: HashMap<StatusId, &NetworkPost> = rows.iter().map(|row| (row.status_id, row)).collect();
    Ok(views
        .into_iter()
        .filter_map(|status| {
            let row = of.get(&status.status.id)?;
            Some(NetworkPostView {
                state: row.state,
                pinned: pinned.contains(&row.status_id),
                answer: row.answer_id.filter(|id| answers.contains(id)),
                status,
            })
        })
        .collect())
}

/// The post of a network at an address, for stewards.
pub async fn find_post(
    app: &App,
    person: &Person,
    id: AccountId,
    address: &str,
) -> Result<StatusId> {
    let (me, address) = (person.id(), address.replace('\0', ""));
    app.read(move |app, conn| {
        let known = find(conn, id)?;
        stewarding::check_is_steward(conn, &known, me)?;
        post_at(app, conn, id, &address)
    })
    .await
}

/// The post of a network at an address: its id, its page, or that of the boost.
pub(super) fn post_at(
    app: &App,
    conn: &mut DbConnection,
    network: AccountId,
    words: &str,
) -> Result<StatusId> {
    let link = words.split_whitespace().next().unwrap_or_default();
    match crate::search::known_status(app, conn, link)? {
        Some(status) => Ok(status.reblog_of_id.unwrap_or(status.id)),
        None => networks::find_by_url(conn, network, link)?.ok_or(Error::NotFound),
    }
}

/// What was proposed and nobody confirmed yet, for stewards.
pub async fn proposals(app: &App, person: &Person, id: AccountId) -> Result<Vec<ProposalView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let known = find(conn, id)?;
        stewarding::check_is_steward(conn, &known, me)?;
        let rows = networks::open_proposals(conn, id, deciding::open_since(app), PROPOSALS)?;
        let mut ids: Vec<AccountId> = rows.iter().map(|row| row.proposed_by).collect();
        ids.extend(rows.iter().filter_map(|row| row.target_id));
        let people = views::accounts_by_id(app, conn, Some(me), ids)?;
        let stewards = networks::stewards(conn, id)?;
        Ok(rows
            .into_iter()
            .map(|proposal| ProposalView {
                obstacle: deciding::obstacle(&proposal, me, &stewards),
                target: proposal.target_id.and_then(|id| people.get(&id).cloned()),
                proposed_by: people.get(&proposal.proposed_by).cloned(),
                proposal,
            })
            .collect())
    })
    .await
}
