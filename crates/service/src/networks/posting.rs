//! What mentions a network, and what is done in its threads: passed on, or not.
//!
//! Servers of people get a boost of what begins a thread, and nothing else. Servers of groups (FEP-1b12) get the
//! activities themselves, of the whole thread.

use chrono::TimeDelta;
use domain::network::Standing;
use domain::{AccountId, AccountKind, NetworkPostState, Page, StatusId, Time, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks::{self, NetworkPost};
use storage::statuses::Status;

use super::saying::{full, say, say_to_stewards};
use super::{Known, among, commands};
use crate::incoming::{Deed, Undo, Undone};
use crate::jobs::{Job, Outgoing, PassedOn, enqueue, federate};
use crate::statuses::{add_boost, remove_boost};
use crate::{App, Result, forwarding, practice};

/// What is older when it comes was found by somebody who looked for it, and was meant for nobody now.
const LATE: TimeDelta = TimeDelta::days(7);
/// For how long a post that was found before its server told of it is not passed on again.
const REST: TimeDelta = TimeDelta::days(1);
/// How many posts wait while stewards are told of each; of more they see when they look.
const TOLD: i64 = 20;
/// The hashtag of an answer that settles a question.
const ANSWERED: &str = "answered";

/// A status has arrived: a network that it mentions hears a message, or gets a post.
pub(crate) fn arrived(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    mentioned: &[Account],
) -> Result<()> {
    // Groups, here or elsewhere, would pass on what the other passes on.
    if author.kind == AccountKind::Group {
        return Ok(());
    }
    let is_open = status.visibility.is_open() && !status.local_only;
    if is_open && status.in_reply_to_id.is_some() {
        mark_answered(conn, status)?;
    }
    if status.visibility != Visibility::Direct {
        return bring(app, conn, status, author, mentioned, status.created_at).map(drop);
    }
    // Each would answer the other's name as well.
    match among(conn, mentioned)?.first() {
        Some(network) => commands::obey(app, conn, network, author, status, mentioned),
        None => Ok(()),
    }
}

/// A status was written anew, and these it did not mention before: a network among them gets it as if it had been posted now.
/// Servers of groups never had it: they get it before they are told that it was changed.
pub(crate) fn edited(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    named: &[Account],
) -> Result<()> {
    let is_heard = author.kind != AccountKind::Group && status.held_at.is_none();
    if !is_heard || status.visibility == Visibility::Direct {
        return Ok(());
    }
    let since = status.edited_at.unwrap_or(status.created_at);
    for network in bring(app, conn, status, author, named, since)? {
        tell_groups(app, conn, network, status, None)?;
    }
    Ok(())
}

/// Brings what begins a thread to the networks that it mentions, which it does `since` then; answers which of them passed
/// it on.
fn bring(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    mentioned: &[Account],
    since: Time,
) -> Result<Vec<AccountId>> {
    let mut passed_on = Vec::new();
    let begins = status.in_reply_to_uri.is_none() && status.reblog_of_id.is_none();
    if !begins || status.local_only || app.now() - since > LATE {
        return Ok(passed_on);
    }
    for network in among(conn, mentioned)? {
        if status.visibility.is_open() {
            if submit(app, conn, &network, author, status)? {
                passed_on.push(network.id());
            }
            continue;
        }
        let text = format!(
            "Your post is for your followers alone, so it was not passed on to {}. If everybody may read it, write it \
             again for everybody: {}",
            full(app, &network.account),
            status.url
        );
        tell_author(app, conn, &network, author, &text)?;
    }
    Ok(passed_on)
}

/// An answer with `#Answered`, by who asked or by a steward, settles the question that began the thread.
fn mark_answered(conn: &mut DbConnection, status: &Status) -> Result<()> {
    let threads = networks::threads(conn, status.conversation_id)?;
    let Some(thread) = threads.first() else {
        return Ok(());
    };
    let tags = storage::tags::of_statuses(conn, &[status.id])?;
    if !tags.iter().any(|(_, name)| name == ANSWERED) {
        return Ok(());
    }
    let asked = storage::statuses::find(conn, status.conversation_id)?;
    let is_own = asked.is_some_and(|asked| asked.account_id == status.account_id);
    if is_own || networks::is_steward(conn, thread.network_id, status.account_id)? {
        networks::set_answer(conn, status.conversation_id, status.id)?;
    }
    Ok(())
}

/// How somebody stands to a network.
pub(super) fn standing(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> Result<Standing> {
    let follow = storage::follows::find(conn, account, network)?;
    Ok(Standing {
        is_member: follow.is_some_and(|follow| !follow.pending),
        is_steward: networks::is_steward(conn, network, account)?,
        is_banned: networks::is_banned(conn, network, account)?,
    })
}

/// Takes a post in, once, and tells its author once what becomes of it where it is not passed on; answers whether it was
/// passed on now.
fn submit(
    app: &App,
    conn: &mut DbConnection,
    to: &Known,
    author: &Account,
    status: &Status,
) -> Result<bool> {
    let standing = standing(conn, to.id(), author.id)?;
    let moved_to = to.account.moved_to_uri.as_deref();
    let state = match to.network.posting.decide(standing) {
        _ if moved_to.is_some() => NetworkPostState::Refused,
        // Whom moderators silenced is not passed on unread.
        NetworkPostState::Announced if author.silenced_at.is_some() => NetworkPostState::Waiting,
        state => state,
    };
    let row = NetworkPost {
        network_id: to.id(),
        status_id: status.id,
        state,
        activity: None,
        answer_id: None,
        created_at: app.now(),
    };
    if !networks::insert_post(conn, row)? {
        return Ok(false);
    }
    let name = full(app, &to.account);
    match state {
        NetworkPostState::Announced => announce(app, conn, to, status)?,
        NetworkPostState::Waiting => {
            let text = format!(
                "Your post waits for a steward of {name}, who reads it before it is passed on: {}",
                status.url
            );
            tell_author(app, conn, to, author, &text)?;
            if are_many(conn, to)? {
                return Ok(false);
            }
            let text = format!(
                "A post by {} waits: {url}\n\nAnswer \"approve {url}\" or \"refuse {url}\".",
                full(app, author),
                url = status.url
            );
            say_to_stewards(app, conn, to, Some(author.id), &text)?;
        }
        NetworkPostState::Refused | NetworkPostState::Removed => {
            let url = &status.url;
            let text = match moved_to {
                Some(target) => format!(
                    "Your post was not passed on to {name}: it has moved to {target}. The post itself stays as it is: {url}"
                ),
                None if standing.is_banned => format!(
                    "Your post was not passed on to {name}: its stewards do not let you post there. The post itself stays as it is: {url}"
                ),
                None => format!(
                    "Your post was not passed on to {name}: only its members post there. To become one, follow {name}. The post itself \
                     stays as it is: {url}"
                ),
            };
            tell_author(app, conn, to, author, &text)?;
        }
    }
    Ok(state == NetworkPostState::Announced)
}

/// Programs are not told: they might answer, and be told again.
fn tell_author(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    author: &Account,
    text: &str,
) -> Result<()> {
    if author.kind == AccountKind::Person {
        say(app, conn, by, author, text)
    } else {
        Ok(())
    }
}

/// Whether so many posts wait that one more is no news.
fn are_many(conn: &mut DbConnection, of: &Known) -> Result<bool> {
    let page = Page::newest(TOLD + 1);
    let waiting = networks::page_of_posts(conn, of.id(), NetworkPostState::Waiting, &page)?;
    Ok(i64::try_from(waiting.len()).is_ok_and(|waiting| waiting > TOLD))
}

/// Boosts a post, unless the network did.
pub(super) fn announce(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    status: &Status,
) -> Result<()> {
    if storage::statuses::boost_by(conn, by.id(), status.id)?.is_some() {
        return Ok(());
    }
    let id = StatusId(app.next_id());
    let uri = app.addresses().status_activity(&by.account.username, id);
    let now = app.now();
    let visibility = Visibility::Public;
    let boost = add_boost(app, conn, &by.account, status, id, uri, visibility, now)?;
    reindex(conn, &by.account, status)?;
    federate(app, conn, Outgoing::Boost { status: boost.id })
}

/// Takes the boost of a post back.
pub(super) fn retract(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    status: &Status,
) -> Result<()> {
    if let Some(boost) = storage::statuses::boost_by(conn, by.id(), status.id)? {
        remove_boost(app, conn, &boost)?;
        federate(app, conn, Outgoing::Unboost { status: boost.id })?;
    }
    Ok(())
}

/// Which networks passed a thread on belongs to the words by which each of it is found: those of ours, and those that somebody
/// here reads. Of other accounts nothing is to be done.
pub(crate) fn reindex(conn: &mut DbConnection, network: &Account, status: &Status) -> Result<()> {
    let is_read = network.is_local() || storage::follows::has_local_followers(conn, network.id)?;
    if network.kind != AccountKind::Group || !is_read {
        return Ok(());
    }
    let thread = storage::statuses::thread(conn, status.conversation_id, domain::limits::THREAD)?;
    for row in thread {
        storage::status_index::note(conn, row.id)?;
    }
    Ok(())
}

/// Something is told to other servers: what is done in a thread of a network is passed on by it.
pub(crate) fn tell(app: &App, conn: &mut DbConnection, outgoing: &Outgoing) -> Result<()> {
    let (by, id) = match outgoing {
        Outgoing::Publish { status }
        | Outgoing::Edit { status }
        | Outgoing::Delete { status, .. } => (None, *status),
        Outgoing::Favourite {
            account, status, ..
        }
        | Outgoing::Unfavourite {
            account, status, ..
        } => (Some(*account), *status),
        _ => return Ok(()),
    };
    let Some(status) = storage::statuses::with_ids_deleted(conn, &[id])?.pop() else {
        return Ok(());
    };
    let by = by.unwrap_or(status.account_id);
    let adds = !matches!(
        outgoing,
        Outgoing::Delete { .. } | Outgoing::Unfavourite { .. }
    );
    pass_on(app, conn, by, &status, adds, || {
        PassedOn::Ours(Box::new(outgoing.clone()))
    })
}

/// Somebody elsewhere did something, and `body` is the activity as their server sent it: done in a thread of a network,
/// it is passed on as it is.
///
/// # Errors
/// If the database does not take it.
pub fn relay(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    deed: &Deed,
    body: &str,
) -> Result<()> {
    let (uri, is_own) = match deed {
        Deed::Known(uri) => (Some(uri.as_str()), true),
        Deed::Restore(restored) => {
            let post = restored.thread.posts.last();
            (post.map(|post| post.uri.as_str()), true)
        }
        Deed::Favourite { of, .. }
        | Deed::Undo(Undo {
            what: Undone::Favourite(of),
            ..
        }) => (Some(of.as_str()), false),
        _ => (deed.post(), true),
    };
    let Some(uri) = uri else { return Ok(()) };
    let Some(status) = storage::statuses::with_uri(conn, uri)? else {
        return Ok(());
    };
    if is_own && status.account_id != by {
        return Ok(());
    }
    let adds = !matches!(deed, Deed::Delete(_) | Deed::Undo(_));
    if adds && status.deleted_at.is_some() {
        return Ok(());
    }
    if matches!(deed, Deed::Known(_)) && !is_news(app, conn, &status)? {
        return Ok(());
    }
    keep(conn, deed, &status, body)?;
    forward_change(app, conn, by, deed, &status, body)?;
    let what = || PassedOn::Theirs(body.to_owned());
    pass_on(app, conn, by, &status, adds, what)
}

/// Servers of people have what begins a thread from the network, and its answers by looking; their authors may know none of them:
/// how a post was changed, and that it is gone, goes on to them as it came. The end of it also where its author may not post any more, or a steward took
/// it out.
fn forward_change(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    deed: &Deed,
    status: &Status,
    body: &str,
) -> Result<()> {
    let is_end = match deed {
        Deed::Delete(_) => true,
        Deed::Edit(_) => false,
        _ => return Ok(()),
    };
    let is_shown = status.visibility.is_open() && status.held_at.is_none();
    if !is_shown || (!is_end && is_limited(conn, by)?) {
        return Ok(());
    }
    for post in networks::threads(conn, status.conversation_id)? {
        let network = post.network_id;
        let goes_on = match post.state {
            NetworkPostState::Announced => is_end || !networks::is_banned(conn, network, by)?,
            NetworkPostState::Removed => is_end,
            NetworkPostState::Waiting | NetworkPostState::Refused => false,
        };
        if goes_on {
            forwarding::to_followers(app, conn, network, body)?;
        }
    }
    Ok(())
}

/// Whether a post that was found before its server told of it is still to be passed on: as something above an answer, say.
/// It may be told of more than once.
fn is_news(app: &App, conn: &mut DbConnection, status: &Status) -> Result<bool> {
    if networks::threads(conn, status.conversation_id)?.is_empty() {
        return Ok(false);
    }
    let (what, now) = (format!("told of {}", status.id), app.now());
    Ok(storage::lookups::begin(conn, &what, now, now - REST)?)
}

/// What those do whom moderators silenced or suspended, or stewards banned, goes no further, but what they take back does.
fn pass_on(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    status: &Status,
    adds: bool,
    what: impl Fn() -> PassedOn,
) -> Result<()> {
    if !status.visibility.is_open() || status.local_only || status.held_at.is_some() {
        return Ok(());
    }
    let threads = networks::threads(conn, status.conversation_id)?;
    if threads.is_empty() || (adds && is_limited(conn, by)?) {
        return Ok(());
    }
    for thread in threads {
        let network = thread.network_id;
        let passes = match thread.state {
            NetworkPostState::Announced => !adds || may_pass(conn, network, by, status)?,
            NetworkPostState::Removed => !adds,
            NetworkPostState::Waiting | NetworkPostState::Refused => false,
        };
        if passes {
            let what = what();
            enqueue(
                app,
                conn,
                &Job::Federate(Outgoing::PassOn { network, what }),
            )?;
        }
    }
    Ok(())
}

fn is_limited(conn: &mut DbConnection, account: AccountId) -> Result<bool> {
    let account = storage::accounts::find(conn, account)?;
    Ok(account.is_none_or(|account| account.silenced_at.is_some() || account.is_gone()))
}

/// Keeps what brought a post that waits, and nothing else that is done with it; what was written anew since is asked of
/// its server when it is let in.
fn keep(conn: &mut DbConnection, deed: &Deed, status: &Status, body: &str) -> Result<()> {
    let activity = match deed {
        Deed::Post(_) => Some(body),
        Deed::Edit(_) => None,
        _ => return Ok(()),
    };
    for post in networks::threads(conn, status.id)? {
        if post.state == NetworkPostState::Waiting {
            networks::set_activity(conn, post.network_id, status.id, activity)?;
        }
    }
    Ok(())
}

/// Neither what somebody banned does, nor what is done with an answer that was taken out.
fn may_pass(
    conn: &mut DbConnection,
    network: AccountId,
    by: AccountId,
    status: &Status,
) -> Result<bool> {
    if networks::is_banned(conn, network, by)? {
        return Ok(false);
    }
    let row = networks::post(conn, network, status.id)?;
    Ok(row.is_none_or(|row| row.state != NetworkPostState::Removed))
}

/// Passes a post on that has waited.
pub(super) fn let_in(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    post: &NetworkPost,
    status: &Status,
) -> Result<()> {
    let announced = NetworkPostState::Announced;
    networks::set_state(conn, by.id(), status.id, announced)?;
    announce(app, conn, by, status)?;
    practice::reconsider(app, conn, status)?;
    tell_groups(app, conn, by.id(), status, post.activity.clone())
}

/// Passes on what brought a post: the activity, if it is known.
fn tell_groups(
    app: &App,
    conn: &mut DbConnection,
    network: AccountId,
    status: &Status,
    activity: Option<String>,
) -> Result<()> {
    let what = match activity {
        Some(activity) => PassedOn::Theirs(activity),
        None if status.local => {
            let status = status.id;
            PassedOn::Ours(Box::new(Outgoing::Publish { status }))
        }
        None => PassedOn::Post { status: status.id },
    };
    enqueue(
        app,
        conn,
        &Job::Federate(Outgoing::PassOn { network, what }),
    )
}

/// A status is there again that was gone: the networks that had passed it on do so again.
pub(crate) fn restored(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    let threads = networks::threads(conn, status.id)?.into_iter();
    let announced = threads.filter(|thread| thread.state == NetworkPostState::Announced);
    let ids: Vec<AccountId> = announced.map(|thread| thread.network_id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let accounts = storage::accounts::with_ids(conn, &ids)?;
    for network in among(conn, &accounts)? {
        let is_closed = network.account.moved_to_uri.is_some();
        if !is_closed && !networks::is_banned(conn, network.id(), status.account_id)? {
            announce(app, conn, &network, status)?;
        }
    }
    practice::reconsider(app, conn, status)
}

/// A status is gone: its networks take their boosts back, and no question is answered by it any more. Before the boosts
/// go with it.
pub(crate) fn forget(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    for thread in networks::threads(conn, status.id)? {
        if thread.state == NetworkPostState::Announced
            && let Some(boost) = storage::statuses::boost_by(conn, thread.network_id, status.id)?
        {
            let status = boost.id;
            federate(app, conn, Outgoing::Unboost { status })?;
        }
    }
    Ok(networks::forget_answer(conn, status.id)?)
}
