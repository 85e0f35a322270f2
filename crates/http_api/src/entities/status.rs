//! Posts, their history and their threads.
//! <https://docs.joinmastodon.org/entities/Status/>

use domain::{AccountId, StatusId, Time, Visibility};
use serde::Serialize;
use utoipa::ToSchema;

use super::FilterResult;
use super::account::{Account, CustomEmoji};
use super::document::Document;
use super::media_attachment::MediaAttachment;
use super::poll::Poll;
use super::practice::Practice;
use super::preview_card::PreviewCard;
use super::quote::{Approval, Quote};
use super::time::{moment, moment_or_null};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Status {
    #[schema(value_type = String)]
    pub id: StatusId,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[schema(value_type = Option<String>, required)]
    pub in_reply_to_id: Option<StatusId>,
    #[schema(value_type = Option<String>, required)]
    pub in_reply_to_account_id: Option<AccountId>,
    pub sensitive: bool,
    pub spoiler_text: String,
    #[schema(value_type = String)]
    pub visibility: Visibility,
    #[schema(required)]
    pub language: Option<String>,
    pub uri: String,
    #[schema(required)]
    pub url: Option<String>,
    pub replies_count: i64,
    pub reblogs_count: i64,
    pub favourites_count: i64,
    pub quotes_count: i64,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub edited_at: Option<Time>,
    pub content: String,
    /// What the author wrote; only in the answer to deleting it, so that it can be redrafted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub text: Option<String>,
    #[schema(required, no_recursion)]
    pub reblog: Option<Box<Status>>,
    #[schema(required)]
    pub application: Option<StatusApplication>,
    pub account: Account,
    pub media_attachments: Vec<MediaAttachment>,
    pub mentions: Vec<Mention>,
    pub tags: Vec<StatusTag>,
    pub emojis: Vec<CustomEmoji>,
    #[schema(required)]
    pub card: Option<PreviewCard>,
    #[schema(required)]
    pub poll: Option<Poll>,
    #[schema(required)]
    pub quote: Option<Quote>,
    pub quote_approval: Approval,
    /// What the reader did with it; only for somebody signed in, as the next three are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub favourited: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub reblogged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub muted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub bookmarked: Option<bool>,
    /// Only for the author, of a status that can be pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub pinned: Option<bool>,
    pub filtered: Vec<FilterResult>,
    /// What Mastodon does not know; only where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Additions)]
    pub staffroom: Option<Additions>,
}

/// What a status has besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Additions {
    /// Only people signed in here see it.
    pub local_only: bool,
    /// What it says to come from; left out where it says nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adapted_from: Vec<AdaptedFrom>,
    /// What it says of a resource that it passes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Practice)]
    pub practice: Option<Practice>,
    /// To which its content links; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// What answers it; only of a question in a network that is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub answer_id: Option<StatusId>,
}

/// A post from which another one says to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdaptedFrom {
    pub uri: String,
    /// None of one that was deleted.
    #[schema(required)]
    pub url: Option<String>,
    /// `adaptation`, `tried` or `adopted`.
    pub kind: &'static str,
    /// `claimed`, `confirmed` or `refused`.
    pub state: &'static str,
    /// For its author: what to think of, such as a licence that lets nobody pass on what they made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub warning: Option<&'static str>,
}

/// The app that a status was written with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatusApplication {
    pub name: String,
    #[schema(required)]
    pub website: Option<String>,
}

/// <https://docs.joinmastodon.org/entities/Status/#Mention>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Mention {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub username: String,
    pub url: String,
    pub acct: String,
}

/// <https://docs.joinmastodon.org/entities/Status/#Tag>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatusTag {
    pub name: String,
    pub url: String,
}

/// <https://docs.joinmastodon.org/entities/StatusSource/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatusSource {
    #[schema(value_type = String)]
    pub id: StatusId,
    pub text: String,
    pub spoiler_text: String,
    /// How the text is written, as in GoToSocial and Pleroma.
    pub content_type: &'static str,
}

/// <https://docs.joinmastodon.org/entities/StatusEdit/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatusEdit {
    pub content: String,
    pub spoiler_text: String,
    pub sensitive: bool,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    pub account: Account,
    pub media_attachments: Vec<MediaAttachment>,
    pub emojis: Vec<CustomEmoji>,
    /// Only where it asks something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = EditPoll)]
    pub poll: Option<EditPoll>,
    /// Null where it quoted nothing.
    #[schema(required)]
    pub quote: Option<Quote>,
}

/// What there was to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EditPoll {
    pub options: Vec<EditOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EditOption {
    pub title: String,
}

/// <https://docs.joinmastodon.org/entities/Context/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Context {
    pub ancestors: Vec<Status>,
    pub descendants: Vec<Status>,
}
