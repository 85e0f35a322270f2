//! Which signature is sent first: RFC 9421, unless a server is known to read only draft-cavage ("double knock").

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use moka::sync::Cache;

use crate::{origin::Origin, signatures::Format};

const REMEMBERED: u64 = 50_000;
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// When a server that did not say what it runs is asked again.
const DOUBTED: Duration = Duration::from_secs(61 * 60);

/// What is known of the servers, and what was found out and is not written down yet.
pub(super) struct Formats {
    known: Cache<String, Format>,
    learnt: Mutex<Vec<(String, Format)>>,
    doubted: Cache<String, ()>,
}

impl Formats {
    pub(super) fn new() -> Self {
        Self {
            known: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(MONTH)
                .build(),
            learnt: Mutex::default(),
            doubted: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(DOUBTED)
                .build(),
        }
    }

    pub(super) fn of(&self, origin: &Origin) -> Option<Format> {
        self.known.get(&origin.to_string())
    }

    /// Notes that nobody knows what the server at this origin runs: it may be one that says yes to all.
    pub(super) fn doubt(&self, origin: &Origin) {
        self.doubted.insert(origin.to_string(), ());
    }

    pub(super) fn doubts(&self, origin: &Origin) -> bool {
        self.doubted.contains_key(&origin.to_string())
    }

    /// Notes that the server at this origin reads this format. If its yes is doubted, only a no to the newer one counts.
    pub(super) fn learn(&self, origin: &Origin, format: Format) {
        let origin = origin.to_string();
        let proves_nothing = format == Format::Message && self.doubted.contains_key(&origin);
        if proves_nothing || self.known.get(&origin) == Some(format) {
            return;
        }
        self.known.insert(origin.clone(), format);
        self.learnt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((origin, format));
    }

    /// What was known before this process began.
    pub(super) fn recall(&self, origin: String, format: Format) {
        self.known.insert(origin, format);
    }

    pub(super) fn take_learnt(&self) -> Vec<(String, Format)> {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *learnt)
    }
}

/// Whether an answer may mean that the signature was not understood. A document that is not for everybody may then
/// not be there at all, and some servers stumble over what they do not know.
pub(super) fn may_be_misread(status: StatusCode, method: &Method, known: Option<Format>) -> bool {
    match status {
        // The last is what honk says to whom it does not understand.
        StatusCode::BAD_REQUEST
        | StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::IM_A_TEAPOT => true,
        StatusCode::NOT_FOUND => known.is_none() && method == Method::GET,
        StatusCode::INTERNAL_SERVER_ERROR => known.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yes_of_who_says_yes_to_all_perhaps_proves_nothing() {
        let formats = Formats::new();
        let origin = Origin::parse("https://school.example/inbox").unwrap();
        formats.doubt(&origin);
        formats.learn(&origin, Format::Message);
        assert!(formats.of(&origin).is_none() && formats.doubts(&origin));
        formats.learn(&origin, Format::Cavage);
        assert_eq!(formats.of(&origin), Some(Format::Cavage));
        let kept = [("https://school.example".to_owned(), Format::Cavage)];
        assert_eq!(formats.take_learnt(), kept);
    }
}
