//! What doors show: rows with all that belongs to them, loaded in a fixed number of queries,
//! with the numbers already hidden that the viewer is not to see.

mod account;
mod alike;
mod cards;
mod polls;
mod quotes;
mod status;

use std::sync::Arc;

use domain::quote::Permission;
use domain::{AccountId, CustomEmoji, FilmFacts, MediaId, MediaKind, MediaState, StatusId, Time};
use storage::accounts::Account;
use storage::cards::Card;
use storage::media::Media;
use storage::notifications::Notification;
use storage::polls::Poll;
use storage::statuses::Status;

use crate::collections::CollectionView;
use crate::custom_emojis::used_by;
use crate::documents;
use crate::filters::Filtered;
use crate::lineage::SourceView;
use crate::practice::PracticeView;
use crate::reports::ReportView;
use crate::trends::DayView;

pub use storage::decisions::{Severance, Warning};

pub(crate) use account::{account, accounts, accounts_by_id, acct, counts_shown, with_moved};
pub(crate) use alike::alike;
pub(crate) use cards::view as card;
pub(crate) use polls::polls;
pub(crate) use status::{media, statuses};

/// An account as somebody sees it.
#[derive(Debug, Clone)]
pub struct AccountView {
    pub account: Account,
    /// `ada` here, `ada@school.example` elsewhere.
    pub acct: String,
    /// Address of the picture, ours if there is none.
    pub avatar: String,
    pub header: String,
    /// 0 where the viewer is not told; so are the two below, and three of a status.
    pub followers: i64,
    pub following: i64,
    pub statuses: i64,
    /// Whether it is somebody signed in who sees it.
    pub is_signed_in: bool,
    /// Where they moved.
    pub moved: Option<Box<AccountView>>,
}

/// A status as somebody sees it.
#[derive(Debug, Clone)]
pub struct StatusView {
    pub status: Status,
    pub author: Arc<AccountView>,
    pub boosted: Option<Box<StatusView>>,
    pub media: Vec<MediaView>,
    /// Files that are linked to below its words, and not shown.
    pub documents: Vec<MediaView>,
    pub mentions: Vec<MentionView>,
    pub tags: Vec<TagView>,
    pub poll: Option<PollView>,
    pub quote: Option<QuoteView>,
    pub adapted_from: Vec<SourceView>,
    pub card: Option<CardView>,
    /// What it says of a resource that it passes on.
    pub practice: Option<PracticeView>,
    /// What answers it, if it is a question that a network passed on.
    pub answer: Option<StatusId>,
    /// What the author lets the viewer do.
    pub quote_permission: Permission,
    /// Name and website.
    pub application: Option<(String, Option<String>)>,
    pub replies: i64,
    pub boosts: i64,
    pub favourites: i64,
    pub quotes: i64,
    /// None for a viewer who is not signed in.
    pub seen_by: Option<Deeds>,
    /// Which of the viewer's filters it meets.
    pub filtered: Vec<Filtered>,
}

/// What the page is about to which a status links, as somebody sees it.
#[derive(Debug, Clone)]
pub struct CardView {
    pub card: Card,
    /// Address of the picture.
    pub image: Option<String>,
    /// What shows a film, or something else; empty where there is nothing but words and a picture.
    pub html: String,
    /// Whom the page names as its author, if they let it.
    pub author: Option<Arc<AccountView>>,
    /// Whether it names the viewer, who does not let it. None for a viewer who is not signed in.
    pub missing_attribution: Option<bool>,
}

/// A poll as somebody sees it.
#[derive(Debug, Clone)]
pub struct PollView {
    pub poll: Poll,
    pub is_over: bool,
    /// Whether the viewer asks it.
    pub is_own: bool,
    /// Titles and counts; none while these are hidden.
    pub options: Vec<(String, Option<i64>)>,
    /// Places of what the viewer chose. None for a viewer who is not signed in.
    pub own_votes: Option<Vec<i16>>,
    /// Custom emoji that the titles use.
    pub emojis: Vec<CustomEmoji>,
}

/// A quote as somebody sees it.
#[derive(Debug, Clone)]
pub struct QuoteView {
    /// `accepted`, `pending`, `rejected`, `revoked`, `deleted` or `unauthorized`.
    pub state: &'static str,
    pub quoted: Quoted,
}

