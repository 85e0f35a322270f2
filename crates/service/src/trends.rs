//! What trends, where figures are shown: what many have to do with these days.
//! <https://docs.joinmastodon.org/methods/trends/>

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use chrono::{NaiveTime, TimeDelta};
use domain::text::fold_tag;
use domain::{AccountId, CardId, StatusId, Time};
use storage::DbConnection;
use storage::statuses::Status;
use storage::trends::{Kind, Use};

use crate::audience::visible_to;
use crate::oauth::Person;
use crate::unwanted::{wishes, without_unwanted};
use crate::views::{self, CardView, HashtagView, StatusView};
use crate::{App, Result, tags};

/// For how long something trends that nobody has to do with any more.
const STRETCH: TimeDelta = TimeDelta::days(2);
/// For how long what trends is not counted anew.
const COUNTED_FOR: TimeDelta = TimeDelta::minutes(5);
/// Days of a history, today among them.
const DAYS: i64 = 7;
const SECONDS: i64 = 86_400;

/// Which part of what trends is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub limit: usize,
    pub offset: usize,
}

impl Window {
    fn of(self, ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
        ids.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

/// How much something was used on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayView {
    /// Seconds since 1970.
    pub begins: i64,
    pub uses: i64,
    /// By how many different people.
    pub accounts: i64,
}

/// A page to which many link.
#[derive(Debug, Clone)]
pub struct LinkView {
    pub card: CardView,
    pub history: Vec<DayView>,
}

/// What most have to do with, also what a moderator rejected.
#[derive(Debug, Default)]
struct Counted {
    tags: Vec<i64>,
    links: Vec<i64>,
    statuses: Vec<i64>,
}

impl Counted {
    fn of(&self, kind: Kind) -> &[i64] {
        match kind {
            Kind::Tag => &self.tags,
            Kind::Link => &self.links,
            Kind::Status => &self.statuses,
        }
    }
}

/// What was counted last, and when.
#[derive(Default)]
pub(crate) struct Remembered(Mutex<Option<(Time, Arc<Counted>)>>);

/// What most have to do with, at most five minutes old. Nothing where figures are hidden.
async fn counted(app: &App) -> Result<Arc<Counted>> {
    if !app.settings().show_counts {
        return Ok(Arc::default());
    }
    let now = app.now();
    let known = app.trends().0.lock().ok().and_then(|known| known.clone());
    if let Some((at, counted)) = known
        && now - at < COUNTED_FOR
    {
        return Ok(counted);
    }
    let counted = app.read_long(move |_, conn| {
        let since = App::first_id_from(now - STRETCH);
        Ok(Counted {
            tags: storage::trends::most_used(conn, Kind::Tag, since)?,
            links: storage::trends::most_used(conn, Kind::Link, since)?,
            statuses: storage::trends::most_used(conn, Kind::Status, since)?,
        })
    });
    let counted = Arc::new(counted.await?);
    if let Ok(mut known) = app.trends().0.lock() {
        *known = Some((now, counted.clone()));
    }
    Ok(counted)
}

/// What trends and was not rejected, what most have to do with first.
async fn trending(app: &App, kind: Kind, window: Window) -> Result<Vec<i64>> {
    let reviewed = reviewed(app, kind).await?;
    let fit = reviewed.into_iter().filter(|(_, may_trend)| *may_trend);
    Ok(window.of(fit.map(|(id, _)| id)))
}

/// What most have to do with, each with whether it may trend.
async fn reviewed(app: &App, kind: Kind) -> Result<Vec<(i64, bool)>> {
    let counted = counted(app).await?;
    if counted.of(kind).is_empty() {
        return Ok(Vec::new());
    }
    app.read(move |_, conn| {
        let ids = counted.of(kind);
        let rejected = storage::trends::rejected(conn, kind, ids)?;
        let rejected: HashSet<i64> = rejected.into_iter().collect();
        let with_word = |id: &i64| (*id, !rejected.contains(id));
        Ok(ids.iter().map(with_word).collect())
    })
    .await
}

/// Hashtags that trend.
pub async fn tags(app: &App, viewer: Option<&Person>, window: Window) -> Result<Vec<HashtagView>> {
    let ids = trending(app, Kind::Tag, window).await?;
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| tags_of(app, conn, viewer, &ids))
        .await
}

