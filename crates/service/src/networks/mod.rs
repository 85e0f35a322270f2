//! Subject networks: accounts of type Group that pass on what mentions them (FEP-1b12). Following one is joining it.
//!
//! Nobody signs in as a network: its stewards act by a page and the API, and anybody by direct messages in plain words.

mod answering;
mod commands;
mod deciding;
mod describing;
mod elsewhere;
mod escrow;
mod flagging;
mod joining;
mod looking;
mod making;
mod posting;
mod resembling;
mod saying;
mod stewarding;
mod succession;
mod taking_over;

use domain::AccountId;
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks::Network;

use crate::jobs::{Outgoing, federate};
use crate::{App, Error, Result};

pub use answering::told_of;
pub use deciding::confirm;
pub use describing::{Change, change};
pub use elsewhere::{Stewarded, Stewarding};
pub use escrow::{Saved, half, half_of, has_half, saved, saved_by_name};
pub use looking::{
    NetworkPostView, NetworkView, ProposalView, bans, find_post, joined, list, list_after, page,
    people, posts, proposals, requests, view,
};
pub use making::{NewNetwork, create, name_steward, name_steward_by_handle};
pub use posting::relay;
pub use resembling::similar;
pub use stewarding::{PersonDeed, do_with_person, do_with_post};
pub use taking_over::{TakenOver, Takeover, take_over};

pub(crate) use elsewhere::told;
pub(crate) use flagging::flagged;
pub(crate) use joining::{asked, check_may_join, comes_along, may_join};
pub(crate) use posting::{arrived, edited, forget, reindex, restored, tell};
pub(crate) use saying::full;
pub(crate) use succession::propose_move;

/// A network with its account.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub network: Network,
    pub account: Account,
}

impl Known {
    pub(crate) fn id(&self) -> AccountId {
        self.account.id
    }
}

/// The network of that account.
pub(crate) fn find(conn: &mut DbConnection, id: AccountId) -> Result<Known> {
    let network = storage::networks::find(conn, id)?.ok_or(Error::NotFound)?;
    let account = crate::accounts::find(conn, id)?;
    Ok(Known { network, account })
}

/// The network of that name here, in lower case.
fn named(conn: &mut DbConnection, name: &str) -> Result<Known> {
    let account = storage::accounts::with_handle_key(conn, name)?.ok_or(Error::NotFound)?;
    find(conn, account.id)
}

/// Which of these accounts of ours are networks.
pub(crate) fn among(conn: &mut DbConnection, accounts: &[Account]) -> Result<Vec<Known>> {
    let groups: Vec<&Account> = accounts
        .iter()
        .filter(|account| is_group(account) && !account.is_gone())
        .collect();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<AccountId> = groups.iter().map(|account| account.id).collect();
    let rows = storage::networks::among_accounts(conn, &ids)?;
    let with_account = |network: Network| {
        let account = groups.iter().find(|row| row.id == network.account_id)?;
        Some(Known {
            account: (*account).clone(),
            network,
        })
    };
    Ok(rows.into_iter().filter_map(with_account).collect())
}

/// A network that is suspended passes nothing on and is shown to nobody; its members stay, for when that is lifted.
pub(crate) fn set_suspended(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    suspended: bool,
) -> Result<()> {
    let now = app.now();
    storage::accounts::set_suspended(conn, account, suspended.then_some(now), now)?;
    federate(app, conn, Outgoing::UpdateProfile { account })
}

/// Whether an account of ours may be a network.
pub(crate) fn is_group(account: &Account) -> bool {
    account.is_local() && account.kind == domain::AccountKind::Group
}
