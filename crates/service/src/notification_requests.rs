//! What is held back of what somebody could be told.
//! <https://docs.joinmastodon.org/methods/notifications/#requests>

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::{
    AccountId, NotificationKind, NotificationPolicy, NotificationRule, Page, StatusId, Visibility,
};
use storage::DbConnection;
use storage::notification_requests::Request;
use storage::standing::Standing;

use crate::oauth::Person;
use crate::statuses::in_order;
use crate::streaming::Event;
use crate::views::{self, AccountView, StatusView};
use crate::{App, Error, Paged, Result, conversations};

/// For how long an account is new.
const NEW: TimeDelta = TimeDelta::days(30);
/// For how long a follower does not count yet.
const NEW_FOLLOWER: TimeDelta = TimeDelta::days(3);

/// Somebody whose deeds are held back.
#[derive(Debug, Clone)]
pub struct RequestView {
    pub request: Request,
    /// How many of their deeds.
    pub held: i64,
    pub account: AccountView,
    pub last_status: Option<StatusView>,
}

/// Rules, and how many people and deeds they hold back.
#[derive(Debug, Clone, Copy)]
pub struct PolicyView {
    pub policy: NotificationPolicy,
    pub requests: i64,
    pub notifications: i64,
}

/// What the rules are to be; None leaves one as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct PolicyWishes {
    pub for_not_following: Option<NotificationRule>,
    pub for_not_followers: Option<NotificationRule>,
    pub for_new_accounts: Option<NotificationRule>,
    pub for_private_mentions: Option<NotificationRule>,
    pub for_limited_accounts: Option<NotificationRule>,
    pub for_bots: Option<NotificationRule>,
}

/// The viewer's rules.
pub async fn policy(app: &App, person: &Person) -> Result<PolicyView> {
    let me = person.id();
    app.read(move |_, conn| show_policy(conn, me)).await
}

/// Changes the viewer's rules, for what comes from now on.
pub async fn set_policy(app: &App, person: &Person, wishes: PolicyWishes) -> Result<PolicyView> {
    let me = person.id();
    app.transaction(move |_, conn| {
        storage::accounts::hold(conn, me)?;
        let known = storage::notification_requests::policy(conn, me)?;
        let policy = NotificationPolicy {
            for_not_following: wishes.for_not_following.unwrap_or(known.for_not_following),
            for_not_followers: wishes.for_not_followers.unwrap_or(known.for_not_followers),
            for_new_accounts: wishes.for_new_accounts.unwrap_or(known.for_new_accounts),
            for_private_mentions: wishes
                .for_private_mentions
                .unwrap_or(known.for_private_mentions),
            for_limited_accounts: wishes
                .for_limited_accounts
                .unwrap_or(known.for_limited_accounts),
            for_bots: wishes.for_bots.unwrap_or(known.for_bots),
        };
        storage::notification_requests::set_policy(conn, me, &policy)?;
        show_policy(conn, me)
    })
    .await
}

/// One page of those whose deeds are held back.
pub async fn page(app: &App, person: &Person, page: Page) -> Result<Paged<RequestView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::notification_requests::page(conn, me, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(show(app, conn, me, rows)?, cursors, &page))
    })
    .await
}

/// One of those whose deeds are held back.
pub async fn find(app: &App, person: &Person, id: i64) -> Result<RequestView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = own(conn, me, id)?;
        show(app, conn, me, vec![row])?.pop().ok_or(Error::NotFound)
    })
    .await
}

/// Lets somebody through from now on, and with what they did before.
pub async fn accept(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let request = own(conn, me, id)?;
        let_through(app, conn, me, &request)?;
        app.tell(Event::Merged(me));
        Ok(())
    })
    .await
}

/// The same of several. Those that are dealt with already, by another app perhaps, are passed over.
pub async fn accept_all(app: &App, person: &Person, ids: Vec<i64>) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        for request in left_of(conn, me, &ids)? {
            let_through(app, conn, me, &request)?;
        }
        app.tell(Event::Merged(me));
        Ok(())
    })
    .await
}

fn let_through(app: &App, conn: &mut DbConnection, me: AccountId, request: &Request) -> Result<()> {
    let said = storage::notification_requests::messages(conn, request)?;
    storage::notification_requests::accept(conn, request)?;
    conversations::catch_up(app, conn, me, said)
}

/// Forgets what somebody did; what they do from now on is held back again.
pub async fn dismiss(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        let request = own(conn, me, id)?;
        Ok(storage::notification_requests::dismiss(conn, &request)?)
    })
    .await
}

