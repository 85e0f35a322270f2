//! Telling of posts: new ones, other versions, ends, and boosts.

use domain::{AccountId, AccountKind, StatusId, Visibility};
use serde_json::{Value, json};
use service::App;
use storage::DbConnection;
use storage::accounts::Account;

use super::{Servers, Told, lineage, quotes};
use crate::convert::{moment, note};
use crate::protocol::addressing::PUBLIC;
use crate::protocol::vocabulary::Activity;

/// Groups of somebody's that are told of what may be known there.
const JOINED: i64 = 100;

/// A post, for its readers.
pub(super) fn post(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
    activity: impl FnOnce(&note::Post) -> Value,
) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::statuses::find(conn, id)? else {
        return Ok(None);
    };
    let Some(post) = note::load(app, conn, vec![row])?.pop() else {
        return Ok(None);
    };
    let mut to = post.mentioned.clone();
    if let Some(answered) = post.status.in_reply_to_account_id
        && post.status.visibility.is_open()
    {
        to.extend(storage::accounts::find(conn, answered)?);
    }
    to.extend(quotes::quoted_author(conn, &post)?);
    to.extend(lineage::concerned(conn, &post)?);
    to.extend(post.groups.iter().cloned());
    let visibility = post.status.visibility;
    Ok(Some(Told {
        activity: activity(&post),
        to_followers: visibility != Visibility::Direct,
        answers: answered_here(conn, &post)?.filter(|_| post.author.silenced_at.is_none()),
        to,
        names_followers: visibility == Visibility::FollowersOnly,
        servers: Servers::All,
        is_theirs: false,
        by: post.author,
    }))
}

pub(super) fn edit(app: &App, post: &note::Post) -> Value {
    let (to, cc) = post.recipients();
    let edited = post.status.edited_at.unwrap_or(post.status.created_at);
    post.in_audience(json!({
        "id": format!("{}#updates/{}", post.status.uri, edited.and_utc().timestamp_millis()),
        "type": Activity::Update,
        "actor": post.author.uri,
        "published": moment(edited),
        "to": to,
        "cc": cc,
        "object": post.note(app),
    }))
}

/// A status as it is now, though nobody edited it: for its readers and those who voted.
pub(super) fn renewal(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
) -> Result<Option<Told>, service::Error> {
    let now = app.now();
    let told = post(app, conn, id, |post| {
        let mut update = edit(app, post);
        if let Some(object) = update.as_object_mut() {
            let id = format!(
                "{}#updates/now/{}",
                post.status.uri,
                now.and_utc().timestamp_millis()
            );
            object.insert("id".to_owned(), json!(id));
            object.insert("published".to_owned(), json!(moment(now)));
        }
        update
    })?;
    let Some(mut told) = told else {
        return Ok(None);
    };
    if let Some(poll) = storage::polls::of_status(conn, id)? {
        told.to
            .extend(storage::polls::voters(conn, poll.id, false)?);
    }
    Ok(Some(told))
}

pub(super) fn deletion(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::statuses::with_ids_deleted(conn, &[id])?.pop() else {
        return Ok(None);
    };
    let Some(post) = note::load(app, conn, vec![row])?.pop() else {
        return Ok(None);
    };
    let mut to = post.mentioned.clone();
    if let Some(answered) = post.status.in_reply_to_account_id
        && post.status.visibility.is_open()
    {
        to.extend(storage::accounts::find(conn, answered)?);
    }
    to.extend(quotes::quoted_author(conn, &post)?);
    to.extend(lineage::concerned(conn, &post)?);
    to.extend(post.groups.iter().cloned());
    to.extend(former_groups(conn, &post)?);
    let groups: Vec<&str> = post.groups.iter().map(|group| group.uri.as_str()).collect();
    Ok(Some(Told {
        activity: post.in_audience(json!({
            "id": format!("{}#delete", post.status.uri),
            "type": Activity::Delete,
            "actor": post.author.uri,
            "to": [PUBLIC],
            "cc": groups,
            "object": { "id": post.status.uri, "type": "Tombstone" },
        })),
        to_followers: post.status.visibility != Visibility::Direct,
        answers: answered_here(conn, &post)?,
        to,
        names_followers: false,
        servers: Servers::All,
        is_theirs: false,
        by: post.author,
    }))
}

/// Whom of ours a post for everybody answers. Followers of networks get no answers.
fn answered_here(
    conn: &mut DbConnection,
    post: &note::Post,
) -> Result<Option<AccountId>, service::Error> {
    let is_open = post.status.visibility.is_open();
    let Some(answered) = post.status.in_reply_to_account_id.filter(|_| is_open) else {
        return Ok(None);
    };
    let answered = storage::accounts::find(conn, answered)?
        .filter(|row| row.is_local() && !row.is_gone() && row.kind != AccountKind::Group);
    Ok(answered.map(|row| row.id))
}

/// Groups that may have an answer for everybody whose thread lost its beginning: nothing says any more which ones passed that on,
/// so it is those to which the author of the answer belongs.
fn former_groups(
    conn: &mut DbConnection,
    post: &note::Post,
) -> Result<Vec<Account>, service::Error> {
    let (id, first) = (post.status.id, post.status.conversation_id);
    let is_answer = id != first && post.status.visibility.is_open();
    if !is_answer || storage::statuses::find(conn, first)?.is_some() {
        return Ok(Vec::new());
    }
    Ok(storage::networks::joined(conn, post.author.id, JOINED)?)
}

pub(super) fn boost(
    conn: &mut DbConnection,
    id: StatusId,
    activity: impl FnOnce(&Value, &Account) -> Value,
) -> Result<Option<Told>, service::Error> {
    let boost = storage::statuses::with_ids_deleted(conn, &[id])?.pop();
    let Some(boost) = boost.filter(|row| !row.local_only) else {
        return Ok(None);
    };
    let Some(of) = boost.reblog_of_id else {
        return Ok(None);
    };
    let Some(boosted) = storage::statuses::with_ids_deleted(conn, &[of])?.pop() else {
        return Ok(None);
    };
    let by = storage::accounts::find(conn, boost.account_id)?;
    let owner = storage::accounts::find(conn, boosted.account_id)?;
    let (Some(by), Some(owner)) = (by, owner) else {
        return Ok(None);
    };
    let announce = note::announce(&boost, &by, &boosted, &owner);
    Ok(Some(Told {
        activity: activity(&announce, &by),
        to_followers: true,
        answers: None,
        to: vec![owner],
        names_followers: boost.visibility == Visibility::FollowersOnly,
        // Servers of groups are told of the post by the network, as an activity.
        servers: if by.kind == AccountKind::Group {
            Servers::Others
        } else {
            Servers::All
        },
        is_theirs: false,
        by,
    }))
}
