//! The page of a status, with its thread.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use domain::{MediaKind, StatusId};
use service::text::plain_text;
use service::views::StatusView;
use service::{App, lineage, statuses};

use crate::page::{Answer, EVERYBODY, Failure, Forms, Frame, filters, show, visitor};
use crate::profile::{elsewhere, several, shortened};

#[derive(Template)]
#[template(path = "status.html")]
struct Status {
    page: Frame,
    view: StatusView,
    /// How many like it and pass it on; none where numbers are hidden.
    figures: Option<String>,
    host: String,
    summary: String,
    image: String,
    image_description: String,
    /// Whether the picture is the post's, and not only its author's.
    large: bool,
    /// Whether it comes from another post that the visitor sees, or another one from it.
    has_tree: bool,
    before: Vec<StatusView>,
    after: Vec<StatusView>,
}

pub async fn status(request: HttpRequest, path: Path<(String, String)>, app: Data<App>) -> Answer {
    let (name, id) = path.into_inner();
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let visitor = visitor(&request, &app).await?;
    let view = statuses::view(&app, EVERYBODY, id).await?;
    if let Some(boosted) = &view.boosted {
        return Ok(elsewhere(&boosted.status.url));
    }
    if !view.author.acct.eq_ignore_ascii_case(&name) {
        return Err(Failure::NotFound);
    }
    if !view.author.account.is_local() {
        return Ok(elsewhere(&view.status.url));
    }
    let context = statuses::context(&app, EVERYBODY, id).await?;
    let has_tree = lineage::has_tree(&app, visitor.person.as_ref(), &view.status.uri).await?;
    let hidden = &view.status.spoiler_text;
    let summary = if hidden.is_empty() {
        plain_text(&view.status.content)
    } else {
        hidden.clone()
    };
    let picture = view
        .media
        .iter()
        .find(|media| media.media.kind == MediaKind::Image)
        .filter(|_| hidden.is_empty() && !view.status.sensitive);
    let author = if view.author.account.display_name.is_empty() {
        view.author.account.username.clone()
    } else {
        view.author.account.display_name.clone()
    };
    let page = Status {
        page: Frame::new(&app, &visitor, &title(&author, &summary)),
        host: app.settings().host.to_string(),
        summary: shortened(&summary),
        figures: app.settings().show_counts.then(|| figures(&view)),
        large: picture.is_some(),
        image: picture
            .and_then(|media| media.preview_url.clone())
            .unwrap_or_else(|| view.author.avatar.clone()),
        image_description: picture
            .and_then(|media| media.media.description.clone())
            .unwrap_or_default(),
        has_tree,
        before: context.ancestors,
        after: context.descendants,
        view,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

fn figures(view: &StatusView) -> String {
    [
        several(view.boosts, "boost", "boosts"),
        several(view.quotes, "quote", "quotes"),
        several(view.favourites, "favourite", "favourites"),
    ]
    .join(" · ")
}

/// Who wrote it, and how it begins.
fn title(author: &str, summary: &str) -> String {
    const BEGINNING: usize = 60;
    let line = summary.lines().next().unwrap_or_default().trim();
    let short = domain::limits::cut(line, BEGINNING);
    let more = if short.len() < summary.trim().len() {
        "…"
    } else {
        ""
    };
    if short.is_empty() {
        author.to_owned()
    } else {
        format!("{author}: “{}{more}”", short.trim_end())
    }
}
