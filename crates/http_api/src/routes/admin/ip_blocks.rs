//! <https://docs.joinmastodon.org/methods/admin/ip_blocks/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::IpSeverity;
use serde::{Deserialize, Serialize};
use service::App;
use service::moderation::ip_blocks::{self, IpRule};
use utoipa::ToSchema;

use super::super::filters::expires_in;
use super::super::{Answer, json, nothing, page, put_or_patch};
use super::mistake;
use crate::ApiError;
use crate::entities::AdminIpBlock;
use crate::extract::scope::{AdminReadIpBlocks, AdminWriteIpBlocks};
use crate::extract::{Caller, PageParams, Params, PathId, Text};
use crate::middleware::client_address::client_address;
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/admin/ip_blocks",
            [web::get().to(list), web::post().to(block)],
        )
        .at(
            "/v1/admin/ip_blocks/{id}",
            [
                web::get().to(show),
                put_or_patch().to(change),
                web::delete().to(unblock),
            ],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/admin/ip_blocks", "Networks that are limited", list)
        .pages::<AdminIpBlock>();
    api.post("/v1/admin/ip_blocks", "Limit a network", block)
        .answers::<AdminIpBlock>();
    api.get(
        "/v1/admin/ip_blocks/{id}",
        "One network that is limited",
        show,
    )
    .answers::<AdminIpBlock>();
    api.put_or_patch(
        "/v1/admin/ip_blocks/{id}",
        "Change how a network is limited",
        change,
    )
    .answers::<AdminIpBlock>();
    api.delete(
        "/v1/admin/ip_blocks/{id}",
        "Limit a network no longer",
        unblock,
    )
    .says_nothing();
}

async fn list(
    request: HttpRequest,
    _: Caller<AdminReadIpBlocks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = ip_blocks::page(&app, params.0.page(100, 200)).await?;
    page::<_, AdminIpBlock>(&request, &app, found)
}

async fn show(_: Caller<AdminReadIpBlocks>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(AdminIpBlock::from(ip_blocks::find(&app, id.0).await?))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Said {
    ip: Text,
    severity: Text,
    comment: Text,
    expires_in: Text,
}

impl Said {
    fn rule(self) -> Result<IpRule, ApiError> {
        let severity = match self.severity.filled() {
            None => None,
            Some(name) => Some(
                IpSeverity::named(name)
                    .ok_or_else(|| mistake("Severity is not included in the list"))?,
            ),
        };
        let expires_in = expires_in(&self.expires_in)?;
        Ok(IpRule {
            network: self.ip.0,
            severity,
            comment: self.comment.0,
            expires_in: expires_in.map(Option::unwrap_or_default),
        })
    }
}

async fn block(
    request: HttpRequest,
    caller: Caller<AdminWriteIpBlocks>,
    params: Params<Said>,
    app: Data<App>,
) -> Answer {
    let (from, rule) = (client_address(&request), params.0.rule()?);
    let made = ip_blocks::block(&app, &caller.person, from, rule).await?;
    json(AdminIpBlock::from(made))
}

async fn change(
    request: HttpRequest,
    caller: Caller<AdminWriteIpBlocks>,
    id: PathId<i64>,
    params: Params<Said>,
    app: Data<App>,
) -> Answer {
    let (from, rule) = (client_address(&request), params.0.rule()?);
    let changed = ip_blocks::change(&app, &caller.person, from, id.0, rule).await?;
    json(AdminIpBlock::from(changed))
}

async fn unblock(caller: Caller<AdminWriteIpBlocks>, id: PathId<i64>, app: Data<App>) -> Answer {
    ip_blocks::unblock(&app, &caller.person, id.0).await?;
    nothing()
}
