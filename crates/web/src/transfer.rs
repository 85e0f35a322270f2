//! Taking one's follows, blocks, lists and the like along as CSV, and bringing them here.

use std::convert::Infallible;
use std::future::ready;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::{Brought, ImportKind, LineOutcome};
use futures_util::{Stream, stream};
use multer::Multipart;
use serde::Deserialize;
use service::archives;
use service::oauth::Person;
use service::transfer::{self, ExportKind, FILE_BYTES, ReportLine, Summary};
use service::{App, Error};

use crate::archives::{Offered, offered};
use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, Mistake, mistake, show, visitor};
use crate::sign_in::go;

pub(crate) const HERE: &str = "/settings/transfer";
/// Bytes of the form around the file.
const FORM_BYTES: usize = 64 * 1_024;

#[derive(Template)]
#[template(path = "transfer.html")]
struct Transfer {
    page: Frame,
    mistakes: Vec<Mistake>,
    files: Vec<(&'static str, &'static str)>,
    kinds: Vec<(&'static str, &'static str)>,
    imports: Vec<(Summary, &'static str)>,
    /// That was asked for last.
    archive: Option<Offered>,
    /// Archives from elsewhere.
    taken: Vec<Summary>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct Report {
    page: Frame,
    title: &'static str,
    summary: Summary,
    /// And what the outcome is called.
    lines: Vec<(ReportLine, &'static str)>,
    more: Option<i32>,
}

fn of_import(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Following => "People you follow",
        ImportKind::Blocks => "People you block",
        ImportKind::Mutes => "People you mute",
        ImportKind::Lists => "Lists",
        ImportKind::Bookmarks => "Bookmarks",
        ImportKind::DomainBlocks => "Servers you block",
    }
}

fn of_brought(what: Brought) -> &'static str {
    match what {
        Brought::List(kind) => of_import(kind),
        Brought::Posts => "Posts",
    }
}

fn of_export(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Following => of_import(ImportKind::Following),
        ExportKind::Followers => "People who follow you",
        ExportKind::Lists => of_import(ImportKind::Lists),
        ExportKind::Blocks => of_import(ImportKind::Blocks),
        ExportKind::Mutes => of_import(ImportKind::Mutes),
        ExportKind::DomainBlocks => of_import(ImportKind::DomainBlocks),
        ExportKind::Bookmarks => of_import(ImportKind::Bookmarks),
    }
}

/// What the report calls an outcome.
fn word(outcome: LineOutcome) -> &'static str {
    match outcome {
        LineOutcome::Waiting => "waits",
        LineOutcome::Done => "done",
        LineOutcome::Already => "already so",
        LineOutcome::NotFound => "not found",
        LineOutcome::Refused => "refused",
    }
}

pub(crate) fn sign_in_first() -> HttpResponse {
    go("/sign-in?return_to=/settings/transfer", None)
}

pub(crate) async fn page(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    text: Option<String>,
) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let page = Transfer {
        archive: offered(app, person).await?,
        taken: archives::recent(app, person).await?,
        page: Frame::new(app, visitor, "Take along and bring"),
        mistakes: mistake(text),
        files: ExportKind::ALL
            .map(|kind| (kind.file(), of_export(kind)))
            .to_vec(),
        kinds: ImportKind::ALL
            .map(|kind| (kind.name(), of_import(kind)))
            .to_vec(),
        imports: transfer::recent(app, person)
            .await?
            .into_iter()
            .map(|summary| {
                let title = of_brought(summary.import.kind);
                (summary, title)
            })
            .collect(),
    };
    show(app, visitor, status, Forms::Here, &page)
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    page(&app, &visitor(&request, &app).await?, StatusCode::OK, None).await
}

#[derive(Default)]
struct Submitted {
    csrf: String,
    kind: String,
    mode: String,
    file: Vec<u8>,
}

