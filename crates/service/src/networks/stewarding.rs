//! What each steward does alone, with posts and people; what binds others is proposed so.

use domain::network::Deed;
use domain::{AccountId, AccountKind, NetworkPostState, ProposalKind, StatusId, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks::{self, NetworkPost};
use storage::statuses::Status;

use super::deciding::{Wish, propose};
use super::posting::{announce, let_in, retract};
use super::saying::{full, say};
use super::{Known, find, succession};
use crate::jobs::{Job, Outgoing, PassedOn, enqueue, federate};
use crate::oauth::Person;
use crate::{App, Error, Result, follows, practice};

/// What is done with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonDeed {
    Accept,
    Decline,
    Invite,
    /// Of a network elsewhere: it may move here.
    Alias,
    Unalias,
    /// Two stewards have to want it, as all that follows: it is proposed.
    Ban,
    Unban,
    AddSteward,
    RemoveSteward,
    /// To a network elsewhere.
    Move,
    /// The key is halved between this steward and the one who proposes it.
    ShareKey,
}

/// Whether somebody can look after a network: a person, here or elsewhere.
pub(super) fn may_be_steward(account: &Account) -> bool {
    account.kind == AccountKind::Person && !account.is_gone()
}

pub(super) fn check_is_steward(
    conn: &mut DbConnection,
    of: &Known,
    account: AccountId,
) -> Result<()> {
    if networks::is_steward(conn, of.id(), account)? {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only stewards of this network can do that".to_owned(),
    ))
}

pub(super) fn invalid(text: impl Into<String>) -> Error {
    Error::Invalid(text.into())
}

/// Does something with a post; says what came of it.
pub async fn do_with_post(
    app: &App,
    person: &Person,
    id: AccountId,
    status: StatusId,
    deed: Deed,
) -> Result<String> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        post_deed(app, conn, &of, &me, status, deed, None)
    })
    .await
}

/// Does something with somebody, or proposes it; says what came of it.
pub async fn do_with_person(
    app: &App,
    person: &Person,
    id: AccountId,
    who: AccountId,
    deed: PersonDeed,
) -> Result<String> {
    let me = person.account.clone();
    if deed == PersonDeed::Move {
        succession::look_at(app, person.id(), id, who).await?;
    }
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        let who = crate::accounts::find(conn, who)?;
        person_deed(app, conn, &of, &me, &who, deed)
    })
    .await
}

/// Does something with a post; says what came of it. `activity` is that by which a steward elsewhere did it, if it was one.
pub(super) fn post_deed(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    id: StatusId,
    deed: Deed,
    activity: Option<&str>,
) -> Result<String> {
    use NetworkPostState::{Announced, Refused, Removed, Waiting};
    check_is_steward(conn, of, by.id)?;
    storage::accounts::hold(conn, of.id())?;
    let status = storage::statuses::find(conn, id)?.ok_or(Error::NotFound)?;
    let told = removal(&status, by, of, deed, activity);
    if status.in_reply_to_uri.is_some() {
        return answer_deed(app, conn, of, told, &status, deed);
    }
    let post = networks::post(conn, of.id(), id)?.ok_or(Error::NotFound)?;
    if matches!(deed, Deed::Approve | Deed::Restore) && of.account.moved_to_uri.is_some() {
        return Err(invalid("This network has moved, and passes nothing on"));
    }
    match (deed, post.state) {
        (Deed::Pin, Announced) => pin(app, conn, of, &status, true),
        (Deed::Unpin, Announced) => pin(app, conn, of, &status, false),
        (Deed::Remove, Announced) => take_out(app, conn, of, told, &status),
        (Deed::Restore, Removed) => put_back(app, conn, of, told, &status),
        (Deed::Approve, Waiting | Refused) => approve(app, conn, of, &post, &status),
        (Deed::Refuse, Waiting) => {
            networks::set_state(conn, of.id(), id, Refused)?;
            let text = format!(
                "The stewards of {} did not pass your post on. The post itself stays as it is: {}",
                full(app, &of.account),
                status.url
            );
            tell_author(app, conn, of, &status, &text)?;
            Ok("The post is refused, and its author told.".to_owned())
        }
        (Deed::Approve | Deed::Restore, Announced) => {
            Ok("The post is in the network already.".to_owned())
        }
        (Deed::Remove, Removed) | (Deed::Refuse, Refused) => {
            Ok("That was done already.".to_owned())
        }
        _ => Err(invalid(format!(
            "That cannot be done with a post that is {}",
            post.state.name()
        ))),
    }
}

