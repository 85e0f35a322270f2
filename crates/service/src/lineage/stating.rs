//! Saying of one's own post where it comes from, apart from its words.

use domain::lineage::SOURCES;
use domain::{ClaimState, Derivation as Kind, StatusId};
use storage::derivations::Derivation;

use super::claims::{begin, mention_author, seen};
use super::tree::comes_from;
use crate::error::invalid;
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::search::known_address;
use crate::statuses::own;
use crate::{App, Error, Found, Result};

/// Says that one's own post is adapted from the one at an address. An edit changes nothing of that.
pub async fn state(app: &App, person: &Person, id: StatusId, address: &str) -> Result<()> {
    let nothing = || invalid("There is no post at that address");
    let address = address.trim().replace('\0', "");
    let me = person.id();
    // For what is not theirs nothing is looked up.
    app.read(move |_, conn| own(conn, &me, id)).await?;
    let found = match known_address(app, &address).await? {
        Some(known) => Some(known),
        None => match app.remote().by_url(app, &address).await {
            Err(Error::Unavailable(_)) => {
                return Err(invalid("The server at that address does not answer now"));
            }
            found => found?,
        },
    };
    let Some(Found::Status(source)) = found else {
        return Err(nothing());
    };
    app.transaction(move |app, conn| {
        let status = own(conn, &me, id)?;
        let source = storage::statuses::find(conn, source)?;
        let source = seen(conn, me, source)?.filter(|source| source.id != id);
        let source = source.ok_or_else(nothing)?;
        if comes_from(conn, &source.uri, &status.uri)? {
            return Err(invalid("That post comes from this one"));
        }
        let known = storage::derivations::of_derived(conn, &status.uri)?;
        match known.iter().find(|row| row.source_uri == source.uri) {
            Some(row) => {
                storage::derivations::set_stated(conn, row.id, true)?;
                if row.state != ClaimState::Gone {
                    return Ok(());
                }
                storage::derivations::set_state(conn, row.id, ClaimState::Claimed, None)?;
                begin(app, conn, row, &status)?;
            }
            None if known.len() >= SOURCES => {
                return Err(invalid("It has too many sources"));
            }
            None => {
                let row = Derivation {
                    id: app.next_id(),
                    derived_uri: status.uri.clone(),
                    derived_id: Some(status.id),
                    source_uri: source.uri.clone(),
                    source_id: Some(source.id),
                    kind: Kind::Adaptation,
                    state: ClaimState::Claimed,
                    context: String::new(),
                    stated: true,
                    asked_id: None,
                    created_at: app.now(),
                    decided_at: None,
                };
                if !storage::derivations::insert(conn, row.clone())? {
                    return Err(nothing());
                }
                begin(app, conn, &row, &status)?;
            }
        }
        mention_author(app, conn, &status, &source, Kind::Adaptation)?;
        federate(app, conn, Outgoing::Renew { status: id })
    })
    .await
}

/// Says so no more, of what one's own post comes from. [`Error::NotFound`] if it does not, or if the source's author said
/// no: that stays, or one could begin anew.
pub async fn withdraw(app: &App, person: &Person, id: StatusId, derivation: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own(conn, &me, id)?;
        let row = storage::derivations::find(conn, derivation)?
            .filter(|row| row.derived_id == Some(id))
            .filter(|row| matches!(row.state, ClaimState::Claimed | ClaimState::Confirmed))
            .ok_or(Error::NotFound)?;
        storage::derivations::set_stated(conn, row.id, false)?;
        storage::derivations::set_state(conn, row.id, ClaimState::Gone, Some(app.now()))?;
        if row.state == ClaimState::Confirmed {
            federate(app, conn, Outgoing::ListDerivation { derivation })?;
        }
        federate(app, conn, Outgoing::Renew { status: id })
    })
    .await
}
