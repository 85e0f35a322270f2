//! What stewards do: with posts and people each alone, and what binds others two together.

use chrono::TimeDelta;
use domain::network::{Deed, may_confirm};
use domain::{AccountId, AccountKind, NetworkPostState, ProposalKind, StatusId, Time, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks::{self, NetworkPost, Proposal};
use storage::statuses::Status;

use super::posting::{announce, let_in, retract};
use super::saying::{full, say, say_to_stewards};
use super::{Known, find};
use crate::jobs::{Job, Outgoing, PassedOn, enqueue, federate};
use crate::oauth::Person;
use crate::{App, Error, Result, follows};

/// Proposals among which the same one is looked for: all that the stewards may have.
const OPEN: i64 = 400;

/// What is done with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonDeed {
    Accept,
    Decline,
    Invite,
    /// Two stewards have to want it, as all that follows.
    Ban,
    Unban,
    AddSteward,
    RemoveSteward,
}

/// What one steward wants, and another one has to want too.
#[derive(Debug, Clone)]
pub struct Wish {
    pub kind: ProposalKind,
    pub target: Option<AccountId>,
    /// New rules.
    pub text: String,
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

fn invalid(text: impl Into<String>) -> Error {
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
        post_deed(app, conn, &of, &me, status, deed)
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
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        let who = crate::accounts::find(conn, who)?;
        person_deed(app, conn, &of, &me, &who, deed)
    })
    .await
}

/// Proposes something; says what came of it.
pub async fn wish(app: &App, person: &Person, id: AccountId, wish: Wish) -> Result<String> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        propose(app, conn, &of, &me, wish)
    })
    .await
}

/// Confirms what another steward proposed; says what came of it.
pub async fn confirm(app: &App, person: &Person, id: AccountId, number: i32) -> Result<String> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        second(app, conn, &of, &me, number)
    })
    .await
}

