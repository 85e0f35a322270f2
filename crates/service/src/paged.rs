//! A page of a list and where its neighbours begin.

/// A page, and the cursors of its ends: ids of what was read, whether or not it is shown.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    pub items: Vec<T>,
    /// Newest and oldest.
    pub ends: Option<(i64, i64)>,
}

impl<T> Paged<T> {
    /// A page whose ends are those of `cursors`, in whatever order.
    pub fn new(items: Vec<T>, cursors: impl IntoIterator<Item = i64>) -> Self {
        let ends = cursors.into_iter().fold(None, |ends, id| {
            let (newest, oldest) = ends.unwrap_or((id, id));
            Some((id.max(newest), id.min(oldest)))
        });
        Self { items, ends }
    }

    /// Where the next page begins, if this one, of at most `limit` rows, is likely not the last.
    #[must_use]
    pub fn more(&self, limit: i64) -> Option<i64> {
        let full = i64::try_from(self.items.len()).is_ok_and(|shown| shown >= limit);
        self.ends.filter(|_| full).map(|(_, oldest)| oldest)
    }

    #[must_use]
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            ends: None,
        }
    }
}
