//! Those who want to be found: by name, by when they came or, where figures are shown, by when they posted last.
//! <https://docs.joinmastodon.org/methods/directory/> and <https://docs.joinmastodon.org/methods/suggestions/>

use domain::AccountId;
pub use storage::directory::{Order, Wanted};

use crate::oauth::Person;
use crate::views::{self, AccountView};
use crate::{App, Result, accounts};

/// People here and elsewhere who want to be found, without those whom the viewer blocks or mutes, and those who block
/// the viewer. Where figures are hidden, who asks for them by activity gets them by name.
pub async fn list(
    app: &App,
    viewer: Option<&Person>,
    mut wanted: Wanted,
) -> Result<Vec<AccountView>> {
    let viewer = viewer.map(Person::id);
    if wanted.order == Order::Active && !app.settings().show_counts {
        wanted.order = Order::Name;
    }
    app.read(move |app, conn| {
        let rows = storage::directory::list(conn, wanted, viewer, app.now())?;
        let view = |row| views::account(app, viewer, row);
        Ok(rows.into_iter().map(view).collect())
    })
    .await
}

/// People of this server whom one may want to follow, by name: `limit` of them behind the first `offset`.
pub async fn suggestions(
    app: &App,
    person: &Person,
    (limit, offset): (i64, i64),
) -> Result<Vec<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::directory::suggestions(conn, me, (limit, offset), app.now())?;
        let view = |row| views::account(app, Some(me), row);
        Ok(rows.into_iter().map(view).collect())
    })
    .await
}

/// Never suggests somebody again.
pub async fn dismiss(app: &App, person: &Person, id: AccountId) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        let other = accounts::find(conn, id)?;
        Ok(storage::directory::dismiss(conn, me, other.id)?)
    })
    .await
}