/// The parts of the form; none where it is too large.
async fn read(request: &HttpRequest, payload: Payload) -> Result<Option<Submitted>, Failure> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|_| Failure::Unreadable)?;
    let Ok(body) = payload.to_bytes_limited(FILE_BYTES + FORM_BYTES).await else {
        return Ok(None);
    };
    let body = body.map_err(|_| Failure::Unreadable)?;
    let body = stream::once(ready(Ok::<_, Infallible>(body)));
    let mut parts = Multipart::new(body, boundary);
    let mut said = Submitted::default();
    while let Some(part) = parts.next_field().await.map_err(|_| Failure::Unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|_| Failure::Unreadable)?;
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "csrf" => said.csrf = text(),
            "type" => said.kind = text(),
            "mode" => said.mode = text(),
            "file" => said.file = bytes.to_vec(),
            _ => {}
        }
    }
    Ok(Some(said))
}

pub async fn submit(request: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    // Nobody else's files are read.
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let Some(said) = read(&request, payload).await? else {
        return too_large(&app, &visitor).await;
    };
    visitor.check(&said.csrf)?;
    let overwrite = match said.mode.as_str() {
        "merge" => false,
        "overwrite" => true,
        _ => return Err(Failure::Unreadable),
    };
    let kind: ImportKind = said.kind.parse().map_err(|()| Failure::Unreadable)?;
    match transfer::submit(&app, person, kind, overwrite, said.file).await {
        Ok(id) => Ok(go(&format!("{HERE}/imports/{id}"), None)),
        Err(Error::Invalid(text)) => {
            let text = text.trim_start_matches("Validation failed: ").to_owned();
            page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(text)).await
        }
        Err(Error::TooLarge) => too_large(&app, &visitor).await,
        Err(error) => Err(error.into()),
    }
}

async fn too_large(app: &App, visitor: &Visitor) -> Answer {
    let text = format!("The file has more than {} MB", FILE_BYTES / 1_024 / 1_024);
    page(app, visitor, StatusCode::PAYLOAD_TOO_LARGE, Some(text)).await
}

#[derive(Deserialize)]
pub struct Place {
    #[serde(default)]
    after: i32,
}

pub async fn report(
    request: HttpRequest,
    id: Path<i64>,
    place: Query<Place>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let (summary, lines, more) = transfer::report(&app, person, *id, place.after).await?;
    let page = Report {
        page: Frame::new(&app, &visitor, "What was brought here"),
        title: of_brought(summary.import.kind),
        summary,
        lines: lines
            .into_iter()
            .map(|line| {
                let outcome = word(line.outcome);
                (line, outcome)
            })
            .collect(),
        more,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// A stretch of a file, and where the next one begins.
type Ready = (Vec<u8>, Option<i32>);

/// A file that is written as it is read.
fn file(name: &str, content: impl Stream<Item = Result<Bytes, Error>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(content)
}

pub async fn failures(request: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = visitor.person else {
        return Ok(sign_in_first());
    };
    // Whose it is is known before the first byte.
    let first = transfer::failures(&app, &person, *id, 0).await?;
    let state: Option<(Option<Ready>, i32)> = Some((Some(first), 0));
    let content = stream::try_unfold(state, move |state| {
        let (app, person, id) = (app.clone(), person.clone(), *id);
        async move {
            let Some((ready, after)) = state else {
                return Ok(None);
            };
            let (text, more) = match ready {
                Some(first) => first,
                None => transfer::failures(&app, &person, id, after).await?,
            };
            let next = more.map(|after| (None, after));
            Ok::<_, Error>(Some((Bytes::from(text), next)))
        }
    });
    Ok(file("not_imported.csv", content))
}

pub async fn export(request: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = visitor.person else {
        return Ok(sign_in_first());
    };
    let kind = ExportKind::of_file(&name).ok_or(Failure::NotFound)?;
    let content = stream::try_unfold(Some(None), move |before: Option<Option<i64>>| {
        let (app, person): (Data<App>, Person) = (app.clone(), person.clone());
        async move {
            let Some(before) = before else {
                return Ok(None);
            };
            let part = transfer::part(&app, &person, kind, before).await?;
            Ok::<_, Error>(Some((Bytes::from(part.text), part.more.map(Some))))
        }
    });
    Ok(file(kind.file(), content))
}
