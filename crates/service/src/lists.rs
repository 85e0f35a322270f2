//! Lists of people whom one follows, and what they say.
//! <https://docs.joinmastodon.org/methods/lists/>

use domain::{AccountId, ListId, Page, RepliesPolicy, limits};
use storage::DbConnection;

use crate::accounts::accounts_page;
use crate::error::invalid;
use crate::oauth::Person;
use crate::views::AccountView;
use crate::{App, Error, Paged, Result, accounts};

pub use storage::lists::List;

/// What a list is to be; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct ListWishes {
    pub title: Option<String>,
    pub replies_policy: Option<RepliesPolicy>,
    pub exclusive: Option<bool>,
}

/// All lists of the viewer.
pub async fn all(app: &App, person: &Person) -> Result<Vec<List>> {
    let me = person.id();
    app.read(move |_, conn| Ok(storage::lists::of_account(conn, me)?))
        .await
}

/// The viewer's lists that somebody is in.
pub async fn holding(app: &App, person: &Person, id: AccountId) -> Result<Vec<List>> {
    let me = person.id();
    app.read(move |_, conn| {
        accounts::known(conn, id)?;
        Ok(storage::lists::holding(conn, me, id)?)
    })
    .await
}

/// One list of the viewer's.
pub async fn find(app: &App, person: &Person, id: ListId) -> Result<List> {
    let me = person.id();
    app.read(move |_, conn| own(conn, me, id)).await
}

/// Makes a list.
pub async fn create(app: &App, person: &Person, wishes: ListWishes) -> Result<List> {
    let me = person.id();
    let title = title(&wishes.title.unwrap_or_default())?;
    app.transaction(move |app, conn| {
        if storage::lists::of_account(conn, me)?.len() >= limits::LISTS {
            return Err(invalid("You have reached the maximum amount of lists"));
        }
        let list = List {
            id: ListId(app.next_id()),
            account_id: me,
            title,
            replies_policy: wishes.replies_policy.unwrap_or(RepliesPolicy::List),
            exclusive: wishes.exclusive.unwrap_or(false),
            created_at: app.now(),
        };
        storage::lists::insert(conn, list.clone())?;
        Ok(list)
    })
    .await
}

/// Changes a list.
pub async fn update(app: &App, person: &Person, id: ListId, wishes: ListWishes) -> Result<List> {
    let me = person.id();
    let title = wishes.title.as_deref().map(title).transpose()?;
    app.transaction(move |_, conn| {
        storage::accounts::hold(conn, me)?;
        let mut list = own(conn, me, id)?;
        list.title = title.unwrap_or(list.title);
        list.replies_policy = wishes.replies_policy.unwrap_or(list.replies_policy);
        list.exclusive = wishes.exclusive.unwrap_or(list.exclusive);
        storage::lists::update(conn, &list)?;
        Ok(list)
    })
    .await
}

/// Removes a list; the people in it are still followed.
pub async fn delete(app: &App, person: &Person, id: ListId) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        own(conn, me, id)?;
        Ok(storage::lists::delete(conn, id)?)
    })
    .await
}

/// One page of the people in a list.
pub async fn members(
    app: &App,
    person: &Person,
    id: ListId,
    page: Page,
) -> Result<Paged<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        own(conn, me, id)?;
        let rows = storage::lists::members(conn, id, &page)?;
        Ok(accounts_page(app, Some(me), rows, &page))
    })
    .await
}

/// Puts people whom one follows, or asked to, into a list: all, or none if one of them cannot be.
pub async fn add(app: &App, person: &Person, id: ListId, mut who: Vec<AccountId>) -> Result<()> {
    let me = person.id();
    who.sort_unstable();
    who.dedup();
    app.transaction(move |app, conn| {
        own(conn, me, id)?;
        let follows = storage::follows::between(conn, me, &who)?;
        let is_followed = |id: &AccountId| {
            *id == me
                || follows
                    .iter()
                    .any(|follow| follow.follower_id == me && follow.account_id == *id)
        };
        if !who.iter().all(is_followed) {
            return Err(Error::NotFound);
        }
        let known = storage::lists::among_members(conn, id, &who)?;
        if !known.is_empty() {
            return Err(invalid("Account has already been taken"));
        }
        Ok(storage::lists::add(conn, id, &who, || app.next_id())?)
    })
    .await
}

/// Takes people out of a list.
pub async fn remove(app: &App, person: &Person, id: ListId, who: Vec<AccountId>) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        own(conn, me, id)?;
        Ok(storage::lists::remove(conn, id, &who)?)
    })
    .await
}

pub(crate) fn own(conn: &mut DbConnection, me: AccountId, id: ListId) -> Result<List> {
    storage::lists::find(conn, me, id)?.ok_or(Error::NotFound)
}

pub(crate) fn title(title: &str) -> Result<String> {
    let title = title.trim().replace('\0', "");
    if title.is_empty() {
        return Err(invalid("Title can't be blank"));
    }
    if title.chars().count() > limits::LIST_TITLE {
        return Err(invalid(format!(
            "Title is too long (maximum is {} characters)",
            limits::LIST_TITLE
        )));
    }
    Ok(title)
}
