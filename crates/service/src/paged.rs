//! A page of a list and where its neighbours begin.

use domain::Page;

/// A page, and the cursors of its ends: ids of what was read, whether or not it is shown.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    pub items: Vec<T>,
    /// Newest and oldest.
    pub ends: Option<(i64, i64)>,
    /// Whether as much was read as was asked for, so that there is likely more.
    pub is_full: bool,
}

impl<T> Paged<T> {
    /// What was read for `page`; its ends are those of `cursors`, in whatever order.
    pub fn new(items: Vec<T>, cursors: impl IntoIterator<Item = i64>, page: &Page) -> Self {
        let (mut ends, mut rows) = (None, 0);
        for id in cursors {
            let (newest, oldest) = ends.unwrap_or((id, id));
            ends = Some((id.max(newest), id.min(oldest)));
            rows += 1;
        }
        Self {
            items,
            ends,
            is_full: rows >= page.limit,
        }
    }

    /// Where the next page begins, if this one is likely not the last.
    #[must_use]
    pub fn more(&self) -> Option<i64> {
        self.ends.filter(|_| self.is_full).map(|(_, oldest)| oldest)
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        Paged {
            items: self.items.into_iter().map(change).collect(),
            ends: self.ends,
            is_full: self.is_full,
        }
    }

    #[must_use]
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            ends: None,
            is_full: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Page;

    use super::Paged;

    #[test]
    fn a_page_of_which_something_is_hidden_has_a_next_one() {
        let read = |limit| Paged::new(vec!["shown"], [9, 7, 8], &Page::newest(limit));
        assert_eq!(read(3).more(), Some(7));
        assert_eq!(read(4).more(), None);
        assert_eq!(Paged::<()>::empty().more(), None);
    }
}
