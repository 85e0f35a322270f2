//! Statuses as somebody sees them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::{
    AccountId, ApplicationId, CardId, FilmFacts, MediaKind, MediaState, StatusId, Visibility,
};
use storage::DbConnection;
use storage::cards::Card;
use storage::deeds::Deed;
use storage::media::Media;
use storage::practices::Practice;
use storage::statuses::Status;

use super::account::{accounts_by_id, acct, at_least, counts_shown};
use super::polls::polls;
use super::quotes::{self, Quoters, Quotes};
use super::{AccountView, Deeds, MediaView, MentionView, PollView, StatusView, TagView, cards};
use crate::audience::visible_to;
use crate::filters::Filters;
use crate::lineage::{self, SourceView};
use crate::practice;
use crate::remote_files::{Owner, attachment_address, picture_address, show_emojis};
use crate::{App, Result, documents};

/// What belongs to a set of statuses.
struct Belongings {
    /// Authors, and whom pages name as theirs.
    accounts: HashMap<AccountId, Arc<AccountView>>,
    media: HashMap<StatusId, Vec<MediaView>>,
    mentions: HashMap<StatusId, Vec<MentionView>>,
    tags: HashMap<StatusId, Vec<TagView>>,
    polls: HashMap<StatusId, PollView>,
    quotes: Quotes,
    sources: HashMap<StatusId, Vec<SourceView>>,
    quoters: Quoters,
    cards: HashMap<CardId, Card>,
    practices: HashMap<StatusId, Practice>,
    answers: HashMap<StatusId, StatusId>,
    viewer: Option<AccountId>,
    applications: HashMap<ApplicationId, (String, Option<String>)>,
    /// What was answered and is deleted.
    deleted: HashSet<StatusId>,
    deeds: Option<ViewerDeeds>,
    filters: Option<Arc<Filters>>,
}

struct ViewerDeeds {
    viewer: AccountId,
    done: HashSet<(Deed, StatusId)>,
}

/// Shows statuses in the order given. Those of people who are gone, and boosts of what the viewer
/// may not see, are left out; whether the viewer may see `statuses` themselves, the caller has asked.
pub(crate) fn statuses(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    statuses: Vec<Status>,
) -> Result<Vec<StatusView>> {
    if statuses.is_empty() {
        return Ok(Vec::new());
    }
    let boosted_ids: Vec<StatusId> = statuses
        .iter()
        .filter_map(|status| status.reblog_of_id)
        .collect();
    let boosted = if boosted_ids.is_empty() {
        Vec::new()
    } else {
        let rows = storage::statuses::with_ids(conn, &boosted_ids)?;
        visible_to(conn, viewer, rows)?
    };
    let shown: Vec<&Status> = statuses.iter().chain(&boosted).collect();
    let (quotes, quoted) = quotes::load(app, conn, viewer, &shown)?;
    let all: Vec<&Status> = shown.into_iter().chain(&quoted).collect();
    let belongings = load(app, conn, viewer, &all, quotes)?;
    let quoted: HashMap<StatusId, StatusView> = quoted
        .into_iter()
        .filter_map(|row| Some((row.id, belongings.show(app, row, None)?)))
        .collect();
    let boosted: HashMap<StatusId, StatusView> = boosted
        .into_iter()
        .filter_map(|row| {
            let view = belongings.show(app, row, None)?;
            Some((view.status.id, quotes::whole(view, &quoted)))
        })
        .collect();
    Ok(statuses
        .into_iter()
        .filter_map(|row| match row.reblog_of_id {
            Some(id) => {
                let boosted = boosted.get(&id)?.clone();
                belongings.show(app, row, Some(Box::new(boosted)))
            }
            None => Some(quotes::whole(belongings.show(app, row, None)?, &quoted)),
        })
        .collect())
}