/// The status quoted, if it is shown: whole, or in a quote of a quote its id.
#[derive(Debug, Clone)]
pub enum Quoted {
    Whole(Option<Box<StatusView>>),
    Id(Option<StatusId>),
}

/// What the viewer did with a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deeds {
    pub favourited: bool,
    pub boosted: bool,
    pub bookmarked: bool,
    /// Of its thread the viewer wants to be told nothing.
    pub muted: bool,
    /// Only of the viewer's own.
    pub pinned: Option<bool>,
}

#[derive(Debug, Clone)]
pub struct MediaView {
    pub media: Media,
    /// None while it waits.
    pub url: Option<String>,
    /// None of a sound for which no picture stands, and of what is neither.
    pub preview_url: Option<String>,
    pub facts: FilmFacts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionView {
    pub id: AccountId,
    pub username: String,
    pub acct: String,
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagView {
    pub name: String,
    pub url: String,
}

/// A hashtag by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashtagView {
    pub name: String,
    pub url: String,
    /// None for a viewer who is not signed in.
    pub following: Option<bool>,
    pub featuring: Option<bool>,
    /// How much it was used on the last days, today first. Empty where figures are hidden.
    pub history: Vec<DayView>,
}

#[derive(Debug, Clone)]
pub struct NotificationView {
    pub notification: Notification,
    pub account: AccountView,
    pub status: Option<StatusView>,
    pub report: Option<ReportView>,
    pub warning: Option<Warning>,
    pub severance: Option<Severance>,
    pub collection: Option<CollectionView>,
}

/// How the viewer and another stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationshipView {
    pub id: AccountId,
    pub following: bool,
    pub showing_boosts: bool,
    pub notifying: bool,
    pub languages: Option<Vec<String>>,
    pub followed_by: bool,
    pub blocking: bool,
    pub blocked_by: bool,
    pub requested: bool,
    pub requested_by: bool,
    /// The viewer has blocked the other's server.
    pub domain_blocking: bool,
    pub muting: bool,
    pub muting_notifications: bool,
    pub muting_expires_at: Option<Time>,
    /// The viewer shows the other on their profile.
    pub endorsed: bool,
    /// What the viewer noted about the other.
    pub note: String,
}

/// One version of a status.
#[derive(Debug, Clone)]
pub struct EditView {
    pub content: String,
    pub spoiler_text: String,
    pub sensitive: bool,
    pub created_at: Time,
    pub account: Arc<AccountView>,
    pub media: Vec<MediaView>,
    pub emojis: Vec<CustomEmoji>,
    /// What there was to choose.
    pub poll_options: Vec<String>,
    pub quote: Option<QuoteView>,
}

impl StatusView {
    /// Who wrote it, and who wrote what it repeats.
    pub(crate) fn authors(&self) -> impl Iterator<Item = AccountId> {
        let boosted = self.boosted.as_ref().map(|view| view.status.account_id);
        std::iter::once(self.status.account_id).chain(boosted)
    }

    /// The status quoted, if it is shown.
    #[must_use]
    pub fn quoted(&self) -> Option<&Self> {
        match &self.quote.as_ref()?.quoted {
            Quoted::Whole(quoted) => quoted.as_deref(),
            Quoted::Id(_) => None,
        }
    }
}

impl PollView {
    /// With those of its status' emoji that the titles use.
    pub(crate) fn with_emojis(mut self, of_status: &[CustomEmoji]) -> Self {
        let titles = self.options.iter().map(|(title, _)| title.as_str());
        self.emojis = used_by(of_status, titles);
        self
    }
}

impl MediaView {
    #[must_use]
    pub fn id(&self) -> MediaId {
        self.media.id
    }

    /// Whether it can be shown.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.media.state == MediaState::Ready
    }

    #[must_use]
    pub fn is_document(&self) -> bool {
        self.media.kind == MediaKind::Document
    }

    /// What a document is called.
    #[must_use]
    pub fn name(&self) -> &str {
        documents::name(&self.media)
    }

    /// What is said of a document besides: `PDF, 240 kB`.
    #[must_use]
    pub fn about(&self) -> String {
        documents::about(&self.media)
    }
}
