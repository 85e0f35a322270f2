//! Cards: what the page is about to which a status links. Of each address there is one, asked for once, in the
//! background; whoever's server sends one with a status is believed about that status.
//! <https://ogp.me>, FEP-8967

mod embed;

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use domain::language::is_code;
use domain::{CardId, CardKind, Handle, Time, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::cards::Card;
use tokio::time::timeout;
use url::Url;

use crate::accounts::by_handle;
use crate::jobs::{Job, enqueue_at};
use crate::remote_files::{Measures, Use};
use crate::text::{Tag, tags};
use crate::{App, Result, remote_files};

pub(crate) use embed::frame;

/// For how long a page is not asked again, if it said something, and if not.
const FRESH: (TimeDelta, TimeDelta) = (TimeDelta::days(14), TimeDelta::days(1));
/// For how long a card is kept that no status has.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Cards forgotten in one transaction.
const AT_ONCE: i64 = 200;
/// For the page and its author, and for its picture: together less than the lease of a job.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));
/// Tags of a page, of each kind, in which it is looked for what they say of it.
const TAGS: usize = 500;
/// Links of a status in which the one to be shown is looked for: more than people and hashtags that one may name.
const LINKS: usize = 200;
/// Bytes of an address.
const ADDRESS: usize = 2_048;
/// Characters of a description.
const DESCRIPTION: usize = 2_000;

/// A link that a status from elsewhere names as the one to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteLink {
    pub url: String,
    /// What its server says of the page; we ask the page otherwise.
    pub told: Option<Told>,
}

/// What another server says of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub title: String,
    pub description: String,
    pub author_name: String,
    pub image_url: Option<String>,
    pub image_description: String,
    /// Of the picture, in pixels.
    pub size: (i32, i32),
}

/// A page as it was found.
#[derive(Debug, Clone)]
pub struct Page {
    /// In the end.
    pub url: Url,
    pub html: String,
}

/// The card of what a status of ours links to; asked for at once if it is not known.
pub(crate) fn of_ours(app: &App, conn: &mut DbConnection, html: &str) -> Result<Option<CardId>> {
    match first_link(app, html, &[]) {
        Some(url) => asked(app, conn, &url, TimeDelta::zero()),
        None => Ok(None),
    }
}

/// The card of what a status from elsewhere links to. Many servers have the status at this moment, and not all of
/// them are to ask the page at once.
pub(crate) fn of_theirs(
    app: &App,
    conn: &mut DbConnection,
    html: &str,
    link: Option<&RemoteLink>,
    author: &Account,
    mentioned: &[Account],
) -> Result<Option<CardId>> {
    let named = link.filter(|link| is_elsewhere(app, &link.url));
    if let Some(RemoteLink {
        url,
        told: Some(told),
    }) = named
    {
        let host = author.host.as_deref().unwrap_or_default();
        return note(app, conn, url, host, told).map(Some);
    }
    let named = named.map(|link| link.url.clone());
    let Some(url) = named.or_else(|| first_link(app, html, mentioned)) else {
        return Ok(None);
    };
    let most = app.settings().preview_spread.num_milliseconds();
    let wait = TimeDelta::milliseconds(rand::random_range(0..=most.max(0)));
    asked(app, conn, &url, wait)
}

/// The first link that leads out into the web, and is no mention and no hashtag.
fn first_link(app: &App, html: &str, mentioned: &[Account]) -> Option<String> {
    if !html.contains("<a ") {
        return None;
    }
    let is_mention = |tag: &Tag<'_>, url: &String| {
        let classes = ["mention", "hashtag", "u-url", "h-card"];
        tag.has("rel", "tag")
            || classes.iter().any(|class| tag.has("class", class))
            || mentioned
                .iter()
                .any(|account| account.url == *url || account.uri == *url)
    };
    links(html)
        .filter_map(|tag| {
            let url = tag.get("href")?;
            (!is_mention(&tag, &url)).then_some(url)
        })
        .find(|url| is_elsewhere(app, url))
}

/// To take an attribute apart costs something, and this is done while others wait to write: only so many are.
fn links(html: &str) -> impl Iterator<Item = Tag<'_>> {
    tags(limits::cut_bytes(html, limits::REMOTE_CONTENT_BYTES))
        .filter(|tag| tag.name == "a")
        .take(LINKS)
}

