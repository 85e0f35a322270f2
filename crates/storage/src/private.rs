//! What somebody keeps for themselves, or is kept for them alone.

use diesel::prelude::*;
use domain::AccountId;

use crate::DbConnection;
use crate::schema::{
    account_domain_blocks, account_notes, bookmarks, conversation_mutes, conversations,
    dismissed_suggestions, featured_tags, filters, home_feed, lists, mutes, network_halves,
    notification_permissions, notification_policies, notification_requests, scheduled_statuses,
    tag_follows,
};

/// Deletes the rows of one account from each of these tables.
macro_rules! forget {
    ($conn:ident, $account:ident, $($table:ident),+ $(,)?) => {
        $(diesel::delete($table::table.filter($table::account_id.eq($account.0))).execute($conn)?;)+
    };
}

/// Forgets all of it, of somebody who is gone. The files of what was to be posted belong to nothing then.
pub fn delete_all(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    forget!(
        conn,
        account,
        account_domain_blocks,
        account_notes,
        bookmarks,
        conversation_mutes,
        conversations,
        dismissed_suggestions,
        featured_tags,
        filters,
        home_feed,
        lists,
        mutes,
        network_halves,
        notification_permissions,
        notification_policies,
        notification_requests,
        scheduled_statuses,
        tag_follows,
    );
    Ok(())
}
