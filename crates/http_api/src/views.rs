//! From what the use cases show to the shapes that apps expect.

mod additions;
mod media;
mod networks;
mod practice;
mod trends;

use std::sync::Arc;

use domain::{AccountId, AccountKind, CardKind, CustomEmoji, NotificationGroup, ProfileField};
use service::App;
use service::announcements::{AnnouncementView, ReactionView};
use service::featured_tags::FeaturedTagView;
use service::mutes::MutedView;
use service::oauth::Person;
use service::text::format::{Rel, escape, link};
use service::users::invites;
use service::views::{
    AccountView, CardView, EditView, HashtagView, MentionView, NotificationView, PollView,
    QuoteView, Quoted, RelationshipView, StatusView, TagView,
};

use self::additions::additions;
use crate::entities as e;
use crate::entities::Approval;

/// Permission bits of Mastodon's roles: user, moderator, admin, and owner, who has all: apps look at each for itself.
/// <https://docs.joinmastodon.org/entities/Role/#permission-flags>
const PERMISSIONS: [u32; 4] = [0, MODERATOR, 983_036, 1_048_575];
const MODERATOR: u32 = 1_308 + MANAGE_APPEALS + MANAGE_INVITES;
const MANAGE_APPEALS: u32 = 1 << 9;
const MANAGE_INVITES: u32 = 1 << 11;
const INVITE_USERS: u32 = 1 << 16;

impl From<AccountView> for e::Account {
    fn from(view: AccountView) -> Self {
        let account = view.account;
        let local = account.is_local();
        let feature_approval = if !local {
            Approval::elsewhere(account.feature_policy, view.is_signed_in)
        } else if service::collections::is_open(&account) {
            Approval::everybody(view.is_signed_in)
        } else {
            Approval::NOBODY
        };
        Self {
            id: account.id,
            username: account.username,
            acct: view.acct,
            display_name: account.display_name,
            locked: account.locked,
            bot: account.kind.is_bot(),
            discoverable: Some(account.discoverable),
            indexable: account.indexable,
            group: account.kind == AccountKind::Group,
            created_at: account.created_at,
            note: account.note,
            url: account.url,
            uri: account.uri,
            avatar_static: view.avatar.clone(),
            avatar: view.avatar,
            avatar_description: account.avatar_description,
            header_static: view.header.clone(),
            header: view.header,
            header_description: account.header_description,
            followers_count: view.followers,
            following_count: view.following,
            statuses_count: view.statuses,
            last_status_at: account.last_status_at.map(|time| time.date()),
            hide_collections: local.then_some(account.hide_collections),
            show_media: account.show_media,
            show_media_replies: account.show_media_replies,
            show_featured: account.show_featured,
            // There is no such setting here: nobody has opted out. Whether posts may be found is `indexable`.
            noindex: local.then_some(false),
            emojis: emojis(account.emojis),
            roles: local.then(Vec::new),
            fields: account
                .fields
                .into_iter()
                .map(|field| e::Field {
                    name: field.name,
                    value: field.value,
                    verified_at: field.verified_at,
                })
                .collect(),
            feature_approval,
            moved: view.moved.map(|moved| Box::new((*moved).into())),
            suspended: account.suspended_at.is_some(),
            limited: account.silenced_at.is_some(),
            memorial: false,
        }
    }
}

/// One's own account.
pub fn credential_account(
    app: &App,
    person: &Person,
    view: AccountView,
    follow_requests: i64,
) -> e::CredentialAccount {
    let row = view.account.clone();
    let user = &person.user;
    e::CredentialAccount {
        source: e::Source {
            privacy: user.default_visibility,
            sensitive: user.default_sensitive,
            language: user.default_language.clone(),
            note: row.note_source,
            fields: typed(row.fields),
            follow_requests_count: follow_requests,
            hide_collections: Some(row.hide_collections),
            discoverable: Some(row.discoverable),
            indexable: row.indexable,
            attribution_domains: row.attribution_domains,
            quote_policy: user.default_quote_policy.name(),
            status_content_type: user.default_content_type.name(),
        },
        role: e::Role::of(user.role, invites::may_make(app, user.role)),
        account: view.into(),
    }
}

impl e::Role {
    /// The role of somebody who may invite others, or may not.
    #[must_use]
    pub fn of(role: domain::Role, may_invite: bool) -> Self {
        let place = usize::try_from(i16::from(role)).unwrap_or(0);
        let bits = PERMISSIONS.get(place).copied().unwrap_or(0);
        let bits = if may_invite {
            bits | INVITE_USERS
        } else {
            bits
        };
        Self {
            id: i16::from(role).to_string(),
            name: role.name().to_owned(),
            color: String::new(),
            permissions: bits.to_string(),
            highlighted: false,
            collection_limit: domain::limits::COLLECTIONS,
        }
    }
}

