//! <https://docs.joinmastodon.org/methods/statuses/#translate> and
//! <https://docs.joinmastodon.org/methods/instance/#translation_languages>

use actix_web::web::{self, Data};
use domain::StatusId;
use serde::{Deserialize, Serialize};
use service::App;
use service::translation::{self, TranslationView};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

use super::{Answer, json};
use crate::entities::translation::{
    TranslatedAttachment, TranslatedOption, TranslatedPoll, Translation,
};
use crate::extract::scope::ReadStatuses;
use crate::extract::{Caller, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/instance/translation_languages",
            [web::get().to(languages)],
        )
        .at("/v1/statuses/{id}/translate", [web::post().to(translate)]);
}

pub(super) fn operations(api: &mut Operations) {
    let codes = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::String));
    api.get(
        "/v1/instance/translation_languages",
        "From and into which languages posts are translated",
        languages,
    )
    .answers_schema(
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(codes)),
    );
    api.post(
        "/v1/statuses/{id}/translate",
        "A post in your language",
        translate,
    )
    .answers::<Translation>();
}

async fn languages(app: Data<App>) -> Answer {
    json(translation::languages(&app).await?)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wanted {
    lang: Text,
}

async fn translate(
    caller: Caller<ReadStatuses>,
    id: PathId<StatusId>,
    params: Params<Wanted>,
    app: Data<App>,
) -> Answer {
    let language = params.0.lang.filled().map(str::to_owned);
    let view = translation::translate(&app, &caller.person, id.0, language).await?;
    json(Translation::from(view))
}

impl From<TranslationView> for Translation {
    fn from(view: TranslationView) -> Self {
        Self {
            content: view.content,
            spoiler_text: view.spoiler_text,
            poll: view.poll.map(|(id, titles)| TranslatedPoll {
                id,
                options: titles
                    .into_iter()
                    .map(|title| TranslatedOption { title })
                    .collect(),
            }),
            media_attachments: view
                .descriptions
                .into_iter()
                .map(|(id, description)| TranslatedAttachment { id, description })
                .collect(),
            detected_source_language: view.from,
            language: view.to,
            provider: "LibreTranslate",
        }
    }
}
