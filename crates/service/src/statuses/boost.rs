//! Passing a status on.

use domain::{AccountId, NotificationKind, StatusId, Time, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::{Counts, Status};

use super::publish::show;
use super::remove::remove;
use crate::audience::find_visible;
use crate::jobs::{Outgoing, federate};
use crate::notify::notify;
use crate::oauth::Person;
use crate::views::StatusView;
use crate::{App, Error, Result, home, networks, practice};

/// Boosts a status; once more it answers the boost that is there. Where nobody says who is to see that, it is whoever sees what
/// its author posts, as in Mastodon.
pub async fn boost(
    app: &App,
    person: &Person,
    id: StatusId,
    visibility: Option<Visibility>,
) -> Result<StatusView> {
    let me = person.account.clone();
    let usual = person.user.default_visibility;
    let wanted = visibility.unwrap_or(usual.min(Visibility::FollowersOnly));
    app.transaction(move |app, conn| {
        let status = original(conn, me.id, id)?;
        let own = status.account_id == me.id;
        if status.visibility == Visibility::Direct
            || (status.visibility == Visibility::FollowersOnly && !own)
        {
            // As with any status that one may read and not pass on.
            return Err(Error::Forbidden("This action is not allowed".to_owned()));
        }
        if wanted == Visibility::Direct {
            return Err(crate::error::invalid("Visibility is reserved"));
        }
        if let Some(known) = storage::statuses::boost_by(conn, me.id, status.id)? {
            return show(app, conn, me.id, known);
        }
        let boost_id = StatusId(app.next_id());
        let uri = app.addresses().status_activity(&me.username, boost_id);
        let boost = add_boost(app, conn, &me, &status, boost_id, uri, wanted, app.now())?;
        federate(app, conn, Outgoing::Boost { status: boost.id })?;
        show(app, conn, me.id, boost)
    })
    .await
}

/// Takes a boost back; answers the status that it repeated.
pub async fn unboost(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = done(conn, me, id, storage::statuses::boost_by)?;
        if let Some(boost) = storage::statuses::boost_by(conn, me, status.id)? {
            remove_boost(app, conn, &boost)?;
            federate(app, conn, Outgoing::Unboost { status: boost.id })?;
        }
        let status = storage::statuses::find(conn, status.id)?.ok_or(Error::NotFound)?;
        show(app, conn, me, status)
    })
    .await
}

/// What is meant by an id: of a boost, the status that it repeats.
pub(crate) fn original(conn: &mut DbConnection, viewer: AccountId, id: StatusId) -> Result<Status> {
    let status = find_visible(conn, Some(viewer), id)?;
    match status.reblog_of_id {
        Some(boosted) => find_visible(conn, Some(viewer), boosted),
        None => Ok(status),
    }
}

type Deed<T> = fn(
    &mut DbConnection,
    AccountId,
    StatusId,
) -> std::result::Result<Option<T>, storage::QueryError>;

/// The same, for whoever takes back what they did to it: they may behind a block, too, where everybody else reads it.
pub(super) fn done<T>(
    conn: &mut DbConnection,
    by: AccountId,
    id: StatusId,
    deed: Deed<T>,
) -> Result<Status> {
    let is_open = |status: &Status| status.visibility.is_open() && status.held_at.is_none();
    if deed(conn, by, id)?.is_some()
        && let Some(status) = storage::statuses::find(conn, id)?.filter(is_open)
    {
        return Ok(status);
    }
    original(conn, by, id)
}

/// Stores a boost, tells the boosted author if ours, and puts it into home timelines.
#[expect(clippy::too_many_arguments, reason = "each is a column of the row")]
pub(crate) fn add_boost(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    status: &Status,
    id: StatusId,
    uri: String,
    visibility: Visibility,
    created_at: Time,
) -> Result<Status> {
    let visibility = visibility.of_boost(status.visibility);
    let boost = Status {
        local: by.is_local(),
        reblog_of_id: Some(status.id),
        language: status.language.clone(),
        local_only: status.local_only,
        ..Status::new(id, by.id, uri, visibility, created_at)
    };
    storage::statuses::insert(conn, boost.clone())?;
    storage::statuses::add_to_counts(
        conn,
        status.id,
        Counts {
            reblogs: 1,
            ..Counts::default()
        },
    )?;
    storage::accounts::posted(conn, by.id, created_at)?;
    if by.is_local() {
        storage::status_index::note(conn, status.id)?;
    }
    if status.local {
        notify(
            app,
            conn,
            status.account_id,
            by.id,
            NotificationKind::Reblog,
            Some(status.id),
        )?;
    }
    home::fan_out(app, conn, &boost, by.has_home())?;
    Ok(boost)
}

/// Takes a boost away, and what it had told.
pub(crate) fn remove_boost(app: &App, conn: &mut DbConnection, boost: &Status) -> Result<()> {
    remove(app, conn, boost)?;
    if let Some(id) = boost.reblog_of_id
        && let Some(status) = storage::statuses::find(conn, id)?
    {
        let (to, from) = (status.account_id, boost.account_id);
        storage::notifications::withdraw(conn, to, from, NotificationKind::Reblog, Some(id))?;
        if let Some(network) = storage::accounts::find(conn, from)? {
            networks::reindex(conn, &network, &status)?;
        }
        practice::reconsider(app, conn, &status)?;
    }
    Ok(())
}
