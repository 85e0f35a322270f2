//! The key of a network in two halves, of which one alone says nothing, and what else another server has to know to go on
//! with the network should this one fail.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat};
use domain::{AccountId, Time};
use openssl::sha::sha256;
use serde::{Deserialize, Serialize};
use storage::DbConnection;
use storage::networks;

use super::saying::full;
use super::stewarding::check_is_steward;
use super::{Known, find, named};
use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Error, Result, keys, moderation};

/// What a half begins with.
const MARK: &str = "staffroom-half-1:";
/// Bytes of the digest before the secret, by which two halves show that they belong together.
const DIGEST: usize = 32;

/// What is halved: the private keys, as PEM.
#[derive(Serialize, Deserialize)]
pub(super) struct Secret {
    pub main: String,
    pub proof: String,
}

/// Members named in what is saved, the oldest of them.
const MEMBERS: i64 = 100_000;

/// What a network is, and who is to be told where it goes on: all that is needed besides both halves. It says nothing of the
/// key, but who is a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// By which other servers know it.
    pub id: String,
    pub name: String,
    pub title: String,
    /// As typed.
    pub description: String,
    pub rules: String,
    #[serde(default)]
    pub posts_are_practice: bool,
    pub posting: String,
    pub membership: String,
    /// Handles.
    pub stewards: Vec<String>,
    /// PEM.
    pub public_key: String,
    /// Of the servers on which its followers live.
    pub inboxes: Vec<String>,
    /// Ids of those who live on other servers. What earlier versions saved names nobody.
    #[serde(default)]
    pub members: Vec<String>,
    /// When it moved last, RFC 3339.
    #[serde(default)]
    pub moved_at: Option<String>,
}

impl Saved {
    /// Reads what [`Saved::text`] wrote.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| invalid(format!("This is no saved network: {error}")))
    }

    /// When it moved last.
    pub(super) fn moved(&self) -> Result<Option<Time>> {
        let Some(moved_at) = &self.moved_at else {
            return Ok(None);
        };
        match DateTime::parse_from_rfc3339(moved_at) {
            Ok(at) => Ok(Some(at.naive_utc())),
            Err(error) => Err(invalid(format!("This is no saved network: {error}"))),
        }
    }

    pub fn text(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|error| Error::Internal(error.to_string()))
    }
}

/// Halves the key between two stewards, who get their halves once each.
pub(super) fn halve(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    between: [AccountId; 2],
) -> Result<String> {
    let main = keys::main_stored(conn, of.id())?.ok_or_else(not_yet)?;
    let proof = keys::proof_key(app, conn, of.id())?;
    let secret = Secret {
        main: main.private_pem.unwrap_or_default(),
        proof: proof.private_pem.unwrap_or_default(),
    };
    let secret = serde_json::to_vec(&secret).map_err(|error| Error::Internal(error.to_string()))?;
    let mut names = Vec::new();
    for (account, half) in between.into_iter().zip(split(&secret)) {
        networks::keep_half(conn, of.id(), account, &half, app.now())?;
        names.push(full(app, &crate::accounts::find(conn, account)?));
    }
    Ok(format!(
        "The key is halved between {}. Each half is shown once, to whom it is for, and kept nowhere after that.",
        names.join(" and ")
    ))
}

fn not_yet() -> Error {
    Error::Unavailable("the key of this network is still being made".to_owned())
}

/// Whether a half of the key is kept for a steward who lives here.
pub async fn has_half(app: &App, person: &Person, id: AccountId) -> Result<bool> {
    let me = person.id();
    app.read(move |_, conn| {
        let of = find(conn, id)?;
        check_is_steward(conn, &of, me)?;
        Ok(networks::has_half(conn, id, me)?)
    })
    .await
}

/// Shows a steward who lives here their half of the key, once.
pub async fn half(app: &App, person: &Person, id: AccountId) -> Result<String> {
    let me = person.id();
    app.transaction(move |_, conn| {
        let of = find(conn, id)?;
        // It may be halved anew at this moment.
        storage::accounts::hold(conn, id)?;
        check_is_steward(conn, &of, me)?;
        networks::take_half(conn, id, me)?.ok_or(Error::NotFound)
    })
    .await
}

/// The same for one who may live elsewhere, asked for by an administrator who gives it to them.
pub async fn half_of(app: &App, name: &str, handle: &str) -> Result<String> {
    let (name, handle) = (name.to_lowercase(), handle.to_owned());
    app.transaction(move |app, conn| {
        let of = named(conn, &name)?;
        let handle: domain::Handle = handle
            .parse()
            .map_err(|_| invalid("That is no handle: it reads name@host"))?;
        let key = handle.seen_from(&app.settings().host).key();
        storage::accounts::hold(conn, of.id())?;
        let who = storage::accounts::with_handle_key(conn, &key)?.ok_or(Error::NotFound)?;
        if who.is_gone() || !networks::is_steward(conn, of.id(), who.id)? {
            return Err(Error::NotFound);
        }
        let half = networks::take_half(conn, of.id(), who.id)?.ok_or(Error::NotFound)?;
        let target = format!("{} {}", full(app, &who), full(app, &of.account));
        moderation::note_command(app, conn, "show half of a key", target)?;
        Ok(half)
    })
    .await
}