pub(super) fn post_deed(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    id: StatusId,
    deed: Deed,
) -> Result<String> {
    use NetworkPostState::{Announced, Refused, Removed, Waiting};
    check_is_steward(conn, of, by.id)?;
    storage::accounts::hold(conn, of.id())?;
    let status = storage::statuses::find(conn, id)?.ok_or(Error::NotFound)?;
    if status.in_reply_to_uri.is_some() {
        return answer_deed(app, conn, of, by, &status, deed);
    }
    let post = networks::post(conn, of.id(), id)?.ok_or(Error::NotFound)?;
    match (deed, post.state) {
        (Deed::Pin, Announced) => pin(app, conn, of, &status, true),
        (Deed::Unpin, Announced) => pin(app, conn, of, &status, false),
        (Deed::Remove, Announced) => take_out(app, conn, of, by, &status),
        (Deed::Restore, Removed) => put_back(app, conn, of, by, &status),
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
    by: &Account,
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
            tell_of_removal(app, conn, of, by, status, false)?;
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
            tell_of_removal(app, conn, of, by, status, true)?;
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
    by: &Account,
    status: &Status,
) -> Result<String> {
    networks::set_state(conn, of.id(), status.id, NetworkPostState::Removed)?;
    retract(app, conn, of, status)?;
    tell_of_removal(app, conn, of, by, status, false)?;
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
    by: &Account,
    status: &Status,
) -> Result<String> {
    networks::set_state(conn, of.id(), status.id, NetworkPostState::Announced)?;
    announce(app, conn, of, status)?;
    tell_of_removal(app, conn, of, by, status, true)?;
    Ok("The post is back.".to_owned())
}

fn tell_of_removal(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    status: &Status,
    undone: bool,
) -> Result<()> {
    let what = PassedOn::Removal {
        status: status.id,
        // For one of another school we cannot speak.
        by: if by.is_local() { by.id } else { of.id() },
        undone,
    };
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
        PersonDeed::Ban => ProposalKind::Ban,
        PersonDeed::Unban => ProposalKind::Unban,
        PersonDeed::AddSteward => ProposalKind::AddSteward,
        PersonDeed::RemoveSteward => ProposalKind::RemoveSteward,
    };
    let wish = Wish {
        kind,
        target: Some(who.id),
        text: String::new(),
    };
    propose(app, conn, of, by, wish)
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

/// What binds others is proposed by one steward; what another one proposed already is confirmed so. Where there is only
/// one, it is done.
pub(super) fn propose(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    mut wish: Wish,
) -> Result<String> {
    check_is_steward(conn, of, by.id)?;
    storage::accounts::hold(conn, of.id())?;
    wish.text = wish.text.replace('\0', "").trim().to_owned();
    let stewards = networks::stewards(conn, of.id())?;
    let target = match wish.target {
        Some(id) => Some(crate::accounts::find(conn, id)?),
        None => None,
    };
    check(conn, of, &wish, target.as_ref(), &stewards)?;
    if stewards.len() == 1 {
        return carry_out(app, conn, of, wish.kind, target.as_ref(), &wish.text);
    }
    let open = networks::open_proposals(conn, of.id(), open_since(app), OPEN)?;
    let same = open
        .iter()
        .find(|row| row.kind == wish.kind && row.target_id == wish.target && row.text == wish.text);
    if let Some(row) = same {
        if row.proposed_by != by.id {
            return second(app, conn, of, by, row.number);
        }
        return Ok(waits(row.number));
    }
    if open.iter().filter(|row| row.proposed_by == by.id).count() >= limits::PROPOSALS {
        return Err(invalid("Too many of your proposals wait already"));
    }
    let number = networks::next_number(conn, of.id())?;
    let proposal = Proposal {
        network_id: of.id(),
        number,
        kind: wish.kind,
        target_id: wish.target,
        text: wish.text.clone(),
        proposed_by: by.id,
        created_at: app.now(),
        confirmed_by: None,
        confirmed_at: None,
    };
    networks::insert_proposal(conn, proposal)?;
    let text = format!(
        "{} proposes {}\n\nIf you want it too, answer \"confirm {number}\".",
        full(app, by),
        described(app, wish.kind, target.as_ref(), &wish.text)
    );
    say_to_stewards(app, conn, of, Some(by.id), &text)?;
    Ok(waits(number))
}

/// Since when what was proposed has not run out.
pub(super) fn open_since(app: &App) -> Time {
    app.now() - TimeDelta::days(limits::PROPOSAL_DAYS)
}

fn waits(number: i32) -> String {
    format!(
        "This is proposal {number}. Another steward, from another school where there is one, has to answer \"confirm {number}\"; \
         the others are told."
    )
}

/// Whether something can be wanted at all.
fn check(
    conn: &mut DbConnection,
    of: &Known,
    wish: &Wish,
    target: Option<&Account>,
    stewards: &[Account],
) -> Result<()> {
    if wish.kind == ProposalKind::ChangeRules {
        return if wish.text.chars().count() > limits::NETWORK_RULES {
            Err(invalid(format!(
                "Rules are too long (maximum is {} characters)",
                limits::NETWORK_RULES
            )))
        } else {
            Ok(())
        };
    }
    let target = target.ok_or(Error::NotFound)?;
    let is_steward = stewards.iter().any(|steward| steward.id == target.id);
    let refusal = match wish.kind {
        ProposalKind::AddSteward if is_steward => Some("They are a steward already"),
        ProposalKind::AddSteward if !may_be_steward(target) => Some("They cannot be a steward"),
        ProposalKind::AddSteward if stewards.len() >= limits::STEWARDS => {
            Some("There are too many stewards")
        }
        ProposalKind::RemoveSteward if !is_steward => Some("They are no steward"),
        ProposalKind::RemoveSteward if stewards.len() == 1 => {
            Some("The last steward cannot be removed")
        }
        ProposalKind::Ban if is_steward => Some("A steward cannot be banned"),
        ProposalKind::Ban if networks::is_banned(conn, of.id(), target.id)? => {
            Some("They are banned already")
        }
        ProposalKind::Unban if !networks::is_banned(conn, of.id(), target.id)? => {
            Some("They are not banned")
        }
        _ => None,
    };
    refusal.map_or(Ok(()), |text| Err(invalid(text)))
}

/// What a proposal is about, as the end of a sentence.
fn described(app: &App, kind: ProposalKind, target: Option<&Account>, text: &str) -> String {
    let name = target.map(|target| full(app, target)).unwrap_or_default();
    match kind {
        ProposalKind::AddSteward => format!("that {name} becomes a steward."),
        ProposalKind::RemoveSteward => format!("that {name} is a steward no more."),
        ProposalKind::Ban => format!("to ban {name}, who could neither join nor post then."),
        ProposalKind::Unban => format!("to let {name} join and post again."),
        ProposalKind::ChangeRules => format!("these rules:\n\n{text}"),
    }
}

pub(super) fn second(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    number: i32,
) -> Result<String> {
    check_is_steward(conn, of, by.id)?;
    storage::accounts::hold(conn, of.id())?;
    let proposal = networks::proposal(conn, of.id(), number)?
        .ok_or_else(|| invalid(format!("There is no proposal {number}")))?;
    let done = || Ok(format!("Proposal {number} was confirmed already."));
    if proposal.confirmed_at.is_some() {
        return done();
    }
    if proposal.created_at < open_since(app) {
        return Err(invalid("That is too old: propose it anew"));
    }
    let stewards = networks::stewards(conn, of.id())?;
    let school = |account: &Account| (account.id, account.host.clone());
    let proposer = stewards
        .iter()
        .find(|steward| steward.id == proposal.proposed_by)
        .ok_or_else(|| invalid("Who proposed it is a steward no more: propose it anew"))?;
    let all: Vec<_> = stewards.iter().map(school).collect();
    if !may_confirm(&school(proposer), &school(by), &all) {
        let text = if proposer.id == by.id {
            "Another steward has to confirm it"
        } else {
            "A steward from another school has to confirm it"
        };
        return Err(invalid(text));
    }
    let target = match proposal.target_id {
        Some(id) => Some(crate::accounts::find(conn, id)?),
        None => None,
    };
    let wish = Wish {
        kind: proposal.kind,
        target: proposal.target_id,
        text: proposal.text.clone(),
    };
    check(conn, of, &wish, target.as_ref(), &stewards)?;
    if !networks::confirm(conn, of.id(), number, by.id, app.now())? {
        return done();
    }
    let said = carry_out(app, conn, of, wish.kind, target.as_ref(), &wish.text)?;
    let text = format!("{} confirmed proposal {number}. {said}", full(app, by));
    say_to_stewards(app, conn, of, Some(by.id), &text)?;
    Ok(said)
}

fn carry_out(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    kind: ProposalKind,
    target: Option<&Account>,
    text: &str,
) -> Result<String> {
    if kind == ProposalKind::ChangeRules {
        let network = networks::Network {
            rules: text.to_owned(),
            ..of.network.clone()
        };
        networks::update(conn, &network)?;
        return Ok("The rules are changed.".to_owned());
    }
    let target = target.ok_or(Error::NotFound)?;
    let (name, network, now) = (full(app, target), full(app, &of.account), app.now());
    let (said, told) = match kind {
        ProposalKind::AddSteward => {
            networks::add_steward(conn, of.id(), target.id, now)?;
            let told = format!(
                "You look after {network} from now on. Write \"help\" here to see what you can do."
            );
            (format!("{name} is a steward now."), told)
        }
        ProposalKind::RemoveSteward => {
            networks::remove_steward(conn, of.id(), target.id)?;
            let told = format!("You are a steward of {network} no more.");
            (format!("{name} is a steward no more."), told)
        }
        ProposalKind::Ban => {
            networks::ban(conn, of.id(), target.id, now)?;
            networks::uninvite(conn, of.id(), target.id)?;
            follows::turn_away(app, conn, target.id, of.id())?;
            let told = format!(
                "The stewards of {network} decided that you can neither be a member nor post there."
            );
            (format!("{name} is banned."), told)
        }
        ProposalKind::Unban | ProposalKind::ChangeRules => {
            networks::unban(conn, of.id(), target.id)?;
            let told = format!("You can join {network} and post there again.");
            (format!("{name} is banned no more."), told)
        }
    };
    say(app, conn, of, target, &told)?;
    Ok(said)
}
