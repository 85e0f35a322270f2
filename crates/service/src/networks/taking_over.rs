//! Going on here with a network of a server that failed: with both halves of its key it says itself that it moved.

use chrono::TimeDelta;
use domain::{AccountId, AccountKind, Host, Membership, Posting, Time};
use storage::DbConnection;
use storage::accounts::Account;
use storage::keys::Key;
use url::Url;

use super::escrow::{self, Saved, Secret};
use super::looking::{NetworkView, shown};
use super::saying::full;
use super::{Known, NewNetwork, find, making};
use crate::error::invalid;
use crate::incoming::{RemoteAccount, upsert_account};
use crate::jobs::{Job, Outgoing, enqueue, enqueue_at, federate};
use crate::{App, Error, Result, keys, moderation, moving};

/// For how long those who were members are let in without being asked again.
const AWAITED: TimeDelta = TimeDelta::days(90);
/// Bytes of an id that is remembered.
const LONGEST_ID: usize = 2_048;

/// What is to go on, and as what.
#[derive(Debug, Clone)]
pub struct Takeover {
    pub saved: Saved,
    pub halves: Vec<String>,
    /// In its handle here, if not that of before. A network of that name goes on with it.
    pub name: Option<String>,
    /// Handles of those who look after it here; where it is already they have to be its stewards.
    pub stewards: Vec<String>,
}

/// What goes on here.
#[derive(Debug, Clone)]
pub struct TakenOver {
    pub network: NetworkView,
    /// When those servers are told again that heard of another move too lately to listen to this one.
    pub told_again: Option<Time>,
}

/// Where it goes on.
enum Place {
    Known(AccountId),
    New(NewNetwork, Vec<Account>),
}

/// Takes a network over, whose followers follow the one here then. What can be wrong is looked at before anything is written.
pub async fn take_over(app: &App, wish: Takeover) -> Result<TakenOver> {
    let saved = wish.saved;
    let secret = escrow::open(&wish.halves, &saved.public_key)?;
    saved.moved()?;
    let name = wish.name.unwrap_or_else(|| saved.name.clone());
    let place = match existing(app, &name).await? {
        Some(id) => {
            check_stewards(app, id, &wish.stewards).await?;
            Place::Known(id)
        }
        None => as_before(app, &saved, name, wish.stewards).await?,
    };
    let old = predecessor(app, &saved, &secret).await?;
    app.transaction(move |app, conn| {
        let new = match place {
            Place::Known(id) => id,
            Place::New(new, stewards) => {
                making::write(app, conn, new, &stewards)?.account.account.id
            }
        };
        follow_on(app, conn, &old, new, &secret, saved)
    })
    .await
}

/// The account of the network as others know it. One whose key is known to be another one is nobody's to take over.
async fn predecessor(app: &App, saved: &Saved, secret: &Secret) -> Result<Account> {
    let mut known = with_keys(app, &saved.id).await?;
    if known.is_none() {
        // Whoever made the file may have named somebody whose server is there, and says whose key is whose.
        if let Err(error) = app.remote().by_url(app, &saved.id).await {
            tracing::info!(%error, "the server of a network that is taken over does not answer");
        }
        known = with_keys(app, &saved.id).await?;
    }
    let Some((account, known)) = known else {
        return upsert_account(app, described(saved, secret)?, app.now()).await;
    };
    if account.is_local() {
        return Err(invalid("This network lives here: nothing was done"));
    }
    let fits = |pem: &str| keys::fits(&secret.main, pem);
    if known.is_empty() || known.iter().any(|key| fits(&key.public_pem)) {
        return Ok(account);
    }
    Err(invalid(
        "This server knows another key of that network: nothing was done",
    ))
}

/// Who is known by that id, and with which keys.
async fn with_keys(app: &App, uri: &str) -> Result<Option<(Account, Vec<Key>)>> {
    let uri = uri.to_owned();
    app.read(move |_, conn| {
        let Some(account) = storage::accounts::with_uri(conn, &uri)? else {
            return Ok(None);
        };
        let keys = storage::keys::of_account(conn, account.id)?;
        Ok(Some((account, keys)))
    })
    .await
}

/// As its own server would have described it, which cannot be asked.
fn described(saved: &Saved, secret: &Secret) -> Result<RemoteAccount> {
    let unusable =
        || invalid("This is no saved network: neither its id nor its name may be missing");
    let url = Url::parse(&saved.id).map_err(|_| unusable())?;
    if !domain::handle::is_local_username(&saved.name) {
        return Err(unusable());
    }
    let host = Host::of(&url).map_err(|_| unusable())?;
    let uri = &saved.id;
    let part = |name: &str| format!("{uri}/{name}");
    let (kind, name) = (AccountKind::Group, saved.name.clone());
    Ok(RemoteAccount {
        display_name: saved.title.clone(),
        outbox: part("outbox"),
        followers: part("followers"),
        following: part("following"),
        posts_are_practice: saved.posts_are_practice,
        keys: keys::public(uri, &secret.main, &secret.proof)?,
        ..RemoteAccount::new(kind, name, host, uri.clone(), part("inbox"))
    })
}