fn load(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    rows: &[&Status],
    quotes: Quotes,
) -> Result<Belongings> {
    let quoters = quotes::quoters(conn, viewer, rows)?;
    let mut ids: Vec<StatusId> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let deleted = deleted_parents(conn, rows, &ids)?;
    let cards = cards::load(conn, rows)?;
    let authors = rows.iter().map(|row| row.account_id);
    let named = cards.values().filter_map(|card| card.creator_id);
    let accounts = accounts_by_id(app, conn, viewer, authors.chain(named).collect())?
        .into_iter()
        .map(|(id, view)| (id, Arc::new(view)))
        .collect();
    let mut media_of: HashMap<StatusId, Vec<MediaView>> = HashMap::new();
    for row in storage::media::of_statuses(conn, &ids)? {
        if let Some(id) = row.status_id {
            media_of.entry(id).or_default().push(media(app, row));
        }
    }
    let mut mentions: HashMap<StatusId, Vec<MentionView>> = HashMap::new();
    for (id, named) in storage::mentions::names(conn, &ids)? {
        let view = MentionView {
            id: named.id,
            acct: acct(&named.username, named.host.as_deref()),
            username: named.username,
            url: named.url,
        };
        mentions.entry(id).or_default().push(view);
    }
    let mut tags: HashMap<StatusId, Vec<TagView>> = HashMap::new();
    for (id, name) in storage::tags::of_statuses(conn, &ids)? {
        let url = app.addresses().tag(&name);
        tags.entry(id).or_default().push(TagView { name, url });
    }
    let practices = storage::practices::of_statuses(conn, &ids)?
        .into_iter()
        .map(|practice| (practice.status_id, practice))
        .collect();
    let answers = answers(conn, rows)?;
    let asking = rows.iter().filter(|row| row.has_poll);
    let asking: Vec<StatusId> = asking.map(|row| row.id).collect();
    let polls = polls(app, conn, viewer, &asking)?;
    let mut sources: HashMap<StatusId, Vec<SourceView>> = HashMap::new();
    for (id, source) in lineage::sources_of(conn, viewer, rows)? {
        sources.entry(id).or_default().push(source);
    }
    let mut applications: Vec<ApplicationId> =
        rows.iter().filter_map(|row| row.application_id).collect();
    applications.sort_unstable();
    applications.dedup();
    let applications = app.programs().of(conn, &applications)?;
    let deeds = match viewer {
        None => None,
        Some(viewer) => Some(ViewerDeeds {
            viewer,
            done: storage::deeds::of(conn, viewer, &ids)?
                .into_iter()
                .collect(),
        }),
    };
    let filters = match viewer {
        None => None,
        Some(viewer) => Filters::of(app, conn, viewer)?,
    };
    Ok(Belongings {
        accounts,
        media: media_of,
        mentions,
        tags,
        polls,
        quotes,
        sources,
        quoters,
        cards,
        practices,
        answers,
        viewer,
        applications,
        deleted,
        deeds,
        filters,
    })
}

/// What answers these, of those that are questions in a network.
fn answers(conn: &mut DbConnection, rows: &[&Status]) -> Result<HashMap<StatusId, StatusId>> {
    let begun = rows.iter().filter(|row| row.in_reply_to_uri.is_none());
    let begun: Vec<StatusId> = begun.map(|row| row.id).collect();
    let found = storage::networks::answers(conn, &begun)?;
    Ok(found.into_iter().collect())
}

/// What these answer and is deleted; of those in `shown`, which are in order, nothing needs to be asked.
fn deleted_parents(
    conn: &mut DbConnection,
    rows: &[&Status],
    shown: &[StatusId],
) -> Result<HashSet<StatusId>> {
    let answered = rows.iter().filter_map(|row| row.in_reply_to_id);
    let mut parents: Vec<StatusId> = answered
        .filter(|id| shown.binary_search(id).is_err())
        .collect();
    if parents.is_empty() {
        return Ok(HashSet::new());
    }
    parents.sort_unstable();
    parents.dedup();
    let deleted = storage::statuses::deleted_among(conn, &parents)?;
    Ok(deleted.into_iter().collect())
}

