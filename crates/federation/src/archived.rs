//! What is in an archive of what somebody wrote: the same documents that other servers get.

use std::collections::HashMap;

use domain::{AccountId, StatusId};
use serde_json::{Value, json};
use service::App;
use service::archives::Documents;
use service::audience::visible_to;
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::convert::{actor, note};

/// What `service::archives::make` does not know itself.
pub const ARCHIVED: Documents = Documents {
    actor: actor::to_json,
    activities,
};

fn activities(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    rows: Vec<Status>,
) -> service::Result<Vec<Value>> {
    let order: Vec<StatusId> = rows.iter().map(|row| row.id).collect();
    let (boosts, posts): (Vec<Status>, Vec<Status>) =
        rows.into_iter().partition(|row| row.reblog_of_id.is_some());
    let mut said = announced(conn, by, boosts)?;
    for post in note::load_all(app, conn, posts)? {
        let mut activity = post.create(app);
        if post.status.local_only {
            to_nobody(&mut activity);
        }
        said.insert(post.status.id, activity);
    }
    Ok(order.iter().filter_map(|id| said.remove(id)).collect())
}

/// What never left this server is not for everybody elsewhere either, whoever reads the archive.
fn to_nobody(activity: &mut Value) {
    for place in ["/to", "/cc", "/object/to", "/object/cc"] {
        if let Some(named) = activity.pointer_mut(place) {
            *named = json!([]);
        }
    }
}

/// The boosts of what can still be seen.
fn announced(
    conn: &mut DbConnection,
    by: &Account,
    boosts: Vec<Status>,
) -> service::Result<HashMap<StatusId, Value>> {
    let ids: Vec<StatusId> = boosts.iter().filter_map(|row| row.reblog_of_id).collect();
    let boosted = storage::statuses::with_ids(conn, &ids)?;
    let boosted: HashMap<StatusId, Status> = visible_to(conn, Some(by.id), boosted)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let owners: Vec<AccountId> = boosted.values().map(|row| row.account_id).collect();
    let owners: HashMap<AccountId, Account> = storage::accounts::with_ids(conn, &owners)?
        .into_iter()
        .filter(|owner| !owner.is_gone())
        .map(|owner| (owner.id, owner))
        .collect();
    Ok(boosts
        .into_iter()
        .filter_map(|boost| {
            let of = boosted.get(&boost.reblog_of_id?)?;
            let owner = owners.get(&of.account_id)?;
            Some((boost.id, note::announce(&boost, by, of, owner)))
        })
        .collect())
}
