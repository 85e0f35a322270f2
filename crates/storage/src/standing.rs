//! How somebody who could be told of a deed stands to whoever did it.

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{AccountId, AccountKind, NotificationPolicy, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::notification_requests::Rules;
use crate::schema::{
    account_domain_blocks, accounts, blocks, conversation_mutes, follows, mentions, mutes,
    notification_permissions, notification_policies, statuses,
};

/// All that decides whether one person is told of what another did.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Either has blocked the other, or the other's server is blocked.
    pub is_blocked: bool,
    /// Also of what the other tells; or the thread is muted.
    pub is_muted: bool,
    pub is_following: bool,
    /// When the other began to follow.
    pub followed_since: Option<Time>,
    /// The other is heard whatever the rules say.
    pub is_permitted: bool,
    pub other_is_silenced: bool,
    pub other_is_bot: bool,
    pub other_created_at: Time,
    pub policy: NotificationPolicy,
}

#[derive(Queryable)]
struct Row {
    is_blocked: bool,
    blocks_server: bool,
    is_muted: bool,
    thread_is_muted: bool,
    is_following: bool,
    followed_since: Option<Time>,
    is_permitted: bool,
    silenced_at: Option<Time>,
    #[diesel(deserialize_as = i16)]
    kind: AccountKind,
    created_at: Time,
    rules: Option<Rules>,
}

/// How `account` stands to `other`, as far as `status` is concerned. One statement, by keys and unique indexes; none
/// if there is no `other`.
pub fn of(
    conn: &mut DbConnection,
    account: AccountId,
    other: AccountId,
    status: Option<StatusId>,
    now: Time,
) -> QueryResult<Option<Standing>> {
    let blocked = blocks::table.filter(
        (blocks::account_id
            .eq(account.0)
            .and(blocks::target_id.eq(other.0)))
        .or(blocks::account_id
            .eq(other.0)
            .and(blocks::target_id.eq(account.0))),
    );
    let server = account_domain_blocks::table
        .filter(account_domain_blocks::account_id.eq(account.0))
        .filter(account_domain_blocks::host.nullable().eq(accounts::host));
    let muted = mutes::table
        .filter(mutes::account_id.eq(account.0))
        .filter(mutes::target_id.eq(other.0))
        .filter(mutes::notifications)
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)));
    let thread = statuses::table
        .inner_join(
            conversation_mutes::table
                .on(conversation_mutes::conversation_id.eq(statuses::conversation_id)),
        )
        .filter(statuses::id.eq(status.map_or(0, |id| id.0)))
        .filter(conversation_mutes::account_id.eq(account.0));
    let following = follows::table
        .filter(follows::follower_id.eq(account.0))
        .filter(follows::account_id.eq(other.0))
        .filter(follows::pending.eq(false));
    let followed = follows::table
        .filter(follows::follower_id.eq(other.0))
        .filter(follows::account_id.eq(account.0))
        .filter(follows::pending.eq(false))
        .select(follows::created_at);
    let permitted = notification_permissions::table
        .filter(notification_permissions::account_id.eq(account.0))
        .filter(notification_permissions::from_account_id.eq(other.0));
    let rules = notification_policies::table.on(notification_policies::account_id.eq(account.0));
    let row: Option<Row> = each!(conn, c => accounts::table
        .left_join(rules)
        .filter(accounts::id.eq(other.0))
        .select((
            exists(blocked),
            exists(server),
            exists(muted),
            exists(thread),
            exists(following),
            followed.single_value(),
            exists(permitted),
            accounts::silenced_at,
            accounts::kind,
            accounts::created_at,
            Option::<Rules>::as_select(),
        ))
        .first(c)
        .optional())?;
    row.map(standing).transpose()
}

/// Whether a status answers, or names besides `account`, somebody whom `account` has blocked, or mutes with what they tell.
/// A few keys for each who is named.
pub fn minds_company(
    conn: &mut DbConnection,
    account: AccountId,
    status: StatusId,
    now: Time,
) -> QueryResult<bool> {
    let mut company: Vec<i64> = mentions::table
        .filter(mentions::status_id.eq(status.0))
        .filter(mentions::silent.eq(false))
        .select(mentions::account_id)
        .load(conn)?;
    let answered: Option<Option<i64>> = statuses::table
        .find(status.0)
        .select(statuses::in_reply_to_account_id)
        .first(conn)
        .optional()?;
    company.extend(answered.flatten());
    company.retain(|id| *id != account.0);
    if company.is_empty() {
        return Ok(false);
    }
    let blocked = blocks::table
        .filter(blocks::account_id.eq(account.0))
        .filter(among(blocks::target_id, company.iter().copied()));
    if each!(conn, c => diesel::select(exists(blocked)).get_result::<bool>(c))? {
        return Ok(true);
    }
    let muted = mutes::table
        .filter(mutes::account_id.eq(account.0))
        .filter(among(mutes::target_id, company))
        .filter(mutes::notifications)
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(now)));
    each!(conn, c => diesel::select(exists(muted)).get_result::<bool>(c))
}

fn standing(row: Row) -> QueryResult<Standing> {
    Ok(Standing {
        is_blocked: row.is_blocked || row.blocks_server,
        is_muted: row.is_muted || row.thread_is_muted,
        is_following: row.is_following,
        followed_since: row.followed_since,
        is_permitted: row.is_permitted,
        other_is_silenced: row.silenced_at.is_some(),
        other_is_bot: row.kind.is_bot(),
        other_created_at: row.created_at,
        policy: match row.rules {
            Some(rules) => rules.policy()?,
            None => NotificationPolicy::default(),
        },
    })
}
