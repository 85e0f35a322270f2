//! Hearing nothing of a whole server, as one person's choice.
//! <https://docs.joinmastodon.org/methods/domain_blocks/>

use domain::{AccountId, Host, Page, SeveranceCause};
use storage::DbConnection;
use storage::account_domain_blocks::{self, AccountDomainBlock};

use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Paged, Result, decisions, follows};

/// One page of the hosts that the viewer has blocked.
pub async fn page(app: &App, person: &Person, page: Page) -> Result<Paged<String>> {
    let me = person.id();
    app.read(move |_, conn| {
        let rows = account_domain_blocks::page(conn, me, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|(cursor, _)| *cursor).collect();
        let hosts = rows.into_iter().map(|(_, host)| host).collect();
        Ok(Paged::new(hosts, cursors, &page))
    })
    .await
}

/// How many follows would end with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// By the viewer.
    pub following: usize,
    /// Of the viewer.
    pub followers: usize,
}

/// What a block of `host` would end.
pub async fn ending(app: &App, person: &Person, host: &str) -> Result<Ending> {
    let host = named(&app.settings().host, host)?;
    let me = person.id();
    app.read(move |_, conn| {
        let mut follows = account_domain_blocks::follows_with(conn, me, &host)?;
        follows.retain(|follow| !follow.pending);
        let following = follows.iter().filter(|follow| follow.follower_id == me);
        let following = following.count();
        Ok(Ending {
            following,
            followers: follows.len() - following,
        })
    })
    .await
}

/// Blocks a host: all follows with its people end, and nothing of theirs reaches the viewer's timelines
/// and notifications any more.
pub async fn block(app: &App, person: &Person, host: &str) -> Result<()> {
    let host = named(&app.settings().host, host)?;
    let me = person.id();
    app.transaction(move |app, conn| set(app, conn, me, &host).map(drop))
        .await
}

/// The same in the transaction at hand: true for a new block.
pub(crate) fn set(app: &App, conn: &mut DbConnection, me: AccountId, host: &str) -> Result<bool> {
    let row = AccountDomainBlock {
        id: app.next_id(),
        account_id: me,
        host: host.to_owned(),
        created_at: app.now(),
    };
    if !account_domain_blocks::insert(conn, row)? {
        return Ok(false);
    }
    let ended = account_domain_blocks::follows_with(conn, me, host)?;
    let cause = SeveranceCause::UserDomainBlock;
    decisions::tell_severed(app, conn, &ended, cause, host, None)?;
    for follow in ended {
        if follow.follower_id != me {
            follows::turn_away(app, conn, follow.follower_id, me)?;
        } else if let Some(other) = storage::accounts::find(conn, follow.account_id)? {
            follows::end(app, conn, me, &other)?;
        }
    }
    account_domain_blocks::clear(conn, me, host)?;
    Ok(true)
}

/// Lifts a block.
pub async fn unblock(app: &App, person: &Person, host: &str) -> Result<()> {
    let host = named(&app.settings().host, host)?;
    let me = person.id();
    app.transaction(move |_, conn| Ok(account_domain_blocks::delete(conn, me, &host)?))
        .await
}

/// The name of a server that is not ours, however it is written.
pub(crate) fn named(ours: &Host, host: &str) -> Result<String> {
    let host: Host = host
        .trim()
        .trim_start_matches('@')
        .parse()
        .map_err(|_| invalid("Domain is not a valid domain name"))?;
    if host == *ours {
        return Err(invalid("Domain is not a valid domain name"));
    }
    Ok(host.to_string())
}

/// Whether somebody of ours wants to hear nothing of an account's server. No query for people of ours.
pub(crate) fn is_blocked(
    conn: &mut DbConnection,
    account: AccountId,
    other: AccountId,
) -> Result<bool> {
    let Some(host) = storage::accounts::find(conn, other)?.and_then(|row| row.host) else {
        return Ok(false);
    };
    Ok(!account_domain_blocks::blockers(conn, &host, &[account])?.is_empty())
}
