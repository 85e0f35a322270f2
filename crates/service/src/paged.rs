//! A page of a list and where its neighbours begin.

/// A page, and the cursors of its ends: ids of what was read, whether or not it is shown.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    pub items: Vec<T>,
    /// Newest and oldest.
    pub ends: Option<(i64, i64)>,
    /// How many rows were read, whether or not they are shown.
    read: usize,
}

impl<T> Paged<T> {
    /// A page whose ends are those of `cursors`, in whatever order.
    pub fn new(items: Vec<T>, cursors: impl IntoIterator<Item = i64>) -> Self {
        let (ends, read) = cursors.into_iter().fold((None, 0), |(ends, read), id| {
            let (newest, oldest): (i64, i64) = ends.unwrap_or((id, id));
            (Some((id.max(newest), id.min(oldest))), read + 1)
        });
        Self { items, ends, read }
    }

    /// Where the next page begins, if this one, of at most `limit` rows, is likely not the last.
    #[must_use]
    pub fn more(&self, limit: i64) -> Option<i64> {
        let full = i64::try_from(self.read).is_ok_and(|read| read >= limit);
        self.ends.filter(|_| full).map(|(_, oldest)| oldest)
    }

    #[must_use]
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            ends: None,
            read: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Paged;

    #[test]
    fn a_page_of_which_something_is_hidden_has_a_next_one() {
        let page = Paged::new(vec!["shown"], [9, 7, 8]);
        assert_eq!(page.more(3), Some(7));
        assert_eq!(page.more(4), None);
        assert_eq!(Paged::<()>::empty().more(1), None);
    }
}
