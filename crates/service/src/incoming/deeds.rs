//! What people elsewhere do with statuses.

use domain::{AccountId, NotificationKind, StatusId, Time, Visibility};
use storage::favourites::Favourite;
use storage::statuses::Counts;

use crate::audience::find_visible;
use crate::follows::notify;
use crate::statuses::{add_boost, remove_boost};
use crate::{App, Error, Result};

/// Somebody elsewhere passes a status on. What is not open is passed on by its own author only.
pub async fn receive_boost(
    app: &App,
    by: AccountId,
    uri: &str,
    of: StatusId,
    published: Option<Time>,
    visibility: Visibility,
) -> Result<()> {
    let uri = uri.to_owned();
    let done = app
        .transaction(move |app, conn| {
            let Some(account) = storage::accounts::find(conn, by)?.filter(|row| !row.is_gone())
            else {
                return Ok(());
            };
            let Some(status) = storage::statuses::find(conn, of)? else {
                return Ok(());
            };
            let may = status.visibility.is_open()
                || (status.visibility == Visibility::FollowersOnly && status.account_id == by);
            let known = storage::statuses::with_uri(conn, &uri)?.is_some()
                || storage::statuses::boost_by(conn, by, of)?.is_some();
            let wanted_here = status.local || storage::follows::has_local_followers(conn, by)?;
            if !may || known || !wanted_here || find_visible(conn, Some(by), of).is_err() {
                return Ok(());
            }
            let now = app.now();
            let created_at = published.unwrap_or(now).min(now);
            let id = StatusId(app.id_at(created_at));
            add_boost(
                app, conn, &account, &status, id, uri, visibility, created_at,
            )?;
            Ok(())
        })
        .await;
    again_is_fine(done)
}

/// Somebody elsewhere takes a boost back.
pub async fn undo_boost(app: &App, by: AccountId, uri: &str, of: Option<StatusId>) -> Result<()> {
    let uri = uri.to_owned();
    app.transaction(move |app, conn| {
        let named = storage::statuses::with_uri(conn, &uri)?.filter(|row| {
            row.account_id == by && row.reblog_of_id.is_some() && row.deleted_at.is_none()
        });
        let boost = match (named, of) {
            (Some(boost), _) => Some(boost),
            (None, Some(of)) => storage::statuses::boost_by(conn, by, of)?,
            (None, None) => None,
        };
        match boost {
            Some(boost) => remove_boost(app, conn, &boost),
            None => Ok(()),
        }
    })
    .await
}

/// Somebody elsewhere likes a status that they may see.
pub async fn receive_favourite(app: &App, by: AccountId, of: StatusId, uri: &str) -> Result<()> {
    let uri = uri.to_owned();
    let done = app
        .transaction(move |app, conn| {
            let status = match find_visible(conn, Some(by), of) {
                Ok(status) => status,
                Err(Error::NotFound) => return Ok(()),
                Err(error) => return Err(error),
            };
            let favourite = Favourite {
                id: app.next_id(),
                account_id: by,
                status_id: of,
                uri,
                created_at: app.now(),
            };
            if storage::favourites::insert(conn, favourite)? {
                storage::statuses::add_to_counts(
                    conn,
                    of,
                    Counts {
                        favourites: 1,
                        ..Counts::default()
                    },
                )?;
                if status.local {
                    notify(
                        app,
                        conn,
                        status.account_id,
                        by,
                        NotificationKind::Favourite,
                        Some(of),
                    )?;
                }
            }
            Ok(())
        })
        .await;
    again_is_fine(done)
}

/// Somebody elsewhere likes a status no more.
pub async fn undo_favourite(
    app: &App,
    by: AccountId,
    of: Option<StatusId>,
    uri: Option<&str>,
) -> Result<()> {
    let uri = uri.map(str::to_owned);
    app.transaction(move |_, conn| {
        let named = match &uri {
            Some(uri) => {
                storage::favourites::with_uri(conn, uri)?.filter(|row| row.account_id == by)
            }
            None => None,
        };
        let Some(of) = named.map(|row| row.status_id).or(of) else {
            return Ok(());
        };
        if storage::favourites::delete(conn, by, of)?.is_some() {
            storage::statuses::add_to_counts(
                conn,
                of,
                Counts {
                    favourites: -1,
                    ..Counts::default()
                },
            )?;
            if let Some(status) = storage::statuses::find(conn, of)? {
                let (to, kind) = (status.account_id, NotificationKind::Favourite);
                storage::notifications::withdraw(conn, to, by, kind, Some(of))?;
            }
        }
        Ok(())
    })
    .await
}

/// The same thing came twice at the same time.
fn again_is_fine(done: Result<()>) -> Result<()> {
    match done {
        Err(Error::Conflict(_)) => Ok(()),
        other => other,
    }
}
