//! The page of a person.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::{AccountKind, Page, limits};
use service::App;
use service::accounts::{self, AccountStatuses};
use service::text::plain_text;
use service::views::{AccountView, StatusView};

use crate::front::Older;
use crate::network::{After, network};
use crate::page::{Answer, EVERYBODY, Failure, Forms, Frame, filters, show, visitor};

#[derive(Template)]
#[template(path = "profile.html")]
struct Profile {
    page: Frame,
    who: AccountView,
    host: String,
    summary: String,
    /// Where rows of theirs lead.
    links: Vec<String>,
    /// How much they post, and by how many they are read; none where numbers are hidden.
    figures: Option<String>,
    pinned: Vec<StatusView>,
    posts: Vec<StatusView>,
    older: Option<i64>,
}

pub async fn profile(
    request: HttpRequest,
    name: Path<String>,
    older: Query<Older>,
    after: Query<After>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let who = accounts::lookup(&app, EVERYBODY, &name, false).await?;
    if who.account.is_gone() {
        return Err(Failure::Gone);
    }
    if !who.account.is_local() {
        // Their own server may be gone, which is why they moved.
        let there = who.moved.as_deref().unwrap_or(&who);
        return Ok(elsewhere(&there.account.url));
    }
    if who.account.kind == AccountKind::Group {
        return network(&app, &visitor, &who, &older, &after).await;
    }
    let id = who.account.id;
    let wanted = AccountStatuses {
        exclude_replies: true,
        ..AccountStatuses::default()
    };
    let found = accounts::statuses(&app, EVERYBODY, id, wanted, older.page()).await?;
    let pinned = if older.max_id().is_none() {
        let wanted = AccountStatuses {
            pinned: true,
            ..AccountStatuses::default()
        };
        accounts::statuses(&app, EVERYBODY, id, wanted, Page::newest(limits::PINNED))
            .await?
            .items
    } else {
        Vec::new()
    };
    let title = if who.account.display_name.is_empty() {
        &who.account.username
    } else {
        &who.account.display_name
    };
    let figures = app.settings().show_counts.then(|| figures(&who));
    let note = plain_text(&who.account.note);
    let summary = match &figures {
        Some(figures) if note.is_empty() => figures.clone(),
        Some(figures) => format!("{figures} · {note}"),
        None => note,
    };
    let page = Profile {
        page: Frame::new(&app, &visitor, title),
        host: app.settings().host.to_string(),
        summary: shortened(&summary),
        links: service::verifying::links(&who.account),
        figures,
        older: found.more(),
        posts: found.items,
        pinned,
        who,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

fn figures(who: &AccountView) -> String {
    format!(
        "{}, {} following, {}",
        several(who.statuses, "post", "posts"),
        who.following,
        several(who.followers, "follower", "followers"),
    )
}

/// `1 post`, `2 posts`
pub fn several(count: i64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What is from elsewhere has its page there.
pub fn elsewhere(url: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, url))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// As much as a preview shows.
pub fn shortened(text: &str) -> String {
    let short = limits::cut(text, 300);
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        short.to_owned()
    }
}
