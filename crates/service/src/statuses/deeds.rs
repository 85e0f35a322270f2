//! What people do with a status: like it, keep it, pin it; and who did.

use domain::{AccountId, NotificationKind, Page, StatusId, limits};
use storage::DbConnection;
use storage::favourites::Favourite;
use storage::statuses::{Counts, Status};

use super::boost::{done, original};
use super::edit::own;
use super::publish::show;
use crate::audience::{find_visible, visible_to};
use crate::error::invalid;
use crate::jobs::{Outgoing, federate};
use crate::notify::notify;
use crate::oauth::Person;
use crate::unwanted::avoided;
use crate::views::{self, AccountView, StatusView};
use crate::{App, Error, Paged, Result, networks};

/// Likes a status, and tells its author.
pub async fn favourite(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let status = original(conn, me.id, id)?;
        let row_id = app.next_id();
        let favourite = Favourite {
            id: row_id,
            account_id: me.id,
            status_id: status.id,
            uri: app.addresses().like(&me.username, row_id),
            created_at: app.now(),
        };
        if storage::favourites::insert(conn, favourite.clone())? {
            storage::status_index::note(conn, status.id)?;
            storage::statuses::add_to_counts(
                conn,
                status.id,
                Counts {
                    favourites: 1,
                    ..Counts::default()
                },
            )?;
            let told = Outgoing::Favourite {
                account: me.id,
                status: status.id,
                uri: favourite.uri,
            };
            if status.local {
                notify(
                    app,
                    conn,
                    status.account_id,
                    me.id,
                    NotificationKind::Favourite,
                    Some(status.id),
                )?;
                networks::tell(app, conn, &told)?;
            } else {
                federate(app, conn, told)?;
            }
        }
        again(app, conn, me.id, &status)
    })
    .await
}

/// Likes a status no more.
pub async fn unfavourite(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = done(conn, me, id, storage::favourites::find)?;
        if let Some(favourite) = storage::favourites::delete(conn, me, status.id)? {
            storage::status_index::note(conn, status.id)?;
            storage::statuses::add_to_counts(
                conn,
                status.id,
                Counts {
                    favourites: -1,
                    ..Counts::default()
                },
            )?;
            let (to, kind) = (status.account_id, NotificationKind::Favourite);
            storage::notifications::withdraw(conn, to, me, kind, Some(status.id))?;
            let told = Outgoing::Unfavourite {
                account: me,
                status: status.id,
                uri: favourite.uri,
            };
            if status.local {
                networks::tell(app, conn, &told)?;
            } else {
                federate(app, conn, told)?;
            }
        }
        let status = storage::statuses::find(conn, status.id)?.ok_or(Error::NotFound)?;
        show(app, conn, me, status)
    })
    .await
}

/// Wants to be told nothing more of the thread of a status.
pub async fn mute(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = original(conn, me, id)?;
        storage::mutes::mute_conversation(conn, me, status.conversation_id)?;
        show(app, conn, me, status)
    })
    .await
}

/// Wants to be told of the thread of a status again.
pub async fn unmute(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = original(conn, me, id)?;
        storage::mutes::unmute_conversation(conn, me, status.conversation_id)?;
        show(app, conn, me, status)
    })
    .await
}

/// Keeps a status for oneself.
pub async fn bookmark(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = original(conn, me, id)?;
        keep(app, conn, me, &status)?;
        show(app, conn, me, status)
    })
    .await
}

/// The same in the transaction at hand: true for a new bookmark.
pub(crate) fn keep(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    status: &Status,
) -> Result<bool> {
    let is_new = storage::bookmarks::insert(conn, app.next_id(), me, status.id, app.now())?;
    storage::status_index::note(conn, status.id)?;
    Ok(is_new)
}

/// Keeps a status no more.
pub async fn unbookmark(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = done(conn, me, id, storage::bookmarks::find)?;
        drop_bookmark(conn, me, status.id)?;
        show(app, conn, me, status)
    })
    .await
}

/// The same in the transaction at hand.
pub(crate) fn drop_bookmark(
    conn: &mut DbConnection,
    me: AccountId,
    status: StatusId,
) -> Result<()> {
    storage::bookmarks::delete(conn, me, status)?;
    Ok(storage::status_index::note(conn, status)?)
}

