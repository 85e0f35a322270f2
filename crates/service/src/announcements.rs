//! What whoever looks after the server has to tell everybody here.
//! <https://docs.joinmastodon.org/methods/announcements/>

use std::collections::{HashMap, HashSet};

use domain::emoji::is_emoji;
use domain::text::{Span, normalise_tag, spans};
use domain::{CustomEmoji, Handle, Time};
use storage::DbConnection;
use storage::accounts::Account;
use storage::announcements::{Announcement, Reaction};

use crate::error::invalid;
use crate::oauth::Person;
use crate::streaming::Event;
use crate::text::format::{Link, Rel, to_html};
use crate::views::{MentionView, TagView, acct};
use crate::{App, Error, Result, custom_emojis};

/// Characters of an announcement.
const LENGTH: usize = 5_000;
/// Different emoji with which one may be answered, as in Mastodon.
const REACTIONS: usize = 8;

/// An announcement as somebody sees it.
#[derive(Debug, Clone)]
pub struct AnnouncementView {
    pub announcement: Announcement,
    pub html: String,
    /// Those known here whom the text mentions.
    pub mentions: Vec<MentionView>,
    pub tags: Vec<TagView>,
    /// The viewer has seen it.
    pub read: bool,
    pub reactions: Vec<ReactionView>,
    /// Custom emoji that the text uses.
    pub emojis: Vec<CustomEmoji>,
}

/// How an announcement was answered.
#[derive(Debug, Clone)]
pub struct ReactionView {
    pub reaction: Reaction,
    /// If it is a custom emoji.
    pub emoji: Option<CustomEmoji>,
}

/// What is to be announced.
#[derive(Debug, Clone)]
pub struct NewAnnouncement {
    pub text: String,
    pub starts_at: Option<Time>,
    pub ends_at: Option<Time>,
    pub all_day: bool,
}

/// Tells everybody something; answers its id.
pub async fn create(app: &App, new: NewAnnouncement) -> Result<i64> {
    let text = new.text.trim().replace('\0', "");
    if text.is_empty() || text.chars().count() > LENGTH {
        return Err(invalid(format!("Text must have 1 to {LENGTH} characters")));
    }
    if new.all_day && new.starts_at.is_none() {
        return Err(invalid("What lasts all day must start"));
    }
    match (new.starts_at, new.ends_at) {
        (None, Some(_)) => return Err(invalid("What ends must start")),
        (Some(starts), Some(ends)) if ends < starts => {
            return Err(invalid("It must not end before it starts"));
        }
        _ => {}
    }
    let row = Announcement {
        id: app.next_id(),
        text,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        all_day: new.all_day,
        created_at: app.now(),
    };
    let id = row.id;
    app.transaction(move |app, conn| {
        storage::announcements::insert(conn, row)?;
        app.tell(Event::Announced(id));
        Ok(id)
    })
    .await
}

/// Takes an announcement away.
pub async fn delete(app: &App, id: i64) -> Result<()> {
    let there = app
        .transaction(move |app, conn| {
            app.tell(Event::Unannounced(id));
            Ok(storage::announcements::delete(conn, id)?)
        })
        .await?;
    if there { Ok(()) } else { Err(Error::NotFound) }
}

/// All announcements, those that are over too, oldest first.
pub async fn all(app: &App) -> Result<Vec<Announcement>> {
    app.read(|_, conn| Ok(storage::announcements::all(conn)?))
        .await
}

/// The announcements of now, oldest first. Six queries.
pub async fn current(app: &App, person: &Person) -> Result<Vec<AnnouncementView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::announcements::current(conn, app.now())?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let read = storage::announcements::read_among(conn, me, &ids)?;
        let given = storage::announcements::reactions(conn, me, &ids)?;
        let mut names = custom_emojis::names(rows.iter().map(|row| row.text.as_str()));
        let custom = given.iter().map(|reaction| &reaction.name);
        names.extend(
            custom
                .filter(|name| custom_emojis::is_shortcode(name))
                .cloned(),
        );
        let emojis = custom_emojis::of_names(app, conn, &names)?;
        let people = people(app, conn, rows.iter().map(|row| row.text.as_str()))?;
        let mut reactions: HashMap<i64, Vec<ReactionView>> = HashMap::new();
        for reaction in given {
            let of = reactions.entry(reaction.announcement).or_default();
            let is_it = |emoji: &&CustomEmoji| emoji.shortcode == reaction.name;
            of.push(ReactionView {
                emoji: emojis.iter().find(is_it).cloned(),
                reaction,
            });
        }
        let view = |announcement: Announcement| AnnouncementView {
            read: read.contains(&announcement.id),
            reactions: reactions.remove(&announcement.id).unwrap_or_default(),
            ..unseen(app, announcement, &emojis, &people)
        };
        Ok(rows.into_iter().map(view).collect())
    })
    .await
}