fn is_elsewhere(app: &App, url: &str) -> bool {
    let ours = &app.settings().public_url;
    url.len() <= ADDRESS
        && Url::parse(url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && (url.host(), url.port()) != (ours.host(), ours.port())
        })
}

/// The card of an address; its page is asked in `wait`, if nobody did so for a while.
fn asked(app: &App, conn: &mut DbConnection, url: &str, wait: TimeDelta) -> Result<Option<CardId>> {
    if !app.settings().link_previews {
        return Ok(None);
    }
    let now = app.now();
    if let Some(card) = storage::cards::at(conn, url, "")? {
        let fresh = if card.known { FRESH.0 } else { FRESH.1 };
        if storage::cards::ask_again(conn, card.id, now, now - fresh)? {
            enqueue_at(app, conn, &Job::AskPage { card: card.id }, now + wait)?;
        }
        return Ok(Some(card.id));
    }
    let card = CardId(app.next_id());
    if storage::cards::insert(conn, Card::unknown(card, url, "", now))? {
        enqueue_at(app, conn, &Job::AskPage { card }, now + wait)?;
        return Ok(Some(card));
    }
    // Another process was faster.
    Ok(storage::cards::at(conn, url, "")?.map(|card| card.id))
}

/// Writes what the server of a status says of a page.
fn note(app: &App, conn: &mut DbConnection, url: &str, host: &str, told: &Told) -> Result<CardId> {
    let known = storage::cards::at(conn, url, host)?.map(|card| card.id);
    let id = known.unwrap_or_else(|| CardId(app.next_id()));
    let card = Card {
        known: true,
        title: line(&told.title, limits::REMOTE_NAME),
        description: line(&told.description, DESCRIPTION),
        author_name: line(&told.author_name, limits::REMOTE_NAME),
        image_url: told.image_url.clone(),
        image_description: line(&told.image_description, limits::MEDIA_DESCRIPTION),
        width: told.size.0,
        height: told.size.1,
        ..Card::unknown(id, url, host, app.now())
    };
    if known.is_none() && storage::cards::insert(conn, card.clone())? {
        return Ok(id);
    }
    let id = storage::cards::at(conn, url, host)?.map_or(id, |card| card.id);
    storage::cards::update(conn, Card { id, ..card })?;
    Ok(id)
}

/// Asks a page what it is about. One that does not answer is left alone for a day.
pub(crate) async fn ask(app: &App, id: CardId) -> Result<()> {
    let card = app
        .read(move |_, conn| Ok(storage::cards::find(conn, id)?))
        .await?;
    let Some(card) = card.filter(|_| app.settings().link_previews) else {
        return Ok(());
    };
    let Ok(Some(mut card)) = timeout(PATIENCE.0, described(app, card)).await else {
        return Ok(());
    };
    if let Some(url) = &card.image_url {
        let seen = remote_files::fetch(app, Use::Picture, url);
        if let Ok(Ok(Some(measures))) = timeout(PATIENCE.1, seen).await {
            let Measures {
                width,
                height,
                blurhash,
            } = measures;
            card.blurhash = blurhash;
            // Of a film, and of what else is in a frame, the size is that of the frame.
            if matches!(card.kind, CardKind::Link | CardKind::Photo) {
                (card.width, card.height) = (width, height);
            }
        }
    }
    app.transaction(move |_, conn| Ok(storage::cards::update(conn, card)?))
        .await
}

/// What a page says of itself; none if it cannot be had or has no title.
async fn described(app: &App, card: Card) -> Option<Card> {
    let page = match app.remote().page(&card.url).await {
        Ok(page) => page,
        Err(error) => {
            tracing::debug!(url = card.url, %error, "a page was not read");
            return None;
        }
    };
    let (card, creator) = read(card, &page);
    let card = embedded(app, &card, &page).await.unwrap_or(card);
    if card.title.is_empty() {
        return None;
    }
    let creator = match creator {
        Some(handle) => by_handle(app, handle, true).await.unwrap_or_default(),
        None => None,
    };
    Some(Card {
        creator_id: creator.map(|account| account.id),
        ..card
    })
}

