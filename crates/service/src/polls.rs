//! Polls: asking, choosing, and telling how it ended.
//! <https://docs.joinmastodon.org/methods/polls/>

use chrono::TimeDelta;
use domain::{AccountId, NotificationId, NotificationKind, PollId, Time, limits};
use serde::{Deserialize, Serialize};
use storage::DbConnection;
use storage::notifications::Notification;
use storage::polls::{Poll, PollOption, Vote};
use storage::statuses::Status;

use crate::audience::find_visible;
use crate::completing::{self, Opened, State};
use crate::error::invalid;
use crate::jobs::{Job, Outgoing, enqueue_at, federate};
use crate::oauth::Person;
use crate::remote_files::{Owner, show_emojis};
use crate::views::{self, PollView};
use crate::{App, Error, Result, notifications};

/// For how long votes are gathered before others are told of the counts.
const GATHERED: TimeDelta = TimeDelta::minutes(3);
/// Within how long after the end of a poll elsewhere it is asked how it ended: other servers do so too.
const SPREAD: TimeDelta = TimeDelta::seconds(10);

/// A poll as somebody wants to ask it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewPoll {
    pub options: Vec<String>,
    /// Seconds.
    pub expires_in: i64,
    pub multiple: bool,
    pub hide_totals: bool,
}

impl NewPoll {
    /// With tidy options; refused where Mastodon would refuse it, at limits of our own.
    pub(crate) fn checked(mut self) -> Result<Self> {
        let tidy = |text: &String| text.replace('\0', "").trim().to_owned();
        self.options = self.options.iter().map(tidy).collect();
        self.options.retain(|option| !option.is_empty());
        if self.options.len() < 2 {
            return Err(invalid("Options must have at least two items"));
        }
        if self.options.len() > limits::POLL_OPTIONS {
            return Err(invalid(format!(
                "Options can't contain more than {} items",
                limits::POLL_OPTIONS
            )));
        }
        let too_long = |option: &String| option.chars().count() > limits::POLL_OPTION;
        if self.options.iter().any(too_long) {
            return Err(invalid(format!(
                "Options cannot be longer than {} characters each",
                limits::POLL_OPTION
            )));
        }
        let mut distinct = self.options.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != self.options.len() {
            return Err(invalid("Options must be different"));
        }
        if self.expires_in < limits::POLL_SECONDS.0 {
            return Err(invalid("Expires at is too soon"));
        }
        if self.expires_in > limits::POLL_SECONDS.1 {
            return Err(invalid("Expires at is too far into the future"));
        }
        Ok(self)
    }
}

/// Adds a poll to a status of ours, and the work of ending it.
pub(crate) fn ask(app: &App, conn: &mut DbConnection, of: &Status, new: &NewPoll) -> Result<()> {
    let end = app.now() + TimeDelta::seconds(new.expires_in);
    let poll = Poll {
        id: PollId(app.next_id()),
        status_id: of.id,
        account_id: of.account_id,
        multiple: new.multiple,
        hide_totals: new.hide_totals,
        expires_at: Some(end),
        closed_at: None,
        votes_count: 0,
        voters_count: Some(0),
        announced_at: None,
    };
    let counts = vec![0; new.options.len()];
    insert(app, conn, poll, &new.options, &counts)
}

/// What there is to choose; nothing where a status asks nothing.
pub(crate) fn titles(conn: &mut DbConnection, status: &Status) -> Result<Vec<String>> {
    if !status.has_poll {
        return Ok(Vec::new());
    }
    let Some(poll) = storage::polls::of_status(conn, status.id)? else {
        return Ok(Vec::new());
    };
    let options = storage::polls::options(conn, &[poll.id])?;
    Ok(options.into_iter().map(|option| option.title).collect())
}

/// Changes the poll of a status of ours: other options begin anew, without votes.
pub(crate) fn change(app: &App, conn: &mut DbConnection, of: &Status, new: &NewPoll) -> Result<()> {
    let Some(known) = storage::polls::of_status(conn, of.id)? else {
        return ask(app, conn, of, new);
    };
    let options = storage::polls::options(conn, &[known.id])?;
    let titles = options.iter().map(|option| &option.title);
    if known.multiple != new.multiple || !titles.eq(&new.options) {
        storage::polls::delete_of_status(conn, of.id)?;
        return ask(app, conn, of, new);
    }
    let end = app.now() + TimeDelta::seconds(new.expires_in);
    storage::polls::set_end(conn, known.id, Some(end), new.hide_totals)?;
    enqueue_at(app, conn, &Job::ClosePoll { poll: known.id }, end)
}

