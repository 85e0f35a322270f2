//! Figures for those who look after a server: what there was on each day, of what there is how much, who came back.
//! <https://docs.joinmastodon.org/methods/admin/measures/>

use std::collections::HashMap;

use chrono::{Datelike, Months, NaiveDate, NaiveTime, TimeDelta};
use domain::Time;
use storage::DbConnection;
use storage::metrics::Of;

use crate::error::invalid;
use crate::instance::week_of;
use crate::{App, Result};

pub use storage::metrics::{By, Counted};

/// Days of the longest time that is asked about: ten years.
const DAYS: i64 = 3_660;
/// Days or months of which it is said who came back.
const BUCKETS: usize = 100;
/// Of which nothing is left out.
const EVER: (i64, i64) = (0, i64::MAX);

/// From one day to another, both included, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: NaiveDate,
    last: NaiveDate,
}

impl Days {
    pub fn new(first: NaiveDate, last: NaiveDate) -> Result<Self> {
        let length = last.signed_duration_since(first).num_days();
        if length < 0 {
            return Err(invalid("End at must be after the start"));
        }
        if length >= DAYS {
            return Err(invalid(format!("End at must be within {DAYS} days")));
        }
        let years = 1970..9_000;
        if !years.contains(&first.year()) || !years.contains(&last.year()) {
            return Err(invalid("Start at is invalid"));
        }
        Ok(Self { first, last })
    }

    fn length(self) -> TimeDelta {
        self.last.signed_duration_since(self.first) + TimeDelta::days(1)
    }

    fn begins(self) -> Time {
        self.first.and_time(NaiveTime::MIN)
    }

    fn ends(self) -> Time {
        self.last.and_time(NaiveTime::MIN) + TimeDelta::days(1)
    }

    fn ids(self) -> (i64, i64) {
        (
            App::first_id_from(self.begins()),
            App::first_id_from(self.ends()),
        )
    }

    /// As many days just before.
    fn before(self) -> Self {
        Self {
            first: self.first - self.length(),
            last: self.first - TimeDelta::days(1),
        }
    }

    fn all(self) -> impl Iterator<Item = NaiveDate> {
        self.first
            .iter_days()
            .take_while(move |day| *day <= self.last)
    }
}

/// What is counted day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    ActiveUsers,
    Interactions,
    ResolvedReports,
    Counted(Counted),
    /// By the name of the tag.
    OfTag(Counted, String),
    /// By the name of the server.
    OfInstance(Counted, String),
}

/// What there was on each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub total: i64,
    /// In the time just before; none where the total is of all times.
    pub previous_total: Option<i64>,
    pub days: Vec<(NaiveDate, i64)>,
}

/// All that is asked for, in its order.
pub async fn measures(app: &App, asked: Vec<Measured>, days: Days) -> Result<Vec<Measure>> {
    app.read_long(move |app, conn| {
        let measured = asked.iter().map(|asked| measure(app, conn, asked, days));
        measured.collect()
    })
    .await
}

fn measure(app: &App, conn: &mut DbConnection, asked: &Measured, days: Days) -> Result<Measure> {
    match asked {
        Measured::ActiveUsers => active(conn, days),
        Measured::Interactions => {
            let favourites = counted(conn, Counted::Favourites, &Of::All, days)?;
            let echoes = counted(conn, Counted::Echoes, &Of::All, days)?;
            let sum =
                |((day, one), (_, other)): ((NaiveDate, i64), (NaiveDate, i64))| (day, one + other);
            Ok(Measure {
                total: favourites.total + echoes.total,
                previous_total: favourites
                    .previous_total
                    .zip(echoes.previous_total)
                    .map(|(one, other)| one + other),
                days: favourites
                    .days
                    .into_iter()
                    .zip(echoes.days)
                    .map(sum)
                    .collect(),
            })
        }
        Measured::ResolvedReports => {
            let mut found: HashMap<NaiveDate, i64> = HashMap::new();
            for time in storage::metrics::resolved(conn, days.begins(), days.ends())? {
                *found.entry(time.date()).or_default() += 1;
            }
            let before = days.before();
            let previous = storage::metrics::resolved(conn, before.begins(), before.ends())?;
            Ok(Measure {
                total: found.values().sum(),
                previous_total: i64::try_from(previous.len()).ok(),
                days: filled(days, &found),
            })
        }
        Measured::Counted(what) => counted(conn, *what, &Of::All, days),
        Measured::OfTag(what, name) => match tag(app, conn, name)? {
            Some(tag) => counted(conn, *what, &tag, days),
            None => Ok(Measure {
                total: 0,
                previous_total: Some(0),
                days: filled(days, &HashMap::new()),
            }),
        },
        Measured::OfInstance(what, host) => {
            let of = Of::Host(host.trim().to_lowercase().replace('\0', ""));
            Ok(Measure {
                total: storage::metrics::total(conn, *what, &of, EVER)?,
                previous_total: None,
                ..counted(conn, *what, &of, days)?
            })
        }
    }
}

