//! What people elsewhere write.

use std::collections::HashMap;

use domain::document::seen_name;
use domain::{
    AccountId, CardId, CustomEmoji, DocumentType, MediaId, MediaKind, MediaState, QuotePolicy,
    StatusId, Time, Visibility, limits,
};
use storage::DbConnection;
use storage::accounts::Account;
use storage::media::Media;
use storage::statuses::{Status, Totals};

use super::polls::{self, RemotePoll};
use super::quotes::{self, RemoteQuote};
use super::retractions::{self, is_taken_back};
use super::{AHEAD, collections, settled};
use crate::cards::RemoteLink;
use crate::practice::{self, RemotePractice};
use crate::statuses::{Draft, insert, keep_version, remove, tell_mentioned, tell_of_edit};
use crate::text::sanitise::SafeHtml;
use crate::{App, Result, cards, lineage, networks, quarantine};

/// Characters of the type of a file.
const MIME: usize = 100;

/// A status as its author's server describes it.
#[derive(Debug, Clone)]
pub struct RemoteStatus {
    pub uri: String,
    pub url: String,
    pub author: AccountId,
    pub published: Option<Time>,
    pub edited: Option<Time>,
    /// HTML as it came, for what is read out of it.
    pub content: String,
    /// The same as it is shown.
    pub words: SafeHtml,
    pub spoiler_text: String,
    pub sensitive: bool,
    pub language: Option<String>,
    pub visibility: Visibility,
    pub in_reply_to_uri: Option<String>,
    pub mentions: Vec<AccountId>,
    pub tags: Vec<String>,
    pub media: Vec<RemoteMedia>,
    pub emojis: Vec<CustomEmoji>,
    pub poll: Option<RemotePoll>,
    pub quote: Option<RemoteQuote>,
    pub quote_policy: QuotePolicy,
    /// Ids of what it comes from, where its server names them.
    pub based_on: Vec<String>,
    /// The link that is to be shown, where its server names one.
    pub link: Option<RemoteLink>,
    /// What its server says of the resource that it passes on.
    pub practice: Option<RemotePractice>,
    /// Those of ours who moderate the group that wrote it, as far as its server was asked.
    pub moderators: Vec<AccountId>,
    pub totals: Totals,
}

impl RemoteStatus {
    /// When it was changed, unless that is yet to come: nothing would be newer.
    pub(super) fn changed_at(&self, now: Time) -> Option<Time> {
        self.edited.filter(|time| *time <= now + AHEAD)
    }

    /// The card of what it links to; of what shows something else, none.
    fn card(
        &self,
        app: &App,
        conn: &mut DbConnection,
        author: &Account,
        mentioned: &[Account],
    ) -> Result<Option<CardId>> {
        if !self.media.is_empty() || self.poll.is_some() || self.quote.is_some() {
            return Ok(None);
        }
        cards::of_theirs(
            app,
            conn,
            &self.content,
            self.link.as_ref(),
            author,
            mentioned,
        )
    }
}

/// A file on another server.
#[derive(Debug, Clone)]
pub struct RemoteMedia {
    pub url: String,
    pub mime: String,
    pub description: Option<String>,
    pub blurhash: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub focus: (f64, f64),
    /// Where the picture is that stands for it.
    pub thumbnail: Option<String>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Bytes; 0 where that is not said.
    pub size: i64,
}

/// Stores a status from elsewhere below those it answers, oldest first: the twin of `statuses::publish`.
/// Answers the id of the last; none if it was deleted, or its author is gone.
pub async fn receive_thread(app: &App, posts: Vec<RemoteStatus>) -> Result<Option<StatusId>> {
    settled(app, move |app, conn| receive_all(app, conn, &posts)).await
}

pub(super) fn receive_all(
    app: &App,
    conn: &mut DbConnection,
    posts: &[RemoteStatus],
) -> Result<Option<StatusId>> {
    let mut last = None;
    for post in posts {
        last = receive(app, conn, post)?;
    }
    Ok(last)
}

