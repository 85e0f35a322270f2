//! What somebody passes on of others without a proof. It says where to look: what is found there, at its own server,
//! counts, and nothing that the hint itself says. Mastodon passes on in this way what its people are answered.

use std::collections::HashSet;

use domain::{AccountId, AccountKind};
use serde_json::Value;
use service::App;
use service::incoming::{Deed, Thread};
use storage::keys::Holder;
use storage::statuses::Status;

use super::prepare::{Outcome, may_concern_us, names_us, refuse};
use crate::convert::note::{author_of, is_post};
use crate::convert::poll;
use crate::fetch::{known_actor, read_database};
use crate::net::Budget;
use crate::protocol::read::{self, kind};
use crate::protocol::vocabulary::Activity;
use crate::{Federation, Refusal};

/// Whether somebody passes on what others did: as Mastodon does, with a Linked Data signature that means nothing to us, or as
/// groups do. Anything else that is signed by somebody else is a lie (docs/adr/0590).
pub(super) fn may_be_one(activity: &Value, by: &Holder) -> bool {
    activity.get("signature").is_some_and(Value::is_object) || by.kind == AccountKind::Group
}

/// Whether there may be something to look for: what is new, changed, or gone.
pub(super) fn may_lead_somewhere(activity: &Value) -> bool {
    use Activity::{Create, Delete, Update};
    matches!(Activity::of(activity), Some(Create | Update | Delete))
        && read::id(activity, "object").is_some()
}

/// What is found where a hint leads, and whose deed that is. `coming` as for `prepare`.
pub(super) async fn look(
    federation: &Federation,
    app: &App,
    budget: &Budget,
    hint: &Value,
    coming: &HashSet<String>,
) -> Outcome<(AccountId, Deed)> {
    let uri = read::id(hint, "object").ok_or_else(|| refuse("it has no object"))?;
    let asked = uri.to_owned();
    let known = read_database(app, move |conn| storage::statuses::with_uri(conn, &asked)).await?;
    if kind(hint) == "Delete" {
        return gone(federation, app, budget, uri, known).await;
    }
    let is_known = known.is_some();
    if is_known && kind(hint) == "Create" {
        return Err(refuse("it is known"));
    }
    let document = federation.object(app, budget, uri).await?;
    if !is_post(&document) || poll::choice(&document).is_some() {
        return Err(refuse("it is no post"));
    }
    let by = author_of(&document).ok_or_else(|| refuse("it is nobody's"))?;
    let names_us = names_us(app, &document);
    let author = known_actor(app, by).await?.map(|author| author.id);
    if !(is_known || names_us || may_concern_us(app, &document, author, coming).await?) {
        return Err(refuse("it concerns nobody here"));
    }
    let posts = if is_known {
        vec![federation.understood(app, budget, &document).await?]
    } else {
        federation.thread(app, budget, document, coming).await?
    };
    let author = posts.last().map(|post| post.author);
    let author = author.ok_or_else(|| refuse("it is nobody's"))?;
    let thread = Thread { posts, names_us };
    Ok(if is_known {
        (author, Deed::Edit(thread))
    } else {
        (author, Deed::Post(thread))
    })
}

/// A post or somebody of that id, if their own server says that there is nothing any more.
async fn gone(
    federation: &Federation,
    app: &App,
    budget: &Budget,
    uri: &str,
    known: Option<Status>,
) -> Outcome<(AccountId, Deed)> {
    let deed = match known {
        Some(status) if !status.local && status.visibility.is_open() => {
            (status.account_id, Deed::Delete(uri.to_owned()))
        }
        // What is not for everybody may be hidden from us, and be there.
        Some(_) => return Err(refuse("its server would not say that it is there")),
        None => match known_actor(app, uri).await? {
            Some(actor) if actor.host.is_some() => (actor.id, Deed::Leave),
            _ => return Err(refuse("it is not known")),
        },
    };
    match federation.object(app, budget, uri).await {
        Err(Refusal::Gone(_)) => Ok(deed),
        Ok(document) if kind(&document) == "Tombstone" => Ok(deed),
        Err(refusal) if refusal.may_pass() => Err(refusal),
        _ => Err(refuse("it is still there")),
    }
}
