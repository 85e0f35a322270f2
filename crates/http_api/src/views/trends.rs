//! What trends, as apps show it.

use service::trends::{DayView, LinkView};

use crate::entities::{TagHistory, TrendsLink};

impl From<DayView> for TagHistory {
    fn from(view: DayView) -> Self {
        Self {
            day: view.begins.to_string(),
            uses: view.uses.to_string(),
            accounts: view.accounts.to_string(),
        }
    }
}

impl From<LinkView> for TrendsLink {
    fn from(view: LinkView) -> Self {
        Self {
            card: view.card.into(),
            history: view.history.into_iter().map(Into::into).collect(),
        }
    }
}
