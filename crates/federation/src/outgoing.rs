//! From what happened here to what other servers are told: one activity, one row for each inbox.

mod collections;
pub(crate) mod featured;
mod lineage;
pub(crate) mod networks;
mod people;
mod posts;
mod quotes;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{AccountId, ActivityId, DeliveryId, Host, JobId, StatusId};
use serde_json::Value;
use service::App;
use service::jobs::Outgoing;
use service::keys::Keys;
use storage::DbConnection;
use storage::accounts::Account;
use storage::deliveries::{self, Delivery};
use url::Url;

use crate::Federation;
use crate::convert::poll;
use crate::origin::Origin;
use crate::proofs::prove;
use crate::protocol::context::with_context;
use crate::protocol::read;
use crate::protocol::vocabulary::Activity;
use crate::signatures::PrivateKey;

/// Whoever was mentioned in that time is told of a new profile.
const ACQUAINTED: TimeDelta = TimeDelta::days(7);

/// What is said, by whom, and to whom besides the followers.
struct Told {
    by: Account,
    activity: Value,
    to_followers: bool,
    /// Somebody of ours whose followers read along: it answers what they have.
    answers: Option<AccountId>,
    to: Vec<Account>,
    /// For followers only: servers are told with it whom we take for one (FEP-8fcf).
    names_followers: bool,
    /// Of those, servers of which kind.
    servers: Servers,
    /// It is what somebody elsewhere said, and stays as it is.
    is_theirs: bool,
}

/// What a network tells differs: servers of groups read activities (FEP-1b12), others boosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Servers {
    All,
    OfGroups,
    Others,
}

impl Told {
    fn to_followers(by: Account, activity: Value) -> Self {
        Self {
            to_followers: true,
            ..Self::to(by, activity, Vec::new())
        }
    }

    fn to(by: Account, activity: Value, to: Vec<Account>) -> Self {
        Self {
            by,
            activity,
            to_followers: false,
            answers: None,
            to,
            names_followers: false,
            servers: Servers::All,
            is_theirs: false,
        }
    }
}

/// Owes the activity to all whom it concerns, and finishes the job, in one transaction.
pub(crate) async fn tell(
    federation: &Federation,
    app: &App,
    job: JobId,
    outgoing: Outgoing,
) -> Result<(), service::Error> {
    // The keys go into the document of an actor, and are made outside of the transaction.
    let keys = match &outgoing {
        Outgoing::UpdateProfile { account } => Some(service::keys::both(app, *account).await?),
        _ => None,
    };
    // Followers that only the server knew which failed.
    let mut inboxes: BTreeSet<String> = match &outgoing {
        Outgoing::TakeOver { inboxes, .. } => inboxes.iter().cloned().collect(),
        _ => BTreeSet::new(),
    };
    // Where what is changed or deleted is known besides.
    let mut reached: BTreeSet<String> = match &outgoing {
        Outgoing::Delete { inboxes, .. } => inboxes.iter().cloned().collect(),
        _ => BTreeSet::new(),
    };
    let changed = match &outgoing {
        Outgoing::Edit { status } | Outgoing::Renew { status } => Some(*status),
        _ => None,
    };
    let revoked = match &outgoing {
        Outgoing::RevokeQuote { quote } => Some(*quote),
        _ => None,
    };
    let renamed = match &outgoing {
        Outgoing::UpdateProfile { account } => Some(*account),
        _ => None,
    };
    // Whoever knows somebody who is gone may know words of theirs.
    let to_everybody = matches!(outgoing, Outgoing::DeleteAccount { .. });
    let (app_inside, allow_http) = (app.clone(), federation.settings().outbound.allow_http);
    app.database()
        .transaction(move |conn| {
            if let Some(told) = compose(&app_inside, conn, outgoing, keys.as_ref())? {
                let quoted = match revoked {
                    Some(quote) => quotes::openly_quoted(conn, quote)?,
                    None => None,
                };
                if let Some(status) = changed.or(quoted) {
                    reached.extend(reached_by(conn, status)?);
                }
                if let Some(account) = renamed {
                    let since = StatusId(app_inside.id_at(app_inside.now() - ACQUAINTED));
                    inboxes.extend(storage::reach::of_profile(conn, account, since)?);
                }
                // Servers of groups are told by the network.
                inboxes.extend(of_servers(&app_inside, conn, Servers::Others, reached)?);
                owe(&app_inside, conn, told, allow_http, to_everybody, inboxes)?;
            }
            Ok::<_, service::Error>(storage::jobs::finish(conn, job)?)
        })
        .await?;
    app.wake().deliveries.notify_one();
    Ok(())
}