pub(super) fn receive(
    app: &App,
    conn: &mut DbConnection,
    remote: &RemoteStatus,
) -> Result<Option<StatusId>> {
    // Held before anything is asked: the author may delete it at this moment.
    let Some(author) = storage::accounts::hold(conn, remote.author)?
        .filter(|row| !row.is_gone() && !row.is_local())
    else {
        return Ok(None);
    };
    if let Some(known) = storage::statuses::with_uri(conn, &remote.uri)? {
        return Ok(known.deleted_at.is_none().then_some(known.id));
    }
    if is_taken_back(conn, author.id, &remote.uri)? {
        return Ok(None);
    }
    let parent = match &remote.in_reply_to_uri {
        Some(uri) => storage::statuses::with_uri(conn, uri)?
            .filter(|row| row.deleted_at.is_none() && !row.local_only),
        None => None,
    };
    let now = app.now();
    let created_at = remote.published.unwrap_or(now).min(now);
    let id = StatusId(app.id_at(created_at));
    let mentioned = storage::accounts::with_ids(conn, &first(&remote.mentions, limits::MENTIONS))?;
    let tags = hashtags(&remote.tags);
    let with_media = takes_media(app, conn, author.host.as_deref())?;
    let is_held = quarantine::holds(app, conn, &author, remote, &mentioned, parent.as_ref())?;
    let held_at = is_held.then_some(now);
    // What is held back must not lead us anywhere.
    let card_id = match held_at {
        None => remote.card(app, conn, &author, &mentioned)?,
        Some(_) => None,
    };
    let uri = remote.uri.clone();
    let status = Status {
        url: remote.url.clone(),
        local: false,
        in_reply_to_uri: remote.in_reply_to_uri.clone(),
        content: remote.words.as_str().to_owned(),
        spoiler_text: spoiler(remote),
        sensitive: remote.sensitive || !remote.spoiler_text.is_empty(),
        language: remote.language.clone(),
        emojis: if with_media {
            first(&remote.emojis, limits::EMOJI)
        } else {
            Vec::new()
        },
        quote_policy: remote.quote_policy,
        card_id,
        edited_at: remote.changed_at(now),
        held_at,
        said_favourites: remote.totals.favourites,
        said_reblogs: remote.totals.reblogs,
        ..Status::new(id, author.id, uri, remote.visibility, created_at).below(parent.as_ref())
    };
    let draft = Draft {
        status,
        author: &author,
        mentioned: &mentioned,
        tags: &tags,
    };
    let mut status = insert(app, conn, draft)?;
    practice::keep_theirs(app, conn, &status, &tags, remote.practice.as_ref())?;
    if with_media {
        attach(conn, rows(app, &status, &remote.media))?;
    }
    if let Some(poll) = &remote.poll {
        polls::store(app, conn, &status, poll)?;
    }
    // What is held back tells nobody, and so quotes nobody either.
    if let Some(quote) = &remote.quote
        && status.held_at.is_none()
    {
        quotes::store(app, conn, &status, quote)?;
        status.has_quote = true;
    }
    if status.held_at.is_none() {
        note_sources(app, conn, &mut status, remote, parent.as_ref())?;
    }
    Ok(Some(status.id))
}

/// Writes what a status says to come from.
fn note_sources(
    app: &App,
    conn: &mut DbConnection,
    status: &mut Status,
    remote: &RemoteStatus,
    parent: Option<&Status>,
) -> Result<()> {
    let said = lineage::Said {
        author: status.account_id,
        content: &status.content,
        parent,
        answered: status.in_reply_to_uri.as_deref(),
        based_on: &remote.based_on,
        found: &HashMap::new(),
    };
    let claims = lineage::claims(app, conn, &said)?;
    lineage::note(app, conn, status, claims)
}

/// Stores what a status that is known is by now, as its own server says.
pub async fn renew(app: &App, post: RemoteStatus) -> Result<()> {
    settled(app, move |app, conn| {
        match storage::statuses::with_uri(conn, &post.uri)? {
            Some(known) => revise(app, conn, known.id, &post),
            None => Ok(()),
        }
    })
    .await
}