/// Three queries.
fn counted(conn: &mut DbConnection, what: Counted, of: &Of, days: Days) -> Result<Measure> {
    let mut found: HashMap<NaiveDate, i64> = HashMap::new();
    for (day, value) in storage::metrics::by_day(conn, what, of, days.ids())? {
        let seconds = day.saturating_mul(86_400);
        if let Some(time) = chrono::DateTime::from_timestamp(seconds, 0) {
            found.insert(time.date_naive(), value);
        }
    }
    Ok(Measure {
        total: storage::metrics::total(conn, what, of, days.ids())?,
        previous_total: Some(storage::metrics::total(
            conn,
            what,
            of,
            days.before().ids(),
        )?),
        days: filled(days, &found),
    })
}

/// Who was here is known by weeks: their number stands at the Monday, or at the first day that is asked about.
fn active(conn: &mut DbConnection, days: Days) -> Result<Measure> {
    let weeks = |days: Days| (week_of(days.begins()), days.ends());
    let (from, until) = weeks(days);
    let mut found: HashMap<NaiveDate, i64> = HashMap::new();
    for (week, people) in storage::metrics::seen_by_week(conn, from, until)? {
        found.insert(week.date().max(days.first), people);
    }
    let before = weeks(days.before());
    Ok(Measure {
        total: storage::metrics::seen(conn, from, until)?,
        previous_total: Some(storage::metrics::seen(conn, before.0, before.1.min(from))?),
        days: filled(days, &found),
    })
}

fn filled(days: Days, found: &HashMap<NaiveDate, i64>) -> Vec<(NaiveDate, i64)> {
    let value = |day: NaiveDate| (day, found.get(&day).copied().unwrap_or(0));
    days.all().map(value).collect()
}

/// None if nobody ever used it.
fn tag(app: &App, conn: &mut DbConnection, name: &str) -> Result<Option<Of>> {
    let Some(name) = crate::tags::named(app, name) else {
        return Ok(None);
    };
    let found = storage::tags::with_names(conn, &[name])?;
    Ok(found.first().map(|id| Of::Tag(*id)))
}

/// Of what it is asked how much there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// In which people read who were here.
    Languages,
    Servers,
    SpaceUsage,
    SoftwareVersions,
    /// It is not kept by which app somebody signed up, and nobody is ranked.
    Unknown,
    /// By the name of the tag.
    OfTag(By, String),
    /// By the name of the server.
    OfInstance(By, String),
}

/// One thing, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    pub key: String,
    pub human_key: String,
    pub value: String,
    pub human_value: Option<String>,
    pub unit: Option<&'static str>,
}

/// All that is asked for, in its order, with at most `limit` things each.
pub async fn dimensions(
    app: &App,
    asked: Vec<Dimension>,
    days: Days,
    limit: i64,
) -> Result<Vec<Vec<Amount>>> {
    app.read_long(move |app, conn| {
        let found = asked
            .iter()
            .map(|asked| dimension(app, conn, asked, days, limit));
        found.collect()
    })
    .await
}

fn dimension(
    app: &App,
    conn: &mut DbConnection,
    asked: &Dimension,
    days: Days,
    limit: i64,
) -> Result<Vec<Amount>> {
    let amounts = |rows: Vec<(String, i64)>, name: fn(&App, &str) -> String| {
        let amount = |(key, value): (String, i64)| Amount {
            human_key: name(app, &key),
            // Ours has no name of a host in the database.
            key: if key.is_empty() {
                server(app, &key)
            } else {
                key
            },
            value: value.to_string(),
            human_value: None,
            unit: None,
        };
        rows.into_iter().map(amount).collect::<Vec<_>>()
    };
    let named = |by: By| -> fn(&App, &str) -> String {
        match by {
            By::Server | By::TagServer => server,
            By::TagLanguage | By::InstanceLanguage => language,
        }
    };
    let by = |conn: &mut DbConnection, by: By, of: &Of| -> Result<Vec<Amount>> {
        let rows = storage::metrics::statuses_by(conn, by, of, days.ids(), limit)?;
        Ok(amounts(rows, named(by)))
    };
    match asked {
        Dimension::Languages => {
            let rows = storage::metrics::locales(conn, days.begins(), limit)?;
            Ok(amounts(rows, language))
        }
        Dimension::Servers => by(conn, By::Server, &Of::All),
        Dimension::OfTag(what, name) => match tag(app, conn, name)? {
            Some(tag) => by(conn, *what, &tag),
            None => Ok(Vec::new()),
        },
        Dimension::OfInstance(what, host) => {
            let host = host.trim().to_lowercase().replace('\0', "");
            by(conn, *what, &Of::Host(host))
        }
        Dimension::Unknown => Ok(Vec::new()),
        Dimension::SpaceUsage => {
            let about = storage::metrics::about(conn)?;
            let media = storage::metrics::media_bytes(conn)?;
            Ok(vec![
                space(&about.name.to_lowercase(), about.name, about.bytes),
                space("media", "Media storage", media),
            ])
        }
        Dimension::SoftwareVersions => {
            let about = storage::metrics::about(conn)?;
            let software = |name: &str, version: &str| Amount {
                key: name.to_lowercase(),
                human_key: name.to_owned(),
                value: version.to_owned(),
                human_value: Some(version.to_owned()),
                unit: None,
            };
            Ok(vec![
                software("Staffroom", app.settings().version),
                software(about.name, &about.version),
            ])
        }
    }
}