/// Where a status that is for everybody is known, though nobody there follows its author or is named in it.
fn reached_by(conn: &mut DbConnection, status: StatusId) -> Result<Vec<String>, service::Error> {
    match storage::statuses::find(conn, status)? {
        Some(row) if row.visibility.is_open() => Ok(storage::reach::of_status(conn, status)?),
        _ => Ok(Vec::new()),
    }
}

fn owe(
    app: &App,
    conn: &mut DbConnection,
    told: Told,
    allow_http: bool,
    to_everybody: bool,
    mut inboxes: BTreeSet<String>,
) -> Result<(), service::Error> {
    if told.to_followers {
        inboxes.extend(storage::follows::follower_inboxes(conn, told.by.id)?);
    }
    if let Some(answered) = told.answers {
        // Not where its author wants to hear nothing of.
        let without = storage::account_domain_blocks::hosts(conn, told.by.id)?;
        let readers = storage::follows::follower_inboxes_without(conn, answered, &without)?;
        inboxes.extend(readers);
    }
    if to_everybody {
        inboxes.extend(storage::accounts::known_inboxes(conn)?);
    }
    inboxes.extend(
        told.to
            .iter()
            .filter(|account| !account.is_local() && account.suspended_at.is_none())
            .map(|account| account.delivery_inbox().to_owned()),
    );
    let mut inboxes = of_servers(app, conn, told.servers, inboxes)?;
    if told.is_theirs {
        let author = read::id(&told.activity, "actor").and_then(Origin::parse);
        inboxes.retain(|inbox| Origin::parse(inbox) != author);
    }
    let now = app.now();
    let policy = service::policy::within(app, conn)?;
    let activity_id = ActivityId(app.next_id());
    let deliveries: Vec<Delivery> = inboxes
        .into_iter()
        .filter_map(|inbox| {
            let url = Url::parse(&inbox).ok()?;
            let may = url.scheme() == "https" || (allow_http && url.scheme() == "http");
            let host = Host::of(&url)
                .ok()
                .filter(|host| may && !policy.refuses(host.as_str()))?;
            Some(Delivery {
                id: DeliveryId(app.next_id()),
                activity_id,
                host: host.to_string(),
                inbox,
                attempts: 0,
                created_at: now,
                failed_at: None,
                error: None,
                run_at: None,
            })
        })
        .collect();
    if deliveries.is_empty() {
        return Ok(());
    }
    let activity = deliveries::Activity {
        id: activity_id,
        account_id: told.by.id,
        names_followers: told.names_followers,
        body: if told.is_theirs {
            told.activity.to_string()
        } else {
            proven(app, conn, told)?.to_string()
        },
        created_at: now,
    };
    Ok(deliveries::enqueue(conn, activity, deliveries)?)
}

/// Those inboxes that are on servers of this kind.
fn of_servers(
    app: &App,
    conn: &mut DbConnection,
    servers: Servers,
    mut inboxes: BTreeSet<String>,
) -> Result<BTreeSet<String>, service::Error> {
    if servers == Servers::All || inboxes.is_empty() {
        return Ok(inboxes);
    }
    let host_of = |inbox: &str| Some(Host::of(&Url::parse(inbox).ok()?).ok()?.to_string());
    let hosts: BTreeSet<String> = inboxes.iter().filter_map(|inbox| host_of(inbox)).collect();
    let hosts: Vec<String> = hosts.into_iter().collect();
    let of_groups = service::software::readers_of_groups(app, conn, &hosts)?;
    inboxes.retain(|inbox| {
        let reads = host_of(inbox).is_some_and(|host| of_groups.contains(&host));
        reads == (servers == Servers::OfGroups)
    });
    Ok(inboxes)
}

/// The activity with a proof of whose it is, so that others can pass it on.
fn proven(app: &App, conn: &mut DbConnection, told: Told) -> Result<Value, service::Error> {
    let internal = |error: String| service::Error::Internal(error);
    let key = service::keys::proof_key(app, conn, told.by.id)?;
    let private = PrivateKey::from_pem(key.private_pem.as_deref().unwrap_or_default())
        .map_err(|error| internal(error.to_string()))?;
    let mut activity = with_context(told.activity);
    prove(&mut activity, &private, &key.uri, app.now())
        .map_err(|error| internal(error.to_string()))?;
    Ok(activity)
}

