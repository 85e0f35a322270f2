//! Who of ours follows somebody elsewhere, as their server knows it: where the two differ, theirs holds (FEP-8fcf).

use std::collections::HashSet;

use chrono::TimeDelta;
use domain::AccountId;
use openssl::sha::sha256;
use storage::DbConnection;
use storage::accounts::Account;

use crate::follows::{begin, end};
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::{App, Result};

/// For how long the followers of the same account are not asked for again.
const REST: TimeDelta = TimeDelta::minutes(5);

/// Accounts that are looked up with one query.
const TOGETHER: usize = 1_000;

/// What somebody's server says of those of ours who follow them.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Id of the collection of all their followers.
    pub collection: String,
    /// As [`digest`] of those of ours.
    pub digest: String,
    /// Where it lists those of ours.
    pub url: String,
}

/// By this, two servers see whether they know of the same followers.
#[must_use]
pub fn digest<'a>(uris: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = [0_u8; 32];
    for uri in uris {
        for (byte, other) in digest.iter_mut().zip(sha256(uri.as_bytes())) {
            *byte ^= other;
        }
    }
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// If the server of `actor` knows of other followers among ours than we do, a job asks for them.
pub async fn compare(app: &App, actor: String, claim: Claim) -> Result<()> {
    let key = format!("followers {actor}");
    let asked = key.clone();
    let url = claim.url.clone();
    let differs = app
        .read(move |app, conn| {
            let account = storage::accounts::with_uri(conn, &actor)?
                .filter(|row| is_elsewhere(row) && row.followers_uri == claim.collection);
            let Some(account) = account else {
                return Ok(None);
            };
            let follows = storage::follows::local_follows(conn, account.id)?;
            let ours = follows.iter().filter(|(follow, _)| !follow.pending);
            let is_due =
                storage::lookups::last(conn, &asked)?.is_none_or(|last| last < app.now() - REST);
            let differs = digest(ours.map(|(_, uri)| uri.as_str())) != claim.digest;
            Ok((differs && is_due).then_some(account.id))
        })
        .await?;
    let Some(account) = differs else {
        return Ok(());
    };
    app.transaction(move |app, conn| {
        if storage::lookups::begin(conn, &key, app.now(), app.now() - REST)? {
            enqueue(app, conn, &Job::SynchroniseFollowers { account, url })?;
        }
        Ok(())
    })
    .await
}

/// Asks the account's server who of ours follows it, and holds to that. A server that does not say is asked again when
/// it names followers the next time.
pub(crate) async fn synchronise(app: &App, id: AccountId, url: &str) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::accounts::find(conn, id)?.filter(is_elsewhere)))
        .await?;
    let Some(account) = found else {
        return Ok(());
    };
    let Some(listed) = app.remote().followers(app, &account, url).await? else {
        return Ok(());
    };
    app.transaction(move |app, conn| settle(app, conn, id, &listed))
        .await
}

fn settle(app: &App, conn: &mut DbConnection, id: AccountId, listed: &[String]) -> Result<()> {
    let Some(account) = storage::accounts::hold(conn, id)?.filter(is_elsewhere) else {
        return Ok(());
    };
    let mut listed: HashSet<&str> = listed.iter().map(String::as_str).collect();
    for (follow, uri) in &storage::follows::local_follows(conn, id)? {
        let is_listed = listed.remove(uri.as_str());
        if !is_listed && !follow.pending {
            end(app, conn, follow.follower_id, &account)?;
        } else if is_listed && storage::follows::accept(conn, follow.follower_id, id)? {
            begin(conn, follow)?;
        }
    }
    // Whoever is left follows there, and not here.
    let ours = app.addresses().account("");
    let left: Vec<&str> = listed
        .into_iter()
        .filter(|uri| uri.starts_with(&ours))
        .collect();
    for left in left.chunks(TOGETHER) {
        let strangers = storage::accounts::with_uris(conn, left)?;
        for stranger in strangers.into_iter().filter(Account::is_local) {
            let undone = Outgoing::Unfollow {
                follower: stranger.id,
                account: id,
                uri: app.addresses().follow(&stranger.username, app.next_id()),
            };
            federate(app, conn, undone)?;
        }
    }
    Ok(())
}

fn is_elsewhere(account: &Account) -> bool {
    !account.is_local() && !account.is_gone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_proposal_has_its_digest() {
        let followers = [
            "https://testing.example.org/users/1",
            "https://testing.example.org/users/2",
        ];
        let expected = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f";
        assert_eq!(digest(followers), expected);
        assert_eq!(digest([]), "0".repeat(64));
    }
}