/// The card with what a page says of itself in a document of its own, if it has one.
async fn embedded(app: &App, card: &Card, page: &Page) -> Option<Card> {
    let at = embed::address(page).filter(|url| is_elsewhere(app, url.as_str()))?;
    match app.remote().document(&at).await {
        Ok(said) => embed::read(card, &said, &at),
        Err(error) => {
            tracing::debug!(url = %at, %error, "what a page offers to be shown was not read");
            None
        }
    }
}

/// What the head of a page says of it, and whom it names as its author.
fn read(card: Card, page: &Page) -> (Card, Option<Handle>) {
    let head = Head::of(&page.html);
    let title = head.first(&["og:title", "twitter:title"]);
    let title = line(&title.unwrap_or(head.title.clone()), limits::REMOTE_NAME);
    let words = |names: &[&str], most: usize| line(&head.first(names).unwrap_or_default(), most);
    let address = |text: String| {
        let url = page.url.join(&text).ok()?;
        let good = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= ADDRESS;
        good.then(|| url.to_string())
    };
    let author = head.first(&["article:author", "author", "og:author"]);
    let (author_url, author_name) = match author {
        Some(text) if text.starts_with("http") => (
            address(text).unwrap_or_default(),
            words(&["author", "og:author"], limits::REMOTE_NAME),
        ),
        author => (
            String::new(),
            line(&author.unwrap_or_default(), limits::REMOTE_NAME),
        ),
    };
    let language = head
        .first(&["og:locale"])
        .map(|code| code.replace('_', "-"));
    let image_url = head.first(&["og:image", "twitter:image"]).and_then(address);
    let side = |name: &str| {
        let pixels = head.first(&[name])?.parse::<i32>().ok()?;
        (1..=100_000).contains(&pixels).then_some(pixels)
    };
    let (width, height) = match (&image_url, side("og:image:width"), side("og:image:height")) {
        (Some(_), Some(width), Some(height)) => (width, height),
        _ => (0, 0),
    };
    let creator = head.first(&["fediverse:creator"]);
    let creator = creator.and_then(|handle| handle.trim().parse::<Handle>().ok());
    let card = Card {
        known: true,
        kind: CardKind::Link,
        embed_url: String::new(),
        provider_url: String::new(),
        page_host: page.url.host_str().unwrap_or_default().to_owned(),
        title,
        description: words(
            &["og:description", "twitter:description", "description"],
            DESCRIPTION,
        ),
        language: head
            .language
            .clone()
            .or(language)
            .filter(|code| is_code(code)),
        author_name,
        author_url,
        provider_name: words(&["og:site_name"], limits::REMOTE_NAME),
        image_description: words(
            &["og:image:alt", "twitter:image:alt"],
            limits::MEDIA_DESCRIPTION,
        ),
        image_url,
        width,
        height,
        blurhash: None,
        published_at: head
            .first(&["article:published_time"])
            .and_then(|text| moment(&text)),
        ..card
    };
    (card, creator)
}

fn moment(text: &str) -> Option<Time> {
    let moment = DateTime::parse_from_rfc3339(text.trim()).ok()?;
    DateTime::from_timestamp_millis(moment.timestamp_millis()).map(|moment| moment.naive_utc())
}

/// On one line, and not longer than that.
fn line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    limits::cut(&words.join(" "), most).replace('\0', "")
}

/// What a page says of itself.
#[derive(Default)]
struct Head {
    title: String,
    language: Option<String>,
    /// In the order of the page.
    said: Vec<(String, String)>,
    /// Tags that were looked at, whether they say something or not.
    seen: usize,
}

impl Head {
    fn of(html: &str) -> Self {
        let mut head = Self::default();
        for tag in tags(html) {
            match tag.name.as_str() {
                "html" if head.language.is_none() => head.language = tag.get("lang"),
                "title" if head.title.is_empty() => head.title = tag.text(),
                "meta" if head.seen < TAGS => {
                    head.seen += 1;
                    let name = tag.get("property").or_else(|| tag.get("name"));
                    let content = tag.get("content").filter(|text| !text.trim().is_empty());
                    if let (Some(name), Some(content)) = (name, content) {
                        head.said.push((name.to_ascii_lowercase(), content));
                    }
                }
                _ => {}
            }
        }
        head
    }

