//! Which limits a request falls under.

use actix_web::http::Method;

const FIVE_MINUTES: i64 = 5 * 60;
const A_QUARTER: i64 = 15 * 60;
const HALF_AN_HOUR: i64 = 30 * 60;
const THREE_HOURS: i64 = 3 * 60 * 60;
const A_DAY: i64 = 24 * 60 * 60;
/// Where apps upload.
pub(super) const UPLOADS: &str = "/api/v2/media";
/// What asks for another page than the first.
const PAGING: [&str; 4] = ["page", "min_id", "max_id", "since_id"];

/// How many requests each kind of caller has in each window: Mastodon's numbers.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// In 5 minutes, by one account with all its apps.
    pub account: u32,
    /// In 5 minutes, with one token.
    pub token: u32,
    /// In 5 minutes, from one address by nobody who is signed in.
    pub address: u32,
    /// Pages after the first in 15 minutes, by one account, or from one address by nobody.
    pub paging: u32,
    /// Uploads in 30 minutes, by one account.
    pub media: u32,
    /// Deleting and taking back boosts in 30 minutes, by one account.
    pub delete: u32,
    /// Letters to confirm an address in 30 minutes, by one account.
    pub letters: u32,
    /// Signing up in 30 minutes, from one address.
    pub sign_up: u32,
    /// Posts in 3 hours, by one account.
    pub statuses: u32,
    /// Follows in a day, by one account.
    pub follows: u32,
    /// Reports in a day, by one account.
    pub reports: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            account: 1_500,
            token: 300,
            address: 300,
            paging: 300,
            media: 30,
            delete: 30,
            letters: 5,
            sign_up: 5,
            statuses: 300,
            follows: 400,
            reports: 400,
        }
    }
}

/// What is counted apart from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    Account,
    Token,
    Address,
    Paging,
    Media,
    Delete,
    Letters,
    SignUp,
    Statuses,
    Follows,
    Reports,
}

/// By whom a request is counted under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The account; nobody else is counted.
    Account,
    /// The account, else the address.
    AccountOrAddress,
    /// The address of who is not signed in.
    AddressOfNobody,
    Token,
    /// The address, whoever it is: app tokens are free to make.
    Address,
}

impl Rule {
    /// All rules that a request falls under, the widest first.
    pub(super) fn of(method: &Method, path: &str, query: &str) -> impl Iterator<Item = Self> {
        let general = [Self::Account, Self::Address, Self::Token].into_iter();
        let paging = is_paging(query).then_some(Self::Paging);
        general.chain(Self::special(method, path)).chain(paging)
    }

    /// The narrower rule for this kind of request, if there is one.
    fn special(method: &Method, path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        let status = path.strip_prefix("/api/v1/statuses/");
        if *method == Method::POST {
            match path {
                "/api/v1/media" | UPLOADS | "/api/staffroom/v1/documents" => {
                    return Some(Self::Media);
                }
                // The page counts like the API, so that nobody has both.
                "/api/v1/accounts" | "/sign-up" => return Some(Self::SignUp),
                "/api/v1/statuses" => return Some(Self::Statuses),
                "/api/v1/reports" => return Some(Self::Reports),
                _ if is_follow(path) => return Some(Self::Follows),
                // So that nobody has letters sent to others by the dozen.
                "/api/v1/emails/confirmations" => return Some(Self::Letters),
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
            Self::Account => limits.account,
            Self::Token => limits.token,
            Self::Address => limits.address,
            Self::Paging => limits.paging,
            Self::Media => limits.media,
            Self::Delete => limits.delete,
            Self::Letters => limits.letters,
            Self::SignUp => limits.sign_up,
            Self::Statuses => limits.statuses,
            Self::Follows => limits.follows,
            Self::Reports => limits.reports,
        }
    }

    /// Seconds after which counting begins anew.
    pub(super) fn window(self) -> i64 {
        match self {
            Self::Account | Self::Token | Self::Address => FIVE_MINUTES,
            Self::Paging => A_QUARTER,
            Self::Media | Self::Delete | Self::Letters | Self::SignUp => HALF_AN_HOUR,
            Self::Statuses => THREE_HOURS,
            Self::Follows | Self::Reports => A_DAY,
        }
    }

    /// Whether its window is longer than half an hour.
    pub(super) fn is_slow(self) -> bool {
        self.window() > HALF_AN_HOUR
    }

    pub(super) fn by(self) -> By {
        match self {
            Self::Account
            | Self::Media
            | Self::Delete
            | Self::Statuses
            | Self::Follows
            | Self::Reports => By::Account,
            Self::Paging | Self::Letters => By::AccountOrAddress,
            Self::Address => By::AddressOfNobody,
            Self::Token => By::Token,
            Self::SignUp => By::Address,
        }
    }
}

/// `/api/v1/accounts/1/follow`
fn is_follow(path: &str) -> bool {
    path.strip_prefix("/api/v1/accounts/")
        .is_some_and(|rest| rest.ends_with("/follow"))
}

fn is_paging(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| PAGING.contains(&name.as_ref()) && !value.is_empty())
}
