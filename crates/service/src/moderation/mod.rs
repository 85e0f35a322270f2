//! What moderators see and decide by an app; every decision is noted.
//! <https://docs.joinmastodon.org/methods/admin/>

pub mod accounts;
pub mod appeals;
pub mod email_blocks;
pub mod emojis;
pub mod ip_blocks;
pub mod metrics;
pub mod reports;
pub mod trends;

use std::collections::HashMap;

use domain::{AccountId, Time};
use storage::DbConnection;
use storage::accounts::Account;
use storage::moderation::Entry;
use storage::users::User;

use crate::collections::CollectionView;
use crate::oauth::Person;
use crate::reports::Report;
use crate::users::invites;
use crate::views::{self, AccountView, StatusView};
use crate::{App, Result};

/// Somebody, and whoever signs in as them: nobody, where they live elsewhere.
#[derive(Debug, Clone)]
pub struct AdminAccountView {
    pub account: AccountView,
    pub user: Option<User>,
    pub invited_by: Option<AccountId>,
    /// Whether they may invite others.
    pub may_invite: bool,
}

/// A report with all whom it concerns.
#[derive(Debug, Clone)]
pub struct AdminReportView {
    pub report: Report,
    pub by: AdminAccountView,
    pub target: AdminAccountView,
    pub assigned: Option<AdminAccountView>,
    pub resolved_by: Option<AdminAccountView>,
    pub statuses: Vec<StatusView>,
    pub collections: Vec<CollectionView>,
    /// The rules that it names and that are still there, with their numbers.
    pub rules: Vec<(u32, String)>,
}

/// Something that was done, by whom and to whom or what.
#[derive(Debug, Clone)]
pub struct Deed {
    pub at: Time,
    pub actor: String,
    pub action: String,
    pub target: String,
}

/// What was done last, newest first.
pub async fn log(app: &App) -> Result<Vec<Deed>> {
    const SHOWN: i64 = 500;
    app.read(|_, conn| {
        let rows = storage::moderation::newest(conn, SHOWN)?;
        let deed = |row: Entry| Deed {
            at: row.created_at,
            actor: row.actor,
            action: row.action,
            target: row.target,
        };
        Ok(rows.into_iter().map(deed).collect())
    })
    .await
}

/// Notes what somebody does, in the transaction in which it is done.
pub(crate) fn note(
    app: &App,
    conn: &mut DbConnection,
    by: &Person,
    action: &str,
    target: String,
) -> Result<()> {
    note_as(app, conn, handle(&by.account), action, target)
}

/// Notes what is done on the command line, where nobody is signed in.
pub(crate) fn note_command(
    app: &App,
    conn: &mut DbConnection,
    action: &str,
    target: String,
) -> Result<()> {
    note_as(app, conn, "command line".to_owned(), action, target)
}

fn note_as(
    app: &App,
    conn: &mut DbConnection,
    actor: String,
    action: &str,
    target: String,
) -> Result<()> {
    let entry = Entry {
        id: app.next_id(),
        actor,
        action: action.to_owned(),
        target,
        created_at: app.now(),
    };
    Ok(storage::moderation::note(conn, entry)?)
}

fn handle(account: &Account) -> String {
    format!(
        "@{}",
        views::acct(&account.username, account.host.as_deref())
    )
}

/// As moderators see them, in the same order. Two queries.
fn show(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    rows: Vec<Account>,
) -> Result<Vec<AdminAccountView>> {
    let ids: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
    let users = storage::users::of_accounts(conn, &ids)?;
    let invites: Vec<i64> = users.iter().filter_map(|user| user.invite_id).collect();
    let inviters = storage::invites::inviters(conn, &invites)?;
    let mut users: HashMap<AccountId, User> = users
        .into_iter()
        .map(|user| (user.account_id, user))
        .collect();
    let view = |row: Account| {
        let user = users.remove(&row.id);
        let invite = user.as_ref().and_then(|user| user.invite_id);
        AdminAccountView {
            invited_by: invite.and_then(|invite| inviters.get(&invite).copied()),
            may_invite: user
                .as_ref()
                .is_some_and(|user| invites::may_make(app, user.role)),
            user,
            account: views::account(app, Some(viewer), row),
        }
    };
    Ok(rows.into_iter().map(view).collect())
}
