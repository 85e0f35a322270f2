//! Documents, to which posts link: ours, and not Mastodon's. They are posted with `document_ids`.

use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::{App, documents};
use utoipa::ToSchema;

use super::{Answer, json};
use crate::ApiError;
use crate::entities::Document;
use crate::extract::scope::WriteMedia;
use crate::extract::{Caller, Spooled, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/staffroom/v1/documents", [web::post().to(create)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post(
        "/staffroom/v1/documents",
        "Upload a document, to link to it in a post",
        create,
    )
    .answers::<Document>()
    .files(&["file"]);
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Called {
    /// What it is called, if not as the file is.
    name: Text,
}

/// What it is, its content and its name must both say.
async fn create(caller: Caller<WriteMedia>, mut upload: Spooled<Called>, app: Data<App>) -> Answer {
    let file = upload.take_named("file").ok_or_else(|| {
        ApiError::Unprocessable("Validation failed: File can't be blank".to_owned())
    })?;
    let name = upload.params.name.filled().unwrap_or(&file.name);
    let view = documents::upload(&app, &caller.person, file.spool, name).await?;
    json(Document::from(view))
}
