//! What somebody does not want to read, or only after a warning.
//! <https://docs.joinmastodon.org/methods/filters/>

mod applied;

use chrono::TimeDelta;
use domain::filter::Contexts;
use domain::{AccountId, FilterAction, FilterId, StatusId, limits};
use storage::DbConnection;
use storage::filters::Filter;

use crate::audience::find_visible;
use crate::error::invalid;
use crate::oauth::Person;
use crate::streaming::Event;
use crate::{App, Error, Result};

pub use applied::Filtered;
pub(crate) use applied::{Filters, Remembered};
pub use storage::filters::{Filter as Row, FilteredStatus, Keyword};

/// A filter, and what it looks for.
#[derive(Debug, Clone)]
pub struct FilterView {
    pub filter: Filter,
    pub keywords: Vec<Keyword>,
    pub statuses: Vec<FilteredStatus>,
}

/// What a filter is to be; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct FilterWishes {
    pub title: Option<String>,
    pub contexts: Option<Vec<String>>,
    pub action: Option<FilterAction>,
    /// In seconds from now; the inner None for good.
    pub expires_in: Option<Option<i64>>,
    pub keywords: Vec<KeywordWish>,
}

/// What becomes of one word of a filter.
#[derive(Debug, Clone)]
pub enum KeywordWish {
    Add { keyword: String, whole_word: bool },
    Change { id: i64, wish: KeywordChange },
    Remove { id: i64 },
}

/// What a word is to be; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct KeywordChange {
    pub keyword: Option<String>,
    pub whole_word: Option<bool>,
}

/// All filters of the viewer, those that have run out too.
pub async fn all(app: &App, person: &Person) -> Result<Vec<FilterView>> {
    let me = person.id();
    app.read(move |_, conn| {
        let filters = storage::filters::of_account(conn, me)?;
        whole(conn, filters)
    })
    .await
}

/// One filter of the viewer's.
pub async fn find(app: &App, person: &Person, id: FilterId) -> Result<FilterView> {
    let me = person.id();
    app.read(move |_, conn| one(conn, me, id)).await
}

/// The filter that has a word.
pub async fn of_keyword(app: &App, person: &Person, id: i64) -> Result<(FilterView, Keyword)> {
    let me = person.id();
    app.read(move |_, conn| {
        let keyword = own_keyword(conn, me, id)?;
        Ok((one(conn, me, keyword.filter_id)?, keyword))
    })
    .await
}

/// Makes a filter.
pub async fn create(app: &App, person: &Person, wishes: FilterWishes) -> Result<FilterView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        if storage::filters::of_account(conn, me)?.len() >= limits::FILTERS {
            return Err(invalid("You have reached the maximum amount of filters"));
        }
        let mut filter = Filter {
            id: FilterId(app.next_id()),
            account_id: me,
            title: String::new(),
            action: FilterAction::Warn,
            contexts: 0,
            expires_at: None,
            created_at: app.now(),
        };
        change(app, &mut filter, &wishes)?;
        let id = filter.id;
        storage::filters::insert(conn, filter)?;
        change_keywords(app, conn, me, id, wishes.keywords)?;
        changed(app, conn, me)?;
        one(conn, me, id)
    })
    .await
}

/// Changes a filter.
pub async fn update(
    app: &App,
    person: &Person,
    id: FilterId,
    wishes: FilterWishes,
) -> Result<FilterView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        storage::accounts::hold(conn, me)?;
        let mut filter = own(conn, me, id)?;
        change(app, &mut filter, &wishes)?;
        storage::filters::update(conn, &filter)?;
        change_keywords(app, conn, me, id, wishes.keywords)?;
        changed(app, conn, me)?;
        one(conn, me, id)
    })
    .await
}

/// Removes a filter.
pub async fn delete(app: &App, person: &Person, id: FilterId) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own(conn, me, id)?;
        storage::filters::delete(conn, id)?;
        changed(app, conn, me)
    })
    .await
}

/// Adds a word to a filter.
pub async fn add_keyword(
    app: &App,
    person: &Person,
    id: FilterId,
    keyword: String,
    whole_word: bool,
) -> Result<Keyword> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own(conn, me, id)?;
        let wish = KeywordWish::Add {
            keyword,
            whole_word,
        };
        change_keywords(app, conn, me, id, vec![wish])?;
        changed(app, conn, me)?;
        storage::filters::keywords(conn, &[id])?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}

/// One word of the viewer's filters.
pub async fn keyword(app: &App, person: &Person, id: i64) -> Result<Keyword> {
    let me = person.id();
    app.read(move |_, conn| own_keyword(conn, me, id)).await
}

/// Changes a word.
pub async fn update_keyword(
    app: &App,
    person: &Person,
    id: i64,
    wish: KeywordChange,
) -> Result<Keyword> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let filter = own_keyword(conn, me, id)?.filter_id;
        change_keywords(
            app,
            conn,
            me,
            filter,
            vec![KeywordWish::Change { id, wish }],
        )?;
        changed(app, conn, me)?;
        own_keyword(conn, me, id)
    })
    .await
}

/// Removes a word.
pub async fn delete_keyword(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own_keyword(conn, me, id)?;
        storage::filters::delete_keyword(conn, id)?;
        changed(app, conn, me)
    })
    .await
}

/// Names a status to a filter.
pub async fn add_status(
    app: &App,
    person: &Person,
    id: FilterId,
    status: StatusId,
) -> Result<FilteredStatus> {
    let me = person.id();
    app.transaction(move |app, conn| {
        own(conn, me, id)?;
        let status = find_visible(conn, Some(me), status)?;
        if storage::filters::statuses(conn, &[id])?.len() >= limits::FILTER_PARTS {
            return Err(invalid("You have reached the maximum amount of statuses"));
        }
        let row = FilteredStatus {
            id: app.next_id(),
            filter_id: id,
            status_id: status.id,
        };
        if !storage::filters::insert_status(conn, row.clone())? {
            return Err(invalid("Status has already been taken"));
        }
        changed(app, conn, me)?;
        Ok(row)
    })
    .await
}

