//! Changing one's own words.

use std::collections::HashMap;

use bytes::Bytes;
use domain::{AccountId, ContentType, MediaId, MediaKind, QuotePolicy, StatusId, limits};
use storage::DbConnection;
use storage::media::{Media, Preview};
use storage::statuses::{Status, StatusEdit};

use super::compose::{check_length, compose, emojis};
use super::publish::{attach, attach_documents, check_documents, check_media, clean, show};
use super::write::{tell_mentioned, tell_of_edit};
use crate::attachments::{self, check_described, check_description, check_focus};
use crate::error::invalid;
use crate::files::{Unnamed, forget};
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::polls::{self, NewPoll};
use crate::views::StatusView;
use crate::{App, Error, Result, cards, language, lineage, networks, practice};

/// A status as it is to read from now on.
#[derive(Debug, Clone, Default)]
pub struct StatusChange {
    pub text: String,
    /// How the text is written from now on; it must be said, since the text is read before it is known how it was.
    pub content_type: ContentType,
    pub spoiler_text: String,
    pub sensitive: Option<bool>,
    pub language: Option<String>,
    /// None leaves the files as they are.
    pub media: Option<Vec<MediaId>>,
    pub media_changes: Vec<MediaChange>,
    /// None leaves them as they are: apps that know nothing of documents keep them.
    pub documents: Option<Vec<MediaId>>,
    /// None leaves it as it is, but for `without_poll`.
    pub poll: Option<NewPoll>,
    /// Whether it asks nothing from now on.
    pub without_poll: bool,
    /// None leaves it as it is.
    pub quote_policy: Option<QuotePolicy>,
}

/// What is said of a file from now on; None leaves it as it is.
#[derive(Debug, Clone)]
pub struct MediaChange {
    pub id: MediaId,
    pub description: Option<String>,
    pub focus: Option<(f64, f64)>,
    /// A picture that stands for it.
    pub thumbnail: Option<Bytes>,
}

/// Changes a status and keeps what it was. Only its author may.
pub async fn edit(
    app: &App,
    person: &Person,
    id: StatusId,
    change: StatusChange,
) -> Result<StatusView> {
    let mut files = Unnamed::default();
    let changed = write(app, person, id, change, &mut files).await;
    files.end(app, changed).await
}

