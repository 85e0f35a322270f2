//! <https://docs.joinmastodon.org/methods/collections/>

use actix_web::web::{self, Data, Path};
use domain::{AccountId, CollectionId};
use serde::{Deserialize, Serialize};
use service::App;
use service::collections::{self, CollectionView, CollectionWishes};
use utoipa::ToSchema;

use super::{Answer, json, nothing, put_or_patch};
use crate::ApiError;
use crate::entities::{
    CollectionWithAccounts, Collections, WrappedCollection, WrappedCollectionItem,
};
use crate::extract::scope::{ReadCollections, WriteCollections};
use crate::extract::{Anyone, Caller, Flag, Number, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/collections", [web::post().to(create)])
        .at(
            "/v1/collections/{id}",
            [
                web::get().to(show),
                put_or_patch().to(update),
                web::delete().to(delete),
            ],
        )
        .at("/v1/collections/{id}/items", [web::post().to(add)])
        .at(
            "/v1/collections/{id}/items/{item}",
            [web::delete().to(remove)],
        )
        .at(
            "/v1/collections/{id}/items/{item}/revoke",
            [web::post().to(revoke)],
        )
        .at("/v1/accounts/{id}/collections", [web::get().to(of_account)])
        .at("/v1/accounts/{id}/in_collections", [web::get().to(holding)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post(
        "/v1/collections",
        "Make a collection of people whom you recommend",
        create,
    )
    .answers::<WrappedCollection>();
    api.get(
        "/v1/collections/{id}",
        "A collection, and who is in it",
        show,
    )
    .answers::<CollectionWithAccounts>();
    api.put_or_patch("/v1/collections/{id}", "Change a collection", update)
        .answers::<WrappedCollection>();
    api.delete("/v1/collections/{id}", "Remove a collection", delete)
        .says_nothing();
    api.post(
        "/v1/collections/{id}/items",
        "Put somebody in a collection",
        add,
    )
    .answers::<WrappedCollectionItem>();
    api.delete(
        "/v1/collections/{id}/items/{item}",
        "Take somebody out of a collection",
        remove,
    )
    .says_nothing();
    api.post(
        "/v1/collections/{id}/items/{item}/revoke",
        "Take yourself out of somebody's collection, for good",
        revoke,
    )
    .says_nothing();
    api.get(
        "/v1/accounts/{id}/collections",
        "Somebody's collections",
        of_account,
    )
    .answers::<Collections>();
    api.get(
        "/v1/accounts/{id}/in_collections",
        "The collections that you are in",
        holding,
    )
    .answers::<Collections>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Stretch {
    limit: Number,
    offset: Number,
}

impl Stretch {
    fn limit(&self) -> i64 {
        self.limit.0.unwrap_or(40).clamp(1, 80)
    }

    fn offset(&self) -> i64 {
        self.offset.0.unwrap_or(0).max(0)
    }
}

fn listed(found: Vec<CollectionView>) -> Answer {
    json(Collections {
        collections: found.into_iter().map(Into::into).collect(),
    })
}

fn one(view: CollectionView) -> Answer {
    json(WrappedCollection {
        collection: view.into(),
    })
}

async fn of_account(
    caller: Anyone<ReadCollections>,
    id: PathId<AccountId>,
    params: Params<Stretch>,
    app: Data<App>,
) -> Answer {
    let (limit, offset) = (params.0.limit(), params.0.offset());
    listed(collections::of_account(&app, caller.person(), id.0, limit, offset).await?)
}

async fn holding(
    caller: Caller<ReadCollections>,
    id: PathId<AccountId>,
    params: Params<Stretch>,
    app: Data<App>,
) -> Answer {
    let (limit, offset) = (params.0.limit(), params.0.offset());
    listed(collections::holding(&app, &caller.person, id.0, limit, offset).await?)
}

async fn show(caller: Anyone<ReadCollections>, id: PathId<CollectionId>, app: Data<App>) -> Answer {
    let (view, people) = collections::find(&app, caller.person(), id.0).await?;
    json(CollectionWithAccounts {
        collection: view.into(),
        accounts: people.into_iter().map(Into::into).collect(),
    })
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wishes {
    name: Text,
    description: Text,
    language: Text,
    sensitive: Flag,
    discoverable: Flag,
    tag_name: Text,
    account_ids: Words,
}

impl Wishes {
    /// What is said of the collection, and who is to be in it.
    fn read(self) -> (CollectionWishes, Words) {
        let wishes = CollectionWishes {
            name: self.name.0,
            description: self.description.0,
            language: self.language.0,
            sensitive: self.sensitive.0,
            discoverable: self.discoverable.0,
            tag: self.tag_name.0,
        };
        (wishes, self.account_ids)
    }
}

/// All of them must be ids; one too many is refused before it is looked for.
fn people(words: &Words) -> Result<Vec<AccountId>, ApiError> {
    let ids = words
        .as_slice()
        .iter()
        .take(domain::limits::COLLECTION_ITEMS + 1);
    ids.map(|word| word.parse().map_err(|_| ApiError::NotFound))
        .collect()
}

async fn create(
    caller: Caller<WriteCollections>,
    params: Params<Wishes>,
    app: Data<App>,
) -> Answer {
    let (wishes, who) = params.0.read();
    one(collections::create(&app, &caller.person, wishes, people(&who)?).await?)
}

async fn update(
    caller: Caller<WriteCollections>,
    id: PathId<CollectionId>,
    params: Params<Wishes>,
    app: Data<App>,
) -> Answer {
    let (wishes, _) = params.0.read();
    one(collections::update(&app, &caller.person, id.0, wishes).await?)
}

async fn delete(
    caller: Caller<WriteCollections>,
    id: PathId<CollectionId>,
    app: Data<App>,
) -> Answer {
    collections::delete(&app, &caller.person, id.0).await?;
    nothing()
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Who {
    account_id: Text,
}

async fn add(
    caller: Caller<WriteCollections>,
    id: PathId<CollectionId>,
    params: Params<Who>,
    app: Data<App>,
) -> Answer {
    let who = params.0.account_id.filled().and_then(|id| id.parse().ok());
    let who = who.ok_or(ApiError::NotFound)?;
    let item = collections::add(&app, &caller.person, id.0, who).await?;
    json(WrappedCollectionItem {
        collection_item: item.into(),
    })
}

fn place(path: &(String, String)) -> Result<(CollectionId, i64), ApiError> {
    let ids = path.0.parse().ok().zip(path.1.parse().ok());
    ids.ok_or(ApiError::NotFound)
}

async fn remove(
    caller: Caller<WriteCollections>,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    let (id, item) = place(&path)?;
    collections::remove(&app, &caller.person, id, item).await?;
    nothing()
}

async fn revoke(
    caller: Caller<WriteCollections>,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    let (id, item) = place(&path)?;
    collections::revoke(&app, &caller.person, id, item).await?;
    nothing()
}