impl Belongings {
    /// None if the author is gone.
    fn show(
        &self,
        app: &App,
        mut status: Status,
        boosted: Option<Box<StatusView>>,
    ) -> Option<StatusView> {
        if !status.local {
            show_emojis(app, Owner::Status(status.id), &mut status.emojis);
        }
        // As in Mastodon; whom it answers is said all the same.
        let answered = status.in_reply_to_id;
        status.in_reply_to_id = answered.filter(|id| !self.deleted.contains(id));
        let author = self.accounts.get(&status.account_id)?.clone();
        let of = |id: StatusId| {
            (
                self.media.get(&id),
                self.mentions.get(&id),
                self.tags.get(&id),
            )
        };
        let (media, mentions, tags) = of(status.id);
        let files = media.cloned().unwrap_or_default().into_iter();
        let (documents, media): (Vec<_>, Vec<_>) = files.partition(MediaView::is_document);
        if !documents.is_empty() {
            let files = documents.iter().map(|view| &view.media);
            status.content = documents::with_links(app, &status.content, files);
        }
        let own = self
            .deeds
            .as_ref()
            .is_some_and(|deeds| deeds.viewer == status.account_id);
        let shown = counts_shown(app, self.viewer, status.account_id);
        let count = |figure: i64| if shown { figure } else { 0 };
        // What was done with a boost was done with the status that it repeats.
        let target = status.reblog_of_id.unwrap_or(status.id);
        let seen_by = self.deeds.as_ref().map(|deeds| match &boosted {
            Some(view) => view.seen_by.map_or(deeds.with(target, None), |seen| Deeds {
                pinned: None,
                ..seen
            }),
            None => {
                // What only those it mentions see is never pinned.
                let can_be = own && status.visibility != Visibility::Direct;
                deeds.with(target, can_be.then_some(status.pinned_at.is_some()))
            }
        });
        let filtered = match &boosted {
            Some(boosted) => boosted.filtered.clone(),
            None => Vec::new(),
        };
        let mut view = StatusView {
            author,
            media,
            documents,
            mentions: mentions.cloned().unwrap_or_default(),
            tags: tags.cloned().unwrap_or_default(),
            poll: self
                .polls
                .get(&status.id)
                .map(|poll| poll.clone().with_emojis(&status.emojis)),
            quote: self.quotes.view(status.id),
            adapted_from: self.sources.get(&status.id).cloned().unwrap_or_default(),
            card: status
                .card_id
                .and_then(|id| self.cards.get(&id))
                .map(|card| cards::view(app, self.viewer, card, &self.accounts)),
            practice: self
                .practices
                .get(&status.id)
                .map(|row| practice::view(app, row.clone(), status.account_id, self.viewer)),
            answer: self.answers.get(&status.id).copied(),
            quote_permission: self.quoters.permission(&status),
            application: status
                .application_id
                .and_then(|id| self.applications.get(&id).cloned()),
            replies: status.replies_count,
            boosts: count(at_least(status.reblogs_count, status.said_reblogs)),
            favourites: count(at_least(status.favourites_count, status.said_favourites)),
            quotes: count(status.quotes_count),
            seen_by,
            boosted,
            filtered,
            status,
        };
        if let Some(filters) = self.filters.as_ref().filter(|_| view.boosted.is_none()) {
            view.filtered = filters.met_by(&view, app.now());
        }
        Some(view)
    }
}

impl ViewerDeeds {
    fn with(&self, id: StatusId, pinned: Option<bool>) -> Deeds {
        Deeds {
            favourited: self.done.contains(&(Deed::Favourite, id)),
            boosted: self.done.contains(&(Deed::Boost, id)),
            bookmarked: self.done.contains(&(Deed::Bookmark, id)),
            muted: self.done.contains(&(Deed::Mute, id)),
            pinned,
        }
    }
}

/// An attachment with its addresses.
pub(crate) fn media(app: &App, media: Media) -> MediaView {
    let url = match (&media.file, &media.remote_url) {
        _ if media.state != MediaState::Ready => None,
        _ if media.kind == MediaKind::Document => Some(documents::address(app, &media)),
        (Some(file), _) => Some(app.addresses().media(file)),
        (None, Some(remote)) => Some(attachment_address(
            app,
            &media,
            Owner::Media(media.id),
            remote,
        )),
        (None, None) => None,
    };
    let preview_url = match (&media.thumbnail, &media.remote_thumbnail, &media.remote_url) {
        (Some(file), _, _) => Some(app.addresses().media(file)),
        (None, Some(picture), _) => Some(picture_address(app, Owner::Preview(media.id), picture)),
        // Mastodon's own app for Android takes no film without: neither one that was just sent, nor one in a post.
        _ if matches!(media.kind, MediaKind::Video | MediaKind::Gifv) => {
            Some(app.addresses().default_film())
        }
        _ if media.kind != MediaKind::Image => None,
        (None, None, Some(remote)) if media.file.is_none() => Some(attachment_address(
            app,
            &media,
            Owner::Preview(media.id),
            remote,
        )),
        (None, None, _) => url.clone(),
    };
    let facts = media
        .facts
        .as_deref()
        .map(serde_json::from_str::<FilmFacts>);
    MediaView {
        facts: facts.and_then(std::result::Result::ok).unwrap_or_default(),
        media,
        url,
        preview_url,
    }
}
