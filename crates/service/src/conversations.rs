//! Threads of direct statuses.
//! <https://docs.joinmastodon.org/methods/conversations/>

use std::collections::HashMap;

use domain::{AccountId, Page, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::conversations::Conversation;
use storage::statuses::Status;

use crate::oauth::Person;
use crate::statuses::in_order;
use crate::streaming::Event;
use crate::unwanted::{willing, wishes, without_unwanted};
use crate::views::{self, AccountView, StatusView};
use crate::{App, Error, Paged, Result};

/// A conversation as somebody who takes part sees it.
#[derive(Debug, Clone)]
pub struct ConversationView {
    pub id: i64,
    pub unread: bool,
    /// The others who take part; of what somebody said to nobody, they alone.
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

/// Notes that the viewer has read a conversation, or wants to read it again.
pub async fn mark(app: &App, person: &Person, id: i64, unread: bool) -> Result<ConversationView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let (mut row, status) =
            storage::conversations::find(conn, me, id)?.ok_or(Error::NotFound)?;
        storage::conversations::mark(conn, id, unread)?;
        row.unread = unread;
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

/// A direct status was written: it is the last word in the conversations of its author and of those who are told of it.
pub(crate) fn note(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    told: &[AccountId],
) -> Result<()> {
    if status.visibility != Visibility::Direct {
        return Ok(());
    }
    let own = author.has_home().then_some(author.id);
    let ours: Vec<AccountId> = own.into_iter().chain(told.iter().copied()).collect();
    for account in &ours {
        let row = Conversation {
            id: app.next_id(),
            account_id: *account,
            conversation_id: status.conversation_id,
            last_status_id: status.id,
            unread: *account != author.id,
        };
        storage::conversations::note(conn, row)?;
    }
    if !ours.is_empty() {
        app.tell(Event::Said {
            thread: status.conversation_id,
            accounts: ours,
        });
    }
    Ok(())
}

/// What was said directly to one of ours, the last of each thread, is in their conversations too, since they hear of it now.
pub(crate) fn catch_up(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    said: Vec<(StatusId, StatusId)>,
) -> Result<()> {
    for (thread, last) in said {
        let row = Conversation {
            id: app.next_id(),
            account_id: me,
            conversation_id: thread,
            last_status_id: last,
            unread: true,
        };
        storage::conversations::note(conn, row)?;
        app.tell(Event::Said {
            thread,
            accounts: vec![me],
        });
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
        storage::conversations::end_with(conn, row.id, status.id, last)?;
    }
    Ok(())
}

/// A thread as each of these sees it who takes part. Who may not or does not want to see its last word is left out.
pub(crate) fn of_many(
    app: &App,
    conn: &mut DbConnection,
    viewers: &[AccountId],
    thread: StatusId,
) -> Result<Vec<(ConversationView, Vec<AccountId>)>> {
    let mut rows: HashMap<AccountId, Conversation> =
        storage::conversations::of_accounts(conn, viewers, thread)?
            .into_iter()
            .map(|row| (row.account_id, row))
            .collect();
    let mut last: Vec<StatusId> = rows.values().map(|row| row.last_status_id).collect();
    last.sort_unstable();
    last.dedup();
    let mut seen = Vec::new();
    for status in storage::statuses::with_ids(conn, &last)? {
        let of_it = rows.values().filter(|row| row.last_status_id == status.id);
        let viewers = of_it.map(|row| row.account_id).collect();
        let viewers = willing(app, conn, &status, viewers)?;
        for (view, viewers) in views::alike(app, conn, &viewers, &status)? {
            let everybody = participants(&view).collect();
            let accounts = views::accounts_by_id(app, conn, None, everybody)?;
            for viewer in viewers {
                let Some(row) = rows.remove(&viewer) else {
                    continue;
                };
                let view = with_others(&row, view.clone(), &accounts);
                seen.push((view, vec![viewer]));
            }
        }
    }
    Ok(seen)
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
    let everybody = statuses.values().flat_map(participants).collect();
    let accounts = views::accounts_by_id(app, conn, Some(me), everybody)?;
    Ok(rows
        .into_iter()
        .filter_map(|(row, status)| {
            let last_status = statuses.remove(&status.id)?;
            Some(with_others(&row, last_status, &accounts))
        })
        .collect())
}

/// Who wrote it, and whom it mentions.
fn participants(view: &StatusView) -> impl Iterator<Item = AccountId> {
    let mentioned = view.mentions.iter().map(|mention| mention.id);
    std::iter::once(view.status.account_id).chain(mentioned)
}

fn with_others(
    row: &Conversation,
    last_status: StatusView,
    accounts: &HashMap<AccountId, AccountView>,
) -> ConversationView {
    let mut others: Vec<AccountId> = participants(&last_status)
        .filter(|id| *id != row.account_id)
        .collect();
    others.sort_unstable();
    others.dedup();
    if others.is_empty() {
        others.push(row.account_id);
    }
    ConversationView {
        id: row.id,
        unread: row.unread,
        accounts: others
            .iter()
            .filter_map(|id| accounts.get(id).cloned())
            .collect(),
        last_status,
    }
}
