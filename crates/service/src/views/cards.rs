//! Cards as somebody sees them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{AccountId, CardId};
use storage::DbConnection;
use storage::cards::Card;
use storage::statuses::Status;

use super::{AccountView, CardView};
use crate::cards::frame;
use crate::remote_files::{Owner, Use, address};
use crate::{App, Result};

/// The cards of these statuses. One query; none where nothing is linked.
pub(super) fn load(conn: &mut DbConnection, rows: &[&Status]) -> Result<HashMap<CardId, Card>> {
    let mut ids: Vec<CardId> = rows.iter().filter_map(|row| row.card_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let cards = storage::cards::known(conn, &ids)?;
    Ok(cards.into_iter().map(|card| (card.id, card)).collect())
}

/// A card with its author, if that account says that the page's host may name it.
pub(crate) fn view(
    app: &App,
    viewer: Option<AccountId>,
    card: &Card,
    accounts: &HashMap<AccountId, Arc<AccountView>>,
) -> CardView {
    let named = card.creator_id.and_then(|id| accounts.get(&id));
    let lets = named.filter(|named| {
        let mut domains = named.account.attribution_domains.iter();
        domains.any(|domain| covers(domain, &card.page_host))
    });
    CardView {
        image: card
            .image_url
            .as_deref()
            .map(|url| address(app, Owner::Card(card.id), Use::Picture, url)),
        author: lets.cloned(),
        missing_attribution: viewer
            .map(|viewer| lets.is_none() && named.is_some_and(|named| named.account.id == viewer)),
        html: frame(card),
        card: card.clone(),
    }
}

/// Whether a host is that domain or below it.
fn covers(domain: &str, host: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        && !domain.is_empty()
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_domain_covers_itself_and_what_is_below() {
        assert!(covers("paper.example", "paper.example"));
        assert!(covers("paper.example", "www.paper.example"));
        for other in [
            "newspaper.example",
            "paper.example.evil.example",
            "example",
            "",
        ] {
            assert!(!covers("paper.example", other), "{other}");
        }
        assert!(!covers("", "paper.example"));
    }
}