/// One status that the viewer's filters name.
pub async fn status(app: &App, person: &Person, id: i64) -> Result<FilteredStatus> {
    let me = person.id();
    app.read(move |_, conn| storage::filters::status(conn, me, id)?.ok_or(Error::NotFound))
        .await
}

/// Takes a status out of a filter.
pub async fn delete_status(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        storage::filters::status(conn, me, id)?.ok_or(Error::NotFound)?;
        storage::filters::delete_status(conn, id)?;
        changed(app, conn, me)
    })
    .await
}

fn changed(app: &App, conn: &mut DbConnection, me: AccountId) -> Result<()> {
    app.tell(Event::FiltersChanged(me));
    Ok(storage::filters::touch(conn, me)?)
}

fn own(conn: &mut DbConnection, me: AccountId, id: FilterId) -> Result<Filter> {
    storage::filters::find(conn, me, id)?.ok_or(Error::NotFound)
}

fn own_keyword(conn: &mut DbConnection, me: AccountId, id: i64) -> Result<Keyword> {
    storage::filters::keyword(conn, me, id)?.ok_or(Error::NotFound)
}

fn one(conn: &mut DbConnection, me: AccountId, id: FilterId) -> Result<FilterView> {
    let filter = own(conn, me, id)?;
    whole(conn, vec![filter])?.pop().ok_or(Error::NotFound)
}

/// Two queries, however many filters there are.
fn whole(conn: &mut DbConnection, filters: Vec<Filter>) -> Result<Vec<FilterView>> {
    let ids: Vec<FilterId> = filters.iter().map(|filter| filter.id).collect();
    let mut views: Vec<FilterView> = filters
        .into_iter()
        .map(|filter| FilterView {
            filter,
            keywords: Vec::new(),
            statuses: Vec::new(),
        })
        .collect();
    // Both are in order of their ids, by which they can be found.
    for keyword in storage::filters::keywords(conn, &ids)? {
        if let Ok(place) = views.binary_search_by_key(&keyword.filter_id, |view| view.filter.id)
            && let Some(view) = views.get_mut(place)
        {
            view.keywords.push(keyword);
        }
    }
    for status in storage::filters::statuses(conn, &ids)? {
        if let Ok(place) = views.binary_search_by_key(&status.filter_id, |view| view.filter.id)
            && let Some(view) = views.get_mut(place)
        {
            view.statuses.push(status);
        }
    }
    Ok(views)
}

fn change(app: &App, filter: &mut Filter, wishes: &FilterWishes) -> Result<()> {
    if let Some(title) = &wishes.title {
        filter.title = title.trim().replace('\0', "");
    }
    if filter.title.is_empty() {
        return Err(invalid("Title can't be blank"));
    }
    if filter.title.chars().count() > limits::FILTER_TITLE {
        return Err(invalid("Title is too long"));
    }
    if let Some(words) = &wishes.contexts {
        let contexts = Contexts::named(words.iter().map(String::as_str))
            .ok_or_else(|| invalid("Context None or invalid context supplied"))?;
        filter.contexts = contexts.0;
    }
    if filter.contexts == 0 {
        return Err(invalid("Context None or invalid context supplied"));
    }
    filter.action = wishes.action.unwrap_or(filter.action);
    if let Some(expires_in) = wishes.expires_in {
        filter.expires_at = expires_in
            .map(|seconds| seconds.clamp(0, limits::FILTER_SECONDS))
            .map(|seconds| app.now() + TimeDelta::seconds(seconds));
    }
    Ok(())
}

fn change_keywords(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    filter: FilterId,
    wishes: Vec<KeywordWish>,
) -> Result<()> {
    for wish in wishes {
        match wish {
            KeywordWish::Add {
                keyword,
                whole_word,
            } => {
                let row = Keyword {
                    id: app.next_id(),
                    filter_id: filter,
                    keyword: spelt(&keyword)?,
                    whole_word,
                };
                storage::filters::insert_keyword(conn, row)?;
            }
            KeywordWish::Change { id, wish } => {
                let mut row = of_filter(conn, me, filter, id)?;
                if let Some(keyword) = wish.keyword {
                    row.keyword = spelt(&keyword)?;
                }
                row.whole_word = wish.whole_word.unwrap_or(row.whole_word);
                storage::filters::update_keyword(conn, &row)?;
            }
            KeywordWish::Remove { id } => {
                of_filter(conn, me, filter, id)?;
                storage::filters::delete_keyword(conn, id)?;
            }
        }
    }
    if storage::filters::keywords(conn, &[filter])?.len() > limits::FILTER_PARTS {
        return Err(invalid("You have reached the maximum amount of keywords"));
    }
    Ok(())
}

fn of_filter(conn: &mut DbConnection, me: AccountId, filter: FilterId, id: i64) -> Result<Keyword> {
    storage::filters::keyword(conn, me, id)?
        .filter(|row| row.filter_id == filter)
        .ok_or(Error::NotFound)
}

fn spelt(keyword: &str) -> Result<String> {
    let keyword = keyword.trim().replace('\0', "");
    if keyword.is_empty() {
        return Err(invalid("Keyword can't be blank"));
    }
    if keyword.chars().count() > limits::FILTER_KEYWORD {
        return Err(invalid("Keyword is too long"));
    }
    Ok(keyword)
}
