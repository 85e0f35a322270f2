//! The words of Staffroom and the rules that need no database and no network.

pub mod account;
pub mod audience;
mod collection;
mod content_type;
mod decision;
pub mod document;
pub mod emoji;
pub mod filter;
pub mod handle;
mod household;
pub mod ids;
pub mod import;
mod ip_severity;
pub mod language;
pub mod limits;
pub mod lineage;
pub mod list;
pub mod media;
pub mod network;
pub mod notification;
mod numbered;
pub mod page;
pub mod policy;
pub mod practice;
pub mod push;
pub mod quote;
pub mod report;
pub mod role;
pub mod scopes;
pub mod search;
pub mod spam;
pub mod text;
pub mod visibility;
pub mod vocabulary;
pub mod wording;

pub use account::{AccountKind, CustomEmoji, ProfileField};
pub use collection::ItemState;
pub use content_type::ContentType;
pub use decision::{SeveranceCause, WarningAction};
pub use document::DocumentType;
pub use filter::FilterAction;
pub use handle::{Handle, Host};
pub use household::household;
pub use ids::{
    AccountId, ActivityId, ApplicationId, CardId, CollectionId, DeliveryId, FilterId, InboxId,
    JobId, ListId, MediaId, NotificationId, PollId, ReportId, StatusId, TokenId, UserId,
};
pub use import::{Brought, ImportKind, LineOutcome};
pub use ip_severity::IpSeverity;
pub use lineage::{ClaimState, Derivation};
pub use list::RepliesPolicy;
pub use media::{CardKind, FilmFacts, MediaKind, MediaState};
pub use network::{Membership, NetworkPostState, Posting, ProposalKind};
pub use notification::{NotificationGroup, NotificationKind, NotificationPolicy, NotificationRule};
pub use numbered::UnknownNumber;
pub use page::Page;
pub use policy::{FederationMode, Policy, Severity};
pub use push::PushPolicy;
pub use quote::{QuotePolicy, QuoteState};
pub use report::ReportCategory;
pub use role::Role;
pub use scopes::Scopes;
pub use visibility::Visibility;

/// A moment in UTC, in whole milliseconds: the only kind of time inside Staffroom.
pub type Time = chrono::NaiveDateTime;
