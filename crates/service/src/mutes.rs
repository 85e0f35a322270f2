//! Hearing nothing of somebody, for a while or for good; they are not told.
//! <https://docs.joinmastodon.org/methods/mutes/>

use chrono::TimeDelta;
use domain::{AccountId, Page, Time};
use storage::DbConnection;
use storage::mutes::Mute;

use crate::accounts::relationship;
use crate::oauth::Person;
use crate::views::{self, AccountView, RelationshipView};
use crate::{App, Error, Paged, Result, accounts, home};

/// The longest mute that ends by itself, in seconds: a hundred years.
const LONGEST: i64 = 100 * 365 * 24 * 3_600;

/// How somebody is to be muted.
#[derive(Debug, Clone, Copy)]
pub struct MuteWishes {
    /// Whether no notifications are wanted either.
    pub notifications: bool,
    /// In seconds; 0 for good.
    pub duration: i64,
}

/// Somebody who is muted, and until when.
#[derive(Debug, Clone)]
pub struct MutedView {
    pub account: AccountView,
    pub expires_at: Option<Time>,
}

/// Mutes somebody; once more it changes how.
pub async fn mute(
    app: &App,
    person: &Person,
    id: AccountId,
    wishes: MuteWishes,
) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = accounts::known(conn, id)?;
        set(app, conn, me, other.id, wishes)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// The same in the transaction at hand.
pub(crate) fn set(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    other: AccountId,
    wishes: MuteWishes,
) -> Result<()> {
    if other == me {
        return Err(Error::Forbidden("You cannot mute yourself".to_owned()));
    }
    let now = app.now();
    let duration = wishes.duration.min(LONGEST);
    let mute = Mute {
        id: app.next_id(),
        account_id: me,
        target_id: other,
        notifications: wishes.notifications,
        expires_at: (duration > 0).then(|| now + TimeDelta::seconds(duration)),
        created_at: now,
    };
    storage::mutes::replace(conn, mute)?;
    if wishes.notifications {
        // As in Mastodon, what they told before goes, too.
        storage::notifications::withdraw_all(conn, me, other)?;
    }
    home::stop_following(conn, me, other)
}

/// Lets somebody be heard again.
pub async fn unmute(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?;
        lift(conn, me, other.id)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// The same in the transaction at hand.
pub(crate) fn lift(conn: &mut DbConnection, me: AccountId, other: AccountId) -> Result<()> {
    let was_muted = storage::mutes::delete(conn, me, other)?;
    let follows = !storage::follows::followed_among(conn, me, &[other])?.is_empty();
    if was_muted && follows {
        home::begin_following(conn, me, other)?;
    }
    Ok(())
}

/// One page of those whom the viewer mutes.
pub async fn page(app: &App, person: &Person, page: Page) -> Result<Paged<MutedView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::mutes::page(conn, me, &page, app.now())?;
        let cursors: Vec<i64> = rows.iter().map(|(cursor, ..)| *cursor).collect();
        let muted = rows.into_iter().map(|(_, expires_at, row)| MutedView {
            account: views::account(app, Some(me), row),
            expires_at,
        });
        Ok(Paged::new(muted.collect(), cursors, &page))
    })
    .await
}