/// Describes a network for its stewards.
pub async fn saved(app: &App, person: &Person, id: AccountId) -> Result<Saved> {
    let me = person.id();
    app.read(move |app, conn| {
        let of = find(conn, id)?;
        check_is_steward(conn, &of, me)?;
        describe(app, conn, of)
    })
    .await
}

/// The same by its name, for an administrator.
pub async fn saved_by_name(app: &App, name: &str) -> Result<Saved> {
    let name = name.to_lowercase();
    app.read(move |app, conn| {
        let of = named(conn, &name)?;
        describe(app, conn, of)
    })
    .await
}

fn describe(app: &App, conn: &mut DbConnection, of: Known) -> Result<Saved> {
    let main = keys::main_stored(conn, of.id())?.ok_or_else(not_yet)?;
    let mut inboxes = storage::follows::follower_inboxes(conn, of.id())?;
    inboxes.sort_unstable();
    inboxes.dedup();
    let stewards = networks::stewards(conn, of.id())?;
    let moved_at = storage::moves::last(conn, of.id())?;
    Ok(Saved {
        members: storage::follows::follower_uris(conn, of.id(), MEMBERS)?,
        moved_at: moved_at.map(|at| at.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true)),
        posts_are_practice: storage::practice_networks::is_rule(conn, of.id())?,
        stewards: stewards.iter().map(|row| full(app, row)).collect(),
        id: of.account.uri,
        name: of.account.username,
        title: of.account.display_name,
        description: of.account.note_source,
        rules: of.network.rules,
        posting: of.network.posting.name().to_owned(),
        membership: of.network.membership.name().to_owned(),
        public_key: main.public_pem,
        inboxes,
    })
}

/// What both halves say together, if that is the key of a network.
pub(super) fn open(halves: &[String], public_key: &str) -> Result<Secret> {
    let secret = join(halves)?;
    let other = || invalid("The halves are not of the key of this network: nothing was done");
    let secret: Secret = serde_json::from_slice(&secret).map_err(|_| other())?;
    if keys::fits(&secret.main, public_key) {
        Ok(secret)
    } else {
        Err(other())
    }
}

/// One half is random, the other what is left of the secret without it.
fn split(secret: &[u8]) -> [String; 2] {
    let whole = [sha256(secret).as_slice(), secret].concat();
    let pad: Vec<u8> = whole.iter().map(|_| rand::random::<u8>()).collect();
    let rest = both(&whole, &pad);
    [pad, rest].map(|half| format!("{MARK}{}", URL_SAFE_NO_PAD.encode(half)))
}

fn join(halves: &[String]) -> Result<Vec<u8>> {
    let [one, other] = halves else {
        return Err(invalid(
            "Two halves of the key are needed, one alone says nothing: nothing was done",
        ));
    };
    let (Some(one), Some(other)) = (read(one), read(other)) else {
        return Err(invalid("This is no half of a key: nothing was done"));
    };
    if one == other {
        return Err(invalid(
            "This is the same half twice, and the other one is needed too: nothing was done",
        ));
    }
    let whole = both(&one, &other);
    match whole.split_at_checked(DIGEST) {
        Some((digest, secret)) if one.len() == other.len() && digest == sha256(secret) => {
            Ok(secret.to_vec())
        }
        _ => Err(invalid(
            "These two halves do not belong together: nothing was done",
        )),
    }
}

fn read(half: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(half.trim().strip_prefix(MARK)?).ok()
}

fn both(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter()
        .zip(other)
        .map(|(one, other)| one ^ other)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_earlier_versions_saved_is_read() {
        let text = r#"{ "id": "https://a.example/users/english", "name": "english", "title": "English", "description": "",
            "rules": "", "posting": "members", "membership": "open", "stewards": ["@ada@a.example"], "public_key": "",
            "inboxes": ["https://b.example/inbox"] }"#;
        let mut saved = Saved::read(text).unwrap();
        assert!(saved.members.is_empty() && saved.moved().unwrap().is_none());
        assert_eq!(Saved::read(&saved.text().unwrap()).unwrap(), saved);
        saved.moved_at = Some("2026-12-01T08:00:00Z".to_owned());
        let moved = saved.moved().unwrap().unwrap();
        assert_eq!(moved.to_string(), "2026-12-01 08:00:00");
        saved.moved_at = Some("lately".to_owned());
        assert!(saved.moved().is_err());
    }

    #[test]
    fn two_halves_of_one_whole_are_needed() {
        let secret = b"a key";
        let halves = split(secret);
        assert_eq!(join(&halves).unwrap(), secret);
        let [one, other] = &halves;
        assert_eq!(join(&[other.clone(), one.clone()]).unwrap(), secret);
        let [strange, _] = split(secret);
        for wrong in [
            vec![one.clone()],
            vec![one.clone(), one.clone()],
            vec![one.clone(), strange],
            vec![one.clone(), MARK.to_owned()],
            vec![one.clone(), "something else".to_owned()],
            vec![one.clone(), other.clone(), other.clone()],
        ] {
            assert!(matches!(join(&wrong), Err(Error::Invalid(_))), "{wrong:?}");
        }
    }
}
