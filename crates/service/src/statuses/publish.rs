//! Posting.

use std::collections::HashMap;

use domain::language::is_code;
use domain::{
    AccountId, ApplicationId, ContentType, MediaId, MediaKind, QuotePolicy, StatusId, Visibility,
    limits,
};
use storage::DbConnection;
use storage::accounts::Account;
use storage::media::Media;
use storage::statuses::Status;

use super::compose::{Composed, check_length, compose, emojis};
use super::write::{Draft, insert};
use crate::attachments::{check_described, check_ready};
use crate::audience::find_visible;
use crate::error::invalid;
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::polls::{self, NewPoll};
use crate::views::{self, StatusView};
use crate::{App, Error, Result, cards, language, lineage, practice, quotes};

/// Place of the first document among the files of a status.
pub(crate) const AFTER_MEDIA: i16 = 100;

/// What somebody wants to post; None stands for their own default.
#[derive(Debug, Clone, Default)]
pub struct NewStatus {
    pub text: String,
    /// How the text is written.
    pub content_type: Option<ContentType>,
    pub spoiler_text: String,
    pub sensitive: Option<bool>,
    pub visibility: Option<Visibility>,
    pub language: Option<String>,
    pub in_reply_to: Option<StatusId>,
    /// In the order in which they are shown.
    pub media: Vec<MediaId>,
    /// Files that are linked to, and not shown.
    pub documents: Vec<MediaId>,
    pub poll: Option<NewPoll>,
    pub quoted: Option<StatusId>,
    /// Who may quote it.
    pub quote_policy: Option<QuotePolicy>,
    /// For people who are signed in here: it never leaves this server. So does what answers or quotes such a status.
    pub local_only: bool,
    /// The same key again gives the status that it made.
    pub idempotency_key: Option<String>,
    /// The row of what was scheduled, which ends with this.
    pub scheduled: Option<i64>,
}

impl NewStatus {
    /// With tidy words, and what was left open as its author has it; refused where it can never be posted.
    pub(crate) fn checked(mut self, app: &App, person: &Person) -> Result<Self> {
        self.text = clean(&self.text);
        self.spoiler_text = clean(&self.spoiler_text);
        let has_files = !self.media.is_empty() || !self.documents.is_empty();
        if self.text.is_empty() && !has_files && self.quoted.is_none() {
            // A warning alone is the text.
            if self.spoiler_text.is_empty() {
                return Err(invalid("Text can't be blank"));
            }
            self.text = std::mem::take(&mut self.spoiler_text);
            self.sensitive = Some(true);
        }
        check_length(app, &self.text, &self.spoiler_text)?;
        check_media(app, &self.media)?;
        check_documents(&self.documents)?;
        if let Some(poll) = self.poll.take() {
            if has_files {
                return Err(invalid("Cannot attach files along with a poll"));
            }
            self.poll = Some(poll.checked()?);
        }
        self.content_type
            .get_or_insert(person.user.default_content_type);
        let said = match self.language.take() {
            Some(code) => language::meant(&code)?,
            None => None,
        };
        self.language = said
            .or_else(|| detected_language(app, person, &self.text))
            .or_else(|| usual_language(person));
        Ok(self)
    }
}

/// Posts a status, by an application or on a page of ours. [`Error::NotFound`] if what it answers is not there for the author.
pub async fn publish(
    app: &App,
    person: &Person,
    application: impl Into<Option<ApplicationId>>,
    new: NewStatus,
) -> Result<StatusView> {
    let application = application.into();
    let new = new.checked(app, person)?;
    let known = already_made(app, person, new.idempotency_key.clone()).await?;
    if let Some(view) = known {
        return Ok(view);
    }
    let kind = new.content_type.unwrap_or_default();
    let composed = compose(app, &new.text, kind, new.in_reply_to).await?;
    let found = lineage::look_up(app, &composed.html).await;
    let (key, author) = (new.idempotency_key.clone(), person.clone());
    let made = app
        .transaction(move |app, conn| store(app, conn, &author, application, new, composed, &found))
        .await;
    match made {
        // The same key may have been used at the same moment by another process, which took the files too.
        Err(error) => already_made(app, person, key).await?.ok_or(error),
        Ok(view) => Ok(view),
    }
}

/// Without NUL, which PostgreSQL refuses, and without space at the ends.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "")
        .replace("\r\n", "\n")
        .trim()
        .to_owned()
}

