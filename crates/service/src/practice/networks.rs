//! Networks by whose rule all that they pass on is practice: what is posted to one needs no hashtag (docs/adr/0270).

use domain::StatusId;
use storage::DbConnection;
use storage::practice_networks;
use storage::statuses::Status;

use super::{ask, keep_own, keep_theirs};
use crate::jobs::{Outgoing, federate};
use crate::streaming::Event;
use crate::{App, Result, lineage};

/// Whether a status is practice because it was posted to such a network, which passed it on.
pub(super) fn rules(conn: &mut DbConnection, status: &Status) -> Result<bool> {
    let may = status.in_reply_to_uri.is_none() && status.visibility.is_open();
    Ok(may && practice_networks::passed_on(conn, status.id)?)
}

/// A network passed a status on that is known already, or takes that back: whether it is practice may follow from that,
/// and where it is found does.
pub(crate) fn reconsider(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    let known = storage::practices::get(conn, status.id)?;
    match known {
        Some(row) if row.by_network && !rules(conn, status)? => {
            storage::practices::delete_of_status(conn, status.id)?;
        }
        Some(_) => {
            let networks = practice_networks::of_status(conn, status.id)?;
            return Ok(storage::practices::set_networks(
                conn, status.id, &networks,
            )?);
        }
        None if rules(conn, status)? => keep(app, conn, status)?,
        None => return Ok(()),
    }
    storage::status_index::note(conn, status.id)?;
    app.tell(Event::Edited(status.id));
    if status.local {
        let status = status.id;
        federate(app, conn, Outgoing::Renew { status })?;
    }
    Ok(())
}

fn keep(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    let tags = tags_of(conn, status.id)?;
    if !status.local {
        return keep_theirs(app, conn, status, &tags, None);
    }
    let Some(practice) = keep_own(app, conn, status, &tags)? else {
        return Ok(());
    };
    if let Some(author) = storage::accounts::find(conn, status.account_id)? {
        ask(app, conn, &author, status, &practice)?;
    }
    lineage::reconsider(app, conn, status)
}

fn tags_of(conn: &mut DbConnection, id: StatusId) -> Result<Vec<String>> {
    let tags = storage::tags::of_statuses(conn, &[id])?;
    Ok(tags.into_iter().map(|(_, name)| name).collect())
}