/// Pages that trend.
pub async fn links(app: &App, viewer: Option<&Person>, window: Window) -> Result<Vec<LinkView>> {
    let ids = trending(app, Kind::Link, window).await?;
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| links_of(app, conn, viewer, &ids))
        .await
}

/// Statuses that trend, without those that the viewer may not or does not want to see.
pub async fn statuses(
    app: &App,
    viewer: Option<&Person>,
    window: Window,
) -> Result<Vec<StatusView>> {
    let ids = trending(app, Kind::Status, window).await?;
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let wishes = wishes(conn, viewer)?;
        let shown = statuses_of(app, conn, viewer, &ids)?;
        without_unwanted(app, conn, viewer, wishes, shown)
    })
    .await
}

/// What could trend, for a moderator: all of it, each with whether it may.
pub async fn tags_to_review(app: &App, person: &Person) -> Result<Vec<(HashtagView, bool)>> {
    let reviewed = reviewed(app, Kind::Tag).await?;
    let me = person.id();
    app.read(move |app, conn| {
        let (fit, rejected): (Vec<_>, Vec<_>) = reviewed.into_iter().partition(|(_, fit)| *fit);
        let mut all = Vec::new();
        for (some, may_trend) in [(fit, true), (rejected, false)] {
            let ids: Vec<i64> = some.into_iter().map(|(id, _)| id).collect();
            let views = tags_of(app, conn, Some(me), &ids)?;
            all.extend(views.into_iter().map(|view| (view, may_trend)));
        }
        Ok(all)
    })
    .await
}

/// The same of pages.
pub async fn links_to_review(app: &App, person: &Person) -> Result<Vec<LinkView>> {
    let reviewed = reviewed(app, Kind::Link).await?;
    let me = person.id();
    let ids: Vec<i64> = reviewed.into_iter().map(|(id, _)| id).collect();
    app.read(move |app, conn| links_of(app, conn, Some(me), &ids))
        .await
}

/// The same of statuses.
pub async fn statuses_to_review(app: &App, person: &Person) -> Result<Vec<StatusView>> {
    let reviewed = reviewed(app, Kind::Status).await?;
    let me = person.id();
    let ids: Vec<i64> = reviewed.into_iter().map(|(id, _)| id).collect();
    app.read(move |app, conn| statuses_of(app, conn, Some(me), &ids))
        .await
}

fn tags_of(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[i64],
) -> Result<Vec<HashtagView>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let names = storage::tags::with_ids(conn, ids)?;
    let mut names: HashMap<i64, String> = names.into_iter().collect();
    let names = ids.iter().filter_map(|id| names.remove(id)).collect();
    tags::hashtags(app, conn, viewer, names)
}

fn links_of(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[i64],
) -> Result<Vec<LinkView>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let cards: Vec<CardId> = ids.iter().copied().map(CardId).collect();
    let cards = storage::cards::known(conn, &cards)?;
    let creators = cards.iter().filter_map(|card| card.creator_id).collect();
    let authors = views::accounts_by_id(app, conn, viewer, creators)?;
    let authors = authors
        .into_iter()
        .map(|(id, view)| (id, Arc::new(view)))
        .collect();
    let days = Days::until(app.now());
    let uses = storage::trends::uses(conn, Kind::Link, ids, days.since())?;
    let view = |id: &i64| {
        let card = cards.iter().find(|card| card.id.0 == *id)?;
        Some(LinkView {
            card: views::card(app, viewer, card, &authors),
            history: days.history(&uses, Some(*id)),
        })
    };
    Ok(ids.iter().filter_map(view).collect())
}