/// Stores a poll, here or elsewhere; its end is told to those of ours whom it concerns.
pub(crate) fn insert(
    app: &App,
    conn: &mut DbConnection,
    poll: Poll,
    titles: &[String],
    counts: &[i64],
) -> Result<()> {
    let (id, end) = (poll.id, poll.expires_at);
    let options = (0_i16..)
        .zip(titles.iter().zip(counts))
        .map(|(position, (title, count))| PollOption {
            poll_id: id,
            position,
            title: title.clone(),
            votes_count: *count,
        });
    storage::polls::insert(conn, poll, options.collect())?;
    match end {
        Some(end) if end > app.now() => enqueue_at(app, conn, &Job::ClosePoll { poll: id }, end),
        _ => Ok(()),
    }
}

/// A poll. One elsewhere is asked for its counts after that, for those signed in.
pub async fn view(app: &App, viewer: Option<&Person>, id: PollId) -> Result<PollView> {
    let viewer = viewer.map(Person::id);
    let (view, looked_for) = app
        .read(move |app, conn| {
            let (poll, status) = visible(conn, viewer, id)?;
            let opened = Opened::Poll(status.id);
            let may_change = viewer.is_some() && !status.local && poll.closed_at.is_none();
            let is_due = may_change && completing::state(app, conn, opened)? == State::Due;
            Ok((
                show(app, conn, viewer, &poll, status)?,
                is_due.then_some(opened),
            ))
        })
        .await?;
    if let Some(opened) = looked_for {
        completing::begin(app, opened).await;
    }
    Ok(view)
}

fn visible(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    id: PollId,
) -> Result<(Poll, Status)> {
    let poll = storage::polls::find(conn, id)?.ok_or(Error::NotFound)?;
    let status = find_visible(conn, viewer, poll.status_id)?;
    Ok((poll, status))
}

fn show(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    poll: &Poll,
    mut status: Status,
) -> Result<PollView> {
    if !status.local {
        show_emojis(app, Owner::Status(status.id), &mut status.emojis);
    }
    let view = views::polls(app, conn, viewer, &[poll.status_id])?.remove(&poll.status_id);
    Ok(view.ok_or(Error::NotFound)?.with_emojis(&status.emojis))
}

/// Chooses options, by their places.
pub async fn vote(
    app: &App,
    person: &Person,
    id: PollId,
    mut choices: Vec<i64>,
) -> Result<PollView> {
    let me = person.account.clone();
    choices.sort_unstable();
    choices.dedup();
    app.transaction(move |app, conn| {
        let (poll, status) = visible(conn, Some(me.id), id)?;
        // Held, so that one person does not vote twice at one moment.
        storage::accounts::hold(conn, me.id)?;
        let options = storage::polls::options(conn, &[id])?;
        if status.account_id == me.id {
            return Err(invalid("You cannot vote in your own polls"));
        }
        if poll.is_over(app.now()) {
            return Err(invalid("The poll has already ended"));
        }
        let mut chosen = Vec::new();
        for choice in choices {
            let known = |option: &&PollOption| i64::from(option.position) == choice;
            let option = options.iter().find(known);
            chosen.push(option.ok_or_else(|| invalid("The chosen vote option does not exist"))?);
        }
        if chosen.is_empty() {
            return Err(invalid("The chosen vote option does not exist"));
        }
        for option in &chosen {
            let uri = app.addresses().vote(&me.username, app.next_id());
            if !cast(app, conn, &poll, me.id, option.position, uri.clone())? {
                return Err(invalid("You have already voted on this poll"));
            }
            if !status.local {
                let told = Outgoing::Vote {
                    account: me.id,
                    status: status.id,
                    title: option.title.clone(),
                    uri,
                };
                federate(app, conn, told)?;
            }
        }
        if status.local {
            announce_later(app, conn, &poll)?;
        }
        show(app, conn, Some(me.id), &poll, status)
    })
    .await
}

/// Writes a vote down and counts it: false if it may not be, since its voter chose before.
pub(crate) fn cast(
    app: &App,
    conn: &mut DbConnection,
    poll: &Poll,
    by: AccountId,
    position: i16,
    uri: String,
) -> Result<bool> {
    let before = storage::polls::votes_of(conn, by, &[poll.id])?;
    if !poll.multiple && !before.is_empty() {
        return Ok(false);
    }
    let vote = Vote {
        poll_id: poll.id,
        account_id: by,
        position,
        uri,
        created_at: app.now(),
    };
    if !storage::polls::insert_vote(conn, vote)? {
        return Ok(false);
    }
    storage::polls::count_vote(conn, poll.id, position, before.is_empty())?;
    storage::status_index::note(conn, poll.status_id)?;
    Ok(true)
}

