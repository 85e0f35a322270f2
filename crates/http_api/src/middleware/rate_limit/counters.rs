//! Counters per caller and window, in bounded memory.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::http::Method;
use domain::{AccountId, Time, household};
use moka::sync::Cache;
use service::oauth::TokenOwner;

use super::Standing;
use super::rules::{By, RateLimits, Rule};
use crate::extract::Bearer;

/// Counters kept at most, about 100 bytes each.
const COUNTERS: u64 = 100_000;
/// Longer than the windows of most rules.
const KEPT: Duration = Duration::from_secs(31 * 60);
/// Longer than any window.
const KEPT_LONGER: Duration = Duration::from_secs(25 * 60 * 60);

/// Tokens of which it is remembered whose they are, and for how long.
const TOKENS: u64 = 100_000;
const REMEMBERED: Duration = Duration::from_secs(5 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Address(IpAddr),
    Account(AccountId),
    Token(Fingerprint),
}

/// A hash under a key of this process: tokens themselves are kept nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u64);

/// Who asks, as far as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// No token was sent, or none of ours: invented ones do not get round the limit of an address.
    Nobody,
    Holder(Fingerprint, TokenOwner),
    /// Somebody who is signed in on our pages, which have no token.
    Visitor(AccountId),
}

/// What counts of a request.
pub(super) struct Counted<'a> {
    pub(super) method: &'a Method,
    /// Decoded as the router sees it: `/api/v2/med%69a` is an upload too.
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) address: IpAddr,
}

type Key = (Rule, Caller, i64);

/// Counts requests; made once per process and shared by its threads.
#[derive(Clone)]
pub struct RateLimiter {
    limits: RateLimits,
    now: Arc<dyn Fn() -> Time + Send + Sync>,
    hasher: RandomState,
    counters: Cache<Key, Arc<AtomicU32>>,
    /// Of accounts alone: who is nobody cannot crowd these out.
    slow: Cache<Key, Arc<AtomicU32>>,
    owners: Cache<Fingerprint, TokenOwner>,
}

impl RateLimiter {
    pub fn new(limits: RateLimits, now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        let counters = |kept| {
            Cache::builder()
                .max_capacity(COUNTERS)
                .time_to_live(kept)
                .build()
        };
        Self {
            limits,
            now: Arc::new(now),
            hasher: RandomState::new(),
            counters: counters(KEPT),
            slow: counters(KEPT_LONGER),
            owners: Cache::builder()
                .max_capacity(TOKENS)
                .time_to_live(REMEMBERED)
                .build(),
        }
    }

    pub(super) fn fingerprint(&self, bearer: &Bearer) -> Fingerprint {
        Fingerprint(self.hasher.hash_one(bearer.token()))
    }

    /// Whose token it is, if it was asked for a short time ago.
    pub(super) fn known(&self, token: Fingerprint) -> Option<TokenOwner> {
        self.owners.get(&token)
    }

    pub(super) fn remember(&self, token: Fingerprint, owner: TokenOwner) {
        self.owners.insert(token, owner);
    }

    /// Counts one request. A refused one is not counted under the rules after the one that refused it. Where it stands
    /// is told by the rule that binds it most.
    pub(super) fn count(&self, request: &Counted<'_>, asker: Asker) -> Standing {
        let now = (self.now)().and_utc().timestamp();
        let address = household(request.address);
        let mut binding: Option<Standing> = None;
        for rule in Rule::of(request.method, request.path, request.query) {
            let Some(caller) = caller(rule.by(), address, asker) else {
                continue;
            };
            let standing = self.count_under(rule, caller, now);
            let is_narrower = |other: Standing| standing.remaining <= other.remaining;
            if standing.refused || binding.is_none_or(is_narrower) {
                binding = Some(standing);
            }
            if standing.refused {
                break;
            }
        }
        // Whoever asks is somebody or nobody, and so falls under one of the general rules.
        binding.unwrap_or_else(|| self.count_under(Rule::Address, Caller::Address(address), now))
    }

    fn count_under(&self, rule: Rule, caller: Caller, now: i64) -> Standing {
        let window = now.div_euclid(rule.window());
        let counters = if rule.is_slow() {
            &self.slow
        } else {
            &self.counters
        };
        let counter = counters.get_with((rule, caller, window), Arc::<AtomicU32>::default);
        let before = counter.fetch_add(1, Ordering::Relaxed);
        let limit = rule.limit(&self.limits);
        Standing {
            limit,
            remaining: limit.saturating_sub(before.saturating_add(1)),
            reset: (window + 1) * rule.window(),
            refused: before >= limit,
        }
    }
}

/// Who is counted under a rule; nobody, if it is not for them.
fn caller(by: By, address: IpAddr, asker: Asker) -> Option<Caller> {
    let account = match asker {
        Asker::Visitor(account) | Asker::Holder(_, TokenOwner::Account(account)) => {
            Some(Caller::Account(account))
        }
        Asker::Nobody | Asker::Holder(_, TokenOwner::Application) => None,
    };
    let address = Caller::Address(address);
    match (by, asker) {
        (By::Account, _) => account,
        (By::AccountOrAddress, _) => Some(account.unwrap_or(address)),
        (By::AddressOfNobody, _) => account.is_none().then_some(address),
        (By::Token, Asker::Holder(token, _)) => Some(Caller::Token(token)),
        (By::Token, Asker::Nobody | Asker::Visitor(_)) => None,
        (By::Address, _) => Some(address),
    }
}
