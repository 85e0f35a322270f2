//! What somebody notes about others for themselves, and whom they show on their profile.

use std::collections::HashMap;

use domain::{AccountId, Page};
use storage::endorsements::Endorsement;

use crate::accounts::{accounts_page, relationship};
use crate::error::invalid;
use crate::oauth::Person;
use crate::views::{self, AccountView, RelationshipView};
use crate::{App, Error, Paged, Result, accounts};

/// Characters of a note, as in Mastodon.
pub(crate) const NOTE: usize = 2_000;
/// Of how many people may be asked at once who is familiar with them.
const FAMILIAR: usize = 20;

/// Notes something about somebody, which nobody else sees; nothing takes the note away.
pub async fn note(
    app: &App,
    person: &Person,
    id: AccountId,
    comment: String,
) -> Result<RelationshipView> {
    if comment.chars().count() > NOTE {
        return Err(invalid(format!(
            "Comment is too long (maximum is {NOTE} characters)"
        )));
    }
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = accounts::known(conn, id)?;
        storage::account_notes::set(conn, me, other.id, &comment)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// Shows somebody whom one follows on one's profile.
pub async fn endorse(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = accounts::find(conn, id)?;
        if storage::follows::followed_among(conn, me, &[other.id])?.is_empty() {
            return Err(invalid(
                "You must be already following the person you want to endorse",
            ));
        }
        let row = Endorsement {
            id: app.next_id(),
            account_id: me,
            target_id: other.id,
            created_at: app.now(),
        };
        storage::endorsements::insert(conn, row)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// Shows somebody no more.
pub async fn unendorse(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?;
        storage::endorsements::delete(conn, me, other.id)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// One page of those whom somebody shows.
pub async fn endorsed(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    page: Page,
) -> Result<Paged<AccountView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        if accounts::unless_suspended(conn, id)?.is_none() {
            return Ok(Paged::empty());
        }
        let rows = storage::endorsements::page(conn, id, &page)?;
        Ok(accounts_page(app, viewer, rows, &page))
    })
    .await
}

/// Who of those whom the viewer follows follows each of these. One query. Whoever hides whom they follow is left out,
/// and so is everybody who follows somebody that hides it.
pub async fn familiar(
    app: &App,
    person: &Person,
    ids: Vec<AccountId>,
) -> Result<Vec<(AccountId, Vec<AccountView>)>> {
    let me = person.id();
    let ids: Vec<AccountId> = ids.into_iter().take(FAMILIAR).collect();
    app.read(move |app, conn| {
        let mut found: HashMap<AccountId, Vec<AccountView>> = HashMap::new();
        for (of, row) in storage::follows::familiar(conn, me, &ids)? {
            let view = views::account(app, Some(me), row);
            found.entry(of).or_default().push(view);
        }
        let of = |id: AccountId| (id, found.remove(&id).unwrap_or_default());
        Ok(ids.into_iter().map(of).collect())
    })
    .await
}
