//! What this server is, and what is new here.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::Page;
use serde::Deserialize;
use service::timelines::{PublicTimeline, TagTimeline};
use service::views::{AccountView, StatusView};
use service::{App, instance, timelines};

use crate::page::{Answer, EVERYBODY, Forms, Frame, filters, show, visitor};

/// Posts of one page.
pub const POSTS: i64 = 20;

#[derive(Template)]
#[template(path = "front.html")]
struct Front {
    page: Frame,
    description: String,
    host: String,
    posts: Vec<StatusView>,
}

pub async fn front(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let wanted = PublicTimeline {
        local: true,
        ..PublicTimeline::default()
    };
    let posts = timelines::public(&app, EVERYBODY, wanted, Page::newest(POSTS))
        .await?
        .items;
    let page = Front {
        page: Frame::new(&app, &visitor, "Welcome"),
        description: app.settings().description.clone(),
        host: app.settings().host.to_string(),
        posts,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    page: Frame,
    description: String,
    host: String,
    email: String,
    contact: Option<AccountView>,
    counts: bool,
    rules: Vec<String>,
    /// HTML.
    privacy: String,
    /// HTML, and from when on.
    terms: Option<(String, String)>,
}

pub async fn about(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let settings = app.settings();
    let page = About {
        page: Frame::new(&app, &visitor, "About"),
        description: settings.description.clone(),
        host: settings.host.to_string(),
        email: settings.contact_email.clone(),
        contact: instance::facts(&app).await?.contact,
        counts: settings.show_counts,
        rules: settings.house.rules.clone(),
        privacy: instance::privacy_policy(&app).0,
        terms: instance::terms(&app)
            .await?
            .map(|terms| (terms.html, terms.holds_from.to_string())),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// Where a list goes on; the cursor as it was sent.
#[derive(Deserialize, Default)]
pub struct Older {
    #[serde(default)]
    max_id: String,
}

impl Older {
    pub fn max_id(&self) -> Option<i64> {
        domain::page::cursor(&self.max_id)
    }

    pub fn page(&self) -> Page {
        Page {
            max_id: self.max_id(),
            ..Page::newest(POSTS)
        }
    }
}

#[derive(Template)]
#[template(path = "tag.html")]
struct Tag {
    page: Frame,
    tag: String,
    posts: Vec<StatusView>,
    older: Option<i64>,
}

pub async fn tag(
    request: HttpRequest,
    tag: Path<String>,
    older: Query<Older>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let tag = tag.into_inner();
    let wanted = TagTimeline {
        name: tag.clone(),
        ..TagTimeline::default()
    };
    let found = timelines::tag(&app, EVERYBODY, wanted, older.page()).await?;
    let page = Tag {
        page: Frame::new(&app, &visitor, &format!("#{tag}")),
        tag,
        older: found.more(),
        posts: found.items,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// Machines may read what people may; sign-in and consent are of no use to them.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain")
        .body("User-agent: *\nDisallow: /oauth/\nDisallow: /sign-in\nDisallow: /sign-up\n")
}