/// The rows of a profile as their owner typed them.
fn typed(fields: Vec<ProfileField>) -> Vec<e::Field> {
    let row = |field: ProfileField| e::Field {
        name: field.name,
        value: field.source,
        verified_at: field.verified_at,
    };
    fields.into_iter().map(row).collect()
}

impl From<AccountView> for e::Profile {
    fn from(view: AccountView) -> Self {
        let account = view.account;
        let avatar = account.avatar.is_some().then_some(view.avatar);
        let header = account.header.is_some().then_some(view.header);
        Self {
            id: account.id,
            display_name: account.display_name,
            note: account.note_source,
            fields: typed(account.fields),
            avatar_static: avatar.clone(),
            avatar,
            avatar_description: account.avatar_description,
            header_static: header.clone(),
            header,
            header_description: account.header_description,
            locked: account.locked,
            bot: account.kind.is_bot(),
            hide_collections: Some(account.hide_collections),
            discoverable: Some(account.discoverable),
            indexable: account.indexable,
            show_media: account.show_media,
            show_media_replies: account.show_media_replies,
            show_featured: account.show_featured,
            attribution_domains: account.attribution_domains,
            featured_tags: Vec::new(),
        }
    }
}

impl From<CustomEmoji> for e::CustomEmoji {
    fn from(emoji: CustomEmoji) -> Self {
        Self {
            shortcode: emoji.shortcode,
            url: emoji.url,
            static_url: emoji.static_url,
            visible_in_picker: true,
            category: None,
        }
    }
}

fn emojis(list: Vec<CustomEmoji>) -> Vec<e::CustomEmoji> {
    list.into_iter().map(Into::into).collect()
}

impl From<ReactionView> for e::Reaction {
    fn from(view: ReactionView) -> Self {
        let ReactionView { reaction, emoji } = view;
        let (url, static_url) = emoji.map(|emoji| (emoji.url, emoji.static_url)).unzip();
        Self {
            name: reaction.name,
            count: reaction.count,
            me: reaction.is_own,
            url,
            static_url,
        }
    }
}

impl From<TagView> for e::StatusTag {
    fn from(view: TagView) -> Self {
        Self {
            name: view.name,
            url: view.url,
        }
    }
}

impl From<FeaturedTagView> for e::FeaturedTag {
    fn from(view: FeaturedTagView) -> Self {
        let FeaturedTagView { tag, url } = view;
        Self {
            id: tag.id.to_string(),
            name: tag.name,
            url,
            statuses_count: tag.statuses.to_string(),
            last_status_at: tag.last_status_at.map(|time| time.date()),
        }
    }
}

impl From<HashtagView> for e::Tag {
    fn from(view: HashtagView) -> Self {
        Self {
            id: view.name.clone(),
            name: view.name,
            url: view.url,
            history: view.history.into_iter().map(Into::into).collect(),
            following: view.following,
            featuring: view.featuring,
        }
    }
}

impl From<StatusView> for e::Status {
    fn from(view: StatusView) -> Self {
        let sensitive = is_sensitive(&view);
        let content = words(view.boosted.as_deref().unwrap_or(&view));
        let status = view.status;
        let seen = view.seen_by;
        // A boost shows the words of what it repeats, also to apps that do not look inside.
        let (spoiler_text, sensitive) = match &view.boosted {
            Some(of) => (of.status.spoiler_text.clone(), is_sensitive(of)),
            None => (status.spoiler_text, sensitive),
        };
        let outer = view.boosted.as_deref();
        let boosted_media = outer.map(|of| of.media.clone());
        let boosted_mentions = outer.map(|of| of.mentions.clone());
        let boosted_tags = outer.map(|of| of.tags.clone());
        Self {
            id: status.id,
            created_at: status.created_at,
            in_reply_to_id: status.in_reply_to_id,
            in_reply_to_account_id: status.in_reply_to_account_id,
            sensitive,
            spoiler_text,
            visibility: status.visibility,
            language: status.language,
            uri: status.uri,
            url: Some(status.url),
            replies_count: outer.map_or(view.replies, |of| of.replies),
            reblogs_count: outer.map_or(view.boosts, |of| of.boosts),
            favourites_count: outer.map_or(view.favourites, |of| of.favourites),
            quotes_count: outer.map_or(view.quotes, |of| of.quotes),
            edited_at: status.edited_at,
            content,
            text: None,
            application: view
                .application
                .map(|(name, website)| e::StatusApplication { name, website }),
            account: Arc::unwrap_or_clone(view.author).into(),
            media_attachments: boosted_media
                .unwrap_or(view.media)
                .into_iter()
                .map(Into::into)
                .collect(),
            mentions: boosted_mentions
                .unwrap_or(view.mentions)
                .into_iter()
                .map(Into::into)
                .collect(),
            tags: boosted_tags
                .unwrap_or(view.tags)
                .into_iter()
                .map(Into::into)
                .collect(),
            emojis: emojis(status.emojis),
            card: view.card.map(Into::into),
            poll: view.poll.map(Into::into),
            quote: view.quote.map(Into::into),
            quote_approval: Approval::of(status.quote_policy, view.quote_permission),
            favourited: seen.map(|seen| seen.favourited),
            reblogged: seen.map(|seen| seen.boosted),
            muted: seen.map(|seen| seen.muted),
            bookmarked: seen.map(|seen| seen.bookmarked),
            pinned: seen.and_then(|seen| seen.pinned),
            staffroom: additions(
                status.local_only,
                view.practice,
                view.adapted_from,
                view.documents,
                view.answer,
            ),
            filtered: view.filtered.into_iter().map(Into::into).collect(),
            reblog: view.boosted.map(|of| Box::new((*of).into())),
        }
    }
}