    /// What is said under the first of these names that is there.
    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let (_, content) = self.said.iter().find(|(known, _)| known == name)?;
            Some(content.clone())
        })
    }
}

/// Forgets cards that no status has any more.
pub(crate) async fn prune(app: &App) -> Result<()> {
    loop {
        let before = app.now() - KEPT;
        let unused = app
            .read_long(move |_, conn| Ok(storage::cards::unused_since(conn, before, AT_ONCE)?))
            .await?;
        if unused.is_empty() {
            return Ok(());
        }
        app.transaction(move |_, conn| Ok(storage::cards::delete(conn, &unused)?))
            .await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_page(html: &str) -> Option<(Card, Option<Handle>)> {
        let page = Page {
            url: Url::parse("https://paper.example/2026/bees").unwrap(),
            html: html.to_owned(),
        };
        let card = Card::unknown(CardId(1), "https://paper.example/b", "", Time::default());
        Some(read(card, &page)).filter(|(card, _)| !card.title.is_empty())
    }

    #[test]
    fn a_page_says_what_it_is_about() {
        let (card, creator) = read_page(
            r#"<!doctype html><html lang="en-GB"><head><title>Bees &amp; more</title>
            <meta name=description content="plain"><meta property="og:description" content="  Why
            they   dance ">
            <meta property="og:image" content="/bee.jpg"><meta property="og:image:alt" content="A bee">
            <meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
            <meta property="og:site_name" content="The Paper"><meta name="author" content="Ada Green">
            <meta property="article:author" content="https://paper.example/ada">
            <meta property="article:published_time" content="2026-11-24T01:00:00+01:00">
            <meta name="fediverse:creator" content="@ada@school.example">"#,
        )
        .unwrap();
        assert_eq!(card.title, "Bees & more");
        assert_eq!(card.description, "Why they dance");
        assert_eq!(
            card.image_url.as_deref(),
            Some("https://paper.example/bee.jpg")
        );
        assert_eq!((card.width, card.height), (1_200, 630));
        assert_eq!(card.language.as_deref(), Some("en-GB"));
        assert_eq!(
            (card.author_name.as_str(), card.author_url.as_str()),
            ("Ada Green", "https://paper.example/ada")
        );
        assert_eq!(card.page_host, "paper.example");
        assert_eq!(
            card.published_at.unwrap().to_string(),
            "2026-11-24 00:00:00"
        );
        assert_eq!(creator.unwrap().to_string(), "ada@school.example");
    }

    #[test]
    fn of_links_without_number_only_the_first_are_looked_at() {
        let html = "<p>x</p><a rel=& class=& href=&>".repeat(10_000);
        assert_eq!(links(&html).count(), LINKS);
        assert_eq!(links("<p><a href=x>y</a><b></p>").count(), 1);
    }

    #[test]
    fn of_tags_without_number_only_the_first_are_looked_at() {
        let many = "<meta name=a&amp;b>".repeat(TAGS);
        let html = format!("<title>T</title>{many}<meta name=author content=Ada>");
        let (card, _) = read_page(&html).unwrap();
        assert_eq!((card.title.as_str(), card.author_name.as_str()), ("T", ""));
        let links = "<link rel=icon type='image/png&amp;'>".repeat(TAGS);
        let offer = "<link type=application/json+oembed href=/o>";
        let page = |html: String| Page {
            url: Url::parse("https://paper.example/").unwrap(),
            html,
        };
        assert!(embed::address(&page(offer.to_owned())).is_some());
        assert!(embed::address(&page(links + offer)).is_none());
    }

    #[test]
    fn a_page_without_a_title_makes_no_card_and_odd_values_are_left_out() {
        assert!(read_page("<p>words</p>").is_none());
        assert!(read_page("<title>  </title>").is_none());
        let (card, creator) = read_page(
            r#"<html lang="<b>"><title>T</title><meta property="og:image" content="javascript:alert(1)">
            <meta property="og:image:width" content="-4"><meta name="fediverse:creator" content="nobody at all">"#,
        )
        .unwrap();
        assert_eq!(card.image_url, None);
        assert_eq!((card.language, card.width), (None, 0));
        assert_eq!(creator, None);
    }
}
