//! <https://docs.joinmastodon.org/methods/accounts/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::{AccountId, Visibility};
use serde::{Deserialize, Serialize};
use service::accounts::{self, AccountStatuses};
use service::follows::{self, FollowWishes};
use service::profile::{self, ProfileChange};
use service::search::SearchRequest;
use service::users::{self, SignUp};
use service::{App, blocks, search};
use utoipa::ToSchema;

use super::oauth::token_entity;
use super::quotes::policy;
use super::statuses::content_type;
use super::{Answer, json, page};
use crate::ApiError;
use crate::entities::{Account, CredentialAccount, Relationship, Status, Token};
use crate::extract::scope::{
    OwnProfile, ReadAccounts, ReadBlocks, ReadFollows, ReadStatuses, WriteAccounts, WriteBlocks,
    WriteFollows,
};
use crate::extract::{
    Anyone, Caller, Choice, Flag, Holder, Number, PageParams, Params, PathId, Text, Upload, Words,
};
use crate::middleware::client_address::client_address;
use crate::openapi::Operations;
use crate::routes::Routes;
use crate::views::{account_ids, credential_account};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/accounts",
            [web::post().to(sign_up), web::get().to(several)],
        )
        .at("/v1/accounts/verify_credentials", [web::get().to(verify)])
        .at("/v1/accounts/update_credentials", [web::patch().to(update)])
        .at("/v1/accounts/lookup", [web::get().to(lookup)])
        .at("/v1/accounts/relationships", [web::get().to(relationships)])
        .at("/v1/accounts/search", [web::get().to(find)])
        .at("/v1/profile/avatar", [web::delete().to(delete_avatar)])
        .at("/v1/profile/header", [web::delete().to(delete_header)])
        .at("/v1/blocks", [web::get().to(blocked)])
        .at("/v1/accounts/{id}", [web::get().to(show)])
        .at("/v1/accounts/{id}/statuses", [web::get().to(statuses)])
        .at("/v1/accounts/{id}/followers", [web::get().to(followers)])
        .at("/v1/accounts/{id}/following", [web::get().to(following)])
        .at("/v1/accounts/{id}/follow", [web::post().to(follow)])
        .at("/v1/accounts/{id}/unfollow", [web::post().to(unfollow)])
        .at(
            "/v1/accounts/{id}/remove_from_followers",
            [web::post().to(remove_follower)],
        )
        .at("/v1/accounts/{id}/block", [web::post().to(block)])
        .at("/v1/accounts/{id}/unblock", [web::post().to(unblock)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post("/v1/accounts", "Sign up", sign_up)
        .answers::<Token>();
    api.get("/v1/accounts", "Several accounts by id", several)
        .lists::<Account>();
    api.get("/v1/accounts/verify_credentials", "Who you are", verify)
        .answers::<CredentialAccount>();
    api.patch(
        "/v1/accounts/update_credentials",
        "Change your profile and your defaults",
        update,
    )
    .answers::<CredentialAccount>()
    .files(&["avatar", "header"]);
    api.get(
        "/v1/accounts/lookup",
        "The account with a handle that is known here",
        lookup,
    )
    .answers::<Account>();
    api.get(
        "/v1/accounts/relationships",
        "How you stand to some people",
        relationships,
    )
    .lists::<Relationship>();
    api.get("/v1/accounts/search", "People by their names", find)
        .lists::<Account>();
    api.delete("/v1/profile/avatar", "Remove your picture", delete_avatar)
        .answers::<CredentialAccount>();
    api.delete(
        "/v1/profile/header",
        "Remove the picture above your profile",
        delete_header,
    )
    .answers::<CredentialAccount>();
    api.get("/v1/blocks", "Whom you block", blocked)
        .pages::<Account>();
    api.get("/v1/accounts/{id}", "One account", show)
        .answers::<Account>();
    api.get(
        "/v1/accounts/{id}/statuses",
        "What somebody posted",
        statuses,
    )
    .pages::<Status>();
    api.get(
        "/v1/accounts/{id}/followers",
        "Who follows somebody",
        followers,
    )
    .pages::<Account>();
    api.get(
        "/v1/accounts/{id}/following",
        "Whom somebody follows",
        following,
    )
    .pages::<Account>();
    api.post(
        "/v1/accounts/{id}/follow",
        "Follow, or change what a follow brings",
        follow,
    )
    .answers::<Relationship>();
    api.post("/v1/accounts/{id}/unfollow", "Follow no longer", unfollow)
        .answers::<Relationship>();
    api.post(
        "/v1/accounts/{id}/remove_from_followers",
        "Make somebody follow you no longer",
        remove_follower,
    )
    .answers::<Relationship>();
    api.post("/v1/accounts/{id}/block", "Block", block)
        .answers::<Relationship>();
    api.post("/v1/accounts/{id}/unblock", "Block no longer", unblock)
        .answers::<Relationship>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct SignUpForm {
    username: Text,
    email: Text,
    password: Text,
    agreement: Flag,
    locale: Text,
    reason: Text,
    invite_code: Text,
    date_of_birth: Text,
}

async fn sign_up(
    request: HttpRequest,
    holder: Holder,
    params: Params<SignUpForm>,
    app: Data<App>,
) -> Answer {
    let form = params.into_inner();
    let holder = holder.0;
    if !holder.scopes.covers("write:accounts") {
        return Err(ApiError::outside_scopes());
    }
    if holder.person.is_some() {
        return Err(ApiError::Forbidden(
            "This method requires an client credentials authentication".to_owned(),
        ));
    }
    let text = |text: Text| text.0.unwrap_or_default();
    let form = SignUp {
        username: text(form.username),
        email: text(form.email),
        password: text(form.password),
        agreement: form.agreement.is_set(),
        locale: text(form.locale),
        reason: form.reason.0,
        invite: form.invite_code.0,
        date_of_birth: form.date_of_birth.0,
        from: Some(client_address(&request)),
    };
    let issued = users::sign_up_with_token(&app, holder.application, holder.scopes, form).await?;
    json(token_entity(&issued))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Ids {
    id: Words,
}

async fn several(caller: Anyone<ReadAccounts>, params: Params<Ids>, app: Data<App>) -> Answer {
    let found = accounts::with_ids(&app, caller.person(), account_ids(&params.0.id)).await?;
    json(found.into_iter().map(Account::from).collect::<Vec<_>>())
}

async fn verify(caller: Caller<OwnProfile>, app: Data<App>) -> Answer {
    let (view, requests) = accounts::own(&app, &caller.person).await?;
    json(credential_account(&app, &caller.person, view, requests))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
pub(super) struct Update {
    display_name: Text,
    note: Text,
    locked: Flag,
    bot: Flag,
    discoverable: Flag,
    indexable: Flag,
    hide_collections: Flag,
    show_media: Flag,
    show_media_replies: Flag,
    show_featured: Flag,
    attribution_domains: Words,
    avatar_description: Text,
    header_description: Text,
    fields_attributes: Option<Fields>,
    source: UpdateSource,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct UpdateSource {
    #[schema(value_type = String)]
    privacy: Choice<Visibility>,
    sensitive: Flag,
    language: Text,
    quote_policy: Text,
    status_content_type: Text,
}

/// A list, or a map of numbers to rows, as forms send it.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
enum Fields {
    List(Vec<FieldRow>),
    Map(std::collections::BTreeMap<String, FieldRow>),
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct FieldRow {
    name: Text,
    value: Text,
}

impl Fields {
    fn rows(self) -> Vec<(String, String)> {
        let rows: Vec<FieldRow> = match self {
            Self::List(rows) => rows,
            Self::Map(rows) => {
                let mut rows: Vec<(String, FieldRow)> = rows.into_iter().collect();
                // As numbers, or the tenth comes before the second.
                rows.sort_by_key(|(place, _)| place.parse::<u32>().unwrap_or(u32::MAX));
                rows.into_iter().map(|(_, row)| row).collect()
            }
        };
        rows.into_iter()
            .map(|row| {
                (
                    row.name.0.unwrap_or_default(),
                    row.value.0.unwrap_or_default(),
                )
            })
            .collect()
    }
}

impl Update {
    /// What is to change, with the pictures that came along.
    pub(super) fn change(mut upload: Upload<Self>) -> Result<ProfileChange, ApiError> {
        let avatar = upload.take("avatar").map(|file| file.bytes);
        let header = upload.take("header").map(|file| file.bytes);
        let params = upload.params;
        Ok(ProfileChange {
            display_name: params.display_name.0,
            note: params.note.0,
            fields: params.fields_attributes.map(Fields::rows),
            locked: params.locked.0,
            bot: params.bot.0,
            discoverable: params.discoverable.0,
            indexable: params.indexable.0,
            hide_collections: params.hide_collections.0,
            show_media: params.show_media.0,
            show_media_replies: params.show_media_replies.0,
            show_featured: params.show_featured.0,
            attribution_domains: params.attribution_domains.0,
            avatar,
            avatar_description: params.avatar_description.0,
            header,
            header_description: params.header_description.0,
            default_visibility: params.source.privacy.0,
            default_sensitive: params.source.sensitive.0,
            default_language: params
                .source
                .language
                .0
                .map(|code| (!code.is_empty()).then_some(code)),
            default_quote_policy: policy(&params.source.quote_policy)?,
            default_content_type: content_type(&params.source.status_content_type)?,
        })
    }
}

async fn update(caller: Caller<WriteAccounts>, upload: Upload<Update>, app: Data<App>) -> Answer {
    profile::update(&app, &caller.person, Update::change(upload)?).await?;
    own(&app, &caller).await
}

/// One's own account as it is now, with the defaults that may have changed with it.
async fn own<S>(app: &App, caller: &Caller<S>) -> Answer {
    let person = users::find(app, &caller.person.account.username).await?;
    let (view, requests) = accounts::own(app, &person).await?;
    json(credential_account(app, &person, view, requests))
}

async fn delete_avatar(caller: Caller<WriteAccounts>, app: Data<App>) -> Answer {
    profile::delete_avatar(&app, &caller.person).await?;
    own(&app, &caller).await
}

async fn delete_header(caller: Caller<WriteAccounts>, app: Data<App>) -> Answer {
    profile::delete_header(&app, &caller.person).await?;
    own(&app, &caller).await
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Lookup {
    acct: Text,
}

async fn lookup(caller: Anyone<ReadAccounts>, params: Params<Lookup>, app: Data<App>) -> Answer {
    let handle = params.0.acct.0.unwrap_or_default();
    json(Account::from(
        accounts::lookup(&app, caller.person(), &handle, false).await?,
    ))
}

async fn relationships(caller: Caller<ReadFollows>, params: Params<Ids>, app: Data<App>) -> Answer {
    let ids = account_ids(&params.0.id);
    let found = accounts::relationships(&app, &caller.person, &ids).await?;
    json(
        found
            .into_iter()
            .map(Relationship::from)
            .collect::<Vec<_>>(),
    )
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Find {
    q: Text,
    limit: Number,
    offset: Number,
    resolve: Flag,
    following: Flag,
}

async fn find(caller: Caller<ReadAccounts>, params: Params<Find>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let request = SearchRequest {
        q: params.q.0.unwrap_or_default(),
        kind: None,
        resolve: params.resolve.is_set(),
        limit: params.limit.0.unwrap_or(40).clamp(1, 80),
        offset: params.offset.0.unwrap_or(0).clamp(0, 10_000),
        following: params.following.is_set(),
        ..SearchRequest::default()
    };
    let found = search::accounts(&app, &caller.person, request).await?;
    json(found.into_iter().map(Account::from).collect::<Vec<_>>())
}

async fn show(caller: Anyone<ReadAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    json(Account::from(
        accounts::view(&app, caller.person(), id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct StatusesOf {
    only_media: Flag,
    exclude_replies: Flag,
    exclude_reblogs: Flag,
    exclude_direct: Flag,
    pinned: Flag,
    tagged: Text,
    #[serde(flatten)]
    page: PageParams,
}

async fn statuses(
    request: HttpRequest,
    caller: Anyone<ReadStatuses>,
    id: PathId<AccountId>,
    params: Params<StatusesOf>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let wanted = AccountStatuses {
        only_media: params.only_media.is_set(),
        exclude_replies: params.exclude_replies.is_set(),
        exclude_reblogs: params.exclude_reblogs.is_set(),
        exclude_direct: params.exclude_direct.is_set(),
        pinned: params.pinned.is_set(),
        tagged: params.tagged.filled().map(str::to_owned),
    };
    let found = accounts::statuses(
        &app,
        caller.person(),
        id.0,
        wanted,
        params.page.page(20, 40),
    )
    .await?;
    page::<_, Status>(&request, &app, found)
}

async fn followers(
    request: HttpRequest,
    caller: Anyone<ReadAccounts>,
    id: PathId<AccountId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = accounts::followers(&app, caller.person(), id.0, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

async fn following(
    request: HttpRequest,
    caller: Anyone<ReadAccounts>,
    id: PathId<AccountId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = accounts::following(&app, caller.person(), id.0, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Follow {
    reblogs: Flag,
    notify: Flag,
    languages: Words,
}

async fn follow(
    caller: Caller<WriteFollows>,
    id: PathId<AccountId>,
    params: Params<Follow>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let wishes = FollowWishes {
        reblogs: params.reblogs.0,
        notify: params.notify.0,
        languages: params.languages.0,
    };
    let (view, locked) = follows::follow(&app, &caller.person, id.0, wishes).await?;
    let mut relation = Relationship::from(view);
    // As in Mastodon: an open account elsewhere will say yes, and apps show it as followed at once.
    // What relationships say stays true to state: requested, until the yes is here.
    if relation.requested && !locked {
        (relation.following, relation.requested) = (true, false);
    }
    json(relation)
}

async fn unfollow(caller: Caller<WriteFollows>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    json(Relationship::from(
        follows::unfollow(&app, &caller.person, id.0).await?,
    ))
}

async fn remove_follower(
    caller: Caller<WriteFollows>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    json(Relationship::from(
        follows::remove_follower(&app, &caller.person, id.0).await?,
    ))
}

async fn block(caller: Caller<WriteBlocks>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    json(Relationship::from(
        blocks::block(&app, &caller.person, id.0).await?,
    ))
}

async fn unblock(caller: Caller<WriteBlocks>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    json(Relationship::from(
        blocks::unblock(&app, &caller.person, id.0).await?,
    ))
}

async fn blocked(
    request: HttpRequest,
    caller: Caller<ReadBlocks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = blocks::page(&app, &caller.person, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}