fn space(key: &str, name: &str, bytes: i64) -> Amount {
    Amount {
        key: key.to_owned(),
        human_key: name.to_owned(),
        value: bytes.to_string(),
        human_value: Some(human_bytes(bytes)),
        unit: Some("bytes"),
    }
}

/// In the largest unit of which there is one, rounded down.
#[must_use]
pub fn human_bytes(bytes: i64) -> String {
    let mut amount = bytes;
    let mut units = ["Bytes", "KiB", "MiB", "GiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for larger in units {
        if amount < 1_024 {
            break;
        }
        (amount, unit) = (amount / 1_024, larger);
    }
    format!("{amount} {unit}")
}

fn server(app: &App, host: &str) -> String {
    if host.is_empty() {
        app.settings().host.to_string()
    } else {
        host.to_owned()
    }
}

fn language(_: &App, code: &str) -> String {
    let known = domain::language::LANGUAGES
        .iter()
        .find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| *name).to_owned()
}

/// How long the stretches are that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    Day,
    Month,
}

impl Frequency {
    fn beginning(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Month => day.with_day(1).unwrap_or(day),
        }
    }

    fn next(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day => day.succ_opt(),
            Self::Month => day.checked_add_months(Months::new(1)),
        }
    }
}

/// Those who signed up in a stretch of time: how many there are, and how many were here in each stretch since or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    pub period: NaiveDate,
    pub people: u32,
    pub stayed: Vec<(NaiveDate, u32)>,
}

/// Who came back. One query.
pub async fn retention(app: &App, days: Days, frequency: Frequency) -> Result<Vec<Cohort>> {
    let first = frequency.beginning(days.first);
    let buckets = std::iter::successors(Some(first), |day| frequency.next(*day))
        .take_while(|day| *day <= days.last)
        .take(BUCKETS + 1);
    let buckets: Vec<NaiveDate> = buckets.collect();
    if buckets.len() > BUCKETS {
        return Err(invalid(format!(
            "End at must be within {BUCKETS} days or months"
        )));
    }
    app.read_long(move |_, conn| {
        let from = first.and_time(NaiveTime::MIN);
        let people = storage::metrics::signed_up(conn, from, days.ends())?;
        Ok(cohorts(&buckets, frequency, &people))
    })
    .await
}

fn cohorts(buckets: &[NaiveDate], frequency: Frequency, people: &[(Time, Time)]) -> Vec<Cohort> {
    let mut of: HashMap<NaiveDate, Vec<NaiveDate>> = HashMap::new();
    for (came, seen) in people {
        let period = frequency.beginning(came.date());
        of.entry(period)
            .or_default()
            .push(frequency.beginning(seen.date()));
    }
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let cohort = |period: &NaiveDate| {
        let seen = of.get(period).map(Vec::as_slice).unwrap_or_default();
        let later = buckets.iter().filter(|bucket| *bucket >= period);
        Cohort {
            period: *period,
            people: number(seen.len()),
            stayed: later
                .map(|bucket| {
                    (
                        *bucket,
                        number(seen.iter().filter(|last| *last >= bucket).count()),
                    )
                })
                .collect(),
        }
    };
    buckets.iter().map(cohort).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_days_before_are_as_many() {
        let days = Days::new(day("2026-11-03"), day("2026-11-05")).unwrap();
        assert_eq!(days.all().count(), 3);
        let before = days.before();
        assert_eq!(
            (before.first, before.last),
            (day("2026-10-31"), day("2026-11-02"))
        );
        assert!(Days::new(day("2026-11-03"), day("2026-11-02")).is_err());
        assert!(Days::new(day("2006-11-03"), day("2026-11-02")).is_err());
    }

    #[test]
    fn who_came_back_later_was_not_gone_before() {
        let at = |text: &str| day(text).and_time(NaiveTime::MIN);
        let people = [
            (at("2026-09-02"), at("2026-11-04")),
            (at("2026-09-20"), at("2026-09-21")),
            (at("2026-10-01"), at("2026-10-02")),
        ];
        let buckets = ["2026-09-01", "2026-10-01", "2026-11-01"].map(day);
        let found = cohorts(&buckets, Frequency::Month, &people);
        let stayed = |cohort: &Cohort| cohort.stayed.iter().map(|(_, n)| *n).collect::<Vec<_>>();
        assert_eq!(found[0].people, 2);
        assert_eq!(stayed(&found[0]), [2, 1, 1]);
        assert_eq!(stayed(&found[1]), [1, 0]);
        assert_eq!(stayed(&found[2]), [0]);
    }

    #[test]
    fn bytes_are_said_in_the_largest_unit() {
        assert_eq!(human_bytes(1_023), "1023 Bytes");
        assert_eq!(human_bytes(1_024), "1 KiB");
        assert_eq!(human_bytes(5 * 1_024 * 1_024 * 1_024), "5 GiB");
    }
}