fn statuses_of(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[i64],
) -> Result<Vec<StatusView>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<StatusId> = ids.iter().copied().map(StatusId).collect();
    let rows = storage::statuses::with_ids(conn, &wanted)?;
    let rows = visible_to(conn, viewer, rows)?;
    let mut rows: HashMap<StatusId, Status> = rows.into_iter().map(|row| (row.id, row)).collect();
    let rows = wanted.iter().filter_map(|id| rows.remove(id)).collect();
    views::statuses(app, conn, viewer, rows)
}

/// How much each of these hashtags was used on the last seven days, today first, by name. Nothing where figures are hidden,
/// and two queries where they are not.
pub(crate) fn histories(
    app: &App,
    conn: &mut DbConnection,
    names: &[String],
) -> Result<HashMap<String, Vec<DayView>>> {
    if !app.settings().show_counts || names.is_empty() {
        return Ok(HashMap::new());
    }
    let known = storage::tags::known(conn, names)?;
    let ids: Vec<i64> = known.iter().map(|(id, _)| *id).collect();
    let days = Days::until(app.now());
    let uses = storage::trends::uses(conn, Kind::Tag, &ids, days.since())?;
    let history = |name: &String| {
        let key = fold_tag(name);
        let id = known.iter().find(|(_, known)| *known == key);
        let history = days.history(&uses, id.map(|(id, _)| *id));
        (name.clone(), history)
    };
    Ok(names.iter().map(history).collect())
}

/// How much a page was linked to on the last seven days. Nothing where figures are hidden.
pub(crate) fn history_of_link(
    app: &App,
    conn: &mut DbConnection,
    id: CardId,
) -> Result<Vec<DayView>> {
    if !app.settings().show_counts {
        return Ok(Vec::new());
    }
    let days = Days::until(app.now());
    let uses = storage::trends::uses(conn, Kind::Link, &[id.0], days.since())?;
    Ok(days.history(&uses, Some(id.0)))
}

/// The last seven days.
#[derive(Debug, Clone, Copy)]
struct Days {
    /// The first moment of the last.
    today: Time,
}

impl Days {
    fn until(now: Time) -> Self {
        Self {
            today: now.date().and_time(NaiveTime::MIN),
        }
    }

    /// The least id of what is made on one of them.
    fn since(self) -> i64 {
        App::first_id_from(self.today - TimeDelta::days(DAYS - 1))
    }

    fn history(self, uses: &[Use], id: Option<i64>) -> Vec<DayView> {
        let today = self.today.and_utc().timestamp();
        let day = |back: i64| {
            let begins = today - back * SECONDS;
            let is_meant = |one: &&Use| Some(one.id) == id && one.day * SECONDS == begins;
            let found = uses.iter().find(is_meant);
            DayView {
                begins,
                uses: found.map_or(0, |one| one.uses),
                accounts: found.map_or(0, |one| one.accounts),
            }
        };
        (0..DAYS).map(day).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::Time;
    use storage::trends::Use;

    use super::{DayView, Days};

    #[test]
    fn a_history_has_seven_days_today_first() {
        let now: Time = "2026-12-10T23:59:59".parse().unwrap();
        let days = Days::until(now);
        let day = 20_797;
        let of = |id, day, uses, accounts| Use {
            id,
            day,
            uses,
            accounts,
        };
        let uses = [
            of(1, day, 5, 2),
            of(2, day, 9, 9),
            of(1, day - 6, 1, 1),
            of(1, day - 7, 4, 4),
        ];
        let history = days.history(&uses, Some(1));
        assert_eq!(history.len(), 7);
        let begins = day * 86_400;
        let today = DayView {
            begins,
            uses: 5,
            accounts: 2,
        };
        assert_eq!(history.first(), Some(&today));
        let last = DayView {
            begins: begins - 6 * 86_400,
            uses: 1,
            accounts: 1,
        };
        assert_eq!(history.last(), Some(&last));
        assert!(
            history[1..6]
                .iter()
                .all(|day| (day.uses, day.accounts) == (0, 0))
        );
        assert!(days.history(&uses, None).iter().all(|day| day.uses == 0));
    }
}
