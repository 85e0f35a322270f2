//! What authors let others do with a resource, and what it is called.

use std::collections::{HashMap, HashSet};

use domain::StatusId;
use domain::practice::Licence;
use storage::DbConnection;

use crate::Result;

/// Whether what others make of a resource may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terms {
    Derivatives,
    NoDerivatives,
    /// Its author does not say.
    Unsaid,
}

fn of_licence(licence: Option<(String, String)>) -> Terms {
    let Some((id, url)) = licence else {
        return Terms::Unsaid;
    };
    if (Licence { id, url }).forbids_derivatives() {
        Terms::NoDerivatives
    } else {
        Terms::Derivatives
    }
}

/// The terms of a status. One row by key.
pub(super) fn terms_of(conn: &mut DbConnection, id: StatusId) -> Result<Terms> {
    Ok(of_licence(storage::practices::licence_of(conn, id)?))
}

/// Those of these statuses of which nobody may pass on what they made of them. No query for none.
pub(super) fn forbidden(conn: &mut DbConnection, ids: &[StatusId]) -> Result<HashSet<StatusId>> {
    let rows = storage::practices::of_statuses(conn, ids)?.into_iter();
    let forbidden = rows.filter_map(|row| {
        (of_licence(row.licence) == Terms::NoDerivatives).then_some(row.status_id)
    });
    Ok(forbidden.collect())
}

/// Whether a status passes practice on.
pub(super) fn is_practice(conn: &mut DbConnection, id: StatusId) -> Result<bool> {
    Ok(storage::practices::get(conn, id)?.is_some())
}

/// The titles of those statuses that pass practice on.
pub(super) fn titles(
    conn: &mut DbConnection,
    ids: &[StatusId],
) -> Result<HashMap<StatusId, String>> {
    let rows = storage::practices::of_statuses(conn, ids)?.into_iter();
    Ok(rows.map(|row| (row.status_id, row.title)).collect())
}