/// Other servers are told of the counts of a poll of ours, once for all votes of some minutes.
pub(crate) fn announce_later(app: &App, conn: &mut DbConnection, poll: &Poll) -> Result<()> {
    if poll.hide_totals || poll.announced_at.is_some() {
        return Ok(());
    }
    let at = app.now() + GATHERED;
    storage::polls::set_announced(conn, poll.id, Some(at))?;
    enqueue_at(app, conn, &Job::AnnouncePoll { poll: poll.id }, at)
}

/// Tells other servers of the counts.
pub(crate) async fn announce(app: &App, id: PollId) -> Result<()> {
    app.transaction(move |app, conn| {
        let Some(poll) = storage::polls::find(conn, id)? else {
            return Ok(());
        };
        storage::polls::set_announced(conn, id, None)?;
        let status = poll.status_id;
        federate(app, conn, Outgoing::Renew { status })
    })
    .await
}

/// Ends a poll. How one elsewhere ended, in which somebody of ours voted, is asked there before that is told.
pub(crate) async fn close(app: &App, id: PollId) -> Result<()> {
    app.transaction(move |app, conn| {
        let Some((poll, status)) = ending(conn, id)? else {
            return Ok(());
        };
        let now = app.now();
        match poll.expires_at {
            // It was put off since.
            Some(end) if end > now => enqueue_at(app, conn, &Job::ClosePoll { poll: id }, end),
            None => Ok(()),
            Some(_) if status.local || storage::polls::voters(conn, id, true)?.is_empty() => {
                end(app, conn, id, &status)
            }
            Some(_) => {
                let wait = rand::random_range(0..=SPREAD.num_milliseconds());
                let at = now + TimeDelta::milliseconds(wait);
                enqueue_at(app, conn, &Job::CountPoll { poll: id }, at)
            }
        }
    })
    .await
}

/// Asks how a poll elsewhere ended, and tells those of ours who voted.
pub(crate) async fn count(app: &App, id: PollId) -> Result<()> {
    let found = app.read(move |_, conn| ending(conn, id)).await?;
    let Some((_, status)) = found else {
        return Ok(());
    };
    if let Err(error) = app.remote().renew(app, &status.uri).await {
        tracing::debug!(status = status.uri, %error, "how a poll ended was not found out");
    }
    app.transaction(move |app, conn| match ending(conn, id)? {
        Some((_, status)) => end(app, conn, id, &status),
        None => Ok(()),
    })
    .await
}

/// A poll whose end was not told yet, and its status.
fn ending(conn: &mut DbConnection, id: PollId) -> Result<Option<(Poll, Status)>> {
    let poll = storage::polls::find(conn, id)?.filter(|poll| poll.closed_at.is_none());
    let Some(poll) = poll else { return Ok(None) };
    let status = storage::statuses::find(conn, poll.status_id)?;
    Ok(status.map(|status| (poll, status)))
}

/// Tells those of ours who asked or voted that a poll has ended, and other servers how.
fn end(app: &App, conn: &mut DbConnection, id: PollId, status: &Status) -> Result<()> {
    let now = app.now();
    if !storage::polls::close(conn, id, now)? {
        return Ok(());
    }
    for voter in storage::polls::voters(conn, id, true)? {
        tell(app, conn, voter.id, status, now)?;
    }
    if status.local {
        tell(app, conn, status.account_id, status, now)?;
        let status = status.id;
        federate(app, conn, Outgoing::Renew { status })?;
    }
    Ok(())
}

fn tell(
    app: &App,
    conn: &mut DbConnection,
    to: AccountId,
    status: &Status,
    now: Time,
) -> Result<()> {
    let line = Notification {
        id: NotificationId(app.next_id()),
        account_id: to,
        from_account_id: status.account_id,
        kind: NotificationKind::Poll,
        status_id: Some(status.id),
        created_at: now,
        report_id: None,
        event_id: None,
        filtered: false,
    };
    notifications::write(app, conn, &line)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_has_a_few_different_options_and_an_end() {
        let poll = |options: &[&str], expires_in| NewPoll {
            options: options.iter().map(ToString::to_string).collect(),
            expires_in,
            ..NewPoll::default()
        };
        assert_eq!(
            poll(&["yes ", "no", " "], 300).checked().unwrap().options,
            ["yes", "no"]
        );
        let many: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (options, expires_in) in [
            (&["yes"][..], 300),
            (&["yes", "yes"], 300),
            (&["yes", "no"], 10),
            (&["yes", "no"], 1_000_000_000),
            (&["yes", &"n".repeat(60)], 300),
            (&many, 300),
        ] {
            assert!(poll(options, expires_in).checked().is_err(), "{options:?}");
        }
    }
}
