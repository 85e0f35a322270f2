//! Making a network, and finding somebody who looks after it.

use domain::{AccountId, AccountKind, Membership, Posting, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks::Network;

use super::looking::{NetworkView, shown};
use super::saying::{full, say, welcome};
use super::{Known, find, named, stewarding};
use crate::error::invalid;
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::text::format::{self, Rel};
use crate::users::new_account;
use crate::{App, Error, Result, accounts, moderation};

/// In the log of what moderators did.
const NAMED: &str = "name steward";

/// What a network is to be.
#[derive(Debug, Clone, Default)]
pub struct NewNetwork {
    /// As in its handle.
    pub name: String,
    pub title: String,
    /// What it is about, as typed.
    pub description: String,
    /// Handles of those who look after it, here or elsewhere.
    pub stewards: Vec<String>,
    pub posting: Posting,
    pub membership: Membership,
    pub rules: String,
    /// All that it passes on is practice.
    pub posts_are_practice: bool,
}

/// Makes a network, as an administrator. Stewards who are not known yet are looked up.
pub async fn create(app: &App, new: NewNetwork) -> Result<NetworkView> {
    let (new, stewards) = prepared(app, new).await?;
    app.transaction(move |app, conn| write(app, conn, new, &stewards))
        .await
}

/// What can be made, with those who look after it.
pub(super) async fn prepared(app: &App, new: NewNetwork) -> Result<(NewNetwork, Vec<Account>)> {
    let new = checked(new)?;
    let stewards = people(app, &new.stewards).await?;
    if stewards.is_empty() {
        return Err(invalid("Stewards can't be blank"));
    }
    Ok((new, stewards))
}

/// Those who have these handles and can look after a network.
pub(super) async fn people(app: &App, names: &[String]) -> Result<Vec<Account>> {
    let mut people: Vec<Account> = Vec::new();
    for name in names {
        let nobody = || invalid(format!("Steward {name} is nobody"));
        let handle = name.parse().map_err(|_| nobody())?;
        let found = accounts::by_handle(app, handle, true).await?;
        let found = found
            .filter(stewarding::may_be_steward)
            .ok_or_else(nobody)?;
        if !people.iter().any(|known| known.id == found.id) {
            people.push(found);
        }
    }
    Ok(people)
}

/// Names a steward where none is left, as an administrator: none is named on the command line. As long as there is one, stewards
/// decide that themselves.
pub async fn name_steward(
    app: &App,
    by: Option<&Person>,
    id: AccountId,
    who: AccountId,
) -> Result<String> {
    let by = by.cloned();
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        storage::accounts::hold(conn, id)?;
        if !storage::networks::stewards(conn, id)?.is_empty() {
            return Err(invalid("The stewards of this network decide who is one"));
        }
        let who = accounts::find(conn, who)?;
        if !stewarding::may_be_steward(&who) {
            return Err(invalid("They cannot be a steward"));
        }
        storage::networks::add_steward(conn, id, who.id, app.now())?;
        let (name, network) = (full(app, &who), full(app, &of.account));
        let target = format!("{name} {network}");
        match &by {
            Some(by) => moderation::note(app, conn, by, NAMED, target)?,
            None => moderation::note_command(app, conn, NAMED, target)?,
        }
        say(app, conn, &of, &who, &welcome(&network))?;
        Ok(format!("{name} is a steward of {network} now."))
    })
    .await
}

/// The same by handles, on the command line.
pub async fn name_steward_by_handle(app: &App, name: &str, handle: &str) -> Result<String> {
    let network = name.to_lowercase();
    let of = app
        .read(move |_, conn| named(conn, &network).map(|known| known.id()))
        .await?;
    let nobody = || invalid(format!("Steward {handle} is nobody"));
    let handle = handle.parse().map_err(|_| nobody())?;
    let who = accounts::by_handle(app, handle, true)
        .await?
        .ok_or_else(nobody)?;
    name_steward(app, None, of, who.id).await
}

pub(super) fn tidy(text: &str) -> String {
    text.replace('\0', "")
        .replace("\r\n", "\n")
        .trim()
        .to_owned()
}

pub(super) fn check_length(what: &str, text: &str, most: usize) -> Result<()> {
    if text.chars().count() > most {
        return Err(invalid(format!(
            "{what} is too long (maximum is {most} characters)"
        )));
    }
    Ok(())
}

fn checked(mut new: NewNetwork) -> Result<NewNetwork> {
    new.title = tidy(&new.title);
    new.description = tidy(&new.description);
    new.rules = tidy(&new.rules);
    if !domain::handle::is_local_username(&new.name) {
        return Err(invalid(
            "Name must contain only letters, numbers and underscores, at most 30",
        ));
    }
    for (what, text, most) in [
        ("Title", &new.title, limits::DISPLAY_NAME),
        ("Description", &new.description, limits::BIOGRAPHY),
        ("Rules", &new.rules, limits::NETWORK_RULES),
    ] {
        check_length(what, text, most)?;
    }
    if new.stewards.len() > limits::STEWARDS {
        return Err(invalid(format!(
            "Stewards are too many (maximum is {})",
            limits::STEWARDS
        )));
    }
    Ok(new)
}

pub(super) fn write(
    app: &App,
    conn: &mut DbConnection,
    new: NewNetwork,
    stewards: &[Account],
) -> Result<NetworkView> {
    if storage::accounts::with_handle_key(conn, &new.name.to_lowercase())?.is_some() {
        return Err(Error::Invalid(
            "Validation failed: Name has already been taken".to_owned(),
        ));
    }
    let now = app.now();
    let mut account = new_account(app, &new.name, AccountKind::Group);
    account.display_name = new.title;
    account.note = paragraph(app, &new.description);
    account.note_source = new.description;
    account.locked = new.membership == Membership::ByApproval;
    account.discoverable = true;
    storage::accounts::insert(conn, account.clone())?;
    let network = Network {
        account_id: account.id,
        posting: new.posting,
        membership: new.membership,
        rules: new.rules,
        created_at: now,
    };
    storage::networks::insert(conn, network.clone())?;
    let account_id = account.id;
    storage::practice_networks::set(conn, account_id, new.posts_are_practice)?;
    enqueue(
        app,
        conn,
        &Job::MakeKey {
            account: account_id,
        },
    )?;
    let known = Known { network, account };
    for steward in stewards {
        storage::networks::add_steward(conn, account_id, steward.id, now)?;
    }
    for steward in stewards {
        let text = welcome(&full(app, &known.account));
        say(app, conn, &known, steward, &text)?;
    }
    shown(app, conn, None, known)
}

pub(super) fn paragraph(app: &App, text: &str) -> String {
    let tag_url = |tag: &str| app.addresses().tag(&domain::text::normalise_tag(tag));
    format::to_html(
        text,
        app.settings().hosts(),
        Rel::Foreign,
        |_| None,
        tag_url,
    )
}