pub(super) fn check_media(app: &App, media: &[MediaId]) -> Result<()> {
    if media.len() > app.settings().max_media {
        return Err(invalid(format!(
            "Cannot attach more than {} files",
            app.settings().max_media
        )));
    }
    Ok(())
}

pub(super) fn check_documents(documents: &[MediaId]) -> Result<()> {
    if documents.len() > limits::DOCUMENTS {
        return Err(invalid(format!(
            "Cannot attach more than {} documents",
            limits::DOCUMENTS
        )));
    }
    Ok(())
}

/// The language somebody posts in where they do not say: the one they chose, else that of their locale.
fn usual_language(person: &Person) -> Option<String> {
    person
        .user
        .default_language
        .clone()
        .or_else(|| Some(person.user.locale.clone()).filter(|code| is_code(code)))
}

/// The language in which a text is, if it is one of the author's or likely here, and there is no doubt.
fn detected_language(app: &App, person: &Person, text: &str) -> Option<String> {
    let settings = app.settings();
    let own = person.user.default_language.iter();
    let own = own.chain(std::iter::once(&person.user.locale));
    let likely: Vec<&str> = own
        .chain(&settings.detected_languages)
        .map(String::as_str)
        .collect();
    language::detect(text, settings.hosts(), &likely).map(str::to_owned)
}

async fn already_made(
    app: &App,
    person: &Person,
    key: Option<String>,
) -> Result<Option<StatusView>> {
    let Some(key) = key else { return Ok(None) };
    let author = person.id();
    app.read(move |app, conn| made_by(app, conn, author, &key))
        .await
}

fn made_by(
    app: &App,
    conn: &mut DbConnection,
    author: AccountId,
    key: &str,
) -> Result<Option<StatusView>> {
    let Some(id) = storage::idempotency::find(conn, author, key)? else {
        return Ok(None);
    };
    let Some(status) = storage::statuses::find(conn, id)? else {
        return Ok(None);
    };
    Ok(views::statuses(app, conn, Some(author), vec![status])?.pop())
}

