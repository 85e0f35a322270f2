//! What a moderator says of what could trend. Nothing is ranked on this server, so that nothing trends; what was said is
//! noted all the same.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use std::collections::HashMap;
use std::sync::Arc;

use domain::{CardId, StatusId, Visibility};

use super::note;
use crate::oauth::Person;
use crate::views::{self, CardView, HashtagView, StatusView};
use crate::{App, Error, Result, audience, tags};

/// Whether something may trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    Approved,
    Rejected,
}

impl Review {
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
        if storage::tags::with_names(conn, std::slice::from_ref(&name))?.is_empty() {
            return Err(Error::NotFound);
        }
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
        note(app, conn, &by, review.action(), found.url.clone())?;
        let views = views::statuses(app, conn, Some(me), vec![found])?;
        views.into_iter().next().ok_or(Error::NotFound)
    })
    .await
}

/// Of a page to which posts link.
pub async fn link(app: &App, by: &Person, id: CardId, review: Review) -> Result<CardView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let card = storage::cards::known(conn, &[id])?;
        let card = card.into_iter().next().ok_or(Error::NotFound)?;
        note(app, conn, &by, review.action(), card.url.clone())?;
        let authors = views::accounts(app, conn, Some(by.id()), card.creator_id.as_slice())?;
        let authors: HashMap<_, _> = authors
            .into_iter()
            .map(|author| (author.account.id, Arc::new(author)))
            .collect();
        Ok(views::card(app, Some(by.id()), &card, &authors))
    })
    .await
}
