//! Hashtags that people show on their profiles.
//! <https://docs.joinmastodon.org/methods/featured_tags/>

use domain::text::normalise_tag;
use domain::{AccountId, limits};
use storage::featured_tags::FeaturedTag;

use crate::error::invalid;
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::views::TagView;
use crate::{App, Error, Result, accounts};

/// A hashtag on a profile, with its address.
#[derive(Debug, Clone)]
pub struct FeaturedTagView {
    pub tag: FeaturedTag,
    pub url: String,
}

fn show(app: &App, tag: FeaturedTag) -> FeaturedTagView {
    let url = app.addresses().tag(&tag.name);
    FeaturedTagView { tag, url }
}

/// The hashtags on somebody's profile.
pub async fn list(app: &App, id: AccountId) -> Result<Vec<FeaturedTagView>> {
    app.read(move |app, conn| {
        accounts::find(conn, id)?;
        let tags = storage::featured_tags::of_account(conn, id)?;
        Ok(tags.into_iter().map(|tag| show(app, tag)).collect())
    })
    .await
}

/// Puts a hashtag on one's own profile; once more it is the one that is there.
pub async fn feature(app: &App, person: &Person, name: &str) -> Result<FeaturedTagView> {
    let account = person.id();
    let name = normalise_tag(name.trim().trim_start_matches('#')).replace('\0', "");
    let spelt = format!("#{name}");
    let spans = domain::text::spans(&spelt, app.settings().hosts());
    let is_tag = matches!(spans.as_slice(), [(_, domain::text::Span::Hashtag(_))]);
    if !is_tag {
        return Err(invalid("Name is not a hashtag"));
    }
    app.transaction(move |app, conn| {
        let known = storage::featured_tags::of_account(conn, account)?;
        if let Some(tag) = known.iter().find(|tag| tag.name == name) {
            return Ok(show(app, tag.clone()));
        }
        if known.len() >= limits::FEATURED_TAGS {
            return Err(invalid(
                "You have already featured the maximum number of hashtags",
            ));
        }
        storage::featured_tags::insert(conn, account, &name, app.now(), || app.next_id())?;
        let told = Outgoing::FeatureTag {
            account,
            name: name.clone(),
            featured: true,
        };
        federate(app, conn, told)?;
        let tags = storage::featured_tags::of_account(conn, account)?;
        let tag = tags.into_iter().find(|tag| tag.name == name);
        Ok(show(app, tag.ok_or(Error::NotFound)?))
    })
    .await
}

/// Takes a hashtag off one's own profile.
pub async fn unfeature(app: &App, person: &Person, id: i64) -> Result<()> {
    let account = person.id();
    app.transaction(move |app, conn| {
        let name = storage::featured_tags::delete(conn, account, id)?.ok_or(Error::NotFound)?;
        let told = Outgoing::FeatureTag {
            account,
            name,
            featured: false,
        };
        federate(app, conn, told)
    })
    .await
}

/// Hashtags that one uses and does not show yet, the most used first.
pub async fn suggestions(app: &App, person: &Person) -> Result<Vec<TagView>> {
    let account = person.id();
    let most = i64::try_from(limits::FEATURED_TAGS).unwrap_or(0);
    app.read(move |app, conn| {
        let names = storage::featured_tags::suggestions(conn, account, most)?;
        let view = |name: String| TagView {
            url: app.addresses().tag(&name),
            name,
        };
        Ok(names.into_iter().map(view).collect())
    })
    .await
}
