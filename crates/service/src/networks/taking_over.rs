//! Going on here with a network of a server that failed: with both halves of its key it says itself that it moved.

use domain::{AccountId, AccountKind, Host, Membership, Posting};
use storage::DbConnection;
use storage::accounts::Account;
use storage::keys::Key;
use url::Url;

use super::escrow::{self, Saved, Secret};
use super::looking::{NetworkView, shown};
use super::{Known, NewNetwork, create, find};
use crate::error::invalid;
use crate::incoming::{RemoteAccount, upsert_account};
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::{App, Error, Result, keys, moderation, moving};

/// What is to go on, and as what.
#[derive(Debug, Clone)]
pub struct Takeover {
    pub saved: Saved,
    pub halves: Vec<String>,
    /// In its handle here, if not that of before. A network of that name goes on with it.
    pub name: Option<String>,
    /// Handles of those who look after it here, where it has to be made.
    pub stewards: Vec<String>,
}

/// Takes a network over, whose followers follow the one here then.
pub async fn take_over(app: &App, wish: Takeover) -> Result<NetworkView> {
    let saved = wish.saved;
    let secret = escrow::open(&wish.halves, &saved.public_key)?;
    let old = predecessor(app, &saved, &secret).await?;
    let name = wish.name.unwrap_or_else(|| saved.name.clone());
    let new = match existing(app, &name).await? {
        Some(new) => new,
        None => make(app, &saved, name, wish.stewards).await?,
    };
    app.transaction(move |app, conn| follow_on(app, conn, &old, new, &secret, saved.inboxes))
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

/// Makes it as it was. Who was invited to a closed one is not known here: its stewards answer each who comes along.
async fn make(app: &App, saved: &Saved, name: String, stewards: Vec<String>) -> Result<AccountId> {
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
    Ok(create(app, new).await?.account.account.id)
}

fn follow_on(
    app: &App,
    conn: &mut DbConnection,
    old: &Account,
    new: AccountId,
    secret: &Secret,
    mut inboxes: Vec<String>,
) -> Result<NetworkView> {
    let account = storage::accounts::hold(conn, new)?.ok_or(Error::NotFound)?;
    let target = account.uri.clone();
    moving::write_alias(app, conn, account, old.uri.clone(), true)?;
    keys::adopt(app, conn, old, &secret.main, &secret.proof)?;
    storage::moves::set(conn, old.id, &target, app.now())?;
    storage::accounts::set_moved(conn, old.id, &target)?;
    moderation::note_command(app, conn, "take over", old.uri.clone())?;
    let (from, to) = (old.id, new);
    enqueue(app, conn, &Job::Refollow { from, to })?;
    // Of ours, that job takes care.
    let ours = app.addresses().shared_inbox();
    inboxes.retain(|inbox| *inbox != ours);
    let account = old.id;
    federate(app, conn, Outgoing::TakeOver { account, inboxes })?;
    let known: Known = find(conn, new)?;
    shown(app, conn, None, known)
}
