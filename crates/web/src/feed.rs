//! What somebody posts, for feed readers: RFC 4287.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Person as FeedPerson, Text};
use domain::{AccountKind, NetworkPostState, Page, Time};
use service::App;
use service::accounts::{self, AccountStatuses};
use service::networks;
use service::text::plain_text;
use service::views::{AccountView, StatusView};

use crate::front::POSTS;
use crate::page::{Answer, EVERYBODY, Failure};
use crate::profile::shortened;

pub async fn feed(name: Path<String>, app: Data<App>) -> Answer {
    let who = accounts::lookup(&app, EVERYBODY, &name, false).await?;
    if who.account.is_gone() {
        return Err(Failure::Gone);
    }
    if !who.account.is_local() {
        return Err(Failure::NotFound);
    }
    let posts = posts(&app, &who).await?;
    let last = posts
        .iter()
        .map(updated)
        .max()
        .unwrap_or(who.account.created_at);
    let feed = Feed {
        title: Text::plain(name_of(&who)),
        id: who.account.uri.clone(),
        updated: moment(last),
        authors: vec![author(&who)],
        links: vec![
            link("alternate", "text/html", who.account.url.clone()),
            link(
                "self",
                "application/atom+xml",
                format!("{}.atom", who.account.url),
            ),
        ],
        icon: Some(who.avatar.clone()),
        entries: posts
            .iter()
            .map(|view| Entry {
                // A network has posts of others.
                authors: if view.author.account.id == who.account.id {
                    Vec::new()
                } else {
                    vec![author(&view.author)]
                },
                ..entry(view)
            })
            .collect(),
        ..Feed::default()
    };
    Ok(answer(&feed))
}

pub(crate) fn answer(feed: &Feed) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/atom+xml; charset=utf-8")
        .body(in_xml(feed.to_string()))
}

/// A document without the characters that XML has not, not even as references; with one of them nobody reads any of it.
/// <https://www.w3.org/TR/xml/#charsets>
pub(crate) fn in_xml(mut document: String) -> String {
    document.retain(|character| match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= ' ',
    });
    document
}

/// What somebody wrote, or what a network passed on.
async fn posts(app: &App, who: &AccountView) -> Result<Vec<StatusView>, Failure> {
    let (id, page) = (who.account.id, Page::newest(POSTS));
    if who.account.kind == AccountKind::Group {
        let state = NetworkPostState::Announced;
        let found = networks::posts(app, EVERYBODY, id, state, page).await?;
        return Ok(found.items.into_iter().map(|post| post.status).collect());
    }
    let wanted = AccountStatuses {
        exclude_replies: true,
        exclude_reblogs: true,
        ..AccountStatuses::default()
    };
    Ok(accounts::statuses(app, EVERYBODY, id, wanted, page)
        .await?
        .items)
}

pub(crate) fn updated(view: &StatusView) -> Time {
    view.status.edited_at.unwrap_or(view.status.created_at)
}

pub(crate) fn moment(time: Time) -> FixedDateTime {
    time.and_utc().fixed_offset()
}

fn name_of(who: &AccountView) -> String {
    let account = &who.account;
    if account.display_name.is_empty() {
        account.username.clone()
    } else {
        account.display_name.clone()
    }
}

fn author(who: &AccountView) -> FeedPerson {
    FeedPerson {
        name: name_of(who),
        uri: Some(who.account.url.clone()),
        ..FeedPerson::default()
    }
}

pub(crate) fn link(rel: &str, kind: &str, href: String) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        mime_type: Some(kind.to_owned()),
        ..Link::default()
    }
}

/// The title is the warning where there is one; what follows it comes after it.
pub(crate) fn entry(view: &StatusView) -> Entry {
    let status = &view.status;
    let hidden = !status.spoiler_text.is_empty();
    let words = if hidden {
        status.spoiler_text.clone()
    } else {
        plain_text(&status.content)
    };
    let content = if hidden {
        format!(
            "<p><strong>{}</strong></p><hr />{}",
            service::text::format::escape(&status.spoiler_text),
            status.content
        )
    } else {
        status.content.clone()
    };
    let mut links = vec![link("alternate", "text/html", status.url.clone())];
    if !hidden && !status.sensitive {
        links.extend(
            view.media
                .iter()
                .chain(&view.documents)
                .filter_map(|media| Some(link("enclosure", &media.media.mime, media.url.clone()?))),
        );
    }
    Entry {
        title: Text::plain(shortened(words.lines().next().unwrap_or_default())),
        id: status.uri.clone(),
        published: Some(moment(status.created_at)),
        updated: moment(updated(view)),
        content: Some(Content {
            value: Some(content),
            content_type: Some("html".to_owned()),
            lang: status.language.clone(),
            ..Content::default()
        }),
        links,
        ..Entry::default()
    }
}