/// A new announcement, as everybody sees it.
pub(crate) fn to_everybody(
    app: &App,
    conn: &mut DbConnection,
    id: i64,
) -> Result<Option<AnnouncementView>> {
    let Some(announcement) = storage::announcements::find_current(conn, id, app.now())? else {
        return Ok(None);
    };
    let names = custom_emojis::names([announcement.text.as_str()]);
    let emojis = custom_emojis::of_names(app, conn, &names)?;
    let people = people(app, conn, [announcement.text.as_str()])?;
    Ok(Some(unseen(app, announcement, &emojis, &people)))
}

fn unseen(
    app: &App,
    announcement: Announcement,
    emojis: &[CustomEmoji],
    people: &[Account],
) -> AnnouncementView {
    let keys = keys(app, &announcement.text);
    let mentioned = people.iter().filter(|row| keys.contains(&row.handle_key));
    AnnouncementView {
        emojis: custom_emojis::used_by(emojis, [announcement.text.as_str()]),
        html: html(app, &announcement.text, people),
        mentions: mentioned
            .map(|row| MentionView {
                id: row.id,
                username: row.username.clone(),
                acct: acct(&row.username, row.host.as_deref()),
                url: row.url.clone(),
            })
            .collect(),
        tags: tags(app, &announcement.text),
        read: false,
        reactions: Vec::new(),
        announcement,
    }
}

/// The keys of the handles that a text mentions.
fn keys(app: &App, text: &str) -> HashSet<String> {
    let settings = app.settings();
    let spans = spans(text, settings.hosts());
    let keys = spans.into_iter().filter_map(|(_, span)| match span {
        Span::Mention(handle) => Some(handle.seen_from(&settings.host).key()),
        _ => None,
    });
    keys.collect()
}

/// Those known here whom texts mention. One query, where anybody is mentioned.
fn people<'a>(
    app: &App,
    conn: &mut DbConnection,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Account>> {
    let keys: HashSet<String> = texts.into_iter().flat_map(|text| keys(app, text)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut found = storage::accounts::with_handle_keys(conn, &keys)?;
    found.retain(|row| !row.is_gone());
    Ok(found)
}

fn html(app: &App, text: &str, people: &[Account]) -> String {
    let settings = app.settings();
    let resolve = |handle: &Handle| {
        let key = handle.clone().seen_from(&settings.host).key();
        let row = people.iter().find(|row| row.handle_key == key)?;
        Some(Link {
            url: row.url.clone(),
            username: row.username.clone(),
        })
    };
    let tag = |name: &str| app.addresses().tag(name);
    to_html(text, settings.hosts(), Rel::Foreign, resolve, tag)
}

/// The hashtags in a text, each once.
fn tags(app: &App, text: &str) -> Vec<TagView> {
    let mut names: Vec<String> = Vec::new();
    for (_, span) in spans(text, app.settings().hosts()) {
        if let Span::Hashtag(name) = span {
            let name = normalise_tag(&name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let view = |name: String| TagView {
        url: app.addresses().tag(&name),
        name,
    };
    names.into_iter().map(view).collect()
}

/// Notes that somebody has seen an announcement.
pub async fn dismiss(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        if !storage::announcements::is_current(conn, id, app.now())? {
            return Err(Error::NotFound);
        }
        Ok(storage::announcements::mark_read(conn, me, id)?)
    })
    .await
}

/// Answers an announcement with an emoji.
pub async fn react(app: &App, person: &Person, id: i64, name: String) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        if !storage::announcements::is_current(conn, id, app.now())? {
            return Err(Error::NotFound);
        }
        let custom = custom_emojis::is_shortcode(&name)
            && storage::custom_emojis::named(conn, &name)?.is_some();
        if !custom && !is_emoji(&name) {
            return Err(invalid("Name is not a recognized emoji"));
        }
        let known = storage::announcements::reactions(conn, me, &[id])?;
        if known.len() >= REACTIONS && known.iter().all(|reaction| reaction.name != name) {
            return Err(invalid("Limit of different reactions reached"));
        }
        if storage::announcements::react(conn, app.next_id(), me, id, &name)? {
            app.tell(Event::Reacted {
                announcement: id,
                name,
            });
        }
        Ok(())
    })
    .await
}

/// Takes an answer back.
pub async fn take_back(app: &App, person: &Person, id: i64, name: String) -> Result<()> {
    let me = person.id();
    let name = name.replace('\0', "");
    app.transaction(move |app, conn| {
        if !storage::announcements::take_back(conn, me, id, &name)? {
            return Err(Error::NotFound);
        }
        app.tell(Event::Reacted {
            announcement: id,
            name,
        });
        Ok(())
    })
    .await
}