impl From<CardView> for e::PreviewCard {
    fn from(view: CardView) -> Self {
        let card = view.card;
        // A picture of another site comes from here too, so that nobody there learns who looks at it.
        let embed_url = match card.kind {
            CardKind::Photo => view.image.clone().unwrap_or_default(),
            CardKind::Link | CardKind::Video | CardKind::Rich => String::new(),
        };
        let has_author =
            view.author.is_some() || !card.author_name.is_empty() || !card.author_url.is_empty();
        let author = has_author.then(|| e::CardAuthor {
            name: card.author_name.clone(),
            url: card.author_url.clone(),
            account: view
                .author
                .map(|author| Arc::unwrap_or_clone(author).into()),
        });
        Self {
            url: card.url,
            title: card.title,
            description: card.description,
            language: card.language,
            kind: card.kind.name(),
            author_name: card.author_name,
            author_url: card.author_url,
            provider_name: card.provider_name,
            provider_url: card.provider_url,
            html: view.html,
            width: card.width,
            height: card.height,
            image: view.image,
            image_description: card.image_description,
            embed_url,
            blurhash: card.blurhash,
            published_at: card.published_at,
            authors: author.into_iter().collect(),
            missing_attribution: view.missing_attribution,
        }
    }
}

/// The author says so, or a moderator of all that they post.
/// What is said. To apps that know no quotes a line names the one quoted, as in Mastodon; what comes from elsewhere has its own.
fn words(view: &StatusView) -> String {
    let said = &view.status.content;
    match view.quoted().map(|quoted| &quoted.status.url) {
        Some(url) if view.status.local && !said.contains(&escape(url)) => {
            let link = link(url, Rel::Foreign);
            format!("<p class=\"quote-inline\">RE: {link}</p>{said}")
        }
        _ => said.clone(),
    }
}

fn is_sensitive(view: &StatusView) -> bool {
    view.status.sensitive || view.author.account.sensitized_at.is_some()
}

impl From<PollView> for e::Poll {
    fn from(view: PollView) -> Self {
        let poll = view.poll;
        let has_voted = |votes: &Vec<i16>| view.is_own || !votes.is_empty();
        Self {
            id: poll.id,
            expires_at: poll.expires_at,
            expired: view.is_over,
            multiple: poll.multiple,
            votes_count: poll.votes_count,
            voters_count: poll.voters_count,
            options: view
                .options
                .into_iter()
                .map(|(title, votes_count)| e::PollOption { title, votes_count })
                .collect(),
            emojis: emojis(view.emojis),
            voted: view.own_votes.as_ref().map(has_voted),
            own_votes: view.own_votes,
        }
    }
}

impl From<QuoteView> for e::Quote {
    fn from(view: QuoteView) -> Self {
        let state = view.state;
        match view.quoted {
            Quoted::Whole(quoted) => Self::Whole {
                state,
                quoted_status: quoted.map(|view| Box::new((*view).into())),
            },
            Quoted::Id(quoted_status_id) => Self::Shallow {
                state,
                quoted_status_id,
            },
        }
    }
}

