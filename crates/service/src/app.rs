//! What every use case works with: settings, database, media, clock, ids, mail and the network's seam.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use domain::Time;
use storage::{Database, DbConnection, MediaStore};
use tokio::sync::{Notify, Semaphore};

use crate::archives::Arriving;
use crate::instance::Facts;
use crate::mail::Mailer;
use crate::moderation::ip_blocks;
use crate::policy::Remembered;
use crate::programs::Programs;
use crate::push::ServerKey;
use crate::remote_files::Fetches;
use crate::streaming::{self, Event, Hub};
use crate::{
    Addresses, RemoteFetcher, Result, Settings, custom_emojis, filters, translation, trends,
};

/// Searches for words at the same time: one that finds nothing reads much, and others wait for the same connections.
const SEARCHES: usize = 2;
const COUNTED_FOR: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// The running server, as use cases see it. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
    left: Arc<Left>,
    /// Whether it works in the background: [`App::in_background`].
    in_background: bool,
}

/// What the transaction that a handle belongs to has left behind.
#[derive(Default)]
struct Left {
    work: AtomicBool,
    pushes: AtomicBool,
    /// What is to be told to those who listen.
    events: Mutex<Vec<Event>>,
}

struct Inner {
    parts: Parts,
    background: Database,
    addresses: Addresses,
    ids: Ids,
    wake: Wake,
    fetches: Fetches,
    programs: Programs,
    filters: filters::Remembered,
    /// What was counted last, and when.
    counted: Mutex<Option<(Time, Facts)>>,
    policy: Remembered,
    turned_away: ip_blocks::Remembered,
    push_key: OnceLock<Arc<ServerKey>>,
    searches: Semaphore,
    arriving: Arriving,
    translations: translation::Remembered,
    emojis: custom_emojis::Remembered,
    trends: trends::Remembered,
    streaming: Hub,
}

/// What an [`App`] is put together from.
pub struct Parts {
    pub settings: Settings,
    pub database: Database,
    pub media: MediaStore,
    pub mailer: Mailer,
    pub remote: Arc<dyn RemoteFetcher>,
    pub clock: Clock,
}

/// Tells the time, so that tests can.
pub type Clock = fn() -> Time;