/// The network of that name here, if there is one.
async fn existing(app: &App, name: &str) -> Result<Option<AccountId>> {
    let key = name.to_lowercase();
    app.read(move |_, conn| {
        let Some(account) = storage::accounts::with_handle_key(conn, &key)? else {
            return Ok(None);
        };
        if storage::networks::find(conn, account.id)?.is_none() {
            return Err(invalid("Name has already been taken, by no network"));
        }
        if account.is_gone() || account.moved_to_uri.is_some() {
            return Err(invalid(
                "The network of that name here has moved, or is suspended",
            ));
        }
        Ok(Some(account.id))
    })
    .await
}

/// Whoever is named as a steward of what is here already has to be one: its stewards decide that.
async fn check_stewards(app: &App, id: AccountId, names: &[String]) -> Result<()> {
    let named = making::people(app, names).await?;
    app.read(move |app, conn| {
        for account in named {
            if !storage::networks::is_steward(conn, id, account.id)? {
                return Err(invalid(format!(
                    "{} is no steward of the network of that name here, whose stewards decide who is one: \
                     leave --steward out, or give another --name",
                    full(app, &account)
                )));
            }
        }
        Ok(())
    })
    .await
}

/// As it was. Who was invited to a closed one is not known here: its stewards answer each who was no member.
async fn as_before(app: &App, saved: &Saved, name: String, stewards: Vec<String>) -> Result<Place> {
    if stewards.is_empty() {
        return Err(invalid(
            "No network of that name is here, and one is made: say with --steward who looks after it",
        ));
    }
    let posting = Posting::ALL
        .into_iter()
        .find(|posting| posting.name() == saved.posting);
    let membership = if saved.membership == Membership::Open.name() {
        Membership::Open
    } else {
        Membership::ByApproval
    };
    let new = NewNetwork {
        name,
        title: saved.title.clone(),
        description: saved.description.clone(),
        stewards,
        posting: posting.unwrap_or_default(),
        membership,
        rules: saved.rules.clone(),
        posts_are_practice: saved.posts_are_practice,
    };
    let (new, stewards) = making::prepared(app, new).await?;
    Ok(Place::New(new, stewards))
}

fn follow_on(
    app: &App,
    conn: &mut DbConnection,
    old: &Account,
    new: AccountId,
    secret: &Secret,
    saved: Saved,
) -> Result<TakenOver> {
    let account = storage::accounts::hold(conn, new)?.ok_or(Error::NotFound)?;
    let (target, now) = (account.uri.clone(), app.now());
    moving::write_alias(app, conn, account, old.uri.clone(), true)?;
    keys::adopt(app, conn, old, &secret.main, &secret.proof)?;
    let told_again = told_again(conn, old, &target, saved.moved()?, now)?;
    storage::moves::set(conn, old.id, &target, now)?;
    storage::accounts::set_moved(conn, old.id, &target)?;
    moderation::note_command(app, conn, "take over", old.uri.clone())?;
    let mut members = saved.members;
    members.retain(|uri| uri.len() <= LONGEST_ID);
    storage::networks::await_people(conn, new, members, now + AWAITED)?;
    let (from, to) = (old.id, new);
    enqueue(app, conn, &Job::Refollow { from, to })?;
    // Of ours, that job takes care.
    let (ours, mut inboxes) = (app.addresses().shared_inbox(), saved.inboxes);
    inboxes.retain(|inbox| *inbox != ours);
    let account = old.id;
    let told = Outgoing::TakeOver { account, inboxes };
    if let Some(at) = told_again {
        enqueue_at(app, conn, &Job::Federate(told.clone()), at)?;
    }
    federate(app, conn, told)?;
    let known: Known = find(conn, new)?;
    let network = shown(app, conn, None, known)?;
    Ok(TakenOver {
        network,
        told_again,
    })
}

/// When the move has to be said again: others listen to no second one for a while after one to another place.
fn told_again(
    conn: &mut DbConnection,
    old: &Account,
    target: &str,
    moved: Option<Time>,
    now: Time,
) -> Result<Option<Time>> {
    let heard = if old.moved_to_uri.as_deref() == Some(target) {
        None
    } else {
        storage::moves::last(conn, old.id)?
    };
    let again = heard.max(moved).map(moving::heard_again);
    Ok(again.filter(|at| *at > now))
}
