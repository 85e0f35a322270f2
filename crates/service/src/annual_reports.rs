//! What somebody did in a year: figures of their own, of nobody else.
//! <https://docs.joinmastodon.org/methods/annual_reports/>

use chrono::{Datelike, NaiveDate, NaiveTime};
use domain::{AccountId, NotificationKind, StatusId, Time};
use serde::{Deserialize, Serialize};
use storage::DbConnection;
use storage::annual_reports::{AnnualReport, Echo, Written};

use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::views::{self, AccountView, StatusView};
use crate::{App, Error, Result, audience, decisions};

/// Hashtags in a report.
const HASHTAGS: i64 = 40;
/// Who writes less than once a month reads more.
const FEW: i64 = 12;

/// A report, as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// `lurker`, `booster`, `pollster`, `replier` or `oracle`.
    pub archetype: String,
    pub time_series: Vec<Month>,
    pub top_hashtags: Vec<Hashtag>,
    pub top_statuses: TopStatuses,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// From 1 on.
    pub month: u32,
    pub statuses: i64,
    /// Who came to follow and still does.
    pub followers: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashtag {
    pub name: String,
    pub count: i64,
}

/// Public statuses with which others did something most often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopStatuses {
    pub by_reblogs: Option<StatusId>,
    pub by_favourites: Option<StatusId>,
    pub by_replies: Option<StatusId>,
}

impl TopStatuses {
    fn ids(self) -> impl Iterator<Item = StatusId> {
        [self.by_reblogs, self.by_favourites, self.by_replies]
            .into_iter()
            .flatten()
    }
}

/// Reports, with all whom and what they name.
#[derive(Debug, Clone)]
pub struct ReportsView {
    /// Year and figures.
    pub reports: Vec<(i32, Figures)>,
    /// Whose reports they are.
    pub account: AccountView,
    pub statuses: Vec<StatusView>,
}

/// How a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Available,
    Generating,
    Eligible,
    Ineligible,
}

/// The reports that were not read yet, newest year first.
pub async fn unread(app: &App, person: &Person) -> Result<ReportsView> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::annual_reports::unread(conn, me)?;
        show(app, conn, me, rows)
    })
    .await
}

/// The report of a year.
pub async fn find(app: &App, person: &Person, year: i32) -> Result<ReportsView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = storage::annual_reports::find(conn, me, year)?
            .filter(|row| row.data.is_some())
            .ok_or(Error::NotFound)?;
        show(app, conn, me, vec![row])
    })
    .await
}

pub async fn state(app: &App, person: &Person, year: i32) -> Result<State> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = storage::annual_reports::find(conn, me, year)?;
        Ok(match row {
            Some(AnnualReport { data: Some(_), .. }) => State::Available,
            Some(AnnualReport { data: None, .. }) => State::Generating,
            None if is_eligible(app, conn, me, year)? => State::Eligible,
            None => State::Ineligible,
        })
    })
    .await
}

/// Lets a report be made, unless it is made or there is nothing to tell; one made before its year was over is made
/// anew. True if it is being made.
pub async fn generate(app: &App, person: &Person, year: i32) -> Result<bool> {
    let account = person.id();
    app.transaction(move |app, conn| {
        match storage::annual_reports::find(conn, account, year)? {
            Some(AnnualReport { data: None, .. }) => return Ok(true),
            Some(made) if !is_early(&made) => return Ok(false),
            Some(_) => {}
            None if is_eligible(app, conn, account, year)? => {}
            None => return Ok(false),
        }
        if storage::annual_reports::begin(conn, account, year, app.now())? {
            // What told of the old one would lead nowhere, and would be all that is ever told.
            storage::notifications::delete_of_event(
                conn,
                &[NotificationKind::AnnualReport],
                year.into(),
                Some(account),
            )?;
            enqueue(app, conn, &Job::MakeAnnualReport { account, year })?;
        }
        Ok(true)
    })
    .await
}

/// Notes that a report was read.
pub async fn read(app: &App, person: &Person, year: i32) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        if storage::annual_reports::read(conn, me, year, app.now())? {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    })
    .await
}

/// Counts a year, writes it down, and says so to whoever asked for it.
pub(crate) async fn make(app: &App, account: AccountId, year: i32) -> Result<()> {
    let figures = app
        .read_long(move |_, conn| count(conn, account, year))
        .await?;
    let data =
        serde_json::to_string(&figures).map_err(|error| Error::Internal(error.to_string()))?;
    app.transaction(move |app, conn| {
        if !storage::annual_reports::finish(conn, account, year, &data, app.now())? {
            return Ok(());
        }
        let kind = NotificationKind::AnnualReport;
        decisions::tell(app, conn, account, kind, year.into())
    })
    .await
}

/// Whether a year has begun in which somebody wrote something here.
fn is_eligible(app: &App, conn: &mut DbConnection, account: AccountId, year: i32) -> Result<bool> {
    if year > app.now().year() {
        return Ok(false);
    }
    let Some(span) = span(year, 1, 12) else {
        return Ok(false);
    };
    Ok(storage::annual_reports::statuses(conn, account, Written::Any, span)? > 0)
}