/// Stores a newer version of a status that is known; an older one, or one of another author, changes nothing.
pub(super) fn revise(
    app: &App,
    conn: &mut DbConnection,
    known: StatusId,
    remote: &RemoteStatus,
) -> Result<()> {
    // Held, so that of two versions at once the newer stays, and what is deleted at this moment gets no words again.
    let Some(mut status) = storage::statuses::hold(conn, known)?
        .filter(|row| row.account_id == remote.author && !row.local)
    else {
        return Ok(());
    };
    let Some(author) = storage::accounts::find(conn, status.account_id)? else {
        return Ok(());
    };
    storage::statuses::set_totals(conn, status.id, remote.totals)?;
    let edited = remote.changed_at(app.now());
    let ours_is_newer = match (status.edited_at, edited) {
        (Some(ours), Some(theirs)) => theirs <= ours,
        _ => false,
    };
    let options = crate::polls::titles(conn, &status)?;
    polls::refresh(app, conn, &status, remote.poll.as_ref(), !ours_is_newer)?;
    if ours_is_newer {
        // What is said of the same words may have changed.
        if edited == status.edited_at {
            let told = remote.practice.as_ref();
            storage::practices::delete_of_status(conn, status.id)?;
            practice::keep_theirs(app, conn, &status, &hashtags(&remote.tags), told)?;
        }
        return Ok(());
    }
    let with_media = takes_media(app, conn, author.host.as_deref())?;
    let (before, after) = if with_media {
        let before = storage::media::of_statuses(conn, &[status.id])?;
        (before, rows(app, &status, &remote.media))
    } else {
        (Vec::new(), Vec::new())
    };
    let asked = remote.poll.as_ref().map(RemotePoll::titles);
    // Where nobody speaks of an edit, files may only have moved: some servers sign their addresses anew each time.
    let reads_differently = remote.words.as_str() != status.content
        || spoiler(remote) != status.spoiler_text
        || asked.unwrap_or_default() != options
        || (edited.is_some() && !are_alike(&before, &after));
    if reads_differently {
        keep_version(app, conn, &status, options, &before)?;
    }
    // Kept even if nothing is to be seen of it: an older version may still come.
    status.edited_at = match edited {
        None if reads_differently => Some(app.now()),
        None => status.edited_at,
        edited => edited,
    };
    let is_news = reads_differently && may_be_told(app, conn, &status, &author, remote)?;
    let named = rewrite(app, conn, &mut status, &author, remote)?;
    if reads_differently && with_media {
        storage::media::detach_all(conn, status.id)?;
    } else {
        storage::media::delete_of_status(conn, status.id)?;
    }
    attach(conn, after)?;
    if is_news && !named.is_empty() {
        tell_mentioned(app, conn, &status, &author, &named)?;
    }
    if reads_differently {
        tell_of_edit(app, conn, &status)?;
    }
    Ok(())
}

/// Whether an edit is told to whom it names. What would be held back as a new post tells nobody.
fn may_be_told(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    remote: &RemoteStatus,
) -> Result<bool> {
    if status.held_at.is_some() {
        return Ok(false);
    }
    let mentioned = storage::accounts::with_ids(conn, &first(&remote.mentions, limits::MENTIONS))?;
    let parent = match status.in_reply_to_id {
        Some(id) => storage::statuses::find(conn, id)?,
        None => None,
    };
    let is_spam = quarantine::holds(app, conn, author, remote, &mentioned, parent.as_ref())?;
    Ok(!is_spam)
}

/// Writes what a status says from now on, but for its poll and its files; nobody else changes it meanwhile. Answers whom it
/// names that it did not name before.
pub(super) fn rewrite(
    app: &App,
    conn: &mut DbConnection,
    status: &mut Status,
    author: &Account,
    remote: &RemoteStatus,
) -> Result<Vec<Account>> {
    remote.words.as_str().clone_into(&mut status.content);
    status.spoiler_text = spoiler(remote);
    status.sensitive = remote.sensitive || !remote.spoiler_text.is_empty();
    status.quote_policy = remote.quote_policy;
    if remote.language.is_some() {
        status.language.clone_from(&remote.language);
    }
    let with_media = takes_media(app, conn, author.host.as_deref())?;
    let mentions = first(&remote.mentions, limits::MENTIONS);
    let mentioned = storage::accounts::with_ids(conn, &mentions)?;
    if status.held_at.is_none() {
        status.card_id = remote.card(app, conn, author, &mentioned)?;
    }
    status.emojis = if with_media {
        first(&remote.emojis, limits::EMOJI)
    } else {
        Vec::new()
    };
    storage::statuses::update(conn, status)?;
    let mut named = mentioned;
    if !mentions.is_empty() {
        let before = storage::mentions::of_statuses(conn, &[status.id])?;
        named.retain(|row| before.iter().all(|(_, known)| known.id != row.id));
        storage::mentions::insert(conn, status.id, &mentions)?;
    }
    storage::mentions::name(conn, status.id, &mentions)?;
    storage::tags::delete_of_status(conn, status.id)?;
    let tags = hashtags(&remote.tags);
    storage::tags::insert(conn, status.id, &tags, app.now(), || app.next_id())?;
    // What a network passes on may be practice by its rule.
    networks::edited(app, conn, status, author, &named)?;
    storage::practices::delete_of_status(conn, status.id)?;
    practice::keep_theirs(app, conn, status, &tags, remote.practice.as_ref())?;
    if status.held_at.is_none() {
        quotes::refresh(app, conn, status, remote.quote.as_ref())?;
        status.has_quote = remote.quote.is_some();
        let parent = match status.in_reply_to_id {
            Some(id) => storage::statuses::find(conn, id)?,
            None => None,
        };
        note_sources(app, conn, status, remote, parent.as_ref())?;
    }
    Ok(named)
}

