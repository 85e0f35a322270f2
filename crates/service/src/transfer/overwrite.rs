//! Ending what is not in the file.

use std::collections::HashSet;
use std::sync::Arc;

use domain::{AccountId, ImportKind, Page};
use storage::DbConnection;
use storage::imports::Import;

use super::parse::list_key;
use crate::{App, Result, blocks, follows, mutes, statuses};

/// Rows looked at in one transaction.
const AT_ONCE: i64 = 100;

/// Ends all of the kind that no line of the file means. Doing it twice does no harm.
pub(super) async fn clear(app: &App, import: &Import, kind: ImportKind) -> Result<()> {
    let (id, me) = (import.id, import.account_id);
    let keys: HashSet<String> = app
        .read(move |_, conn| Ok(storage::imports::keys(conn, id)?))
        .await?
        .into_iter()
        .collect();
    let keys = Arc::new(keys);
    let mut before = None;
    loop {
        let keys = Arc::clone(&keys);
        before = app
            .transaction(move |app, conn| {
                let page = Page {
                    max_id: before,
                    ..Page::newest(AT_ONCE)
                };
                let cursors = clear_page(app, conn, kind, me, &keys, &page)?;
                let is_full = i64::try_from(cursors.len()).is_ok_and(|rows| rows >= AT_ONCE);
                let oldest = cursors.into_iter().min().filter(|_| is_full);
                if oldest.is_none() {
                    storage::imports::set_prepared(conn, id, 0)?;
                }
                Ok(oldest)
            })
            .await?;
        if before.is_none() {
            return Ok(());
        }
    }
}

/// The cursors of what was looked at.
fn clear_page(
    app: &App,
    conn: &mut DbConnection,
    kind: ImportKind,
    me: AccountId,
    keys: &HashSet<String>,
    page: &Page,
) -> Result<Vec<i64>> {
    let mut cursors = Vec::new();
    match kind {
        ImportKind::Following => {
            for (cursor, other) in storage::follows::following(conn, me, page)? {
                cursors.push(cursor);
                if !keys.contains(&other.handle_key) {
                    follows::end(app, conn, me, &other)?;
                }
            }
        }
        ImportKind::Blocks => {
            for (cursor, other) in storage::blocks::page(conn, me, page)? {
                cursors.push(cursor);
                if !keys.contains(&other.handle_key) {
                    blocks::lift(app, conn, me, &other)?;
                }
            }
        }
        ImportKind::Mutes => {
            for (cursor, _, other) in storage::mutes::page(conn, me, page, app.now())? {
                cursors.push(cursor);
                if !keys.contains(&other.handle_key) {
                    mutes::lift(conn, me, other.id)?;
                }
            }
        }
        ImportKind::DomainBlocks => {
            for (cursor, host) in storage::account_domain_blocks::page(conn, me, page)? {
                cursors.push(cursor);
                if !keys.contains(&host) {
                    storage::account_domain_blocks::delete(conn, me, &host)?;
                }
            }
        }
        ImportKind::Bookmarks => {
            let kept = storage::bookmarks::page(conn, me, page)?;
            cursors.extend(kept.iter().map(|(cursor, _)| *cursor));
            let ids: Vec<_> = kept.into_iter().map(|(_, id)| id).collect();
            for status in storage::statuses::with_ids(conn, &ids)? {
                if !keys.contains(&status.uri) && !keys.contains(&status.url) {
                    statuses::drop_bookmark(conn, me, status.id)?;
                }
            }
        }
        ImportKind::Lists => return clear_lists(conn, me, keys, page),
    }
    Ok(cursors)
}

/// Lists of which the file says nothing are removed, and people of whom it says nothing are taken out of the others.
fn clear_lists(
    conn: &mut DbConnection,
    me: AccountId,
    keys: &HashSet<String>,
    page: &Page,
) -> Result<Vec<i64>> {
    if page.max_id.is_none() {
        let titles: HashSet<&str> = keys
            .iter()
            .filter_map(|key| key.split_once('\n'))
            .map(|(title, _)| title)
            .collect();
        for list in storage::lists::of_account(conn, me)? {
            if !titles.contains(list.title.as_str()) {
                storage::lists::delete(conn, list.id)?;
            }
        }
    }
    let mut cursors = Vec::new();
    for row in storage::lists::members_of_all(conn, me, page)? {
        cursors.push(row.cursor);
        if !keys.contains(&list_key(&row.title, &row.handle_key)) {
            storage::lists::remove(conn, row.list, &[row.target])?;
        }
    }
    Ok(cursors)
}