fn is_early(made: &AnnualReport) -> bool {
    made.made_at.year() <= made.year
}

fn first_of(year: i32, month: u32) -> Option<Time> {
    Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_time(NaiveTime::MIN))
}

/// The ids of what is made from the beginning of one month to the end of another, UTC.
fn span(year: i32, first: u32, last: u32) -> Option<(i64, i64)> {
    let end = if last == 12 {
        first_of(year.checked_add(1)?, 1)?
    } else {
        first_of(year, last + 1)?
    };
    Some((
        App::first_id_from(first_of(year, first)?),
        App::first_id_from(end),
    ))
}

/// Thirty-two queries, each over a range of an index: the own statuses of the year, or of a month.
fn count(conn: &mut DbConnection, account: AccountId, year: i32) -> Result<Figures> {
    use storage::annual_reports as figures;
    let whole = span(year, 1, 12).ok_or(Error::NotFound)?;
    let mut time_series = Vec::new();
    for month in 1..=12 {
        let span = span(year, month, month).ok_or(Error::NotFound)?;
        time_series.push(Month {
            month,
            statuses: figures::statuses(conn, account, Written::Any, span)?,
            followers: figures::followers(conn, account, span)?,
        });
    }
    let habits = Habits {
        all: figures::statuses(conn, account, Written::Any, whole)?,
        boosts: figures::statuses(conn, account, Written::Boosts, whole)?,
        replies: figures::statuses(conn, account, Written::Replies, whole)?,
        polls: figures::statuses(conn, account, Written::Polls, whole)?,
    };
    let hashtags = figures::hashtags(conn, account, whole, HASHTAGS)?;
    Ok(Figures {
        archetype: habits.archetype().to_owned(),
        time_series,
        top_hashtags: hashtags
            .into_iter()
            .map(|(name, count)| Hashtag { name, count })
            .collect(),
        top_statuses: TopStatuses {
            by_reblogs: figures::most(conn, account, Echo::Reblogs, whole)?,
            by_favourites: figures::most(conn, account, Echo::Favourites, whole)?,
            by_replies: figures::most(conn, account, Echo::Replies, whole)?,
        },
    })
}

/// How many statuses of which kind.
struct Habits {
    all: i64,
    boosts: i64,
    replies: i64,
    polls: i64,
}

impl Habits {
    /// By one's own measure only: Mastodon compares with what others write.
    fn archetype(&self) -> &'static str {
        let posts = self.all - self.boosts;
        if self.all < FEW {
            "lurker"
        } else if self.boosts > posts * 2 {
            "booster"
        } else if self.polls * 10 > posts {
            "pollster"
        } else if self.replies * 2 > posts {
            "replier"
        } else {
            "oracle"
        }
    }
}

fn show(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    rows: Vec<AnnualReport>,
) -> Result<ReportsView> {
    let mut reports = Vec::new();
    for row in rows {
        let data = row.data.unwrap_or_default();
        let figures: Figures =
            serde_json::from_str(&data).map_err(|error| Error::Internal(error.to_string()))?;
        reports.push((row.year, figures));
    }
    let named = reports
        .iter()
        .flat_map(|(_, figures)| figures.top_statuses.ids());
    let mut ids: Vec<StatusId> = named.collect();
    ids.sort_unstable();
    ids.dedup();
    let found = storage::statuses::with_ids(conn, &ids)?;
    let found = audience::visible_to(conn, Some(me), found)?;
    let account = views::accounts(app, conn, Some(me), &[me])?;
    Ok(ReportsView {
        reports,
        account: account.into_iter().next().ok_or(Error::NotFound)?,
        statuses: views::statuses(app, conn, Some(me), found)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{App, Habits, first_of, span};

    #[test]
    fn months_meet_and_make_a_year() {
        let (from, until) = span(2026, 1, 12).unwrap();
        let months: Vec<_> = (1..=12)
            .map(|month| span(2026, month, month).unwrap())
            .collect();
        assert_eq!((months[0].0, months[11].1), (from, until));
        assert!(months.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(until, App::first_id_from(first_of(2027, 1).unwrap()));
        assert_eq!(span(i32::MAX, 1, 12), None);
    }

    #[test]
    fn what_somebody_does_most_says_who_they_are() {
        let of = |all, boosts, replies, polls| {
            let habits = Habits {
                all,
                boosts,
                replies,
                polls,
            };
            habits.archetype()
        };
        assert_eq!(of(11, 11, 0, 0), "lurker");
        assert_eq!(of(100, 70, 0, 0), "booster");
        assert_eq!(of(100, 0, 0, 11), "pollster");
        assert_eq!(of(100, 0, 51, 10), "replier");
        assert_eq!(of(100, 60, 20, 4), "oracle");
    }
}