/// Puts one's own status at the top of one's profile.
pub async fn pin(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = find_visible(conn, Some(me), id)?;
        if status.account_id != me || status.reblog_of_id.is_some() {
            return Err(invalid("Someone else's post cannot be pinned"));
        }
        if status.visibility == domain::Visibility::Direct {
            return Err(invalid(
                "Posts that are only visible to mentioned users cannot be pinned",
            ));
        }
        if status.pinned_at.is_none() {
            if storage::statuses::count_pinned(conn, me)? >= limits::PINNED {
                return Err(invalid(
                    "You have already pinned the maximum number of posts",
                ));
            }
            storage::statuses::set_pinned(conn, id, Some(app.now()))?;
            let pinned = true;
            federate(app, conn, Outgoing::Pin { status: id, pinned })?;
        }
        again(app, conn, me, &status)
    })
    .await
}

/// Takes one's own status off the top of one's profile.
pub async fn unpin(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = own(conn, &me, id)?;
        if status.pinned_at.is_some() {
            storage::statuses::set_pinned(conn, id, None)?;
            let pinned = false;
            federate(app, conn, Outgoing::Pin { status: id, pinned })?;
        }
        again(app, conn, me, &status)
    })
    .await
}

/// The status as it is now.
fn again(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    status: &Status,
) -> Result<StatusView> {
    let status = find_visible(conn, Some(viewer), status.id)?;
    show(app, conn, viewer, status)
}

/// One page of who likes a status. Where numbers are hidden, only its author is told.
pub async fn favourited_by(
    app: &App,
    viewer: Option<&Person>,
    id: StatusId,
    page: Page,
) -> Result<Paged<AccountView>> {
    doers(app, viewer, id, page, storage::favourites::of_status).await
}

/// One page of who boosted a status. Where numbers are hidden, only its author is told.
pub async fn reblogged_by(
    app: &App,
    viewer: Option<&Person>,
    id: StatusId,
    page: Page,
) -> Result<Paged<AccountView>> {
    doers(app, viewer, id, page, storage::statuses::boosters).await
}

type Doers = fn(
    &mut DbConnection,
    StatusId,
    &Page,
) -> std::result::Result<Vec<(i64, AccountId)>, storage::QueryError>;

async fn doers(
    app: &App,
    viewer: Option<&Person>,
    id: StatusId,
    page: Page,
    rows: Doers,
) -> Result<Paged<AccountView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let status = find_visible(conn, viewer, id)?;
        if !views::counts_shown(app, viewer, status.account_id) {
            return Ok(Paged::empty());
        }
        let rows = rows(conn, id, &page)?;
        let ids: Vec<AccountId> = rows.iter().map(|(_, account)| *account).collect();
        let avoided = avoided(app, conn, viewer, &ids)?;
        let mut items = views::accounts(app, conn, viewer, &ids)?;
        items.retain(|view| !avoided.contains(&view.account.id));
        Ok(Paged::new(
            items,
            rows.into_iter().map(|(cursor, _)| cursor),
            &page,
        ))
    })
    .await
}

/// One page of what the viewer likes.
pub async fn favourites(app: &App, person: &Person, page: Page) -> Result<Paged<StatusView>> {
    kept(app, person, page, storage::favourites::page).await
}

/// One page of what the viewer keeps.
pub async fn bookmarks(app: &App, person: &Person, page: Page) -> Result<Paged<StatusView>> {
    kept(app, person, page, storage::bookmarks::page).await
}

type Kept = fn(
    &mut DbConnection,
    AccountId,
    &Page,
) -> std::result::Result<Vec<(i64, StatusId)>, storage::QueryError>;

async fn kept(app: &App, person: &Person, page: Page, rows: Kept) -> Result<Paged<StatusView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = rows(conn, me, &page)?;
        let ids: Vec<StatusId> = rows.iter().map(|(_, id)| *id).collect();
        let items = super::read::in_order(app, conn, Some(me), &ids)?;
        Ok(Paged::new(
            items,
            rows.into_iter().map(|(cursor, _)| cursor),
            &page,
        ))
    })
    .await
}

/// The statuses of these rows that the viewer may see.
pub(super) fn seen(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[StatusId],
) -> Result<Vec<Status>> {
    let rows = storage::statuses::with_ids(conn, ids)?;
    visible_to(conn, viewer, rows)
}