impl From<NotificationView> for e::Notification {
    fn from(view: NotificationView) -> Self {
        let row = view.notification;
        let account = e::Account::from(view.account);
        let warning = view.warning;
        Self {
            id: row.id,
            kind: row.kind.name(),
            created_at: row.created_at,
            group_key: NotificationGroup::of(row.id, row.kind, row.status_id, row.created_at)
                .to_string(),
            annual_report: service::notifications::year(&row).map(|year| e::AnnualReportEvent {
                year: year.to_string(),
            }),
            status: view.status.map(Into::into),
            report: view.report.map(Into::into),
            event: view.severance.map(Into::into),
            collection: view.collection.map(Into::into),
            fallback: None,
            moderation_warning: warning
                .map(|warning| e::AccountWarning::of(warning, account.clone())),
            account,
        }
    }
}

impl From<RelationshipView> for e::Relationship {
    fn from(view: RelationshipView) -> Self {
        Self {
            id: view.id,
            following: view.following,
            showing_reblogs: view.showing_boosts,
            notifying: view.notifying,
            languages: view.languages,
            followed_by: view.followed_by,
            blocking: view.blocking,
            blocked_by: view.blocked_by,
            muting: view.muting,
            muting_notifications: view.muting_notifications,
            muting_expires_at: view.muting_expires_at,
            requested: view.requested,
            requested_by: view.requested_by,
            domain_blocking: view.domain_blocking,
            endorsed: view.endorsed,
            note: view.note,
        }
    }
}

impl From<MutedView> for e::MutedAccount {
    fn from(view: MutedView) -> Self {
        Self {
            account: view.account.into(),
            mute_expires_at: view.expires_at,
        }
    }
}

impl From<(AccountId, Vec<AccountView>)> for e::FamiliarFollowers {
    fn from((id, accounts): (AccountId, Vec<AccountView>)) -> Self {
        Self {
            id,
            accounts: accounts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<AccountView> for e::Suggestion {
    fn from(view: AccountView) -> Self {
        Self {
            source: "staff",
            sources: ["featured"],
            account: view.into(),
        }
    }
}

impl From<MentionView> for e::Mention {
    fn from(view: MentionView) -> Self {
        Self {
            id: view.id,
            username: view.username,
            url: view.url,
            acct: view.acct,
        }
    }
}

impl From<AnnouncementView> for e::Announcement {
    fn from(view: AnnouncementView) -> Self {
        let row = view.announcement;
        Self {
            id: row.id.to_string(),
            content: view.html,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            all_day: row.all_day,
            published_at: row.created_at,
            updated_at: row.created_at,
            read: view.read,
            mentions: view.mentions.into_iter().map(Into::into).collect(),
            statuses: [],
            tags: view.tags.into_iter().map(Into::into).collect(),
            emojis: emojis(view.emojis),
            reactions: view.reactions.into_iter().map(Into::into).collect(),
        }
    }
}

impl e::Embedding {
    /// `size` is the width, and the height where somebody said one.
    #[must_use]
    pub fn new(
        view: StatusView,
        provider_name: String,
        provider_url: String,
        size: (i64, Option<i64>),
    ) -> Self {
        let StatusView { status, author, .. } = view;
        let account = &author.account;
        let name = if account.display_name.is_empty() {
            &account.username
        } else {
            &account.display_name
        };
        let words = match status.spoiler_text.as_str() {
            "" => status.content,
            warning => format!("<p>{}</p>", escape(warning)),
        };
        let (address, by) = (escape(&status.url), escape(name));
        Self {
            kind: "rich",
            version: "1.0",
            title: format!("New status by {name}"),
            author_name: name.clone(),
            author_url: account.url.clone(),
            provider_name,
            provider_url,
            cache_age: 86_400,
            html: format!(
                "<blockquote cite=\"{address}\">{words}<p>— <a href=\"{address}\">{by}</a></p></blockquote>"
            ),
            width: size.0,
            height: size.1,
        }
    }
}

impl From<EditView> for e::StatusEdit {
    fn from(view: EditView) -> Self {
        let titles = view.poll_options.into_iter();
        let options: Vec<e::EditOption> = titles.map(|title| e::EditOption { title }).collect();
        Self {
            content: view.content,
            spoiler_text: view.spoiler_text,
            sensitive: view.sensitive,
            created_at: view.created_at,
            account: Arc::unwrap_or_clone(view.account).into(),
            media_attachments: view.media.into_iter().map(Into::into).collect(),
            emojis: emojis(view.emojis),
            poll: (!options.is_empty()).then_some(e::EditPoll { options }),
            quote: view.quote.map(Into::into),
        }
    }
}

/// The ids of these accounts as apps send them.
pub fn account_ids(words: &crate::extract::Words) -> Vec<AccountId> {
    words.ids().take(100).collect()
}
