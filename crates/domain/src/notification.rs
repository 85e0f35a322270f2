//! What somebody can be told.

use crate::numbered::numbered;
use crate::{NotificationId, StatusId, Time};

/// Why somebody is notified, in the words of the client API.
/// <https://docs.joinmastodon.org/entities/Notification/#type>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationKind {
    Mention,
    /// Somebody whose posts one wants to hear of has posted.
    Status,
    Reblog,
    Follow,
    FollowRequest,
    Favourite,
    /// A status that one boosted or answered was edited.
    Update,
    /// Somebody signed up here; told to moderators.
    SignUp,
    /// Somebody reported somebody; told to moderators.
    Report,
    /// A poll ended that one asked or voted in.
    Poll,
    /// Somebody quotes one's status.
    Quote,
    /// A status that one quotes was edited.
    QuotedUpdate,
    /// One's follows ended by a decision about others.
    SeveredRelationships,
    /// Moderators decided something about one.
    ModerationWarning,
    /// Somebody recommends one in a collection.
    AddedToCollection,
    /// A collection that one is in was changed.
    CollectionUpdate,
    /// What one did in a year was counted.
    AnnualReport,
}

numbered!(NotificationKind {
    Mention = 0,
    Status = 1,
    Reblog = 2,
    Follow = 3,
    FollowRequest = 4,
    Favourite = 5,
    Update = 6,
    SignUp = 7,
    Report = 8,
    Poll = 20,
    Quote = 21,
    QuotedUpdate = 22,
    SeveredRelationships = 23,
    ModerationWarning = 24,
    AddedToCollection = 25,
    CollectionUpdate = 26,
    AnnualReport = 27,
});

impl NotificationKind {
    pub const ALL: [Self; 17] = [
        Self::Mention,
        Self::Status,
        Self::Reblog,
        Self::Follow,
        Self::FollowRequest,
        Self::Favourite,
        Self::Update,
        Self::SignUp,
        Self::Report,
        Self::Poll,
        Self::Quote,
        Self::QuotedUpdate,
        Self::SeveredRelationships,
        Self::ModerationWarning,
        Self::AddedToCollection,
        Self::CollectionUpdate,
        Self::AnnualReport,
    ];

    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Status => "status",
            Self::Reblog => "reblog",
            Self::Follow => "follow",
            Self::FollowRequest => "follow_request",
            Self::Favourite => "favourite",
            Self::Update => "update",
            Self::SignUp => "admin.sign_up",
            Self::Report => "admin.report",
            Self::Poll => "poll",
            Self::Quote => "quote",
            Self::QuotedUpdate => "quoted_update",
            Self::SeveredRelationships => "severed_relationships",
            Self::ModerationWarning => "moderation_warning",
            Self::AddedToCollection => "added_to_collection",
            Self::CollectionUpdate => "collection_update",
            Self::AnnualReport => "annual_report",
        }
    }

    /// Whether it is of those that many client programs do not know: they get words instead, and no Web Push of it.
    #[must_use]
    pub fn is_rare(self) -> bool {
        matches!(
            self,
            Self::SeveredRelationships
                | Self::ModerationWarning
                | Self::AddedToCollection
                | Self::CollectionUpdate
                | Self::AnnualReport
        )
    }

    /// The kind of that name, if we send it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What becomes of what somebody could be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotificationRule {
    Accept,
    /// Held back until one looks.
    Filter,
    Drop,
}

numbered!(NotificationRule { Accept = 0, Filter = 1, Drop = 2 });

impl NotificationRule {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Filter => "filter",
            Self::Drop => "drop",
        }
    }

    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Accept, Self::Filter, Self::Drop]
            .into_iter()
            .find(|rule| rule.name() == word)
    }
}

/// Of whose deeds somebody wants to be told.
/// <https://docs.joinmastodon.org/entities/NotificationPolicy/>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationPolicy {
    pub for_not_following: NotificationRule,
    pub for_not_followers: NotificationRule,
    pub for_new_accounts: NotificationRule,
    pub for_private_mentions: NotificationRule,
    pub for_limited_accounts: NotificationRule,
    pub for_bots: NotificationRule,
}

impl Default for NotificationPolicy {
    /// Everybody is heard but those whom moderators have silenced.
    fn default() -> Self {
        Self {
            for_not_following: NotificationRule::Accept,
            for_not_followers: NotificationRule::Accept,
            for_new_accounts: NotificationRule::Accept,
            for_private_mentions: NotificationRule::Accept,
            for_limited_accounts: NotificationRule::Filter,
            for_bots: NotificationRule::Accept,
        }
    }
}

/// Deeds that are told together: one's own group, or what many did with one thing in the same half of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationGroup {
    One(NotificationId),
    Many {
        kind: NotificationKind,
        status: Option<StatusId>,
        /// Halves of days since 1970.
        half_day: i64,
    },
}

/// Seconds of one group.
pub const GROUP_SECONDS: i64 = 12 * 3_600;

impl NotificationGroup {
    #[must_use]
    pub fn of(
        id: NotificationId,
        kind: NotificationKind,
        status: Option<StatusId>,
        at: Time,
    ) -> Self {
        let half_day = at.and_utc().timestamp().div_euclid(GROUP_SECONDS);
        match (kind, status) {
            (NotificationKind::Favourite | NotificationKind::Reblog, Some(_))
            | (NotificationKind::Follow | NotificationKind::SignUp, None) => Self::Many {
                kind,
                status,
                half_day,
            },
            _ => Self::One(id),
        }
    }

    /// The group of that key, if it can be one.
    #[must_use]
    pub fn named(key: &str) -> Option<Self> {
        let (name, rest) = key.split_once('-')?;
        if name == "ungrouped" {
            return rest.parse().ok().map(Self::One);
        }
        let kind = NotificationKind::named(name)?;
        let (status, half_day) = match rest.split_once('-') {
            Some((status, half_day)) => (Some(status.parse().ok()?), half_day),
            None => (None, rest),
        };
        Some(Self::Many {
            kind,
            status,
            half_day: half_day.parse().ok()?,
        })
    }
}

impl std::fmt::Display for NotificationGroup {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(id) => write!(out, "ungrouped-{id}"),
            Self::Many {
                kind,
                status: Some(status),
                half_day,
            } => write!(out, "{}-{status}-{half_day}", kind.name()),
            Self::Many { kind, half_day, .. } => write!(out, "{}-{half_day}", kind.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_its_key() {
        let at = chrono::DateTime::from_timestamp(1_790_000_000, 0)
            .unwrap()
            .naive_utc();
        let id = NotificationId(7);
        for (kind, status) in [
            (NotificationKind::Favourite, Some(StatusId(5))),
            (NotificationKind::Follow, None),
            (NotificationKind::SignUp, None),
            (NotificationKind::Mention, Some(StatusId(5))),
        ] {
            let group = NotificationGroup::of(id, kind, status, at);
            assert_eq!(NotificationGroup::named(&group.to_string()), Some(group));
        }
        for bad in ["", "favourite", "favourite-x-1", "kitchen-1", "ungrouped-"] {
            assert_eq!(NotificationGroup::named(bad), None, "{bad}");
        }
    }
}
