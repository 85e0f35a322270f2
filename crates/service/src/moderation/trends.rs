//! What a moderator says of what could trend: what is rejected does not. Where figures are hidden nothing trends; what was said
//! is kept all the same.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use std::collections::HashMap;
use std::sync::Arc;

use domain::{CardId, StatusId, Visibility};
use storage::trends::Kind;

use super::note;
use crate::oauth::Person;
use crate::trends::{self, LinkView};
use crate::views::{self, HashtagView, StatusView};
use crate::{App, Error, Result, audience, tags};

/// Whether something may trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    Approved,
    Rejected,
}

impl Review {
    fn allows(self) -> bool {
        self == Self::Approved
    }

    fn action(self) -> &'static str {
        match self {
            Self::Approved => "approve trend",
            Self::Rejected => "reject trend",
        }
    }
}

/// Of a hashtag that somebody used.
pub async fn tag(app: &App, by: &Person, name: &str, review: Review) -> Result<HashtagView> {
    let name = tags::named(app, name).ok_or(Error::NotFound)?;
    let by = by.clone();
    app.transaction(move |app, conn| {
        let known = storage::tags::with_names(conn, std::slice::from_ref(&name))?;
        let id = *known.first().ok_or(Error::NotFound)?;
        storage::trends::review(conn, Kind::Tag, id, review.allows())?;
        note(app, conn, &by, review.action(), format!("#{name}"))?;
        let found = tags::hashtags(app, conn, Some(by.id()), vec![name])?;
        found.into_iter().next().ok_or(Error::NotFound)
    })
    .await
}

/// Of a public post.
pub async fn status(app: &App, by: &Person, id: StatusId, review: Review) -> Result<StatusView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let me = by.id();
        let found = audience::find_visible(conn, Some(me), id)?;
        if found.visibility != Visibility::Public || found.reblog_of_id.is_some() {
            return Err(Error::NotFound);
        }
        storage::trends::review(conn, Kind::Status, id.0, review.allows())?;
        note(app, conn, &by, review.action(), found.url.clone())?;
        let views = views::statuses(app, conn, Some(me), vec![found])?;
        views.into_iter().next().ok_or(Error::NotFound)
    })
    .await
}

/// Of a page to which posts link.
pub async fn link(app: &App, by: &Person, id: CardId, review: Review) -> Result<LinkView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let card = storage::cards::known(conn, &[id])?;
        let card = card.into_iter().next().ok_or(Error::NotFound)?;
        storage::trends::review(conn, Kind::Link, id.0, review.allows())?;
        note(app, conn, &by, review.action(), card.url.clone())?;
        let authors = views::accounts(app, conn, Some(by.id()), card.creator_id.as_slice())?;
        let authors: HashMap<_, _> = authors
            .into_iter()
            .map(|author| (author.account.id, Arc::new(author)))
            .collect();
        Ok(LinkView {
            card: views::card(app, Some(by.id()), &card, &authors),
            history: trends::history_of_link(app, conn, id)?,
        })
    })
    .await
}
