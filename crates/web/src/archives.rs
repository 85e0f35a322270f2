//! Taking all that one wrote along as a ZIP file, and bringing posts here out of such a file.

use actix_web::body::SizedStream;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use multer::Field;
use serde::Deserialize;
use service::archives::{self, FILE_BYTES, Remark};
use service::oauth::Person;
use service::transfer::Summary;
use service::{App, Error, Spool, attachments};

use crate::forms::Visitor;
use crate::multipart::{self, Parts};
use crate::page::{Answer, Failure, Forms, Frame, any_visitor, show, visitor};
use crate::sign_in::go;
use crate::strikes;
use crate::transfer::{HERE, page, sign_in_first};

/// Bytes of the form around the file, and of each of its texts.
const FORM_BYTES: u64 = 64 * 1_024;
const TEXT_BYTES: usize = 1_024;

#[derive(Template)]
#[template(path = "posts.html")]
struct Report {
    page: Frame,
    taken: Summary,
    remarks: Vec<Remark>,
    more: Option<i32>,
}

/// An archive that somebody asked for.
pub(crate) struct Offered {
    pub(crate) id: i64,
    pub(crate) asked: String,
    pub(crate) is_ready: bool,
    pub(crate) megabytes: i64,
}

/// The archive that somebody asked for last.
pub(crate) async fn offered(app: &App, person: &Person) -> Result<Option<Offered>, Error> {
    let archive = archives::newest(app, person).await?;
    Ok(archive.map(|archive| Offered {
        id: archive.id,
        asked: archive.created_at.format("%-d %B %Y, %H:%M").to_string(),
        is_ready: archive.finished_at.is_some(),
        megabytes: archive.size / 1_024 / 1_024 + 1,
    }))
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    csrf: String,
}

/// What a refusal says is shown on the page.
async fn refused(app: &App, visitor: &Visitor, error: Error) -> Answer {
    match error {
        Error::Invalid(text) => {
            let text = text.trim_start_matches("Validation failed: ").to_owned();
            if visitor.barred.is_some() {
                return strikes::page(app, visitor, Some(text)).await;
            }
            page(app, visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(text)).await
        }
        Error::TooLarge => {
            let most = FILE_BYTES / 1_024 / 1_024 / 1_024;
            let text = format!("The file has more than {most} GB");
            page(app, visitor, StatusCode::PAYLOAD_TOO_LARGE, Some(text)).await
        }
        error => Err(error.into()),
    }
}

pub async fn ask(request: HttpRequest, form: Form<Asked>, app: Data<App>) -> Answer {
    let visitor = any_visitor(&request, &app).await?;
    let Some(person) = visitor.may_take_along() else {
        return Ok(sign_in_first());
    };
    visitor.check(&form.csrf)?;
    match archives::ask(&app, person).await {
        Ok(()) => Ok(go(HERE, None)),
        Err(error) => refused(&app, &visitor, error).await,
    }
}

pub async fn download(request: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visitor = any_visitor(&request, &app).await?;
    let Some(person) = visitor.may_take_along() else {
        return Ok(sign_in_first());
    };
    let (archive, size, content) = archives::open(&app, person, *id).await?;
    let name = archive.created_at.format("archive-%Y%m%d%H%M%S.zip");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // It is packed already.
        .insert_header((
            header::CONTENT_ENCODING,
            header::HeaderValue::from_static("identity"),
        ))
        .body(SizedStream::new(size, content)))
}

/// What comes of a form with a file.
enum Sent {
    File(Spool),
    Nothing,
    TooLarge,
}

/// Puts the file of the form on the disk as it comes, if the form is one of ours: that is said before the file.
async fn receive(
    request: &HttpRequest,
    payload: Payload,
    app: &App,
    visitor: &Visitor,
) -> Result<Sent, Failure> {
    multipart::read(request, payload, FILE_BYTES + FORM_BYTES, |parts| {
        parse(parts, app, visitor)
    })
    .await
}

async fn parse(mut parts: Parts, app: &App, visitor: &Visitor) -> Result<Sent, Failure> {
    let mut is_ours = false;
    loop {
        let mut part = match parts.advance().await {
            Ok(Some(part)) => part,
            Ok(None) => return Ok(Sent::Nothing),
            Err(error) => return unreadable(&error),
        };
        let name = part.name().map(str::to_owned);
        match name.as_deref() {
            Some("csrf") => {
                visitor.check(&multipart::text(&mut part, TEXT_BYTES).await?)?;
                is_ours = true;
            }
            Some("file") if is_ours => return spool(app, part).await,
            Some("file") => return Err(Failure::Forged),
            _ => {}
        }
    }
}

async fn spool(app: &App, mut part: Field<'_>) -> Result<Sent, Failure> {
    let mut spool = archives::begin(app).await?;
    loop {
        match part.chunk().await {
            Ok(Some(chunk)) => attachments::add(&mut spool, &chunk).await?,
            Ok(None) => return Ok(Sent::File(spool)),
            Err(error) => return unreadable(&error),
        }
    }
}

fn unreadable(error: &multer::Error) -> Result<Sent, Failure> {
    match error {
        multer::Error::StreamSizeExceeded { .. } => Ok(Sent::TooLarge),
        _ => Err(Failure::Unreadable),
    }
}

pub async fn bring(request: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    // Nobody else's files are read.
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let _turn = match archives::turn(&app, person).await {
        Ok(turn) => turn,
        Err(error) => return refused(&app, &visitor, error).await,
    };
    let submitted = match receive(&request, payload, &app, &visitor).await? {
        Sent::File(file) => archives::submit(&app, person, file).await,
        Sent::Nothing => return Err(Failure::Unreadable),
        Sent::TooLarge => Err(Error::TooLarge),
    };
    match submitted {
        Ok(id) => Ok(go(&format!("{HERE}/posts/{id}"), None)),
        Err(error) => refused(&app, &visitor, error).await,
    }
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
    let (taken, remarks, more) = archives::report(&app, person, *id, place.after).await?;
    let page = Report {
        page: Frame::new(&app, &visitor, "Posts that were brought here"),
        taken,
        remarks,
        more,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}