/// The same of several, as [`accept_all`].
pub async fn dismiss_all(app: &App, person: &Person, ids: Vec<i64>) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        for request in left_of(conn, me, &ids)? {
            storage::notification_requests::dismiss(conn, &request)?;
        }
        Ok(())
    })
    .await
}

/// Those of these that wait still; [`Error::NotFound`] if none does.
fn left_of(conn: &mut DbConnection, me: AccountId, ids: &[i64]) -> Result<Vec<Request>> {
    let left = storage::notification_requests::with_ids(conn, me, ids)?;
    if left.is_empty() && !ids.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(left)
}

fn own(conn: &mut DbConnection, me: AccountId, id: i64) -> Result<Request> {
    storage::notification_requests::with_ids(conn, me, &[id])?
        .pop()
        .ok_or(Error::NotFound)
}

fn show_policy(conn: &mut DbConnection, me: AccountId) -> Result<PolicyView> {
    let (requests, notifications) = storage::notification_requests::counts(conn, me)?;
    Ok(PolicyView {
        policy: storage::notification_requests::policy(conn, me)?,
        requests,
        notifications,
    })
}

fn show(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    rows: Vec<Request>,
) -> Result<Vec<RequestView>> {
    let from: Vec<AccountId> = rows.iter().map(|row| row.from_account_id).collect();
    let held = storage::notification_requests::held_of(conn, me, &from)?;
    let accounts = views::accounts_by_id(app, conn, Some(me), from)?;
    let ids: Vec<StatusId> = rows.iter().filter_map(|row| row.last_status_id).collect();
    let statuses: HashMap<StatusId, StatusView> = in_order(app, conn, Some(me), &ids)?
        .into_iter()
        .map(|view| (view.status.id, view))
        .collect();
    Ok(rows
        .into_iter()
        .filter_map(|request| {
            Some(RequestView {
                held: held.get(&request.from_account_id).copied().unwrap_or(0),
                account: accounts.get(&request.from_account_id)?.clone(),
                last_status: request
                    .last_status_id
                    .and_then(|id| statuses.get(&id).cloned()),
                request,
            })
        })
        .collect())
}

/// What becomes of something that `to`, one of ours, could be told. Whoever was let through, goes on with what
/// was said to them in private, or asks to follow, is heard.
pub(crate) fn rule(
    app: &App,
    conn: &mut DbConnection,
    standing: &Standing,
    to: AccountId,
    kind: NotificationKind,
    status: Option<StatusId>,
) -> Result<NotificationRule> {
    use NotificationKind::{AddedToCollection, Favourite, Follow, Mention, Quote, Reblog};
    let is_heard = !matches!(
        kind,
        Mention | Favourite | Reblog | Follow | Quote | AddedToCollection
    );
    if is_heard || standing.is_permitted {
        return Ok(NotificationRule::Accept);
    }
    let policy = &standing.policy;
    let now = app.now();
    let mut rule = NotificationRule::Accept;
    if !standing.is_following {
        rule = rule.max(policy.for_not_following);
        if standing.other_is_silenced {
            rule = rule.max(policy.for_limited_accounts);
        }
        if standing.other_created_at > now - NEW {
            rule = rule.max(policy.for_new_accounts);
        }
        if standing.other_is_bot {
            rule = rule.max(policy.for_bots);
        }
    }
    if standing
        .followed_since
        .is_none_or(|since| since > now - NEW_FOLLOWER)
    {
        rule = rule.max(policy.for_not_followers);
    }
    if policy.for_private_mentions != NotificationRule::Accept
        && kind == Mention
        && !standing.is_following
        && let Some(status) = status
        && is_unasked(conn, to, status)?
    {
        rule = rule.max(policy.for_private_mentions);
    }
    Ok(rule)
}

/// Whether a direct status stands in no thread in which its reader wrote to its author directly.
fn is_unasked(conn: &mut DbConnection, to: AccountId, status: StatusId) -> Result<bool> {
    let Some(status) = storage::statuses::find(conn, status)? else {
        return Ok(false);
    };
    if status.visibility != Visibility::Direct {
        return Ok(false);
    }
    let (thread, by) = (status.conversation_id, status.account_id);
    let was_asked = storage::conversations::has_said(conn, thread, to, by)?;
    Ok(!was_asked)
}

/// Notes that something is held back.
pub(crate) fn hold_back(
    app: &App,
    conn: &mut DbConnection,
    to: AccountId,
    from: AccountId,
    status: Option<StatusId>,
) -> Result<()> {
    let now = app.now();
    let request = Request {
        id: app.next_id(),
        account_id: to,
        from_account_id: from,
        last_status_id: status,
        created_at: now,
        updated_at: now,
    };
    Ok(storage::notification_requests::add(conn, request)?)
}
