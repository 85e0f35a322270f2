//! What somebody can be told.

use crate::numbered::numbered;

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
});

impl NotificationKind {
    pub const ALL: [Self; 12] = [
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
        }
    }

    /// The kind of that name, if we send it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
