//! Who is told of a status: those into whose timelines it comes, by the rules of these timelines.

use std::collections::HashSet;

use domain::text::fold_tag;
use domain::{AccountId, ListId, MediaKind, RepliesPolicy, StatusId, Visibility};
use storage::DbConnection;
use storage::statuses::Status;

use super::hub::Present;
use super::routing::{receivers, split, viewers};
use super::{Part, PublicPart, Receiver, Stream, Told, What};
use crate::unwanted::willing;
use crate::{App, Result, views};

/// A status is there.
pub(super) fn arrived(
    app: &App,
    conn: &mut DbConnection,
    present: &Present,
    id: StatusId,
    part: Part,
) -> Result<Vec<Told>> {
    tell(app, conn, present, id, Some(part))
}

/// A status reads differently.
pub(super) fn edited(
    app: &App,
    conn: &mut DbConnection,
    present: &Present,
    id: StatusId,
) -> Result<Vec<Told>> {
    tell(app, conn, present, id, None)
}

/// `part` is of the readers of a new status; none is for one that has been there.
fn tell(
    app: &App,
    conn: &mut DbConnection,
    present: &Present,
    id: StatusId,
    part: Option<Part>,
) -> Result<Vec<Told>> {
    if present
        .keys()
        .all(|stream| matches!(stream, Stream::Direct | Stream::UserNotification))
    {
        return Ok(Vec::new());
    }
    let status = storage::statuses::find(conn, id)?.filter(|row| row.held_at.is_none());
    let Some(status) = status else {
        return Ok(Vec::new());
    };
    let mut to = at_home(conn, present, &status, part)?;
    if part != Some(Part::Followers) {
        to.extend(for_all(conn, present, &status)?);
    }
    if to.is_empty() {
        return Ok(Vec::new());
    }
    let willing = willing(app, conn, &status, viewers(&to))?;
    let seen = views::alike(app, conn, &willing, &status)?;
    let what = |view| match part {
        Some(_) => What::Update(Box::new(view)),
        None => What::StatusUpdate(Box::new(view)),
    };
    Ok(split(to, seen, what))
}

/// Those in whose home timelines it is, and the lists there that it is in.
fn at_home(
    conn: &mut DbConnection,
    present: &Present,
    status: &Status,
    part: Option<Part>,
) -> Result<Vec<Receiver>> {
    let author = status.account_id;
    let mut home = receivers(present, &Stream::User);
    let mut lists = in_lists(conn, present, status)?;
    for to in [&mut home, &mut lists] {
        match part {
            Some(Part::WithoutFollowers) => to.retain(|to| to.account() == author),
            Some(Part::Followers) => to.retain(|to| to.account() != author),
            Some(Part::All) | None => {}
        }
    }
    if home.is_empty() && lists.is_empty() {
        return Ok(home);
    }
    let mut owners: HashSet<AccountId> = viewers(&home).into_iter().collect();
    owners.extend(viewers(&lists));
    let owners: Vec<AccountId> = owners.into_iter().collect();
    let readers: HashSet<AccountId> = match part {
        Some(_) => storage::home_feed::readers(conn, &owners, status.id)?,
        // A boost shows what it repeats as it reads now.
        None => storage::home_feed::holders(conn, &owners, status.id)?,
    }
    .into_iter()
    .collect();
    home.retain(|to| readers.contains(&to.account()));
    lists.retain(|to| readers.contains(&to.account()));
    let apart: HashSet<AccountId> = storage::lists::keepers(conn, &viewers(&home), author)?
        .into_iter()
        .collect();
    home.retain(|to| !apart.contains(&to.account()));
    home.extend(lists);
    Ok(home)
}

