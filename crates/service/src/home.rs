//! Home timelines: which statuses enter whose.

use std::collections::HashSet;

use domain::language::primary;
use domain::{AccountId, StatusId, Visibility, limits};
use storage::DbConnection;
use storage::follows::Follow;
use storage::home_feed::{self, Entry};
use storage::statuses::Status;

use crate::audience::blocked_among;
use crate::jobs::{Job, enqueue};
use crate::statuses::NEWS;
use crate::streaming::{Event, Part};
use crate::{App, Result};

/// Followers whose feeds are written with the status itself; more are left to a job.
const AT_ONCE: usize = 300;

/// Puts a status into the home timelines that it belongs in: its author's, and its followers'.
pub(crate) fn fan_out(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author_is_local: bool,
) -> Result<()> {
    if author_is_local {
        let own = entry(conn, status.account_id, status)?;
        home_feed::insert(conn, vec![own])?;
    }
    let readers = Readers::of(conn, status)?;
    if readers.count() > AT_ONCE {
        tell(app, status, Part::WithoutFollowers);
        return enqueue(app, conn, &Job::FanOut { status: status.id });
    }
    tell(app, status, Part::All);
    fan_out_to(app, conn, status, readers)
}

/// What was written long ago is no news, and comes into its place in the timelines.
fn tell(app: &App, status: &Status, part: Part) {
    if app.now() - status.created_at <= NEWS {
        let status = status.id;
        app.tell(Event::Arrived { status, part });
    }
}

/// Who may get a status.
struct Readers {
    /// They follow its author.
    followers: Vec<Follow>,
    /// They follow a hashtag that it carries.
    of_tags: Vec<AccountId>,
}

impl Readers {
    fn of(conn: &mut DbConnection, status: &Status) -> Result<Self> {
        let is_for_all = status.visibility == Visibility::Public && status.reblog_of_id.is_none();
        let of_tags = if is_for_all {
            storage::tag_follows::followers(conn, status.id)?
        } else {
            Vec::new()
        };
        Ok(Self {
            followers: storage::follows::local_followers(conn, status.account_id)?,
            of_tags,
        })
    }

    fn count(&self) -> usize {
        self.followers.len() + self.of_tags.len()
    }

    fn ids(&self) -> Vec<AccountId> {
        let followers = self.followers.iter().map(|follow| follow.follower_id);
        followers.chain(self.of_tags.iter().copied()).collect()
    }
}

pub(crate) async fn fan_out_by_job(app: &App, id: StatusId) -> Result<()> {
    app.transaction(move |app, conn| {
        let Some(status) = storage::statuses::find(conn, id)? else {
            return Ok(());
        };
        let readers = Readers::of(conn, &status)?;
        tell(app, &status, Part::Followers);
        fan_out_to(app, conn, &status, readers)
    })
    .await
}

fn fan_out_to(app: &App, conn: &mut DbConnection, status: &Status, readers: Readers) -> Result<()> {
    let ids = readers.ids();
    if ids.is_empty() {
        return Ok(());
    }
    let template = entry(conn, status.account_id, status)?;
    let mut without: HashSet<AccountId> = blocked_among(conn, status.account_id, &ids)?;
    let authors = [Some(status.account_id), template.reblogged_id];
    let concerned: Vec<AccountId> = authors
        .into_iter()
        .chain([status.in_reply_to_account_id])
        .flatten()
        .collect();
    let words = status.reblog_of_id.unwrap_or(status.id);
    without.extend(storage::mutes::muters(
        conn,
        &concerned,
        words,
        &ids,
        app.now(),
    )?);
    without.extend(storage::blocks::blockers_of_mentioned(conn, words, &ids)?);
    for author in authors.into_iter().flatten() {
        if let Some(host) = storage::accounts::find(conn, author)?.and_then(|row| row.host) {
            without.extend(storage::account_domain_blocks::blockers(conn, &host, &ids)?);
        }
    }
    let mut uninterested = HashSet::new();
    match (status.reblog_of_id, template.reblogged_id) {
        (Some(boosted), Some(author)) => {
            without.extend(blocked_among(conn, author, &ids)?);
            without.extend(home_feed::holders(conn, &ids, boosted)?);
            // One's own words need no repeating.
            without.insert(author);
            without.extend(
                readers
                    .followers
                    .iter()
                    .filter(|follow| !follow.show_reblogs)
                    .map(|follow| follow.follower_id),
            );
        }
        _ => uninterested = self::uninterested(conn, status, &ids)?,
    }
    let language = status.language.as_deref();
    let followers = readers
        .followers
        .iter()
        .filter(|follow| !uninterested.contains(&follow.follower_id))
        .filter(|follow| wants_language(follow, language))
        .map(|follow| follow.follower_id);
    let entries = followers
        .chain(readers.of_tags)
        .filter(|reader| !without.contains(reader))
        .map(|reader| Entry {
            account_id: reader,
            ..template.clone()
        })
        .collect();
    Ok(home_feed::insert(conn, entries)?)
}

/// Who of `readers` does not get an answer: those who do not follow the one answered, unless it is
/// themselves; and of a direct status those whom it does not mention.
fn uninterested(
    conn: &mut DbConnection,
    status: &Status,
    readers: &[AccountId],
) -> Result<HashSet<AccountId>> {
    let mut without = HashSet::new();
    if let Some(answered) = status.in_reply_to_account_id
        && answered != status.account_id
    {
        let follow = storage::follows::followers_among(conn, answered, readers)?;
        let keep: HashSet<AccountId> = follow.into_iter().chain([answered]).collect();
        without.extend(readers.iter().filter(|reader| !keep.contains(reader)));
    } else if status.in_reply_to_uri.is_some() && status.in_reply_to_account_id.is_none() {
        without.extend(readers);
    }
    if status.visibility == Visibility::Direct {
        let mentioned: HashSet<AccountId> = storage::mentions::of_statuses(conn, &[status.id])?
            .into_iter()
            .map(|(_, account)| account.id)
            .collect();
        without.extend(readers.iter().filter(|reader| !mentioned.contains(reader)));
    }
    Ok(without)
}

fn wants_language(follow: &Follow, language: Option<&str>) -> bool {
    match (
        follow
            .languages
            .as_deref()
            .map(serde_json::from_str::<Vec<String>>),
        language,
    ) {
        (Some(Ok(wanted)), Some(language)) if !wanted.is_empty() => {
            // Others may name a region, too: who wants `en` wants `en-GB`.
            wanted
                .iter()
                .any(|code| code == language || code == primary(language))
        }
        _ => true,
    }
}

fn entry(conn: &mut DbConnection, reader: AccountId, status: &Status) -> Result<Entry> {
    let reblogged_id = match status.reblog_of_id {
        Some(id) => storage::statuses::find(conn, id)?.map(|boosted| boosted.account_id),
        None => None,
    };
    Ok(Entry {
        account_id: reader,
        status_id: status.id,
        author_id: status.account_id,
        reblog_of_id: status.reblog_of_id,
        reblogged_id,
    })
}

/// Fills in what a new follower would have seen, and keeps the feed within its bounds.
pub(crate) fn begin_following(
    conn: &mut DbConnection,
    reader: AccountId,
    author: AccountId,
) -> Result<()> {
    const NEWEST: i64 = 40;
    home_feed::backfill(conn, reader, author, NEWEST)?;
    Ok(home_feed::trim(conn, reader, limits::HOME_FEED)?)
}

pub(crate) fn stop_following(
    conn: &mut DbConnection,
    reader: AccountId,
    author: AccountId,
) -> Result<()> {
    Ok(home_feed::delete_author(conn, reader, author)?)
}
