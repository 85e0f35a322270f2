//! Which signature is sent first: RFC 9421, unless a server is known to read only draft-cavage ("double knock").

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use moka::sync::Cache;

use crate::{origin::Origin, signatures::Format};

const REMEMBERED: u64 = 50_000;
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is known of the servers, and what was found out and is not written down yet.
pub(super) struct Formats {
    known: Cache<String, Format>,
    learnt: Mutex<Vec<(String, Format)>>,
}

impl Formats {
    pub(super) fn new() -> Self {
        Self {
            known: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(MONTH)
                .build(),
            learnt: Mutex::default(),
        }
    }

    pub(super) fn of(&self, origin: &Origin) -> Option<Format> {
        self.known.get(&origin.to_string())
    }

    /// Notes that the server at this origin reads this format.
    pub(super) fn learn(&self, origin: &Origin, format: Format) {
        let origin = origin.to_string();
        if self.known.get(&origin) == Some(format) {
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