async fn write(
    app: &App,
    person: &Person,
    id: StatusId,
    mut change: StatusChange,
    files: &mut Unnamed,
) -> Result<StatusView> {
    change.text = clean(&change.text);
    change.spoiler_text = clean(&change.spoiler_text);
    if change.text.is_empty()
        && !change.spoiler_text.is_empty()
        && is_bare(app, person.id(), id, &change).await?
    {
        // A warning alone is the text, as of a new status.
        change.text = std::mem::take(&mut change.spoiler_text);
        change.sensitive = Some(true);
    }
    check_length(app, &change.text, &change.spoiler_text)?;
    check_media(app, change.media.as_deref().unwrap_or_default())?;
    check_documents(change.documents.as_deref().unwrap_or_default())?;
    for media in &change.media_changes {
        check_description(media.description.as_deref())?;
        check_focus(media.focus)?;
    }
    if let Some(language) = change.language.take() {
        change.language = language::meant(&language)?;
    }
    if let Some(poll) = change.poll.take() {
        change.poll = Some(poll.checked()?);
    }
    let answered = app.read(move |_, conn| {
        let own = storage::statuses::find(conn, id)?;
        Ok(own.and_then(|status| status.in_reply_to_id))
    });
    let answered = answered.await?;
    let mut composed = compose(app, &change.text, change.content_type, answered).await?;
    let found = lineage::look_up(app, &composed.html).await;
    let mut previews = previews(app, person.id(), id, &mut change.media_changes, files).await?;
    let (author, files) = (person.account.clone(), files.clone());
    app.transaction(move |app, conn| {
        let mut status = hold_own(conn, &author.id, id)?;
        let attached = storage::media::of_statuses(conn, &[id])?;
        let (documents, media): (Vec<_>, Vec<_>) = attached
            .iter()
            .partition(|file| file.kind == MediaKind::Document);
        let left = change.media.as_ref().map_or(media.len(), Vec::len);
        let linked = change.documents.as_ref().map_or(documents.len(), Vec::len);
        let stays_empty = left == 0 && linked == 0;
        if change.text.is_empty() && stays_empty && !status.has_quote {
            return Err(invalid("Text can't be blank"));
        }
        let asks = change.poll.is_some() || (status.has_poll && !change.without_poll);
        if asks && !stays_empty {
            return Err(invalid("Cannot attach files along with a poll"));
        }
        let sensitive =
            change.sensitive.unwrap_or(status.sensitive) || !change.spoiler_text.is_empty();
        if previews.is_empty()
            && sensitive == status.sensitive
            && asks == status.has_poll
            && says_the_same(&change, &status, &media, &documents)
        {
            return show(app, conn, author.id, status);
        }
        let known: Vec<_> = storage::mentions::of_statuses(conn, &[id])?
            .into_iter()
            .map(|(_, row)| row.id)
            .collect();
        let parent = match status.in_reply_to_id {
            Some(id) => storage::statuses::find(conn, id)?,
            None => None,
        };
        let said = lineage::Said {
            author: author.id,
            content: &composed.html,
            parent: parent.as_ref(),
            answered: status.in_reply_to_uri.as_deref(),
            based_on: &[],
            found: &found,
        };
        let claims = lineage::claims(app, conn, &said)?;
        if status.visibility.is_open() && !status.local_only {
            let sources = lineage::authors(conn, author.id, &claims, &composed.mentioned)?;
            composed.mentioned.extend(sources);
        }
        let options = polls::titles(conn, &status)?;
        let asked = match &change.poll {
            Some(poll) => poll.options.as_slice(),
            None if asks => options.as_slice(),
            None => &[],
        };
        status.emojis = emojis(app, conn, &composed, &change.spoiler_text, asked)?;
        keep_version(app, conn, &status, options, &attached)?;
        let before = std::mem::replace(&mut status.content, composed.html);
        status.text = change.text;
        status.content_type = change.content_type;
        status.sensitive = sensitive;
        status.spoiler_text = change.spoiler_text;
        status.language = change.language.or(status.language);
        status.edited_at = Some(app.now());
        if let Some(policy) = change.quote_policy {
            status.quote_policy = policy.within(status.visibility);
        }
        let shows_more = !stays_empty || asks || status.has_quote;
        status.card_id = if shows_more {
            None
        } else {
            cards::of_ours(app, conn, &status.content)?
        };
        storage::statuses::update(conn, &status)?;
        // Who was mentioned before stays: they have the status, and must get its next version.
        let mentioned: Vec<_> = composed.mentioned.iter().map(|row| row.id).collect();
        if !mentioned.is_empty() {
            storage::mentions::insert(conn, id, &mentioned)?;
        }
        storage::mentions::name(conn, id, &mentioned)?;
        let mut named = composed.mentioned;
        named.retain(|row| !known.contains(&row.id));
        if !named.is_empty() {
            tell_mentioned(app, conn, &status, &author, &named)?;
        }
        storage::tags::delete_of_status(conn, id)?;
        storage::tags::insert(conn, id, &composed.tags, app.now(), || app.next_id())?;
        // What a network passes on may be practice by its rule.
        networks::edited(app, conn, &status, &author, &named)?;
        practice::overrule(app, conn, &status, &before)?;
        if let Some(found) = practice::keep_own(app, conn, &status, &composed.tags)? {
            practice::ask(app, conn, &author, &status, &found)?;
            lineage::reconsider(app, conn, &status)?;
        }
        if let Some(media) = &change.media {
            storage::media::detach(conn, id, false)?;
            attach(conn, author.id, id, media)?;
        }
        if let Some(documents) = &change.documents {
            storage::media::detach(conn, id, true)?;
            attach_documents(conn, author.id, id, documents)?;
        }
        files.name(app, conn, previews.values().map(|preview| &preview.file))?;
        for media in change.media_changes {
            let is_meant =
                |row: &Media| row.status_id == Some(id) && row.kind != MediaKind::Document;
            let Some(row) = storage::media::find(conn, media.id)?.filter(is_meant) else {
                continue;
            };
            let description = media.description.or(row.description);
            let focus = media.focus.unwrap_or((row.focus_x, row.focus_y));
            storage::media::describe(conn, row.id, description.as_deref(), focus)?;
            if let Some(preview) = previews.remove(&row.id) {
                storage::media::set_preview(conn, row.id, &preview)?;
                forget(app, conn, row.thumbnail)?;
            }
        }
        // What is said of them may have come with the change.
        if app.settings().require_description {
            check_described(app, &storage::media::of_statuses(conn, &[id])?)?;
        }
        if let Some(poll) = &change.poll {
            polls::change(app, conn, &status, poll)?;
        } else if !asks {
            storage::polls::delete_of_status(conn, id)?;
        }
        status.has_poll = asks;
        lineage::note(app, conn, &mut status, claims)?;
        tell_of_edit(app, conn, &status)?;
        federate(app, conn, Outgoing::Edit { status: id })?;
        show(app, conn, author.id, status)
    })
    .await
}