fn store(
    app: &App,
    conn: &mut DbConnection,
    person: &Person,
    application: Option<ApplicationId>,
    new: NewStatus,
    mut composed: Composed,
    found: &HashMap<String, StatusId>,
) -> Result<StatusView> {
    let author = &person.account;
    if let Some(key) = &new.idempotency_key
        && let Some(view) = made_by(app, conn, author.id, key)?
    {
        return Ok(view);
    }
    let parent = match new.in_reply_to {
        Some(id) => Some(answered(conn, author.id, id)?),
        None => None,
    };
    let id = StatusId(app.next_id());
    let now = app.now();
    let quoted = match new.quoted {
        Some(id) => Some(quotes::quotable(conn, author.id, id)?),
        None => None,
    };
    let stays = |row: &Option<Status>| row.as_ref().is_some_and(|row| row.local_only);
    let local_only = new.local_only || stays(&parent) || stays(&quoted);
    if local_only && quoted.as_ref().is_some_and(|quoted| !quoted.local) {
        // Its author would have to be asked, and shown it.
        return Err(invalid(
            "A post that stays on this server cannot quote one from elsewhere",
        ));
    }
    let mut visibility = new.visibility.unwrap_or(person.user.default_visibility);
    if visibility == Visibility::Public && author.silenced_at.is_some() {
        // Other servers would show it to strangers.
        visibility = Visibility::Unlisted;
    }
    if let Some(quoted) = &quoted {
        // As in Mastodon, an unlisted post can be quoted in a public one.
        if !quoted.visibility.is_open() {
            visibility = visibility.of_boost(quoted.visibility);
        }
        let reads = |account: &Account| account.id == quoted.account_id;
        let is_told = quoted.account_id == author.id || composed.mentioned.iter().any(reads);
        if visibility == Visibility::Direct && !is_told {
            // Its author would be told of words that they must not read.
            return Err(Error::Invalid(
                "Cannot quote a non-mentioned user in a Private Mention post.".to_owned(),
            ));
        }
    }
    let policy = new.quote_policy.unwrap_or(person.user.default_quote_policy);
    let quote_policy = policy.within(visibility);
    let has_files = !new.media.is_empty() || !new.documents.is_empty();
    let is_bare = !has_files && new.poll.is_none() && quoted.is_none();
    let card_id = if is_bare {
        cards::of_ours(app, conn, &composed.html)?
    } else {
        None
    };
    let said = lineage::Said {
        author: author.id,
        content: &composed.html,
        parent: parent.as_ref(),
        answered: parent.as_ref().map(|parent| parent.uri.as_str()),
        based_on: &[],
        found,
    };
    let claims = lineage::claims(app, conn, &said)?;
    if visibility.is_open() && !local_only {
        let sources = lineage::authors(conn, author.id, &claims, &composed.mentioned)?;
        composed.mentioned.extend(sources);
    }
    let options = new.poll.iter().flat_map(|poll| &poll.options);
    let emojis = emojis(app, conn, &composed, &new.spoiler_text, options)?;
    let uri = app.addresses().status(&author.username, id);
    let status = Status {
        url: app.addresses().page(&author.username, id),
        content: composed.html,
        text: new.text,
        content_type: new.content_type.unwrap_or_default(),
        sensitive: new.sensitive.unwrap_or(person.user.default_sensitive)
            || !new.spoiler_text.is_empty(),
        spoiler_text: new.spoiler_text,
        language: new.language,
        application_id: application,
        emojis,
        quote_policy,
        has_poll: new.poll.is_some(),
        has_quote: quoted.is_some(),
        card_id,
        local_only,
        ..Status::new(id, author.id, uri, visibility, now).below(parent.as_ref())
    };
    let draft = Draft {
        status,
        author,
        mentioned: &composed.mentioned,
        tags: &composed.tags,
    };
    let mut status = insert(app, conn, draft)?;
    if let Some(scheduled) = new.scheduled {
        storage::scheduled::delete(conn, scheduled)?;
    }
    let files = attach(conn, author.id, status.id, &new.media)?;
    check_described(app, &files)?;
    attach_documents(conn, author.id, status.id, &new.documents)?;
    if let Some(poll) = &new.poll {
        polls::ask(app, conn, &status, poll)?;
    }
    if let Some(quoted) = &quoted {
        quotes::attach(app, conn, author, &status, quoted)?;
    }
    if let Some(key) = &new.idempotency_key {
        storage::idempotency::insert(conn, author.id, key, status.id, now)?;
    }
    if let Some(found) = practice::keep_own(app, conn, &status, &composed.tags)? {
        practice::ask(app, conn, author, &status, &found)?;
    }
    practice::hear(app, conn, author, &status)?;
    lineage::note(app, conn, &mut status, claims)?;
    if let Some(parent) = &parent {
        lineage::hear(app, conn, author, &status, parent)?;
    }
    federate(app, conn, Outgoing::Publish { status: status.id })?;
    show(app, conn, author.id, status)
}

/// What is answered: of a boost, the status that it repeats.
fn answered(conn: &mut DbConnection, author: AccountId, id: StatusId) -> Result<Status> {
    let status = find_visible(conn, Some(author), id)?;
    match status.reblog_of_id {
        Some(boosted) => find_visible(conn, Some(author), boosted),
        None => Ok(status),
    }
}

/// Attaches the author's own files, each of which belongs to one status only.
pub(super) fn attach(
    conn: &mut DbConnection,
    author: AccountId,
    status: StatusId,
    ids: &[MediaId],
) -> Result<Vec<Media>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let owned = storage::media::owned(conn, author, ids)?;
    check_ready(&owned)?;
    for (position, id) in (0_i16..).zip(ids) {
        let mine = owned
            .iter()
            .any(|media| media.id == *id && media.kind != MediaKind::Document);
        if !mine || !storage::media::attach(conn, *id, status, position)? {
            return Err(invalid(
                "Media attachments could not be found, or are in use",
            ));
        }
    }
    Ok(owned)
}

/// The same of documents, which come after what is shown.
pub(super) fn attach_documents(
    conn: &mut DbConnection,
    author: AccountId,
    status: StatusId,
    ids: &[MediaId],
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let owned = storage::media::owned(conn, author, ids)?;
    for (position, id) in (AFTER_MEDIA..).zip(ids) {
        let mine = owned
            .iter()
            .any(|file| file.id == *id && file.kind == MediaKind::Document);
        if !mine || !storage::media::attach(conn, *id, status, position)? {
            return Err(invalid("Documents could not be found, or are in use"));
        }
    }
    Ok(())
}

/// A status as its author sees it.
pub(super) fn show(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    status: Status,
) -> Result<StatusView> {
    views::statuses(app, conn, Some(viewer), vec![status])?
        .pop()
        .ok_or(Error::NotFound)
}