/// Somebody elsewhere deleted a status of theirs. What comes late is not taken in any more.
pub(super) fn take_back(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    uri: &str,
) -> Result<()> {
    let Some(status) = storage::statuses::with_uri(conn, uri)? else {
        if quotes::take_back(app, conn, by, uri)? || collections::take_back(app, conn, by, uri)? {
            return Ok(());
        }
        return retractions::remember(app, conn, by, uri);
    };
    if status.account_id == by && !status.local {
        if status.deleted_at.is_none() {
            // That it was they who did it: they may take that back.
            retractions::remember(app, conn, by, uri)?;
        }
        remove(app, conn, &status)?;
        storage::media::delete_of_status(conn, status.id)?;
    }
    Ok(())
}

/// Attaches what a status has that has no files here, if such are taken in from its host.
pub(super) fn attach_all(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    remote: &RemoteStatus,
) -> Result<()> {
    if takes_media(app, conn, author.host.as_deref())? {
        attach(conn, rows(app, status, &remote.media))?;
    }
    Ok(())
}

/// Whether what its people attach is taken in from a host.
fn takes_media(app: &App, conn: &mut DbConnection, host: Option<&str>) -> Result<bool> {
    let policy = crate::policy::within(app, conn)?;
    Ok(host.is_none_or(|host| policy.takes_media(host)))
}

fn spoiler(remote: &RemoteStatus) -> String {
    limits::cut(remote.spoiler_text.trim(), limits::REMOTE_NAME).replace('\0', "")
}

/// Hashtags as others name them: in lower case, each once, without what stands in none.
pub(crate) fn hashtags(names: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for name in names {
        let mut name = domain::text::normalise_tag(name);
        name.retain(stands_in_tags);
        if !name.is_empty() && name.chars().count() <= limits::REMOTE_NAME && !tags.contains(&name)
        {
            tags.push(name);
        }
        if tags.len() == limits::TAGS {
            break;
        }
    }
    tags
}

/// Scripts have signs and marks of their own, which are left alone.
fn stands_in_tags(character: char) -> bool {
    let is_foreign =
        character.is_ascii_punctuation() || character.is_whitespace() || character.is_control();
    character == '_' || !is_foreign
}

fn first<T: Clone>(list: &[T], count: usize) -> Vec<T> {
    list.iter().take(count).cloned().collect()
}

/// What a status shows, as it is kept here.
fn rows(app: &App, status: &Status, files: &[RemoteMedia]) -> Vec<Media> {
    (0_i16..)
        .zip(files.iter().take(limits::REMOTE_ATTACHMENTS))
        .map(|(position, file)| row(app, status, position, file))
        .collect()
}

fn row(app: &App, status: &Status, position: i16, file: &RemoteMedia) -> Media {
    let document = DocumentType::with_mime(&file.mime);
    let kind = match file.mime.split('/').next() {
        _ if document.is_some() => MediaKind::Document,
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::Unknown,
    };
    let said = file.description.as_deref();
    let description = match document {
        Some(document) => Some(called(said, document)),
        None => said.map(|text| limits::cut(text, limits::MEDIA_DESCRIPTION).replace('\0', "")),
    };
    Media {
        id: MediaId(app.next_id()),
        account_id: status.account_id,
        status_id: Some(status.id),
        position,
        kind,
        mime: limits::cut(&file.mime, MIME).to_owned(),
        file: None,
        thumbnail: None,
        remote_url: Some(file.url.clone()),
        width: file.width,
        height: file.height,
        thumbnail_width: None,
        thumbnail_height: None,
        size: file.size,
        description,
        blurhash: file.blurhash.clone(),
        focus_x: file.focus.0,
        focus_y: file.focus.1,
        created_at: app.now(),
        state: MediaState::Ready,
        facts: file
            .duration
            .map(|seconds| serde_json::json!({ "duration": seconds }).to_string()),
        failure: None,
        remote_thumbnail: file.thumbnail.clone(),
    }
}

fn attach(conn: &mut DbConnection, files: Vec<Media>) -> Result<()> {
    for file in files {
        storage::media::insert(conn, file)?;
    }
    Ok(())
}

/// Whether readers find the same files, and the same said of each.
fn are_alike(one: &[Media], other: &[Media]) -> bool {
    let said = |file: &Media| (file.remote_url.clone(), file.description.clone());
    one.iter().map(said).eq(other.iter().map(said))
}

/// What a document from elsewhere is called, also where its server does not say.
fn called(said: Option<&str>, document: DocumentType) -> String {
    let name = said.map(seen_name).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| format!("document.{}", document.extension()))
}
