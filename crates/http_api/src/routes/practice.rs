//! The library of practice posts: ours, and not Mastodon's. Sorted by time or title, never by how much something is liked.

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::App;
use service::practice::{self, Order, Wanted};
use utoipa::ToSchema;

use super::{Answer, page};
use crate::entities::Status;
use crate::extract::scope::ReadStatuses;
use crate::extract::{Anyone, PageParams, Params, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/staffroom/v1/practice", [web::get().to(list)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/staffroom/v1/practice",
        "Public practice posts, newest first or by title",
        list,
    )
    .pages::<Status>();
}

/// Of stage, subject, kind and licence ids of terms at `/vocab`.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Looked {
    stage: Text,
    subject: Text,
    kind: Text,
    licence: Text,
    /// The id or the handle of a network that passed it on.
    network: Text,
    /// A code such as `cy`.
    language: Text,
    /// Words of the title or, where its author lets everybody find what they write, of the whole text.
    q: Text,
    /// `newest` or `title`.
    order: Text,
    #[serde(flatten)]
    page: PageParams,
}

async fn list(
    request: HttpRequest,
    caller: Anyone<ReadStatuses>,
    params: Params<Looked>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let filled = |text: &Text| text.filled().map(str::to_owned);
    let wanted = Wanted {
        stage: filled(&params.stage),
        subject: filled(&params.subject),
        kind: filled(&params.kind),
        licence: filled(&params.licence),
        network: filled(&params.network),
        language: filled(&params.language),
        words: filled(&params.q).unwrap_or_default(),
        order: match params.order.filled() {
            Some("title") => Order::Title,
            _ => Order::Newest,
        },
    };
    let found = practice::list(&app, caller.person(), wanted, params.page.page(20, 40)).await?;
    page::<_, Status>(&request, &app, found)
}