/// Wakes workers when there is something for them.
#[derive(Debug, Default)]
pub struct Wake {
    pub jobs: Notify,
    pub deliveries: Notify,
    pub inbox: Notify,
    pub pushes: Notify,
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let addresses = Addresses::new(&parts.settings.public_url);
        let inner = Inner {
            background: parts.database.apart(),
            parts,
            addresses,
            ids: Ids::default(),
            wake: Wake::default(),
            fetches: crate::remote_files::fetches(),
            programs: Programs::default(),
            filters: filters::Remembered::default(),
            counted: Mutex::default(),
            policy: Remembered::default(),
            turned_away: ip_blocks::Remembered::default(),
            push_key: OnceLock::new(),
            searches: Semaphore::new(SEARCHES),
            arriving: Arriving::default(),
            translations: translation::Remembered::default(),
            emojis: custom_emojis::Remembered::default(),
            trends: trends::Remembered::default(),
            streaming: Hub::default(),
        };
        Self {
            inner: Arc::new(inner),
            left: Arc::default(),
            in_background: false,
        }
    }

    /// The same server for workers and for what other servers send: with connections of its own, so that people are
    /// answered however much there is to do.
    #[must_use]
    pub fn in_background(&self) -> Self {
        Self {
            in_background: true,
            ..self.clone()
        }
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.parts.settings
    }

    #[must_use]
    pub fn database(&self) -> &Database {
        if self.in_background {
            &self.inner.background
        } else {
            &self.inner.parts.database
        }
    }

    #[must_use]
    pub fn media(&self) -> &MediaStore {
        &self.inner.parts.media
    }

    #[must_use]
    pub fn mailer(&self) -> &Mailer {
        &self.inner.parts.mailer
    }

    #[must_use]
    pub fn remote(&self) -> &dyn RemoteFetcher {
        self.inner.parts.remote.as_ref()
    }

    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.inner.addresses
    }

    #[must_use]
    pub fn wake(&self) -> &Wake {
        &self.inner.wake
    }

    /// Those who listen.
    #[must_use]
    pub fn streaming(&self) -> &Hub {
        &self.inner.streaming
    }

    pub(crate) fn fetches(&self) -> &Fetches {
        &self.inner.fetches
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.inner.programs
    }

    pub(crate) fn filters(&self) -> &filters::Remembered {
        &self.inner.filters
    }

    pub(crate) fn policy(&self) -> &Remembered {
        &self.inner.policy
    }

    pub(crate) fn turned_away(&self) -> &ip_blocks::Remembered {
        &self.inner.turned_away
    }

    pub(crate) fn push_key(&self) -> &OnceLock<Arc<ServerKey>> {
        &self.inner.push_key
    }

    pub(crate) fn searches(&self) -> &Semaphore {
        &self.inner.searches
    }

    pub(crate) fn arriving(&self) -> &Arriving {
        &self.inner.arriving
    }

    pub(crate) fn emojis(&self) -> &custom_emojis::Remembered {
        &self.inner.emojis
    }

    pub(crate) fn trends(&self) -> &trends::Remembered {
        &self.inner.trends
    }

    pub(crate) fn translations(&self) -> &translation::Remembered {
        &self.inner.translations
    }

    #[must_use]
    pub fn now(&self) -> Time {
        (self.inner.parts.clock)()
    }

    /// An id greater than every one this process gave before.
    #[must_use]
    pub fn next_id(&self) -> i64 {
        self.inner.ids.next(self.now())
    }

    /// An id for something that was made elsewhere at `time`; ids sort as their times do.
    #[must_use]
    pub fn id_at(&self, time: Time) -> i64 {
        Ids::at(time.min(self.now()))
    }

    /// The least id of what is made from `time` on.
    pub(crate) fn first_id_from(time: Time) -> i64 {
        Ids::first(time)
    }

    pub(crate) fn counted(&self, now: Time) -> Option<Facts> {
        let counted = self.inner.counted.lock().ok()?;
        let (at, facts) = counted.as_ref()?;
        (now - *at < COUNTED_FOR).then(|| facts.clone())
    }

    pub(crate) fn remember_counted(&self, now: Time, facts: Facts) {
        if let Ok(mut counted) = self.inner.counted.lock() {
            *counted = Some((now, facts));
        }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Self, &mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let app = self.clone();
        self.database().read(move |conn| question(&app, conn)).await
    }

    /// For what no index answers at once.
    pub(crate) async fn read_long<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Self, &mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let app = self.clone();
        self.database()
            .read_long(move |conn| question(&app, conn))
            .await
    }

    /// Does all of the closure's work or none of it. After the commit workers are woken if it left something for them behind, and those
    /// who listen are told.
    ///
    /// # Errors
    /// Those of the closure, and where the work could not be kept.
    pub async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let app = Self {
            left: Arc::default(),
            ..self.clone()
        };
        let done = app.clone();
        let work = move |conn: &mut DbConnection| {
            let answer = work(&app, conn)?;
            streaming::leave(&app, conn)?;
            Ok(answer)
        };
        let then = move || {
            if done.left.work.load(Ordering::Acquire) {
                done.wake().jobs.notify_one();
            }
            if done.left.pushes.load(Ordering::Acquire) {
                done.wake().pushes.notify_one();
            }
            done.streaming().publish(done.take_events());
        };
        self.database().transaction_then(work, then).await
    }

    /// Writes down what became of work that was claimed; false if that cannot be. Then it is done again when its lease
    /// has run out, which does no harm.
    pub async fn note(
        &self,
        of: &'static str,
        write: impl FnOnce(&mut DbConnection) -> std::result::Result<(), storage::QueryError>
        + Send
        + 'static,
    ) -> bool {
        let noted: Result<()> = self
            .database()
            .transaction(move |conn| Ok(write(conn)?))
            .await;
        if let Err(error) = &noted {
            tracing::warn!(%error, "what became of {of} could not be written");
        }
        noted.is_ok()
    }

    /// Does all of the closure's work or none of it, in a transaction that goes on either way.
    ///
    /// # Errors
    /// Those of the closure.
    pub fn savepoint<T>(
        &self,
        conn: &mut DbConnection,
        work: impl FnOnce(&mut DbConnection) -> Result<T>,
    ) -> Result<T> {
        let before = self.events().len();
        let done = storage::savepoint(conn, work);
        if done.is_err() {
            self.events().truncate(before);
        }
        done
    }

    pub(crate) fn leave_work(&self) {
        self.left.work.store(true, Ordering::Release);
    }

    pub(crate) fn leave_pushes(&self) {
        self.left.pushes.store(true, Ordering::Release);
    }

    /// Those who listen are told of it, if the transaction at hand is committed.
    pub(crate) fn tell(&self, event: Event) {
        self.events().push(event);
    }

    pub(crate) fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events())
    }

    fn events(&self) -> MutexGuard<'_, Vec<Event>> {
        self.left
            .events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids: milliseconds since 1970, then 16 bits that tell apart what happens in the same millisecond.
#[derive(Debug, Default)]
struct Ids {
    last: AtomicI64,
}

impl Ids {
    fn next(&self, now: Time) -> i64 {
        let candidate = Self::at(now);
        let next = |last: i64| Some(candidate.max(last + 1));
        match self
            .last
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next)
        {
            Ok(last) | Err(last) => candidate.max(last + 1),
        }
    }

    /// The low bits are random, since several processes may write to one database.
    fn at(time: Time) -> i64 {
        Self::first(time) | i64::from(rand::random::<u16>())
    }

    fn first(time: Time) -> i64 {
        time.and_utc().timestamp_millis().clamp(0, i64::MAX >> 16) << 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_stands_still_or_goes_back() {
        let ids = Ids::default();
        let now = chrono::DateTime::from_timestamp_millis(1_790_000_000_000)
            .unwrap()
            .naive_utc();
        let earlier = now - chrono::Duration::seconds(5);
        let given: Vec<i64> = [now, now, earlier, now]
            .into_iter()
            .map(|time| ids.next(time))
            .collect();
        assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
        assert_eq!(given[0] >> 16, 1_790_000_000_000);
    }
}
