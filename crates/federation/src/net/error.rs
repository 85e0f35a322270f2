//! What can come of asking another server.

use std::{error::Error as _, io, net::IpAddr, path::PathBuf, time::Duration};

use openssl::error::ErrorStack;

use super::resolver::{BlockedAddress, UnknownHost, Unresolved};

/// The client cannot be built from its settings.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the CA file {} cannot be read: {}", .0.display(), .1)]
    CaFile(PathBuf, io::Error),
    #[error("{} holds no certificate in PEM", .0.display())]
    NoCertificate(PathBuf),
    #[error("the name resolver cannot be set up: {0}")]
    Resolver(String),
    #[error("the client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// Why something could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the address is not one that we ask")]
    InvalidUrl,
    #[error("{0} is not a public address")]
    Blocked(IpAddr),
    #[error("there is nothing at this address")]
    NotFound,
    #[error("what was at this address is gone")]
    Gone,
    #[error("the server answered with status {0}")]
    Status(u16),
    #[error("there are too many redirects, or one that we do not follow")]
    Redirect,
    #[error("another host answers for this one")]
    ForeignHost,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer is of a wrong type")]
    WrongType,
    #[error("the answer is not usable JSON")]
    NotJson,
    #[error("the server did not answer in time")]
    Timeout,
    #[error("the server cannot be reached")]
    Unreachable,
    #[error("there is no server of this name")]
    UnknownHost,
    #[error("the name of the server cannot be looked up")]
    Unresolved,
    #[error("no secure connection can be made")]
    Tls,
    #[error("too many requests to this server are waiting")]
    Busy,
    #[error("we have nothing to do with this server")]
    Refused,
    #[error("the request could not be signed")]
    Unsigned,
    #[error("it leads to too many requests")]
    Exhausted,
}

impl FetchError {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(BlockedAddress(address)) = inner.downcast_ref() {
                return Self::Blocked(*address);
            }
            if inner.is::<UnknownHost>() {
                return Self::UnknownHost;
            }
            if inner.is::<Unresolved>() {
                return Self::Unresolved;
            }
            if inner.is::<ErrorStack>() {
                return Self::Tls;
            }
            cause = inner.source();
        }
        Self::Unreachable
    }

    pub(super) fn of_status(status: u16) -> Self {
        match status {
            404 => Self::NotFound,
            410 => Self::Gone,
            status => Self::Status(status),
        }
    }

    /// Whether the failure says something of the address, so that asking again soon is useless.
    pub(super) fn is_about_the_address(&self) -> bool {
        !matches!(
            self,
            Self::Busy | Self::Unsigned | Self::Refused | Self::Exhausted
        )
    }
}

/// What became of something we delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Taken: any 2xx.
    Accepted,
    /// 410: the inbox no longer exists.
    Gone,
    /// Not taken, and it will not be the next time either.
    Refused(u16),
    /// Not taken now: the host has too much to do (408, 429, 502, 503, 504).
    Busy {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// Not taken now, which says nothing of other inboxes: 401 (their copy of our key may be old), 425, other 5xx, and whatever
    /// is no answer to an activity, such as a redirect to a page that says that the server is being looked after.
    Troubled {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// No answer.
    Silent(FetchError),
    /// Never sent: the address is not one that we may use.
    Blocked(FetchError),
}

impl Reply {
    pub(super) fn of_status(status: u16, retry_after: Option<Duration>) -> Self {
        match status {
            200..=299 => Self::Accepted,
            410 => Self::Gone,
            408 | 429 | 502..=504 => Self::Busy {
                status,
                retry_after,
            },
            400..=499 if !matches!(status, 401 | 425) => Self::Refused(status),
            _ => Self::Troubled {
                status,
                retry_after,
            },
        }
    }

    pub(super) fn of_error(error: FetchError) -> Self {
        match error {
            FetchError::InvalidUrl
            | FetchError::Blocked(_)
            | FetchError::Refused
            | FetchError::Unsigned => Self::Blocked(error),
            error => Self::Silent(error),
        }
    }
}
