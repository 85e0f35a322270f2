//! Counters per caller and window, in bounded memory.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::http::Method;
use domain::Time;
use moka::sync::Cache;

use super::Standing;
use super::rules::{RateLimits, Rule};
use crate::extract::Bearer;

/// Counters kept at most, about 100 bytes each.
const COUNTERS: u64 = 100_000;
/// Longer than any window.
const KEPT: Duration = Duration::from_secs(31 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Address(IpAddr),
    /// A hash under a key of this process: tokens themselves are kept nowhere.
    Token(u64),
}

type Key = (Rule, Caller, i64);

/// Counts requests; made once per process and shared by its threads.
#[derive(Clone)]
pub struct RateLimiter {
    limits: RateLimits,
    now: Arc<dyn Fn() -> Time + Send + Sync>,
    hasher: RandomState,
    counters: Cache<Key, Arc<AtomicU32>>,
}

impl RateLimiter {
    pub fn new(limits: RateLimits, now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self {
            limits,
            now: Arc::new(now),
            hasher: RandomState::new(),
            counters: Cache::builder()
                .max_capacity(COUNTERS)
                .time_to_live(KEPT)
                .build(),
        }
    }

    /// Counts one request. A refused one is not counted under the rules after the one that refused
    /// it, so that a flood of invented tokens from one address fills no memory.
    pub(super) fn count(
        &self,
        method: &Method,
        path: &str,
        address: IpAddr,
        bearer: Option<&Bearer>,
    ) -> Standing {
        let now = (self.now)().and_utc().timestamp();
        let address = Caller::Address(network(address));
        let token = bearer.map_or(address, |bearer| {
            Caller::Token(self.hasher.hash_one(bearer.token()))
        });
        let mut standing = self.count_under(Rule::Address, address, now);
        let more = bearer
            .map(|_| Rule::Token)
            .into_iter()
            .chain(Rule::special(method, path));
        for rule in more {
            if standing.refused {
                break;
            }
            let caller = if rule.is_by_address() { address } else { token };
            let other = self.count_under(rule, caller, now);
            if other.refused || other.remaining <= standing.remaining {
                standing = other;
            }
        }
        standing
    }

    fn count_under(&self, rule: Rule, caller: Caller, now: i64) -> Standing {
        let window = now.div_euclid(rule.window());
        let counter = self
            .counters
            .get_with((rule, caller, window), Arc::<AtomicU32>::default);
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

/// One household or school has a /64 of IPv6 addresses to itself.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}
