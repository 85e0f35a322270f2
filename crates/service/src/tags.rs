//! Hashtags: looking at them, and following them.
//! <https://docs.joinmastodon.org/methods/tags/>

use std::collections::HashSet;

use domain::text::{Span, fold_tag, normalise_tag, spans};
use domain::{AccountId, Page, limits};
use storage::DbConnection;

use crate::error::invalid;
use crate::oauth::Person;
use crate::views::HashtagView;
use crate::{App, Error, Paged, Result, featured_tags, trends};

/// The name of a tag as it is shown: without its `#`, in lower case; none if it is no hashtag.
pub(crate) fn named(app: &App, name: &str) -> Option<String> {
    let name = normalise_tag(name.trim().trim_start_matches('#')).replace('\0', "");
    let spelt = format!("#{name}");
    let spans = spans(&spelt, app.settings().hosts());
    matches!(spans.as_slice(), [(range, Span::Hashtag(_))] if range.len() == spelt.len())
        .then_some(name)
}

/// A tag by its name, also one that nobody used yet.
pub async fn find(app: &App, viewer: Option<&Person>, name: &str) -> Result<HashtagView> {
    let name = named(app, name).ok_or(Error::NotFound)?;
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| one(app, conn, viewer, name))
        .await
}

/// Reads the public posts with a tag at home from now on.
pub async fn follow(app: &App, person: &Person, name: &str) -> Result<HashtagView> {
    let name = named(app, name).ok_or(Error::NotFound)?;
    let me = person.id();
    app.transaction(move |app, conn| {
        let known = storage::tag_follows::among_names(conn, me, std::slice::from_ref(&name))?;
        if known.is_empty() {
            if storage::tag_follows::count(conn, me)? >= limits::FOLLOWED_TAGS {
                return Err(invalid("You follow the maximum number of hashtags"));
            }
            let now = app.now();
            let tag = storage::tags::ensure(conn, &name, now, || app.next_id())?;
            storage::tag_follows::insert(conn, app.next_id(), me, tag, now)?;
        }
        one(app, conn, Some(me), name)
    })
    .await
}

/// Follows a tag no more. What was read at home for it alone goes.
pub async fn unfollow(app: &App, person: &Person, name: &str) -> Result<HashtagView> {
    let name = named(app, name).ok_or(Error::NotFound)?;
    let me = person.id();
    app.transaction(move |app, conn| {
        storage::tag_follows::delete(conn, me, &name)?;
        storage::home_feed::delete_tag(conn, me, &name)?;
        one(app, conn, Some(me), name)
    })
    .await
}

/// One page of the tags that the viewer follows.
pub async fn followed(app: &App, person: &Person, page: Page) -> Result<Paged<HashtagView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::tag_follows::page(conn, me, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|(cursor, _)| *cursor).collect();
        let names = rows.into_iter().map(|(_, name)| name).collect();
        Ok(Paged::new(
            hashtags(app, conn, Some(me), names)?,
            cursors,
            &page,
        ))
    })
    .await
}

/// Puts a tag on one's own profile.
pub async fn feature(app: &App, person: &Person, name: &str) -> Result<HashtagView> {
    let name = named(app, name).ok_or(Error::NotFound)?;
    featured_tags::feature(app, person, &name).await?;
    find(app, Some(person), &name).await
}

/// Takes a tag off one's own profile.
pub async fn unfeature(app: &App, person: &Person, name: &str) -> Result<HashtagView> {
    let name = named(app, name).ok_or(Error::NotFound)?;
    featured_tags::unfeature_named(app, person, &name).await?;
    find(app, Some(person), &name).await
}

fn one(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    name: String,
) -> Result<HashtagView> {
    let name = storage::tags::shown(conn, &name)?.unwrap_or(name);
    hashtags(app, conn, viewer, vec![name])?
        .pop()
        .ok_or(Error::NotFound)
}

/// Tags as the viewer sees them. Two queries for somebody signed in, and two where figures are shown.
pub(crate) fn hashtags(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    names: Vec<String>,
) -> Result<Vec<HashtagView>> {
    let (followed, featured): (HashSet<String>, HashSet<String>) = match viewer {
        None => Default::default(),
        Some(viewer) => (
            HashSet::from_iter(storage::tag_follows::among_names(conn, viewer, &names)?),
            HashSet::from_iter(storage::featured_tags::names(conn, viewer)?),
        ),
    };
    let mut histories = trends::histories(app, conn, &names)?;
    let view = |name: String| {
        let key = fold_tag(&name);
        HashtagView {
            history: histories.remove(&name).unwrap_or_default(),
            url: app.addresses().tag(&name),
            following: viewer.map(|_| followed.contains(&key)),
            featuring: viewer.map(|_| featured.contains(&key)),
            name,
        }
    };
    Ok(names.into_iter().map(view).collect())
}
