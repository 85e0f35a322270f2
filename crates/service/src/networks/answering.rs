//! Groups, here and elsewhere, that are told of an answer of ours though it does not mention them: those that passed on what
//! began its thread, or are mentioned there, and pass on to their members what is done in it (FEP-1b12).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{AccountId, AccountKind, StatusId};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::{App, Result, audience, policy};

/// Groups that are told of one answer.
const MOST: usize = 3;

/// The groups to which each of these statuses of ours is addressed besides, by its id: those known here for the longest time,
/// and none that is blocked by its author, or blocks her. Three queries, and one for each author.
///
/// # Errors
/// If the database cannot be read.
pub fn told_of(
    app: &App,
    conn: &mut DbConnection,
    statuses: &[Status],
) -> Result<HashMap<StatusId, Vec<Account>>> {
    let answers: Vec<&Status> = statuses.iter().filter(|row| is_open_answer(row)).collect();
    let mut threads: Vec<StatusId> = answers.iter().map(|row| row.conversation_id).collect();
    threads.sort_unstable();
    threads.dedup();
    if threads.is_empty() {
        return Ok(HashMap::new());
    }
    let mut passed_on = storage::practice_networks::of_statuses(conn, &threads)?;
    // Where nobody follows the group, it is known by name alone.
    let mentioned = storage::mentions::of_statuses(conn, &threads)?.into_iter();
    let groups = mentioned.filter(|(_, row)| row.kind == AccountKind::Group);
    passed_on.extend(groups.map(|(first, row)| (first, row.id)));
    passed_on.sort_unstable();
    passed_on.dedup();
    let groups = reachable(app, conn, &passed_on)?;
    if groups.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<AccountId> = groups.keys().copied().collect();
    let authors: BTreeSet<AccountId> = answers.iter().map(|row| row.account_id).collect();
    let mut blocked: BTreeSet<(AccountId, AccountId)> = BTreeSet::new();
    for author in authors {
        let those = audience::blocked_among(conn, author, &ids)?;
        blocked.extend(those.into_iter().map(|group| (author, group)));
    }
    let of_answer = |row: &Status| -> Vec<Account> {
        passed_on
            .iter()
            .filter(|(first, group)| {
                *first == row.conversation_id && !blocked.contains(&(row.account_id, *group))
            })
            .filter_map(|(_, group)| groups.get(group).cloned())
            .take(MOST)
            .collect()
    };
    Ok(answers
        .into_iter()
        .map(|row| (row.id, of_answer(row)))
        .collect())
}

fn is_open_answer(row: &Status) -> bool {
    row.local && row.in_reply_to_uri.is_some() && row.visibility.is_open() && !row.local_only
}

/// Those of these groups that are there, on servers with which we have to do.
fn reachable(
    app: &App,
    conn: &mut DbConnection,
    passed_on: &[(StatusId, AccountId)],
) -> Result<BTreeMap<AccountId, Account>> {
    let mut ids: Vec<AccountId> = passed_on.iter().map(|(_, group)| *group).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rules = policy::within(app, conn)?;
    let refuses = |row: &Account| row.host.as_deref().is_some_and(|host| rules.refuses(host));
    let found = storage::accounts::with_ids(conn, &ids)?.into_iter();
    Ok(found
        .filter(|row| !row.is_gone() && !refuses(row))
        .map(|row| (row.id, row))
        .collect())
}