/// None if what it was about is gone by now.
fn compose(
    app: &App,
    conn: &mut DbConnection,
    outgoing: Outgoing,
    keys: Option<&Keys>,
) -> Result<Option<Told>, service::Error> {
    Ok(match outgoing {
        Outgoing::Publish { status } => posts::post(app, conn, status, |post| post.create(app))?,
        Outgoing::Edit { status } => posts::post(app, conn, status, |post| posts::edit(app, post))?,
        Outgoing::Delete { status, .. } => posts::deletion(app, conn, status)?,
        Outgoing::Boost { status } => posts::boost(conn, status, |announce, _| announce.clone())?,
        Outgoing::Unboost { status } => posts::boost(conn, status, people::undo)?,
        Outgoing::Favourite {
            account,
            status,
            uri,
        } => people::like(conn, account, status, &uri, |like, _| like.clone())?,
        Outgoing::Unfavourite {
            account,
            status,
            uri,
        } => people::like(conn, account, status, &uri, people::undo)?,
        Outgoing::Vote {
            account,
            status,
            title,
            uri,
        } => match storage::statuses::find(conn, status)? {
            Some(of) => people::between(conn, account, of.account_id, |by, to| {
                poll::vote(by, to, &of.uri, &title, &uri)
            })?,
            None => None,
        },
        Outgoing::Renew { status } => posts::renewal(app, conn, status)?,
        Outgoing::QuoteRequest { status } => quotes::request(app, conn, status)?,
        Outgoing::AnswerQuote {
            account,
            to,
            request,
            of,
            by,
            stamp,
        } => people::between(conn, account, to, |author, quoter| {
            quotes::answer(app, author, quoter, &request, &of, &by, stamp.as_deref())
        })?,
        Outgoing::ListDerivation { derivation } => lineage::listed(app, conn, derivation)?,
        Outgoing::RefuseDerivation { derivation } => lineage::refused(app, conn, derivation)?,
        Outgoing::RevokeQuote { quote } => quotes::revocation(conn, quote)?,
        Outgoing::Follow {
            follower,
            account,
            uri,
        } => people::between(conn, follower, account, |by, to| {
            people::relation(Activity::Follow, &uri, by, to)
        })?,
        Outgoing::Unfollow {
            follower,
            account,
            uri,
        } => people::between(conn, follower, account, |by, to| {
            people::undo(&people::relation(Activity::Follow, &uri, by, to), by)
        })?,
        Outgoing::Accept {
            follower,
            account,
            uri,
        } => people::answer(app, conn, Activity::Accept, follower, account, &uri)?,
        Outgoing::Reject {
            follower,
            account,
            uri,
        } => people::answer(app, conn, Activity::Reject, follower, account, &uri)?,
        Outgoing::Block {
            account,
            target,
            uri,
        } => people::between(conn, account, target, |by, to| {
            people::relation(Activity::Block, &uri, by, to)
        })?,
        Outgoing::Unblock {
            account,
            target,
            uri,
        } => people::between(conn, account, target, |by, to| {
            people::undo(&people::relation(Activity::Block, &uri, by, to), by)
        })?,
        Outgoing::UpdateProfile { account } => {
            match (storage::accounts::find(conn, account)?, keys) {
                (Some(by), Some(keys)) => Some(people::profile(app, conn, by, keys)?),
                _ => None,
            }
        }
        Outgoing::Pin { status, pinned } => featured::post(app, conn, status, pinned)?,
        Outgoing::FeatureTag {
            account,
            name,
            featured,
        } => featured::tag(app, conn, account, &name, featured)?,
        Outgoing::Collection {
            collection,
            is_new,
            is_listed,
        } => collections::changed(app, conn, collection, is_new, is_listed)?,
        Outgoing::PutIn { item } => collections::put_in(app, conn, item)?,
        Outgoing::Unlist {
            account,
            object,
            target,
            to,
            is_listed,
        } => collections::removed(app, conn, account, &object, &target, &to, is_listed)?,
        Outgoing::FeatureRequest { item } => collections::request(conn, item)?,
        Outgoing::AnswerFeature {
            account,
            to,
            request,
            collection,
            item,
        } => people::between(conn, account, to, |account, owner| {
            collections::answer(app, account, owner, &request, &collection, item)
        })?,
        Outgoing::RevokeFeature {
            account,
            to,
            collection,
            item,
        } => collections::revocation(app, conn, account, to, &collection, item)?,
        Outgoing::Move { account } | Outgoing::TakeOver { account, .. } => {
            storage::accounts::find(conn, account)?.and_then(|by| people::departure(app, by))
        }
        Outgoing::Flag { report, to } => people::flag(app, conn, report, &to)?,
        Outgoing::DeleteAccount { account } => {
            storage::accounts::find(conn, account)?.map(people::farewell)
        }
        Outgoing::Forward { followed, body } => people::forward(conn, followed, &body)?,
        Outgoing::PassOn { network, what } => networks::pass_on(app, conn, network, what)?,
    })
}