/// An answer in a thread is taken out where groups are read, or put back; others were never sent it.
fn answer_deed(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    told: PassedOn,
    status: &Status,
    deed: Deed,
) -> Result<String> {
    let thread = networks::post(conn, of.id(), status.conversation_id)?;
    let is_in = thread.is_some_and(|thread| thread.state == NetworkPostState::Announced);
    if !is_in || !status.visibility.is_open() {
        return Err(Error::NotFound);
    }
    let is_out = networks::post(conn, of.id(), status.id)?.is_some();
    match (deed, is_out) {
        (Deed::Remove, false) => {
            let row = NetworkPost {
                network_id: of.id(),
                status_id: status.id,
                state: NetworkPostState::Removed,
                activity: None,
                answer_id: None,
                created_at: app.now(),
            };
            networks::insert_post(conn, row)?;
            tell_of_removal(app, conn, of, told)?;
            let text = format!(
                "The stewards of {} took your answer out. It stays as it is: {}",
                full(app, &of.account),
                status.url
            );
            tell_author(app, conn, of, status, &text)?;
            Ok("The answer is taken out, and its author told.".to_owned())
        }
        (Deed::Restore, true) => {
            networks::delete_post(conn, of.id(), status.id)?;
            tell_of_removal(app, conn, of, told)?;
            Ok("The answer is back.".to_owned())
        }
        (Deed::Remove, true) => Ok("That was done already.".to_owned()),
        (Deed::Restore, false) => Ok("The answer is in the network already.".to_owned()),
        _ => Err(invalid("That can be done with what begins a thread only")),
    }
}

fn pin(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    status: &Status,
    pinned: bool,
) -> Result<String> {
    let boost = storage::statuses::boost_by(conn, of.id(), status.id)?.ok_or(Error::NotFound)?;
    let said = if pinned {
        "The post is at the top of the network now."
    } else {
        "The post is at the top of the network no more."
    };
    if boost.pinned_at.is_some() == pinned {
        return Ok(said.to_owned());
    }
    if pinned && storage::statuses::count_pinned(conn, of.id())? >= limits::PINNED {
        return Err(invalid(format!(
            "At most {} posts can be pinned: unpin one first",
            limits::PINNED
        )));
    }
    storage::statuses::set_pinned(conn, boost.id, pinned.then(|| app.now()))?;
    let status = boost.id;
    federate(app, conn, Outgoing::Pin { status, pinned })?;
    Ok(said.to_owned())
}

fn take_out(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    told: PassedOn,
    status: &Status,
) -> Result<String> {
    networks::set_state(conn, of.id(), status.id, NetworkPostState::Removed)?;
    retract(app, conn, of, status)?;
    tell_of_removal(app, conn, of, told)?;
    let text = format!(
        "The stewards of {} took your post out. The post itself stays as it is: {}",
        full(app, &of.account),
        status.url
    );
    tell_author(app, conn, of, status, &text)?;
    Ok("The post is taken out, and its author told.".to_owned())
}

fn put_back(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    told: PassedOn,
    status: &Status,
) -> Result<String> {
    networks::set_state(conn, of.id(), status.id, NetworkPostState::Announced)?;
    announce(app, conn, of, status)?;
    practice::reconsider(app, conn, status)?;
    tell_of_removal(app, conn, of, told)?;
    Ok("The post is back.".to_owned())
}

/// What servers of groups are told of a post that is taken out or put back: what a steward elsewhere said, as their server
/// sent it.
fn removal(
    status: &Status,
    by: &Account,
    of: &Known,
    deed: Deed,
    activity: Option<&str>,
) -> PassedOn {
    match activity {
        Some(activity) => PassedOn::Theirs(activity.to_owned()),
        None => PassedOn::Removal {
            status: status.id,
            // For one of another school we cannot speak.
            by: if by.is_local() { by.id } else { of.id() },
            undone: deed == Deed::Restore,
        },
    }
}

