//! Ids: 64-bit, time-ordered, decimal strings outside.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text that is not a decimal 64-bit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A person's public identity, here or elsewhere.
    AccountId,
    /// Somebody who signs in here.
    UserId,
    /// A post or a boost.
    StatusId,
    /// A question that a status asks.
    PollId,
    /// People whom somebody reads apart.
    ListId,
    /// People whom somebody recommends.
    CollectionId,
    /// What somebody does not want to read.
    FilterId,
    /// Something that moderators are asked to look at.
    ReportId,
    /// A picture, sound or film attached to a status.
    MediaId,
    /// What a page is about to which statuses link.
    CardId,
    /// One line in somebody's notifications.
    NotificationId,
    /// A client program registered by OAuth.
    ApplicationId,
    /// An access token.
    TokenId,
    /// A row of work to be done.
    JobId,
    /// An activity of ours, as it was sent.
    ActivityId,
    /// One HTTP sending of an activity to one inbox.
    DeliveryId,
    /// An activity received.
    InboxId,
}

/// Digits only: `+5`, `-5` and ` 5` name nothing.
fn parse(text: &str) -> Result<i64, NotAnId> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAnId);
    }
    text.parse().map_err(|_| NotAnId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_string_in_json() {
        let id: StatusId = serde_json::from_str("\"116\"").unwrap();
        assert_eq!(id, StatusId(116));
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"116\"");
    }

    #[test]
    fn only_digits_within_range_are_ids() {
        for text in ["", "+1", "-1", " 1", "1.0", "9223372036854775808", "١"] {
            assert_eq!(text.parse::<AccountId>(), Err(NotAnId), "{text}");
        }
    }
}
