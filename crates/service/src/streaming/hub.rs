//! Those who listen in this process, and what waits to be told to them.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::AccountId;
use tokio::sync::{Notify, mpsc};

use super::{Event, Form, Identity, Stream};
use crate::{App, Error, Result};

/// Things that may wait for one who reads slowly; with more they are let go.
const WAITING_FOR_ONE: usize = 128;
/// Events that may wait to be told; with more all who listen are let go, and ask for what they missed.
const WAITING: usize = 20_000;
/// Events that are looked at together.
const BATCH: usize = 100;
/// Places in which one account may listen, and streams in each.
const PLACES: usize = 64;
const STREAMS: usize = 64;
/// Between two looks at what other processes say: while somebody listens, and while nobody does.
const SOON: Duration = Duration::from_millis(10);
const LATER: Duration = Duration::from_millis(250);

/// The streams of those who listen.
pub(super) type Present = HashMap<Stream, Vec<Arc<Listener>>>;

/// Those who listen. An event costs next to nothing while nobody does.
#[derive(Default)]
pub struct Hub {
    count: AtomicUsize,
    registry: Mutex<Registry>,
    waiting: Mutex<Vec<Event>>,
    wake: Notify,
}

#[derive(Default)]
struct Registry {
    last: u64,
    /// Nobody may listen any more, or as long as nothing is heard.
    is_stopped: bool,
    is_deaf: bool,
    places: HashMap<u64, Place>,
    of_account: HashMap<AccountId, usize>,
    streams: Arc<Present>,
}

struct Place {
    listener: Arc<Listener>,
    streams: HashSet<Stream>,
}

/// Somebody who listens in one place.
pub struct Listener {
    id: u64,
    pub form: Form,
    pub(super) who: Identity,
    queue: mpsc::Sender<Arc<str>>,
}

/// The place in which somebody listens; they stop when it is dropped.
pub struct Connection {
    pub(super) app: App,
    pub(super) who: Identity,
    id: u64,
    queue: mpsc::Receiver<Arc<str>>,
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listen", self.listening())
    }
}

pub(super) fn connect(app: &App, who: Identity, form: Form) -> Result<Connection> {
    let hub = app.streaming();
    let (sender, queue) = mpsc::channel(WAITING_FOR_ONE);
    let mut registry = hub.registry();
    if registry.is_stopped || registry.is_deaf {
        return Err(Error::Unavailable("nothing is heard now".to_owned()));
    }
    let places = registry.of_account.entry(who.account).or_default();
    if *places >= PLACES {
        return Err(Error::TooMany);
    }
    *places += 1;
    registry.last += 1;
    let id = registry.last;
    let place = Place {
        listener: Arc::new(Listener {
            id,
            form,
            who,
            queue: sender,
        }),
        streams: HashSet::new(),
    };
    registry.places.insert(id, place);
    hub.note(&registry);
    drop(registry);
    Ok(Connection {
        app: app.clone(),
        who,
        id,
        queue,
    })
}

impl Listener {
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.who.account
    }
}

impl Hub {
    /// How many listen.
    #[must_use]
    pub fn listening(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    pub(super) fn is_listened_to(&self) -> bool {
        self.listening() > 0
    }

    /// Those who listen are told of it soon.
    pub(crate) fn publish(&self, events: Vec<Event>) {
        if events.is_empty() || !self.is_listened_to() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() + events.len() > WAITING {
            waiting.clear();
            drop(waiting);
            tracing::warn!("more happens than can be told; those who listen are let go");
            return self.let_all_go();
        }
        waiting.extend(events);
        drop(waiting);
        self.wake.notify_one();
    }

    /// What is to be told next, when there is something.
    pub async fn next(&self) -> Vec<Event> {
        loop {
            let events = {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                let count = waiting.len().min(BATCH);
                waiting.drain(..count).collect::<Vec<_>>()
            };
            if !events.is_empty() {
                return events;
            }
            self.wake.notified().await;
        }
    }

    /// Gives somebody something to read; who reads too slowly is let go.
    pub fn give(&self, listener: &Listener, text: Arc<str>) {
        if listener.queue.try_send(text).is_err() {
            self.let_go(listener);
        }
    }

    /// Somebody may listen no more.
    pub(super) fn let_go(&self, listener: &Listener) {
        self.remove(listener.id);
    }

    fn remove(&self, id: u64) {
        let mut registry = self.registry();
        registry.remove(id);
        self.note(&registry);
    }

    /// What they missed, they ask for when they come again.
    pub fn let_all_go(&self) {
        let mut registry = self.registry();
        registry.clear();
        self.note(&registry);
    }

    /// Nobody may listen any more.
    pub fn stop(&self) {
        self.registry().is_stopped = true;
        self.let_all_go();
    }

    pub(super) fn deafen(&self) {
        self.registry().is_deaf = true;
        self.let_all_go();
    }

    pub(super) fn undeafen(&self) {
        self.registry().is_deaf = false;
    }

    /// How soon to look at what other processes say; none when we stop.
    pub(super) fn pause(&self) -> Option<Duration> {
        if self.is_listened_to() {
            return Some(SOON);
        }
        (!self.registry().is_stopped).then_some(LATER)
    }

    pub(super) fn present(&self) -> Arc<Present> {
        self.registry().streams.clone()
    }

    pub(super) fn everybody(&self) -> Vec<Arc<Listener>> {
        let registry = self.registry();
        let places = registry.places.values();
        places.map(|place| place.listener.clone()).collect()
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, registry: &Registry) {
        self.count.store(registry.places.len(), Ordering::Release);
    }
}

impl Registry {
    fn remove(&mut self, id: u64) {
        let Some(place) = self.places.remove(&id) else {
            return;
        };
        for stream in &place.streams {
            self.leave(id, stream);
        }
        let account = place.listener.who.account;
        if let Some(places) = self.of_account.get_mut(&account) {
            *places -= 1;
            if *places == 0 {
                self.of_account.remove(&account);
            }
        }
    }

    fn leave(&mut self, id: u64, stream: &Stream) {
        let streams = Arc::make_mut(&mut self.streams);
        if let Some(listeners) = streams.get_mut(stream) {
            listeners.retain(|listener| listener.id != id);
            if listeners.is_empty() {
                streams.remove(stream);
            }
        }
    }

    /// What they read already is theirs; the queues end behind it.
    fn clear(&mut self) {
        self.places.clear();
        self.of_account.clear();
        self.streams = Arc::default();
    }
}

impl Connection {
    /// The next thing to read; none when whoever listens is let go.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        self.queue.recv().await
    }

    pub fn unsubscribe(&self, stream: &Stream) {
        let mut registry = self.app.streaming().registry();
        if let Some(place) = registry.places.get_mut(&self.id)
            && place.streams.remove(stream)
        {
            registry.leave(self.id, stream);
        }
    }

    pub(super) fn add(&self, stream: Stream) -> Result<()> {
        let mut registry = self.app.streaming().registry();
        let Some(place) = registry.places.get_mut(&self.id) else {
            return Ok(());
        };
        if place.streams.contains(&stream) {
            return Ok(());
        }
        if place.streams.len() >= STREAMS {
            return Err(Error::TooMany);
        }
        place.streams.insert(stream.clone());
        let listener = place.listener.clone();
        let streams = Arc::make_mut(&mut registry.streams);
        streams.entry(stream).or_default().push(listener);
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.app.streaming().remove(self.id);
    }
}
