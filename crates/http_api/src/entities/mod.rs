//! The shapes in which apps expect everything: no logic, only fields.
//! <https://docs.joinmastodon.org/entities/>
//!
//! A key that Mastodon always sends is always there, as `null` or `[]` where there is nothing to
//! say. What this server never has is of type [`Null`] or [`Empty`].

pub mod account;
pub mod admin;
pub mod admin_blocks;
pub mod announcement;
pub mod annual_report;
pub mod application;
pub mod async_refresh;
pub mod collection;
pub mod conversation;
pub mod decision;
pub mod document;
pub mod domain_block;
pub mod embedding;
pub mod filter;
pub mod instance;
pub mod instance_v1;
pub mod lineage;
pub mod list;
pub mod marker;
pub mod media_attachment;
pub mod network;
pub mod notification;
pub mod poll;
pub mod practice;
pub mod preferences;
pub mod preview_card;
pub mod profile;
pub mod quote;
pub mod relationship;
pub mod report;
pub mod scheduled_status;
pub mod search;
pub mod status;
pub mod suggestion;
pub mod tag;
pub mod time;
pub mod translation;
pub mod web_push_subscription;

pub use account::{Account, AccountRole, CredentialAccount, CustomEmoji, Field, Role, Source};
pub use admin::{AdminAccount, AdminDomainAllow, AdminDomainBlock, AdminEmoji, AdminReport};
pub use admin_blocks::{AdminCanonicalEmailBlock, AdminEmailDomainBlock, AdminIpBlock};
pub use announcement::{Announcement, Reaction};
pub use annual_report::{AnnualReport, AnnualReportEvent, AnnualReportState, AnnualReports};
pub use application::{Application, AuthorizationServer, CredentialApplication, Token, UserInfo};
pub use collection::{
    Collection, CollectionItem, CollectionWithAccounts, Collections, WrappedCollection,
    WrappedCollectionItem,
};
pub use conversation::Conversation;
pub use decision::{AccountWarning, RelationshipSeveranceEvent};
pub use document::Document;
pub use domain_block::{DomainBlock, DomainBlockPreview};
pub use embedding::Embedding;
pub use filter::{Filter, FilterKeyword, FilterResult, FilterStatus, FilterV1};
pub use instance::{Instance, Rule};
pub use instance_v1::InstanceV1;
pub use lineage::{
    Lineage, LineageAuthor, LineageCounts, LineageEdge, LineageNode, LineageSettings,
};
pub use list::List;
pub use marker::{Marker, Markers};
pub use media_attachment::{Focus, MediaAttachment, Meta, Size};
pub use network::{
    Network, NetworkAnswer, NetworkHalf, NetworkPost, NetworkProposal, SavedNetwork,
};
pub use notification::{
    Groups, Merged, Notification, NotificationFallback, NotificationPolicy, NotificationPolicyV1,
    NotificationRequest, UnreadCount,
};
pub use poll::{Poll, PollOption};
pub use practice::{Practice, PracticeLicence, PracticeTerm};
pub use preferences::Preferences;
pub use preview_card::{CardAuthor, PreviewCard, TrendsLink};
pub use profile::Profile;
pub use quote::{Approval, Quote};
pub use relationship::{FamiliarFollowers, MutedAccount, Relationship};
pub use report::Report;
pub use scheduled_status::ScheduledStatus;
pub use search::{Search, SearchV1};
pub use status::{
    AdaptedFrom, Additions, Context, EditOption, EditPoll, Mention, Status, StatusApplication,
    StatusEdit, StatusSource, StatusTag,
};
pub use suggestion::Suggestion;
pub use tag::{FeaturedTag, Tag, TagHistory};
pub use web_push_subscription::WebPushSubscription;

/// A key whose value is always null.
pub type Null = ();

/// A key whose value is always an empty list.
pub type Empty = [(); 0];

#[cfg(test)]
mod tests;
