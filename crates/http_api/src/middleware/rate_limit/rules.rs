//! Which limits a request falls under.

use actix_web::http::Method;

const FIVE_MINUTES: i64 = 5 * 60;
const HALF_AN_HOUR: i64 = 30 * 60;

/// How many requests each kind of caller has in each window.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// In 5 minutes, with one token.
    pub token: u32,
    /// In 5 minutes, from one address; a whole school may sit behind it.
    pub address: u32,
    /// Uploads in 30 minutes, with one token.
    pub media: u32,
    /// Deleting and taking back boosts in 30 minutes, with one token.
    pub delete: u32,
    /// Signing up in 30 minutes, from one address.
    pub sign_up: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            token: 300,
            address: 1_500,
            media: 30,
            delete: 30,
            sign_up: 5,
        }
    }
}

/// What is counted apart from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    Address,
    Token,
    Media,
    Delete,
    SignUp,
}

impl Rule {
    /// The narrower rule for this kind of request, if there is one.
    pub(super) fn special(method: &Method, path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        let status = path.strip_prefix("/api/v1/statuses/");
        if *method == Method::POST {
            match path {
                "/api/v1/media" | "/api/v2/media" => return Some(Self::Media),
                // The page counts like the API, so that nobody has both.
                "/api/v1/accounts" | "/sign-up" => return Some(Self::SignUp),
                // So that nobody has letters sent to others by the dozen.
                "/api/v1/emails/confirmations" => return Some(Self::SignUp),
                _ => {}
            }
        }
        let deletes = match *method {
            Method::DELETE => status.is_some_and(|id| !id.contains('/')),
            Method::POST => status.is_some_and(|rest| rest.ends_with("/unreblog")),
            _ => false,
        };
        deletes.then_some(Self::Delete)
    }

    pub(super) fn limit(self, limits: &RateLimits) -> u32 {
        match self {
            Self::Address => limits.address,
            Self::Token => limits.token,
            Self::Media => limits.media,
            Self::Delete => limits.delete,
            Self::SignUp => limits.sign_up,
        }
    }

    /// Seconds after which counting begins anew.
    pub(super) fn window(self) -> i64 {
        match self {
            Self::Address | Self::Token => FIVE_MINUTES,
            Self::Media | Self::Delete | Self::SignUp => HALF_AN_HOUR,
        }
    }

    /// Counted by address even where a token came along: app tokens are free to make.
    pub(super) fn is_by_address(self) -> bool {
        match self {
            Self::Address | Self::SignUp => true,
            Self::Token | Self::Media | Self::Delete => false,
        }
    }
}
