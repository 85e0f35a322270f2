//! Leaving for good.

use std::net::IpAddr;

use domain::AccountId;
use storage::DbConnection;
use storage::accounts::Account;

use super::admin::find;
use super::sign_in::prove_again;
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::{App, Error, Result, archives, brought, files, follows, incoming};

/// Deletes one's own account, if one knows the password.
pub async fn delete_own(app: &App, person: &Person, password: &str, from: IpAddr) -> Result<()> {
    prove_again(app, person, password, from).await?;
    leave(app, person.id()).await
}

/// Deletes the account of that user name.
pub async fn delete(app: &App, username: &str) -> Result<()> {
    let person = find(app, username).await?;
    leave(app, person.id()).await
}

/// All that somebody said and wrote goes, and what they sign in with. Other servers are told. The name stays taken,
/// by nobody, so that nobody can be taken for them.
pub(crate) async fn leave(app: &App, id: AccountId) -> Result<()> {
    app.transaction(move |app, conn| {
        let account = storage::accounts::hold(conn, id)?
            .filter(|row| row.deleted_at.is_none())
            .ok_or(Error::NotFound)?;
        let faces = [account.avatar.clone(), account.header.clone()];
        files::forget(app, conn, faces.into_iter().flatten())?;
        forget(app, conn, account)?;
        storage::users::delete_of_account(conn, id)?;
        storage::notifications::delete_all(conn, id)?;
        storage::decisions::delete_of_account(conn, id)?;
        brought::forget(app, conn, id)?;
        archives::forget(app, conn, id)?;
        storage::collections::delete_all(conn, id)?;
        storage::annual_reports::delete_all(conn, id)?;
        storage::practice_reminders::forget_settings(conn, id)?;
        storage::private::delete_all(conn, id)?;
        federate(app, conn, Outgoing::DeleteAccount { account: id })?;
        incoming::remove_all(app, conn, id)
    })
    .await
}

/// Other servers take all follows away by themselves.
fn forget(app: &App, conn: &mut DbConnection, mut account: Account) -> Result<()> {
    for follow in storage::follows::all_of(conn, account.id)? {
        follows::remove(conn, follow.follower_id, follow.account_id)?;
    }
    let now = app.now();
    account.display_name.clear();
    account.note.clear();
    account.note_source.clear();
    account.fields.clear();
    account.avatar = None;
    account.header = None;
    account.avatar_description.clear();
    account.header_description.clear();
    account.also_known_as.clear();
    account.moved_to_uri = None;
    account.updated_at = now;
    storage::accounts::update_profile(conn, &account)?;
    Ok(storage::accounts::set_deleted(conn, account.id, Some(now))?)
}
