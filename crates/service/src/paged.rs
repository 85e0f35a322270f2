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

    #[must_use]
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            ends: None,
        }
    }
}