/// The lists that hold its author, and show answers to whom it answers. Whether it is in the home timelines of their
/// owners is another question.
pub(super) fn in_lists(
    conn: &mut DbConnection,
    present: &Present,
    status: &Status,
) -> Result<Vec<Receiver>> {
    let listened = present.keys().filter_map(|stream| match stream {
        Stream::List(id) => Some(*id),
        _ => None,
    });
    let listened: Vec<ListId> = listened.collect();
    if listened.is_empty() {
        return Ok(Vec::new());
    }
    let lists = storage::lists::among_holding(conn, &listened, status.account_id)?;
    let answered = status
        .in_reply_to_account_id
        .filter(|answered| *answered != status.account_id);
    let holding_answered: HashSet<ListId> = match answered {
        Some(answered) => {
            let ids: Vec<ListId> = lists.iter().map(|list| list.id).collect();
            let holding = storage::lists::among_holding(conn, &ids, answered)?;
            holding.into_iter().map(|list| list.id).collect()
        }
        None => HashSet::new(),
    };
    let shown = lists.into_iter().filter(|list| {
        answered.is_none_or(|answered| {
            answered == list.account_id
                || match list.replies_policy {
                    RepliesPolicy::Followed => true,
                    RepliesPolicy::List => holding_answered.contains(&list.id),
                    RepliesPolicy::None => false,
                }
        })
    });
    Ok(shown
        .flat_map(|list| receivers(present, &Stream::List(list.id)))
        .collect())
}

/// Those who listen to what is public.
fn for_all(conn: &mut DbConnection, present: &Present, status: &Status) -> Result<Vec<Receiver>> {
    if status.visibility != Visibility::Public || status.reblog_of_id.is_some() {
        return Ok(Vec::new());
    }
    let mut to = in_public(present, status);
    let mut of_media = in_media(present, status);
    if !of_media.is_empty() {
        let files = storage::media::of_statuses(conn, &[status.id])?;
        if files.iter().any(|file| file.kind != MediaKind::Document) {
            to.append(&mut of_media);
        }
    }
    let answers_another = status.in_reply_to_uri.is_some()
        && status.in_reply_to_account_id != Some(status.account_id);
    if answers_another {
        to.clear();
    }
    if has_hashtags(present) {
        let names = storage::tags::of_statuses(conn, &[status.id])?;
        let names: Vec<String> = names.iter().map(|(_, name)| fold_tag(name)).collect();
        to.extend(in_hashtags(present, status, &names));
    }
    if to.is_empty() {
        return Ok(to);
    }
    let author = storage::accounts::find(conn, status.account_id)?;
    if author.is_none_or(|author| author.silenced_at.is_some() || author.is_gone()) {
        to.clear();
    }
    Ok(to)
}

fn public(present: &Present, status: &Status, only_media: bool) -> Vec<Receiver> {
    let own = if status.local {
        PublicPart::Local
    } else {
        PublicPart::Remote
    };
    let streams = [PublicPart::All, own].map(|part| Stream::Public { part, only_media });
    streams
        .iter()
        .flat_map(|stream| receivers(present, stream))
        .collect()
}

/// Those who listen to all that is public, with pictures or without.
pub(super) fn in_public(present: &Present, status: &Status) -> Vec<Receiver> {
    public(present, status, false)
}

/// Those who listen to what is public and has pictures.
pub(super) fn in_media(present: &Present, status: &Status) -> Vec<Receiver> {
    public(present, status, true)
}

pub(super) fn has_hashtags(present: &Present) -> bool {
    present
        .keys()
        .any(|stream| matches!(stream, Stream::Hashtag { .. }))
}

/// Those who listen to one of these tags.
pub(super) fn in_hashtags(present: &Present, status: &Status, names: &[String]) -> Vec<Receiver> {
    let of_these = |stream: &&Stream| match stream {
        Stream::Hashtag {
            name, only_local, ..
        } => (status.local || !only_local) && names.contains(name),
        _ => false,
    };
    let streams = present.keys().filter(of_these);
    streams
        .flat_map(|stream| receivers(present, stream))
        .collect()
}
