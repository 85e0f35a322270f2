//! What stewards who live elsewhere do by activities instead of words, as moderators of Lemmy's communities do.

use domain::AccountId;
use domain::network::Deed;
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks;

use super::commands::in_words;
use super::saying::say;
use super::stewarding::{PersonDeed, person_deed, post_deed};
use super::{Known, among};
use crate::{App, Error, Result};

/// What somebody elsewhere did, who looks after a network of ours.
#[derive(Debug, Clone)]
pub struct Stewarding {
    pub network: AccountId,
    pub what: Stewarded,
    /// Id of the activity; of one that takes another back, the id of that one, if its own server gave it one.
    pub uri: Option<String>,
    /// Whether it takes another one back.
    pub undone: bool,
}

/// With whom or what.
#[derive(Debug, Clone)]
pub enum Stewarded {
    Post {
        /// Id of the status.
        uri: String,
        deed: Deed,
        /// JSON, as their server sent it: of what is taken out or put back other servers of groups are told by it.
        activity: String,
    },
    Person {
        who: AccountId,
        deed: PersonDeed,
    },
}

/// Does what the same words would do, if it is a steward's. They are answered like words, unless what they did to a post is done:
/// that they see.
pub(crate) fn told(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    told: &Stewarding,
) -> Result<()> {
    let account = storage::accounts::find(conn, told.network)?;
    let Some(of) = among(conn, account.as_slice())?.pop() else {
        return Ok(());
    };
    if !networks::is_steward(conn, of.id(), by.id)? {
        return Ok(());
    }
    let done = match &told.what {
        Stewarded::Post {
            uri,
            deed,
            activity,
        } => with_post(app, conn, &of, by, uri, *deed, activity),
        Stewarded::Person { who, deed } => with_person(app, conn, &of, by, *who, *deed),
    };
    let is_news = done.is_err() || matches!(told.what, Stewarded::Person { .. });
    let said = in_words(done)?;
    if is_news {
        say(app, conn, &of, by, &said)?;
    }
    Ok(())
}

fn with_post(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    uri: &str,
    deed: Deed,
    activity: &str,
) -> Result<String> {
    let status = storage::statuses::with_uri(conn, uri)?.ok_or(Error::NotFound)?;
    post_deed(app, conn, of, by, status.id, deed, Some(activity))
}

fn with_person(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    who: AccountId,
    deed: PersonDeed,
) -> Result<String> {
    let who = storage::accounts::find(conn, who)?
        .filter(|account| !account.is_gone())
        .ok_or(Error::NotFound)?;
    person_deed(app, conn, of, by, &who, deed)
}
