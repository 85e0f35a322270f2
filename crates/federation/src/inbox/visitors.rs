//! Who is at the door: of those places that are left, no server has more than others could still have.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many activities of each server are being taken in.
#[derive(Debug, Default)]
pub(crate) struct Visitors(Mutex<HashMap<String, usize>>);

/// One of them; it is gone when this is dropped.
pub(super) struct Visitor<'a> {
    visitors: &'a Visitors,
    host: String,
}

impl Visitors {
    /// Lets one in, unless as many of that server are in as places are `free`.
    pub(super) fn enter(&self, host: String, free: usize) -> Option<Visitor<'_>> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.get(&host).is_some_and(|count| *count >= free) {
            return None;
        }
        *inside.entry(host.clone()).or_default() += 1;
        drop(inside);
        Some(Visitor {
            visitors: self,
            host,
        })
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        let mut inside = self
            .visitors
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match inside.get_mut(&self.host) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                inside.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_has_as_many_as_are_free_waits() {
        let visitors = Visitors::default();
        let enter = |host: &str, free| visitors.enter(host.to_owned(), free);
        let first = enter("a.example", 3).unwrap();
        let _second = enter("a.example", 2).unwrap();
        assert!(enter("a.example", 2).is_none());
        let other = enter("b.example", 2).unwrap();
        drop(first);
        assert!(enter("a.example", 2).is_some());
        drop(other);
        assert_eq!(visitors.0.lock().unwrap().len(), 1);
    }
}
