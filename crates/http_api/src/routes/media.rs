//! <https://docs.joinmastodon.org/methods/media/>

use actix_web::web::{self, Data, ServiceConfig};
use domain::MediaId;
use serde::{Deserialize, Serialize};
use service::App;
use service::attachments;
use utoipa::ToSchema;

use super::{Answer, json, nothing};
use crate::ApiError;
use crate::entities::MediaAttachment;
use crate::extract::scope::WriteMedia;
use crate::extract::{Caller, Params, PathId, Text, Upload};
use crate::openapi::Operations;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/v1/media").route(web::post().to(create)))
        .service(web::resource("/v2/media").route(web::post().to(create)))
        .service(
            web::resource("/v1/media/{id}")
                .route(web::get().to(show))
                .route(web::put().to(update))
                .route(web::delete().to(delete)),
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.post("/v1/media", "Upload a file", create)
        .answers::<MediaAttachment>()
        .files(&["file", "thumbnail"])
        .deprecated();
    api.post("/v2/media", "Upload a file", create)
        .answers::<MediaAttachment>()
        .files(&["file", "thumbnail"]);
    api.get(
        "/v1/media/{id}",
        "One of your files that is not posted yet",
        show,
    )
    .answers::<MediaAttachment>();
    api.put("/v1/media/{id}", "Describe a file", update)
        .answers::<MediaAttachment>();
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

/// Pictures are worked on at once, so that both versions answer with the finished attachment.
async fn create(
    caller: Caller<WriteMedia>,
    mut upload: Upload<Described>,
    app: Data<App>,
) -> Answer {
    let file = upload.take("file").ok_or_else(|| {
        ApiError::Unprocessable("Validation failed: File can't be blank".to_owned())
    })?;
    let new = attachments::Upload {
        bytes: file.bytes,
        description: upload.params.description.filled().map(str::to_owned),
        focus: focus(&upload.params.focus)?,
    };
    json(MediaAttachment::from(
        attachments::upload(&app, &caller.person, new).await?,
    ))
}

async fn show(caller: Caller<WriteMedia>, id: PathId<MediaId>, app: Data<App>) -> Answer {
    json(MediaAttachment::from(
        attachments::find(&app, &caller.person, id.0).await?,
    ))
}

async fn update(
    caller: Caller<WriteMedia>,
    id: PathId<MediaId>,
    params: Params<Described>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let at = focus(&params.focus)?;
    let view = attachments::update(&app, &caller.person, id.0, params.description.0, at).await?;
    json(MediaAttachment::from(view))
}

async fn delete(caller: Caller<WriteMedia>, id: PathId<MediaId>, app: Data<App>) -> Answer {
    attachments::delete(&app, &caller.person, id.0).await?;
    nothing()
}
