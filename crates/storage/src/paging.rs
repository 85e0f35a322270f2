//! One keyset page of any query that is ordered by an id.

/// Loads the rows of `$page` by `$id`, newest first, whichever way the page is scanned.
macro_rules! load_page {
    ($query:expr, $id:expr, $page:expr, $conn:expr) => {{
        let page: &domain::Page = $page;
        let query = $query
            .filter($id.lt(page.before()))
            .filter($id.gt(page.after()))
            .limit(page.limit);
        if page.is_upwards() {
            query.order($id.asc()).load($conn).map(|mut rows| {
                rows.reverse();
                rows
            })
        } else {
            query.order($id.desc()).load($conn)
        }
    }};
}
pub(crate) use load_page;
