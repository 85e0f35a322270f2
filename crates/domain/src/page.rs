//! Keyset pages: a stretch of a list that is ordered by id.
//! <https://docs.joinmastodon.org/api/guidelines/#pagination>

/// Which stretch of an id-ordered list is asked for. Bounds are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only rows with a smaller id.
    pub max_id: Option<i64>,
    /// Only rows with a greater id; the newest of them come first.
    pub since_id: Option<i64>,
    /// Only rows with a greater id; those directly above it are taken.
    pub min_id: Option<i64>,
    /// At most so many rows.
    pub limit: i64,
}

/// A cursor as it was sent. Blank is none. One that is no id stands before everything, as in Mastodon, and
/// one too large stands after everything: to ignore `max_id=x` would send a reader round in circles.
#[must_use]
pub fn cursor(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(0);
    }
    Some(text.parse().unwrap_or(i64::MAX))
}

impl Page {
    /// The newest `limit` rows.
    #[must_use]
    pub fn newest(limit: i64) -> Self {
        Self {
            max_id: None,
            since_id: None,
            min_id: None,
            limit,
        }
    }

    /// The exclusive upper bound.
    #[must_use]
    pub fn before(&self) -> i64 {
        self.max_id.unwrap_or(i64::MAX)
    }

    /// The exclusive lower bound.
    #[must_use]
    pub fn after(&self) -> i64 {
        self.since_id.unwrap_or(0).max(self.min_id.unwrap_or(0))
    }

    /// `min_id` asks for the rows next to it, so the scan runs upwards.
    #[must_use]
    pub fn is_upwards(&self) -> bool {
        self.min_id.is_some()
    }
}
