//! How much there is of what is elsewhere, as its own server says. Only a part of it is known here; which of both is shown,
//! views decide.

use domain::AccountId;
use storage::{accounts, statuses};

use crate::{App, Result};

/// Keeps what somebody's server says of how much they post, and of how many follow them and are followed.
pub async fn note_totals_of_account(
    app: &App,
    id: AccountId,
    totals: accounts::Totals,
) -> Result<()> {
    app.transaction(move |_, conn| Ok(accounts::set_totals(conn, id, totals)?))
        .await
}

/// Keeps what the server of a status says of how often it was favourited and boosted; of a status of ours it says nothing.
pub async fn note_totals_of_status(app: &App, uri: &str, totals: statuses::Totals) -> Result<()> {
    let uri = uri.to_owned();
    app.transaction(
        move |_, conn| match statuses::with_uri(conn, &uri)?.filter(|row| !row.local) {
            Some(known) => Ok(statuses::set_totals(conn, known.id, totals)?),
            None => Ok(()),
        },
    )
    .await
}
