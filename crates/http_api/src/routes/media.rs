//! <https://docs.joinmastodon.org/methods/media/>

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::MediaId;
use serde::{Deserialize, Serialize};
use service::App;
use service::attachments::{self, Change};
use service::views::MediaView;
use utoipa::ToSchema;

use super::{Answer, nothing, put_or_patch};
use crate::ApiError;
use crate::entities::MediaAttachment;
use crate::extract::scope::WriteMedia;
use crate::extract::{Caller, File, PathId, Spooled, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

/// How long the first version of the upload, whose answer is the finished file, waits for it.
const PATIENCE: Duration = Duration::from_secs(30);
/// What an answer means that has no address of the file yet.
const UNFINISHED: &str = "It is still worked on";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/media", [web::post().to(create_and_wait)])
        .at("/v2/media", [web::post().to(create)])
        .at(
            "/v1/media/{id}",
            [
                web::get().to(show),
                put_or_patch().to(update),
                web::delete().to(delete),
            ],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.post(
        "/v1/media",
        "Upload a file, and wait for it",
        create_and_wait,
    )
    .answers::<MediaAttachment>()
    .also_answers::<MediaAttachment>("202", UNFINISHED)
    .files(&["file", "thumbnail"])
    .deprecated();
    api.post("/v2/media", "Upload a file", create)
        .answers::<MediaAttachment>()
        .also_answers::<MediaAttachment>("202", UNFINISHED)
        .files(&["file", "thumbnail"]);
    api.get(
        "/v1/media/{id}",
        "One of your files that is not posted yet",
        show,
    )
    .answers::<MediaAttachment>()
    .also_answers::<MediaAttachment>("206", UNFINISHED);
    api.put_or_patch("/v1/media/{id}", "Describe a file", update)
        .answers::<MediaAttachment>()
        .files(&["thumbnail"]);
    api.delete("/v1/media/{id}", "Remove a file that is not posted", delete)
        .says_nothing();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Described {
    description: Text,
    focus: Text,
}

/// `x,y`, each from -1 to 1.
pub(super) fn focus(text: &Text) -> Result<Option<(f64, f64)>, ApiError> {
    let Some(text) = text.filled() else {
        return Ok(None);
    };
    let point = text
        .split_once(',')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
    point.map(Some).ok_or_else(|| {
        ApiError::Unprocessable("Validation failed: Focus must be two numbers".to_owned())
    })
}

/// The picture that an app sends along with the change of a status: one of the files of a multipart body, or what is in a
/// `data:` address (RFC 2397).
pub(super) fn thumbnail(said: &Text, files: &[File]) -> Result<Option<Bytes>, ApiError> {
    let Some(said) = said.filled() else {
        return Ok(None);
    };
    if let Some(file) = File::at(files, said) {
        return Ok(Some(file.bytes.clone()));
    }
    let picture = said
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .and_then(|(_, coded)| STANDARD.decode(coded).ok());
    picture.map(|bytes| Some(bytes.into())).ok_or_else(|| {
        ApiError::Unprocessable("Validation failed: Thumbnail must be a picture".to_owned())
    })
}

/// The files that a status is to have.
pub(super) fn media_ids(words: &Words) -> Result<Vec<MediaId>, ApiError> {
    files(words, "Media attachments could not be found")
}

pub(super) fn document_ids(words: &Words) -> Result<Vec<MediaId>, ApiError> {
    files(words, "Documents could not be found, or are in use")
}

fn files(words: &Words, unknown: &str) -> Result<Vec<MediaId>, ApiError> {
    let unknown = |_| ApiError::Unprocessable(format!("Validation failed: {unknown}"));
    words
        .as_slice()
        .iter()
        .map(|id| id.parse().map_err(unknown))
        .collect()
}

/// The attachment, with `unfinished` as long as it is still worked on.
fn attachment(view: MediaView, unfinished: StatusCode) -> Answer {
    let status = if view.is_ready() {
        StatusCode::OK
    } else {
        unfinished
    };
    Ok(HttpResponse::build(status).json(MediaAttachment::from(view)))
}

async fn take_in(
    app: &App,
    caller: &Caller<WriteMedia>,
    mut upload: Spooled<Described>,
) -> Result<MediaView, ApiError> {
    let file = upload.take("file").ok_or_else(|| {
        ApiError::Unprocessable("Validation failed: File can't be blank".to_owned())
    })?;
    let new = attachments::Upload {
        file,
        thumbnail: upload.take("thumbnail"),
        description: upload.params.description.filled().map(str::to_owned),
        focus: focus(&upload.params.focus)?,
    };
    Ok(attachments::upload(app, &caller.person, new).await?)
}

/// `POST /api/v2/media`: what has to be converted is answered with 202 before it is.
async fn create(caller: Caller<WriteMedia>, upload: Spooled<Described>, app: Data<App>) -> Answer {
    attachment(take_in(&app, &caller, upload).await?, StatusCode::ACCEPTED)
}

/// `POST /api/v1/media`: the same for apps that do not ask again.
async fn create_and_wait(
    caller: Caller<WriteMedia>,
    upload: Spooled<Described>,
    app: Data<App>,
) -> Answer {
    let view = take_in(&app, &caller, upload).await?;
    let view = if view.is_ready() {
        view
    } else {
        attachments::find_ready(&app, &caller.person, view.id(), PATIENCE).await?
    };
    attachment(view, StatusCode::ACCEPTED)
}

async fn show(caller: Caller<WriteMedia>, id: PathId<MediaId>, app: Data<App>) -> Answer {
    let view = attachments::find(&app, &caller.person, id.0).await?;
    attachment(view, StatusCode::PARTIAL_CONTENT)
}

async fn update(
    caller: Caller<WriteMedia>,
    id: PathId<MediaId>,
    mut upload: Spooled<Described>,
    app: Data<App>,
) -> Answer {
    let change = Change {
        thumbnail: upload.take("thumbnail"),
        focus: focus(&upload.params.focus)?,
        description: upload.params.description.0,
    };
    let view = attachments::update(&app, &caller.person, id.0, change).await?;
    attachment(view, StatusCode::OK)
}

async fn delete(caller: Caller<WriteMedia>, id: PathId<MediaId>, app: Data<App>) -> Answer {
    attachments::delete(&app, &caller.person, id.0).await?;
    nothing()
}