fn tell_of_removal(app: &App, conn: &mut DbConnection, of: &Known, what: PassedOn) -> Result<()> {
    let network = of.id();
    enqueue(
        app,
        conn,
        &Job::Federate(Outgoing::PassOn { network, what }),
    )
}

fn approve(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    post: &NetworkPost,
    status: &Status,
) -> Result<String> {
    let standing = super::posting::standing(conn, of.id(), status.account_id)?;
    if standing.is_banned {
        return Err(invalid("Its author is banned: that has to end first"));
    }
    let_in(app, conn, of, post, status)?;
    Ok("The post is passed on.".to_owned())
}

fn tell_author(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    status: &Status,
    text: &str,
) -> Result<()> {
    match storage::accounts::find(conn, status.account_id)? {
        Some(author) if !author.is_gone() => say(app, conn, of, &author, text),
        _ => Ok(()),
    }
}

pub(super) fn person_deed(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    who: &Account,
    deed: PersonDeed,
) -> Result<String> {
    check_is_steward(conn, of, by.id)?;
    let name = full(app, who);
    let kind = match deed {
        PersonDeed::Accept => {
            let follow = waiting(conn, of, who)?;
            follows::accept(app, conn, &follow, who)?;
            let text = format!("You are a member of {} now.", full(app, &of.account));
            say(app, conn, of, who, &text)?;
            return Ok(format!("{name} is a member now."));
        }
        PersonDeed::Decline => {
            waiting(conn, of, who)?;
            follows::turn_away(app, conn, who.id, of.id())?;
            return Ok(format!("{name} does not become a member."));
        }
        PersonDeed::Invite => return invite(app, conn, of, who),
        PersonDeed::Alias => return succession::set_alias(app, conn, of, who, true),
        PersonDeed::Unalias => return succession::set_alias(app, conn, of, who, false),
        PersonDeed::Ban => ProposalKind::Ban,
        PersonDeed::Unban => ProposalKind::Unban,
        PersonDeed::AddSteward => ProposalKind::AddSteward,
        PersonDeed::RemoveSteward => ProposalKind::RemoveSteward,
        PersonDeed::Move => ProposalKind::Move,
        PersonDeed::ShareKey if who.id == by.id => {
            return Err(invalid("The halves of the key are for two stewards"));
        }
        PersonDeed::ShareKey if who.host == by.host && is_another_school(conn, of, by)? => {
            return Err(invalid(
                "The halves of the key are for stewards of two schools",
            ));
        }
        PersonDeed::ShareKey => ProposalKind::ShareKey,
    };
    let wish = Wish {
        kind,
        target: Some(who.id),
        text: String::new(),
    };
    propose(app, conn, of, by, wish)
}

/// Whether there is a steward of another school than somebody's.
fn is_another_school(conn: &mut DbConnection, of: &Known, than: &Account) -> Result<bool> {
    let stewards = networks::stewards(conn, of.id())?;
    Ok(stewards.iter().any(|steward| steward.host != than.host))
}

/// The request of somebody who asks to join.
fn waiting(conn: &mut DbConnection, of: &Known, who: &Account) -> Result<storage::follows::Follow> {
    storage::follows::find(conn, who.id, of.id())?
        .filter(|follow| follow.pending)
        .ok_or_else(|| invalid("They do not ask to join"))
}

fn invite(app: &App, conn: &mut DbConnection, of: &Known, who: &Account) -> Result<String> {
    let name = full(app, who);
    if networks::is_banned(conn, of.id(), who.id)? {
        return Err(invalid(format!("{name} is banned: that has to end first")));
    }
    if networks::invite(conn, of.id(), who.id, app.now())? {
        let network = full(app, &of.account);
        let text = format!("You are invited to {network}. To join, follow {network}.");
        say(app, conn, of, who, &text)?;
    }
    Ok(format!("{name} is invited, and told how to join."))
}
