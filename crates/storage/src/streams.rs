//! Streams of statuses that belong to few.

use diesel::prelude::*;
use domain::{AccountId, Page, Visibility};

use crate::DbConnection;
use crate::literal::Literal;
use crate::paging::load_page;
use crate::schema::{accounts, cards, mentions, statuses};
use crate::statuses::Status;

/// One page of direct statuses that an account wrote or is mentioned in. A range of the index of each, read until the page
/// is full.
pub fn direct(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    let own = statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::visibility.eq(i16::from(Visibility::Direct)))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select());
    let mut rows: Vec<Status> = load_page!(own, statuses::id, page, conn)?;
    let received = mentions::table
        .inner_join(statuses::table)
        .filter(mentions::account_id.eq(account.0))
        .filter(statuses::visibility.eq(i16::from(Visibility::Direct)))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select());
    let received: Vec<Status> = load_page!(received, mentions::status_id, page, conn)?;
    rows.extend(received);
    Ok(joined(rows, page))
}

/// One page of public statuses that link to an address, without boosts and what silenced or suspended people write.
/// A range of the index on `card_id` for each card of the address.
pub fn linking(conn: &mut DbConnection, url: &str, page: &Page) -> QueryResult<Vec<Status>> {
    let cards = cards::table
        .filter(cards::url.eq(url))
        .select(cards::id.nullable());
    let query = statuses::table
        .inner_join(accounts::table)
        .filter(statuses::card_id.eq_any(cards))
        .filter(Literal("statuses.visibility = 0"))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::silenced_at.is_null()),
        )
        .select(Status::as_select());
    load_page!(query, statuses::id, page, conn)
}

/// The page that several pages of the same place make together.
pub(crate) fn joined(mut rows: Vec<Status>, page: &Page) -> Vec<Status> {
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    rows.dedup_by_key(|row| row.id);
    let surplus = rows
        .len()
        .saturating_sub(usize::try_from(page.limit).unwrap_or(usize::MAX));
    if page.is_upwards() {
        rows.drain(..surplus);
    } else {
        rows.truncate(rows.len() - surplus);
    }
    rows
}