/// Whether there is nothing but words in one's own status after a change.
async fn is_bare(
    app: &App,
    author: AccountId,
    id: StatusId,
    change: &StatusChange,
) -> Result<bool> {
    let media = change.media.as_ref().map(Vec::len);
    let documents = change.documents.as_ref().map(Vec::len);
    app.read(move |_, conn| {
        let status = own(conn, &author, id)?;
        let attached = storage::media::of_statuses(conn, &[id])?.into_iter();
        let (linked, shown): (Vec<Media>, Vec<Media>) =
            attached.partition(|file| file.kind == MediaKind::Document);
        let left = media.unwrap_or(shown.len()) + documents.unwrap_or(linked.len());
        Ok(left == 0 && !status.has_quote)
    })
    .await
}

/// Whether a change leaves the words and all that goes with them as they are: then there is no new version.
fn says_the_same(
    change: &StatusChange,
    status: &Status,
    media: &[&Media],
    documents: &[&Media],
) -> bool {
    let are = |files: &[&Media], said: &Option<Vec<MediaId>>| {
        said.as_ref()
            .is_none_or(|said| files.iter().map(|file| file.id).eq(said.iter().copied()))
    };
    let leaves = |said: &MediaChange| {
        let described = said.description.as_deref().unwrap_or_default();
        media.iter().filter(|file| file.id == said.id).all(|file| {
            (said.description.is_none()
                || described == file.description.as_deref().unwrap_or_default())
                && said
                    .focus
                    .is_none_or(|focus| focus == (file.focus_x, file.focus_y))
        })
    };
    let policy = |policy: QuotePolicy| policy.within(status.visibility) == status.quote_policy;
    change.poll.is_none()
        && change.text == status.text
        && change.content_type == status.content_type
        && change.spoiler_text == status.spoiler_text
        && (change.language.is_none() || change.language == status.language)
        && change.quote_policy.is_none_or(policy)
        && are(media, &change.media)
        && are(documents, &change.documents)
        && change.media_changes.iter().all(leaves)
}

/// Makes the small pictures that come along, one for each file of one's own status: nobody works for another's.
async fn previews(
    app: &App,
    author: AccountId,
    id: StatusId,
    changes: &mut [MediaChange],
    kept: &mut Unnamed,
) -> Result<HashMap<MediaId, Preview>> {
    let mut made = HashMap::new();
    if changes.iter().all(|change| change.thumbnail.is_none()) {
        return Ok(made);
    }
    let files = app
        .read(move |_, conn| {
            own(conn, &author, id)?;
            Ok(storage::media::of_statuses(conn, &[id])?)
        })
        .await?;
    for change in changes {
        let is_wanted =
            files.iter().any(|file| file.id == change.id) && !made.contains_key(&change.id);
        if let Some(bytes) = change.thumbnail.take().filter(|_| is_wanted) {
            made.insert(change.id, attachments::preview(app, bytes, kept).await?);
        }
    }
    Ok(made)
}

/// The author's own status, if it is a post and no boost.
pub(crate) fn own(conn: &mut DbConnection, author: &AccountId, id: StatusId) -> Result<Status> {
    storage::statuses::find(conn, id)?
        .filter(|status| is_own(status, author))
        .ok_or(Error::NotFound)
}

/// The same, which nobody else changes or deletes until the transaction at hand ends.
fn hold_own(conn: &mut DbConnection, author: &AccountId, id: StatusId) -> Result<Status> {
    storage::statuses::hold(conn, id)?
        .filter(|status| is_own(status, author))
        .ok_or(Error::NotFound)
}

fn is_own(status: &Status, author: &AccountId) -> bool {
    status.account_id == *author && status.reblog_of_id.is_none()
}

/// Keeps the version of a status that is about to be replaced, with what there was to choose, to see, and was quoted.
pub(crate) fn keep_version(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    poll_options: Vec<String>,
    files: &[Media],
) -> Result<()> {
    let edit = StatusEdit {
        id: app.next_id(),
        status_id: status.id,
        content: status.content.clone(),
        text: status.text.clone(),
        spoiler_text: status.spoiler_text.clone(),
        sensitive: status.sensitive,
        created_at: status.edited_at.unwrap_or(status.created_at),
        poll_options,
        files_known: true,
        quote_id: storage::quotes::of_status(conn, status.id)?.map(|quote| quote.id),
    };
    storage::statuses::insert_edit(conn, edit, files)?;
    Ok(storage::statuses::keep_latest_edits(
        conn,
        status.id,
        limits::VERSIONS,
    )?)
}
