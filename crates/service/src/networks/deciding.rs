//! What binds others: one steward proposes it, and another one, of another school where there is one, confirms it.

use chrono::TimeDelta;
use domain::network::may_confirm;
use domain::{AccountId, ProposalKind, Time, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks::{self, Proposal};

use super::saying::{full, say, say_to_stewards, welcome};
use super::stewarding::{check_is_steward, invalid, may_be_steward};
use super::{Known, escrow, find, succession};
use crate::oauth::Person;
use crate::profile::save;
use crate::{App, Error, Result, follows};

/// Proposals among which the same one is looked for: all that the stewards may have.
const OPEN: i64 = 400;
/// That posts are practice, as the text of a proposal.
const YES: &str = "yes";
const NO: &str = "no";

/// What one steward wants, and another one has to want too.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub kind: ProposalKind,
    pub target: Option<AccountId>,
    /// New rules; or whether posts are practice, as `yes` or `no`.
    pub text: String,
}

impl Wish {
    /// Other rules.
    pub(super) fn rules(text: String) -> Self {
        Self {
            kind: ProposalKind::ChangeRules,
            target: None,
            text,
        }
    }

    /// Not to move after all.
    pub(super) fn move_back() -> Self {
        Self {
            kind: ProposalKind::MoveBack,
            target: None,
            text: String::new(),
        }
    }

    /// That all posts of the network are practice, or only those that say so.
    pub(super) fn posts_are_practice(is_rule: bool) -> Self {
        Self {
            kind: ProposalKind::PostsArePractice,
            target: None,
            text: if is_rule { YES } else { NO }.to_owned(),
        }
    }
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
    check(app, conn, of, &wish, target.as_ref(), &stewards)?;
    if stewards.len() == 1 {
        return carry_out(app, conn, of, &wish, target.as_ref(), by.id);
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

/// Why somebody cannot confirm a proposal, as one of these stewards.
pub(super) fn obstacle(
    proposal: &Proposal,
    by: AccountId,
    stewards: &[Account],
) -> Option<&'static str> {
    let schools: Vec<_> = stewards
        .iter()
        .map(|steward| (steward.id, steward.host.clone()))
        .collect();
    let one = |id: AccountId| schools.iter().find(|(steward, _)| *steward == id);
    let Some(proposer) = one(proposal.proposed_by) else {
        return Some("Who proposed it is a steward no more: propose it anew");
    };
    if one(by).is_some_and(|by| may_confirm(proposer, by, &schools)) {
        None
    } else if proposal.proposed_by == by {
        Some("Another steward has to confirm it")
    } else {
        Some("A steward from another school has to confirm it")
    }
}

fn waits(number: i32) -> String {
    format!(
        "This is proposal {number}. Another steward, from another school where there is one, has to answer \"confirm {number}\"; \
         the others are told."
    )
}

/// Whether something can be wanted at all.
fn check(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    wish: &Wish,
    target: Option<&Account>,
    stewards: &[Account],
) -> Result<()> {
    if wish.kind == ProposalKind::PostsArePractice {
        return Ok(());
    }
    if wish.kind == ProposalKind::MoveBack {
        return succession::check_has_moved(of);
    }
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
    if wish.kind == ProposalKind::Move {
        return succession::check_target(app, conn, of, target);
    }
    let is_steward = stewards.iter().any(|steward| steward.id == target.id);
    let refusal = match wish.kind {
        ProposalKind::AddSteward if is_steward => Some("They are a steward already"),
        ProposalKind::AddSteward if !may_be_steward(target) => Some("They cannot be a steward"),
        ProposalKind::AddSteward if stewards.len() >= limits::STEWARDS => {
            Some("There are too many stewards")
        }
        ProposalKind::RemoveSteward | ProposalKind::ShareKey if !is_steward => {
            Some("They are no steward")
        }
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
        ProposalKind::Move => format!(
            "that this network moves to {name}. Its members go along, and nothing is passed on here any more."
        ),
        ProposalKind::MoveBack => {
            "that this network takes its move back: it takes posts and members here again. Who went along stays there."
                .to_owned()
        }
        ProposalKind::ShareKey => format!(
            "that {name} and whoever proposes this get a half each of this network's key: with both, \
             another server can go on with it should this one fail."
        ),
        ProposalKind::PostsArePractice if text == YES => {
            "that what is posted here is practice, with or without the hashtag.".to_owned()
        }
        ProposalKind::PostsArePractice => {
            "that what is posted here is practice only if it says so.".to_owned()
        }
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
    if let Some(text) = obstacle(&proposal, by.id, &stewards) {
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
    check(app, conn, of, &wish, target.as_ref(), &stewards)?;
    if !networks::confirm(conn, of.id(), number, by.id, app.now())? {
        return done();
    }
    let said = carry_out(app, conn, of, &wish, target.as_ref(), proposal.proposed_by)?;
    let text = format!("{} confirmed proposal {number}. {said}", full(app, by));
    say_to_stewards(app, conn, of, Some(by.id), &text)?;
    Ok(said)
}

fn carry_out(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    wish: &Wish,
    target: Option<&Account>,
    proposed_by: AccountId,
) -> Result<String> {
    if wish.kind == ProposalKind::ChangeRules {
        let network = networks::Network {
            rules: wish.text.clone(),
            ..of.network.clone()
        };
        networks::update(conn, &network)?;
        return Ok("The rules are changed.".to_owned());
    }
    if wish.kind == ProposalKind::PostsArePractice {
        return set_practice(app, conn, of, wish.text == YES);
    }
    if wish.kind == ProposalKind::MoveBack {
        return succession::come_back(app, conn, of);
    }
    let target = target.ok_or(Error::NotFound)?;
    let (name, network, now) = (full(app, target), full(app, &of.account), app.now());
    let (said, told) = match wish.kind {
        ProposalKind::Move => return succession::leave(app, conn, of, target),
        ProposalKind::ShareKey => {
            return escrow::halve(app, conn, of, [proposed_by, target.id]);
        }
        ProposalKind::AddSteward => {
            networks::add_steward(conn, of.id(), target.id, now)?;
            (format!("{name} is a steward now."), welcome(&network))
        }
        ProposalKind::RemoveSteward => {
            networks::remove_steward(conn, of.id(), target.id)?;
            networks::take_half(conn, of.id(), target.id)?;
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
        ProposalKind::Unban
        | ProposalKind::ChangeRules
        | ProposalKind::PostsArePractice
        | ProposalKind::MoveBack => {
            networks::unban(conn, of.id(), target.id)?;
            let told = format!("You can join {network} and post there again.");
            (format!("{name} is banned no more."), told)
        }
    };
    say(app, conn, of, target, &told)?;
    Ok(said)
}

/// From now on; what was passed on before is read anew when it is edited.
fn set_practice(app: &App, conn: &mut DbConnection, of: &Known, is_rule: bool) -> Result<String> {
    storage::practice_networks::set(conn, of.id(), is_rule)?;
    // Not as it was found: the same request may have changed what it says of itself.
    let mut account = crate::accounts::find(conn, of.id())?;
    save(app, conn, &mut account)?;
    Ok(if is_rule {
        "From now on what is posted here is practice."
    } else {
        "From now on what is posted here is practice only if it says so."
    }
    .to_owned())
}
