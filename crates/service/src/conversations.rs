//! Threads of direct statuses.
//! <https://docs.joinmastodon.org/methods/conversations/>

use std::collections::HashMap;

use domain::{AccountId, Page, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::conversations::Conversation;
use storage::statuses::Status;

use crate::audience::blocked_among;
use crate::oauth::Person;
use crate::statuses::in_order;
use crate::unwanted::{wishes, without_unwanted};
use crate::views::{self, AccountView, StatusView};
use crate::{App, Error, Paged, Result};

/// A conversation as somebody who takes part sees it.
#[derive(Debug, Clone)]
pub struct ConversationView {
    pub id: i64,
    pub unread: bool,
    /// The others who take part.
    pub accounts: Vec<AccountView>,
    pub last_status: StatusView,
}

/// One page of the viewer's conversations, newest first.
pub async fn page(app: &App, person: &Person, page: Page) -> Result<Paged<ConversationView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::conversations::page(conn, me, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|(row, _)| row.last_status_id.0).collect();
        Ok(Paged::new(show(app, conn, me, rows)?, cursors, &page))
    })
    .await
}

/// Notes that the viewer has read a conversation.
pub async fn mark_read(app: &App, person: &Person, id: i64) -> Result<ConversationView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let (mut row, status) =
            storage::conversations::find(conn, me, id)?.ok_or(Error::NotFound)?;
        storage::conversations::mark_read(conn, id)?;
        row.unread = false;
        show(app, conn, me, vec![(row, status)])?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}

/// Takes a conversation off the viewer's list, until something more is said.
pub async fn delete(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        storage::conversations::find(conn, me, id)?.ok_or(Error::NotFound)?;
        Ok(storage::conversations::delete(conn, id)?)
    })
    .await
}

/// A direct status was written: it is the last word in the conversations of those of ours who take part, unless one
/// has blocked the other.
pub(crate) fn note(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    mentioned: &[Account],
) -> Result<()> {
    if status.visibility != Visibility::Direct {
        return Ok(());
    }
    let ids: Vec<AccountId> = mentioned.iter().map(|account| account.id).collect();
    let blocked = blocked_among(conn, author.id, &ids)?;
    let others = mentioned
        .iter()
        .filter(|account| account.id != author.id && !blocked.contains(&account.id));
    for account in std::iter::once(author).chain(others) {
        if account.is_local() {
            let row = Conversation {
                id: app.next_id(),
                account_id: account.id,
                conversation_id: status.conversation_id,
                last_status_id: status.id,
                unread: account.id != author.id,
            };
            storage::conversations::note(conn, row)?;
        }
    }
    Ok(())
}

/// A status is deleted: what was said before it is the last word again.
pub(crate) fn forget(conn: &mut DbConnection, status: &Status) -> Result<()> {
    if status.visibility != Visibility::Direct {
        return Ok(());
    }
    for row in storage::conversations::ending_with(conn, status.id)? {
        let last = storage::conversations::newest(conn, row.account_id, row.conversation_id)?;
        match last {
            Some(last) => storage::conversations::set_last(conn, row.id, last)?,
            None => storage::conversations::delete(conn, row.id)?,
        }
    }
    Ok(())
}

/// Those whose last words the viewer may not or does not want to see are left out.
fn show(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    rows: Vec<(Conversation, Status)>,
) -> Result<Vec<ConversationView>> {
    let ids: Vec<StatusId> = rows.iter().map(|(_, status)| status.id).collect();
    let statuses = in_order(app, conn, Some(me), &ids)?;
    let wishes = wishes(conn, Some(me))?;
    let statuses = without_unwanted(app, conn, Some(me), wishes, statuses)?;
    let mut statuses: HashMap<StatusId, StatusView> = statuses
        .into_iter()
        .map(|view| (view.status.id, view))
        .collect();
    let parts = |view: &StatusView| -> Vec<AccountId> {
        let mentioned = view.mentions.iter().map(|mention| mention.id);
        let mut ids: Vec<AccountId> = std::iter::once(view.status.account_id)
            .chain(mentioned)
            .filter(|id| *id != me)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let everybody = statuses.values().flat_map(parts).collect();
    let accounts = views::accounts_by_id(app, conn, Some(me), everybody)?;
    Ok(rows
        .into_iter()
        .filter_map(|(row, status)| {
            let last_status = statuses.remove(&status.id)?;
            let others = parts(&last_status);
            Some(ConversationView {
                id: row.id,
                unread: row.unread,
                accounts: others
                    .iter()
                    .filter_map(|id| accounts.get(id).cloned())
                    .collect(),
                last_status,
            })
        })
        .collect())
}
