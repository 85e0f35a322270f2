//! Work in the background that an app waits for: what is missing of a thread elsewhere.
//! <https://docs.joinmastodon.org/methods/async_refreshes/>

use actix_web::web::{self, Data, Path};
use service::App;
use service::completing::{self, Refresh};

use super::{Answer, json};
use crate::ApiError;
use crate::entities::async_refresh::{AsyncRefresh, Work};
use crate::extract::Caller;
use crate::extract::scope::ReadStatuses;
use crate::openapi::Operations;
use crate::routes::Routes;

/// Seconds after which an app may ask again.
const RETRY: u8 = 3;

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/v1_alpha/async_refreshes/{id}", [web::get().to(show)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1_alpha/async_refreshes/{id}",
        "How far work in the background is",
        show,
    )
    .answers::<AsyncRefresh>();
}

fn id(refresh: &Refresh) -> String {
    format!("context-{}-{}", refresh.first, refresh.status)
}

/// What the answer says that is not whole yet.
pub(super) fn header(refresh: &Refresh) -> (&'static str, String) {
    let value = format!(
        "id=\"{}\", retry={RETRY}, result_count={}",
        id(refresh),
        refresh.found
    );
    ("Mastodon-Async-Refresh", value)
}

async fn show(caller: Caller<ReadStatuses>, named: Path<String>, app: Data<App>) -> Answer {
    let parts = named
        .strip_prefix("context-")
        .and_then(|ids| ids.split_once('-'));
    let ids = parts.and_then(|(first, status)| Some((first.parse().ok()?, status.parse().ok()?)));
    let (first, status) = ids.ok_or(ApiError::NotFound)?;
    let refresh = completing::refresh(&app, &caller.person, first, status).await?;
    let status = if refresh.is_over {
        "finished"
    } else {
        "running"
    };
    json(AsyncRefresh {
        async_refresh: Work {
            id: id(&refresh),
            status,
            result_count: refresh.found,
        },
    })
}
