//! <https://docs.joinmastodon.org/methods/statuses/>

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::{AccountId, ContentType, StatusId, Visibility};
use serde::{Deserialize, Serialize};
use service::oauth::Person;
use service::statuses::{self, MediaChange, NewStatus, StatusChange};
use service::{App, Error, scheduled};
use utoipa::ToSchema;

use super::media::{document_ids, focus, media_ids, thumbnail};
use super::polls::PollParams;
use super::quotes::policy;
use super::scheduled_statuses::time;
use super::{Answer, async_refreshes, json, nothing, page, put_or_patch};
use crate::ApiError;
use crate::entities::{
    Account, Context, PreviewCard, ScheduledStatus, Status, StatusEdit, StatusSource,
};
use crate::extract::scope::{
    ReadAccounts, ReadBookmarks, ReadFavourites, ReadStatuses, WriteAccounts, WriteBookmarks,
    WriteFavourites, WriteMutes, WriteStatuses,
};
use crate::extract::{
    Anyone, Caller, Choice, Composed, Flag, Many, PageParams, Params, PathId, Text, Upload, Words,
};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/statuses",
            [web::post().to(create), web::get().to(several)],
        )
        .at(
            "/v1/statuses/{id}",
            [
                web::get().to(show),
                put_or_patch().to(edit),
                web::delete().to(delete),
            ],
        )
        .at("/v1/statuses/{id}/context", [web::get().to(context)])
        .at("/v1/statuses/{id}/source", [web::get().to(source)])
        .at("/v1/statuses/{id}/history", [web::get().to(history)])
        .at("/v1/statuses/{id}/card", [web::get().to(card)])
        .at("/v1/statuses/{id}/favourite", [web::post().to(favourite)])
        .at(
            "/v1/statuses/{id}/unfavourite",
            [web::post().to(unfavourite)],
        )
        .at("/v1/statuses/{id}/reblog", [web::post().to(reblog)])
        .at("/v1/statuses/{id}/unreblog", [web::post().to(unreblog)])
        .at("/v1/statuses/{id}/bookmark", [web::post().to(bookmark)])
        .at("/v1/statuses/{id}/unbookmark", [web::post().to(unbookmark)])
        .at("/v1/statuses/{id}/mute", [web::post().to(mute)])
        .at("/v1/statuses/{id}/unmute", [web::post().to(unmute)])
        .at("/v1/statuses/{id}/pin", [web::post().to(pin)])
        .at("/v1/statuses/{id}/unpin", [web::post().to(unpin)])
        .at(
            "/v1/statuses/{id}/favourited_by",
            [web::get().to(favourited_by)],
        )
        .at(
            "/v1/statuses/{id}/reblogged_by",
            [web::get().to(reblogged_by)],
        )
        .at("/v1/favourites", [web::get().to(favourites)])
        .at("/v1/bookmarks", [web::get().to(bookmarks)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post("/v1/statuses", "Post, or schedule a post", create)
        .answers_one_of::<Status, ScheduledStatus>();
    api.get("/v1/statuses", "Several posts by id", several)
        .lists::<Status>();
    api.get("/v1/statuses/{id}", "One post", show)
        .answers::<Status>();
    api.put_or_patch("/v1/statuses/{id}", "Edit a post", edit)
        .answers::<Status>();
    api.delete("/v1/statuses/{id}", "Remove a post", delete)
        .answers::<Status>();
    api.get(
        "/v1/statuses/{id}/context",
        "What a post answers, and what answers it",
        context,
    )
    .answers::<Context>();
    api.get(
        "/v1/statuses/{id}/source",
        "What you wrote, before it became HTML",
        source,
    )
    .answers::<StatusSource>();
    api.get(
        "/v1/statuses/{id}/history",
        "What a post said before",
        history,
    )
    .lists::<StatusEdit>();
    api.get(
        "/v1/statuses/{id}/card",
        "What is shown of the page that a post links to",
        card,
    )
    .answers::<PreviewCard>()
    .deprecated();
    api.post("/v1/statuses/{id}/favourite", "Like", favourite)
        .answers::<Status>();
    api.post(
        "/v1/statuses/{id}/unfavourite",
        "Like no longer",
        unfavourite,
    )
    .answers::<Status>();
    api.post("/v1/statuses/{id}/reblog", "Boost", reblog)
        .answers::<Status>();
    api.post("/v1/statuses/{id}/unreblog", "Boost no longer", unreblog)
        .answers::<Status>();
    api.post("/v1/statuses/{id}/bookmark", "Bookmark", bookmark)
        .answers::<Status>();
    api.post(
        "/v1/statuses/{id}/unbookmark",
        "Bookmark no longer",
        unbookmark,
    )
    .answers::<Status>();
    api.post(
        "/v1/statuses/{id}/mute",
        "Be told no longer of a conversation",
        mute,
    )
    .answers::<Status>();
    api.post(
        "/v1/statuses/{id}/unmute",
        "Be told again of a conversation",
        unmute,
    )
    .answers::<Status>();
    api.post(
        "/v1/statuses/{id}/pin",
        "Pin a post of yours to your profile",
        pin,
    )
    .answers::<Status>();
    api.post("/v1/statuses/{id}/unpin", "Pin a post no longer", unpin)
        .answers::<Status>();
    api.get(
        "/v1/statuses/{id}/favourited_by",
        "Who likes a post",
        favourited_by,
    )
    .pages::<Account>();
    api.get(
        "/v1/statuses/{id}/reblogged_by",
        "Who boosted a post",
        reblogged_by,
    )
    .pages::<Account>();
    api.get("/v1/favourites", "What you like", favourites)
        .pages::<Status>();
    api.get("/v1/bookmarks", "What you bookmarked", bookmarks)
        .pages::<Status>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Create {
    status: Text,
    spoiler_text: Text,
    sensitive: Flag,
    #[schema(value_type = String)]
    visibility: Choice<Visibility>,
    language: Text,
    in_reply_to_id: Text,
    media_ids: Words,
    #[schema(value_type = Option<PollParams>)]
    poll: Composed<PollParams>,
    scheduled_at: Text,
    quoted_status_id: Text,
    quote_approval_policy: Text,
    content_type: Text,
    /// Whom it may mention; where this is missing, anybody.
    allowed_mentions: Words,
    /// Ours: the status never leaves this server.
    local_only: Flag,
    /// Ours: what was uploaded as documents.
    document_ids: Words,
}

/// Bytes of an idempotency key.
const KEY: usize = 256;

async fn create(
    request: HttpRequest,
    caller: Caller<WriteStatuses>,
    params: Params<Create>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let scheduled_at = params.scheduled_at.filled().map(time).transpose()?;
    let idempotency_key = idempotency_key(&request)?;
    let gone = gone(&params);
    let told = |error: ApiError| match error {
        ApiError::NotFound => gone.clone(),
        other => other,
    };
    let said = |id: &Text| id.filled().map(answered).transpose().map_err(told);
    let new = NewStatus {
        text: params.status.0.unwrap_or_default(),
        content_type: content_type(&params.content_type)?,
        spoiler_text: params.spoiler_text.0.unwrap_or_default(),
        sensitive: params.sensitive.0,
        visibility: params.visibility.0,
        language: params.language.filled().map(str::to_owned),
        in_reply_to: said(&params.in_reply_to_id)?,
        media: media_ids(&params.media_ids)?,
        documents: document_ids(&params.document_ids)?,
        poll: params.poll.0.map(Into::into),
        quoted: said(&params.quoted_status_id)?,
        quote_policy: policy(&params.quote_approval_policy)?,
        local_only: params.local_only.0.unwrap_or(false),
        idempotency_key,
        scheduled: None,
    };
    if params.allowed_mentions.0.is_some() {
        let allowed: Vec<AccountId> = params.allowed_mentions.ids().collect();
        check_mentions(&app, &caller.person, &new, &allowed).await?;
    }
    let application = caller.authenticated.application;
    // As in Mastodon, a time that has passed means now.
    if let Some(at) = scheduled_at.filter(|at| *at > app.now()) {
        let view = scheduled::schedule(&app, &caller.person, application, new, at).await;
        return json(ScheduledStatus::from(
            view.map_err(ApiError::from).map_err(told)?,
        ));
    }
    let view = statuses::publish(&app, &caller.person, application, new).await;
    json(Status::from(view.map_err(ApiError::from).map_err(told)?))
}

/// What is not there when a status is written: people who answer are told so. Of two it is not known which.
fn gone(params: &Create) -> ApiError {
    let (answered, quoted) = (&params.in_reply_to_id, &params.quoted_status_id);
    match (answered.filled(), quoted.filled()) {
        (Some(_), None) => ApiError::Missing("The post you want to reply to does not exist"),
        (None, Some(_)) => {
            ApiError::Missing("The post you want to quote does not exist, or may not be quoted")
        }
        _ => ApiError::NotFound,
    }
}

async fn check_mentions(
    app: &App,
    author: &Person,
    new: &NewStatus,
    allowed: &[AccountId],
) -> Result<(), ApiError> {
    let (kind, answered) = (new.content_type, new.in_reply_to);
    let found = statuses::unexpected_mentions(app, author, &new.text, kind, answered, allowed);
    let unexpected: Vec<Account> = found.await?.into_iter().map(Account::from).collect();
    if unexpected.is_empty() {
        return Ok(());
    }
    Err(ApiError::because(
        "Post would be sent to unexpected accounts",
        "unexpected_accounts",
        &unexpected,
    ))
}

/// A key that is too long is refused: two that begin alike are two.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let key = request
        .headers()
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .filter(|key| !key.is_empty());
    if key.is_some_and(|key| key.len() > KEY) {
        return Err(ApiError::BadRequest(
            "The Idempotency-Key is too long".to_owned(),
        ));
    }
    Ok(key.map(str::to_owned))
}

fn answered(id: &str) -> Result<StatusId, ApiError> {
    id.trim().parse().map_err(|_| ApiError::NotFound)
}

/// How a text is written; None where nothing is said.
pub(super) fn content_type(said: &Text) -> Result<Option<ContentType>, ApiError> {
    let unknown = || {
        ApiError::Unprocessable(
            "Validation failed: Content type is not included in the list".to_owned(),
        )
    };
    said.filled()
        .map(|name| ContentType::named(name).ok_or_else(unknown))
        .transpose()
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Ids {
    id: Words,
}

async fn several(caller: Anyone<ReadStatuses>, params: Params<Ids>, app: Data<App>) -> Answer {
    let ids = params.0.id.ids().take(100).collect();
    let found = statuses::with_ids(&app, caller.person(), ids).await?;
    json(found.into_iter().map(Status::from).collect::<Vec<_>>())
}

async fn show(caller: Anyone<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::view(&app, caller.person(), id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Edit {
    status: Text,
    spoiler_text: Text,
    sensitive: Flag,
    language: Text,
    media_ids: Words,
    #[schema(value_type = Vec<MediaAttributes>)]
    media_attributes: Many<MediaAttributes>,
    /// Ours: what was uploaded as documents; left out, they stay.
    document_ids: Words,
    #[schema(value_type = Option<PollParams>)]
    poll: Composed<PollParams>,
    quote_approval_policy: Text,
    content_type: Text,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct MediaAttributes {
    id: Text,
    description: Text,
    focus: Text,
    /// A file of a multipart body, or a `data:` address.
    thumbnail: Text,
}

async fn edit(
    caller: Caller<WriteStatuses>,
    id: PathId<StatusId>,
    upload: Upload<Edit>,
    app: Data<App>,
) -> Answer {
    let Upload { params, files } = upload;
    // What is not said stays as it is.
    let now = statuses::source(&app, &caller.person, id.0).await?;
    let mut media_changes = Vec::new();
    for change in params.media_attributes.0.unwrap_or_default() {
        let Some(id) = change.id.filled().and_then(|id| id.parse().ok()) else {
            continue;
        };
        media_changes.push(MediaChange {
            id,
            description: change.description.0,
            focus: focus(&change.focus)?,
            thumbnail: thumbnail(&change.thumbnail, &files)?,
        });
    }
    // But a warning, files and a poll that are not said are gone, as in Mastodon: a form cannot say "none".
    let keeps_media = params.media_ids.0.is_none() && !media_changes.is_empty();
    let change = StatusChange {
        text: params.status.0.unwrap_or(now.text),
        content_type: content_type(&params.content_type)?.unwrap_or(now.content_type),
        spoiler_text: params.spoiler_text.0.unwrap_or_default(),
        sensitive: Some(params.sensitive.is_set()),
        language: params.language.filled().map(str::to_owned),
        media: if keeps_media {
            None
        } else {
            Some(media_ids(&params.media_ids)?)
        },
        media_changes,
        documents: match params.document_ids.0 {
            Some(_) => Some(document_ids(&params.document_ids)?),
            None => None,
        },
        without_poll: params.poll.0.is_none(),
        poll: params.poll.0.map(Into::into),
        quote_policy: policy(&params.quote_approval_policy)?,
    };
    json(Status::from(
        statuses::edit(&app, &caller.person, id.0, change).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Delete {
    delete_media: Flag,
}

async fn delete(
    caller: Caller<WriteStatuses>,
    id: PathId<StatusId>,
    params: Params<Delete>,
    app: Data<App>,
) -> Answer {
    let view = if params.0.delete_media.is_set() {
        statuses::delete_with_media(&app, &caller.person, id.0).await?
    } else {
        statuses::delete(&app, &caller.person, id.0).await?
    };
    let text = view.status.text.clone();
    json(Status {
        text: Some(text),
        ..Status::from(view)
    })
}

async fn context(caller: Anyone<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    let found = statuses::context(&app, caller.person(), id.0).await?;
    let mut response = HttpResponse::Ok();
    if let Some(refresh) = &found.refresh {
        response.insert_header(async_refreshes::header(refresh));
    }
    Ok(response.json(Context {
        ancestors: found.ancestors.into_iter().map(Status::from).collect(),
        descendants: found.descendants.into_iter().map(Status::from).collect(),
    }))
}

async fn source(caller: Caller<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    let row = statuses::source(&app, &caller.person, id.0).await?;
    json(StatusSource {
        id: row.id,
        text: row.text,
        spoiler_text: row.spoiler_text,
        content_type: row.content_type.name(),
    })
}

async fn history(caller: Anyone<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    let versions = statuses::history(&app, caller.person(), id.0).await?;
    json(
        versions
            .into_iter()
            .map(StatusEdit::from)
            .collect::<Vec<_>>(),
    )
}

/// Mastodon answers an empty object where a status has none.
async fn card(caller: Anyone<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    let view = statuses::view(&app, caller.person(), id.0).await?;
    match view.card {
        Some(card) => json(PreviewCard::from(card)),
        None => nothing(),
    }
}

async fn favourite(
    caller: Caller<WriteFavourites>,
    id: PathId<StatusId>,
    app: Data<App>,
) -> Answer {
    json(Status::from(
        statuses::favourite(&app, &caller.person, id.0).await?,
    ))
}

async fn unfavourite(
    caller: Caller<WriteFavourites>,
    id: PathId<StatusId>,
    app: Data<App>,
) -> Answer {
    json(Status::from(
        statuses::unfavourite(&app, &caller.person, id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Reblog {
    #[schema(value_type = String)]
    visibility: Choice<Visibility>,
}

async fn reblog(
    caller: Caller<WriteStatuses>,
    id: PathId<StatusId>,
    params: Params<Reblog>,
    app: Data<App>,
) -> Answer {
    // What may be read but not passed on is, as in Mastodon, not there.
    match statuses::boost(&app, &caller.person, id.0, params.0.visibility.0).await {
        Ok(view) => json(Status::from(view)),
        Err(Error::Forbidden(_)) => Err(ApiError::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn unreblog(caller: Caller<WriteStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::unboost(&app, &caller.person, id.0).await?,
    ))
}

async fn mute(caller: Caller<WriteMutes>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::mute(&app, &caller.person, id.0).await?,
    ))
}

async fn unmute(caller: Caller<WriteMutes>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::unmute(&app, &caller.person, id.0).await?,
    ))
}

async fn bookmark(caller: Caller<WriteBookmarks>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::bookmark(&app, &caller.person, id.0).await?,
    ))
}

async fn unbookmark(
    caller: Caller<WriteBookmarks>,
    id: PathId<StatusId>,
    app: Data<App>,
) -> Answer {
    json(Status::from(
        statuses::unbookmark(&app, &caller.person, id.0).await?,
    ))
}

async fn pin(caller: Caller<WriteAccounts>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::pin(&app, &caller.person, id.0).await?,
    ))
}

async fn unpin(caller: Caller<WriteAccounts>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    json(Status::from(
        statuses::unpin(&app, &caller.person, id.0).await?,
    ))
}

async fn favourited_by(
    request: HttpRequest,
    caller: Anyone<ReadAccounts>,
    id: PathId<StatusId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = statuses::favourited_by(&app, caller.person(), id.0, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

async fn reblogged_by(
    request: HttpRequest,
    caller: Anyone<ReadAccounts>,
    id: PathId<StatusId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = statuses::reblogged_by(&app, caller.person(), id.0, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

async fn favourites(
    request: HttpRequest,
    caller: Caller<ReadFavourites>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = statuses::favourites(&app, &caller.person, params.0.page(20, 40)).await?;
    page::<_, Status>(&request, &app, found)
}

async fn bookmarks(
    request: HttpRequest,
    caller: Caller<ReadBookmarks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = statuses::bookmarks(&app, &caller.person, params.0.page(20, 40)).await?;
    page::<_, Status>(&request, &app, found)
}
