//! Accounts as somebody sees them.

use std::collections::HashMap;

use domain::AccountId;
use storage::DbConnection;
use storage::accounts::Account;

use super::AccountView;
use crate::remote_files::{Owner, Use, address, show_emojis};
use crate::{App, Result};

/// Whether `viewer` is told numbers by which people could be ranked: of `owner`, of whose they write, and of who likes it.
pub(crate) fn counts_shown(app: &App, viewer: Option<AccountId>, owner: AccountId) -> bool {
    app.settings().show_counts || viewer == Some(owner)
}

/// What is known here or, if that is more, what is said where it is at home.
pub(super) fn at_least(known: i64, said: Option<i64>) -> i64 {
    said.map_or(known, |said| known.max(said))
}

/// An account as `viewer` sees it: the numbers of others are hidden unless the server shows them.
/// Of a suspended one only the name is left.
pub(crate) fn account(app: &App, viewer: Option<AccountId>, mut account: Account) -> AccountView {
    if account.suspended_at.is_some() {
        take_words(&mut account);
    }
    let shown = counts_shown(app, viewer, account.id);
    let count = |known, said| if shown { at_least(known, said) } else { 0 };
    let owner = Owner::Account(account.id);
    let picture = |file: &Option<String>, remote: &Option<String>, purpose, default: String| match (
        file, remote,
    ) {
        (Some(file), _) => app.addresses().media(file),
        (None, Some(url)) => address(app, owner, purpose, url),
        (None, None) => default,
    };
    // What was said of a picture says nothing of the one that is shown where there is none.
    if account.avatar.is_none() && account.avatar_remote_url.is_none() {
        account.avatar_description.clear();
    }
    if account.header.is_none() && account.header_remote_url.is_none() {
        account.header_description.clear();
    }
    if !account.is_local() {
        show_emojis(app, owner, &mut account.emojis);
    }
    AccountView {
        acct: acct(&account.username, account.host.as_deref()),
        avatar: picture(
            &account.avatar,
            &account.avatar_remote_url,
            Use::Avatar,
            app.addresses().default_avatar(),
        ),
        header: picture(
            &account.header,
            &account.header_remote_url,
            Use::Header,
            app.addresses().default_header(),
        ),
        followers: count(account.followers_count, account.said_followers),
        following: count(account.following_count, account.said_following),
        statuses: count(account.statuses_count, account.said_statuses),
        is_signed_in: viewer.is_some(),
        moved: None,
        account,
    }
}

/// Takes away all that somebody said of themselves.
fn take_words(account: &mut Account) {
    account.display_name.clear();
    account.note.clear();
    account.fields.clear();
    account.emojis.clear();
    account.avatar = None;
    account.avatar_remote_url = None;
    account.header = None;
    account.header_remote_url = None;
    account.locked = false;
    account.discoverable = false;
    account.indexable = false;
    if account.kind.is_bot() {
        account.kind = domain::AccountKind::Person;
    }
}

/// `ada` here, `ada@school.example` elsewhere.
pub(crate) fn acct(username: &str, host: Option<&str>) -> String {
    match host {
        Some(host) => format!("{username}@{host}"),
        None => username.to_owned(),
    }
}

/// With where each of them moved, as far as that is known. One query, if any of them did.
pub(crate) fn with_moved(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    mut views: Vec<AccountView>,
) -> Result<Vec<AccountView>> {
    let moved = views
        .iter()
        .filter_map(|view| view.account.moved_to_uri.as_deref());
    let uris: Vec<&str> = moved.collect();
    if uris.is_empty() {
        return Ok(views);
    }
    let found: HashMap<String, Account> = storage::accounts::with_uris(conn, &uris)?
        .into_iter()
        .filter(|row| !row.is_gone())
        .map(|row| (row.uri.clone(), row))
        .collect();
    for view in &mut views {
        let uri = view.account.moved_to_uri.as_ref();
        let target = uri.and_then(|uri| found.get(uri)).cloned();
        view.moved = target.map(|row| Box::new(account(app, viewer, row)));
    }
    Ok(views)
}

/// The accounts of these ids that are not gone, by id. Two queries at most.
pub(crate) fn accounts_by_id(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    mut ids: Vec<AccountId>,
) -> Result<HashMap<AccountId, AccountView>> {
    ids.sort_unstable();
    ids.dedup();
    let rows = storage::accounts::with_ids(conn, &ids)?;
    let living = rows.into_iter().filter(|row| !row.is_gone());
    let views = living.map(|row| account(app, viewer, row)).collect();
    let views = with_moved(app, conn, viewer, views)?;
    Ok(views
        .into_iter()
        .map(|view| (view.account.id, view))
        .collect())
}

/// The accounts of these ids that are not gone, in the same order. One query.
pub(crate) fn accounts(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[AccountId],
) -> Result<Vec<AccountView>> {
    let mut found = accounts_by_id(app, conn, viewer, ids.to_vec())?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
