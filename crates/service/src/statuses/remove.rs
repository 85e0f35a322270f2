//! Taking a status back.

use domain::{StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Counts as AccountCounts;
use storage::statuses::{Counts, Status};

use super::boost::remove_boost;
use super::publish::show;
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::streaming::Event;
use crate::views::StatusView;
use crate::{App, Error, Result, attachments, conversations, lineage, networks, quotes, reports};

/// Deletes a status and answers what it was, so that it can be written anew; its files stay for a day.
/// A boost is taken back.
pub async fn delete(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let author = person.id();
    app.transaction(move |app, conn| {
        let status = storage::statuses::find(conn, id)?
            .filter(|status| status.account_id == author)
            .ok_or(Error::NotFound)?;
        let view = show(app, conn, author, status.clone())?;
        if status.reblog_of_id.is_some() {
            remove_boost(app, conn, &status)?;
            federate(app, conn, Outgoing::Unboost { status: id })?;
            return Ok(view);
        }
        let inboxes = if status.visibility.is_open() {
            storage::reach::of_status(conn, id)?
        } else {
            Vec::new()
        };
        remove(app, conn, &status)?;
        storage::media::detach_all(conn, id)?;
        let deletion = Outgoing::Delete {
            status: id,
            inboxes,
        };
        federate(app, conn, deletion)?;
        Ok(view)
    })
    .await
}

/// The same; its files go at once, or a day later if the server ends in between.
pub async fn delete_with_media(app: &App, person: &Person, id: StatusId) -> Result<StatusView> {
    let view = delete(app, person, id).await?;
    for attached in view.media.iter().chain(&view.documents) {
        attachments::delete(app, person, attached.media.id).await?;
    }
    Ok(view)
}

/// Deletes a status and its boosts, and takes them out of everybody's sight. Files that only its earlier versions had go
/// at once.
pub(crate) fn remove(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    reports::keep_words(app, conn, status)?;
    if !storage::statuses::delete(conn, status.id, app.now())? {
        return Ok(());
    }
    let former = storage::statuses::delete_edits(conn, status.id)?;
    attachments::forget_unused(app, conn, &former)?;
    if let Some(boosted) = status.reblog_of_id.filter(|_| status.local) {
        storage::status_index::note(conn, boosted)?;
    }
    networks::forget(app, conn, status)?;
    for boost in storage::statuses::boosts_of(conn, status.id)? {
        remove(app, conn, &boost)?;
    }
    let readers = storage::home_feed::delete_status(conn, status.id)?;
    storage::notifications::delete_of_status(conn, status.id)?;
    let tags = storage::tags::delete_of_status(conn, status.id)?;
    storage::polls::delete_of_status(conn, status.id)?;
    storage::practices::delete_of_status(conn, status.id)?;
    storage::practices::delete_answers(conn, status.id)?;
    quotes::end(conn, status.id)?;
    lineage::end(conn, status)?;
    // What is held back was counted nowhere.
    if status.held_at.is_some() {
        return Ok(());
    }
    app.tell(Event::Deleted {
        status: status.id,
        readers: readers.into(),
        tags,
    });
    conversations::forget(conn, status)?;
    if status.visibility != Visibility::Direct {
        let change = AccountCounts {
            statuses: -1,
            ..AccountCounts::default()
        };
        storage::accounts::add_to_counts(conn, status.account_id, change)?;
    }
    if let Some(parent) = status.in_reply_to_id
        && status.visibility.is_open()
    {
        storage::statuses::add_to_counts(
            conn,
            parent,
            Counts {
                replies: -1,
                ..Counts::default()
            },
        )?;
    }
    if let Some(boosted) = status.reblog_of_id {
        storage::statuses::add_to_counts(
            conn,
            boosted,
            Counts {
                reblogs: -1,
                ..Counts::default()
            },
        )?;
    }
    Ok(())
}
