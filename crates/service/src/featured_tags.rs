//! Hashtags that people show on their profiles.
//! <https://docs.joinmastodon.org/methods/featured_tags/>

use domain::text::fold_tag;
use domain::{AccountId, limits};
use storage::DbConnection;
use storage::featured_tags::FeaturedTag;

use crate::error::invalid;
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::views::{HashtagView, counts_shown};
use crate::{App, Error, Result, accounts, tags};

/// A hashtag on a profile, with its address.
#[derive(Debug, Clone)]
pub struct FeaturedTagView {
    pub tag: FeaturedTag,
    pub url: String,
}

/// How often somebody uses a hashtag is theirs to know, where numbers are hidden.
fn show(
    app: &App,
    viewer: Option<AccountId>,
    owner: AccountId,
    mut tag: FeaturedTag,
) -> FeaturedTagView {
    if !counts_shown(app, viewer, owner) {
        tag.statuses = 0;
    }
    let url = app.addresses().tag(&tag.name);
    FeaturedTagView { tag, url }
}

/// The hashtags on somebody's profile.
pub async fn list(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
) -> Result<Vec<FeaturedTagView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        if accounts::unless_suspended(conn, id)?.is_none() {
            return Ok(Vec::new());
        }
        let tags = storage::featured_tags::of_account(conn, id)?;
        let view = |tag| show(app, viewer, id, tag);
        Ok(tags.into_iter().map(view).collect())
    })
    .await
}

/// Puts a hashtag on one's own profile; once more it is the one that is there.
pub async fn feature(app: &App, person: &Person, name: &str) -> Result<FeaturedTagView> {
    let account = person.id();
    let name = tags::named(app, name).ok_or_else(|| invalid("Name is not a hashtag"))?;
    app.transaction(move |app, conn| {
        let known = storage::featured_tags::of_account(conn, account)?;
        let key = fold_tag(&name);
        if let Some(tag) = known.iter().find(|tag| fold_tag(&tag.name) == key) {
            return Ok(show(app, Some(account), account, tag.clone()));
        }
        if known.len() >= limits::FEATURED_TAGS {
            return Err(invalid(
                "You have already featured the maximum number of hashtags",
            ));
        }
        storage::featured_tags::insert(conn, account, &name, app.now(), || app.next_id())?;
        let tags = storage::featured_tags::of_account(conn, account)?;
        let tag = tags.into_iter().find(|tag| fold_tag(&tag.name) == key);
        let tag = tag.ok_or(Error::NotFound)?;
        let told = Outgoing::FeatureTag {
            account,
            name: tag.name.clone(),
            featured: true,
        };
        federate(app, conn, told)?;
        Ok(show(app, Some(account), account, tag))
    })
    .await
}

/// Takes a hashtag off one's own profile.
pub async fn unfeature(app: &App, person: &Person, id: i64) -> Result<()> {
    let account = person.id();
    app.transaction(move |app, conn| remove(app, conn, account, id))
        .await
}

/// Takes a hashtag off one's own profile by its name, if it is there.
pub(crate) async fn unfeature_named(app: &App, person: &Person, name: &str) -> Result<()> {
    let account = person.id();
    let name = name.to_owned();
    app.transaction(move |app, conn| {
        match storage::featured_tags::with_name(conn, account, &name)? {
            Some(id) => remove(app, conn, account, id),
            None => Ok(()),
        }
    })
    .await
}

fn remove(app: &App, conn: &mut DbConnection, account: AccountId, id: i64) -> Result<()> {
    let name = storage::featured_tags::delete(conn, account, id)?.ok_or(Error::NotFound)?;
    let told = Outgoing::FeatureTag {
        account,
        name,
        featured: false,
    };
    federate(app, conn, told)
}

/// Hashtags that one uses and does not show yet, the most used first.
pub async fn suggestions(app: &App, person: &Person) -> Result<Vec<HashtagView>> {
    let account = person.id();
    let most = i64::try_from(limits::FEATURED_TAGS).unwrap_or(0);
    app.read(move |app, conn| {
        let names = storage::featured_tags::suggestions(conn, account, most)?;
        tags::hashtags(app, conn, Some(account), names)
    })
    .await
}
