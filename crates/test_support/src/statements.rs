//! How many statements something takes.
//!
//! They are counted on the thread that runs them. SQLite is read where the request runs (docs/adr/0006), and so within a test
//! that has one thread; what PostgreSQL is asked are the same statements.

use std::cell::Cell;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

thread_local! {
    static RUN: Cell<usize> = const { Cell::new(0) };
}

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { .. } = event {
            RUN.set(RUN.get() + 1);
        }
    }
}

fn counter() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(Counter))
}

/// Counts the statements of connections that are opened from now on.
pub fn count_statements() {
    set_default_instrumentation(counter).unwrap_or_else(|error| panic!("{error}"));
}

/// How many statements this thread has run.
#[must_use]
pub fn statements() -> usize {
    RUN.get()
}
