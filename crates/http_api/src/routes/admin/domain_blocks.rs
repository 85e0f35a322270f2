//! <https://docs.joinmastodon.org/methods/admin/domain_blocks/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::Severity;
use serde::{Deserialize, Serialize};
use service::App;
use service::domains::{self, Added, DomainChanges, NewDomainBlock};
use utoipa::ToSchema;

use super::super::{Answer, json, nothing, page, put_or_patch};
use super::{host, mistake};
use crate::ApiError;
use crate::entities::AdminDomainBlock;
use crate::extract::scope::{AdminReadDomainBlocks, AdminWriteDomainBlocks};
use crate::extract::{Caller, Flag, PageParams, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/admin/domain_blocks",
            [web::get().to(list), web::post().to(block)],
        )
        .at(
            "/v1/admin/domain_blocks/{id}",
            [
                web::get().to(show),
                put_or_patch().to(change),
                web::delete().to(unblock),
            ],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/admin/domain_blocks",
        "Servers that are limited or shut out",
        list,
    )
    .pages::<AdminDomainBlock>();
    api.post(
        "/v1/admin/domain_blocks",
        "Limit a server, or shut it out",
        block,
    )
    .answers::<AdminDomainBlock>();
    api.get(
        "/v1/admin/domain_blocks/{id}",
        "One server that is limited or shut out",
        show,
    )
    .answers::<AdminDomainBlock>();
    api.put_or_patch(
        "/v1/admin/domain_blocks/{id}",
        "Change how a server is limited",
        change,
    )
    .answers::<AdminDomainBlock>();
    api.delete(
        "/v1/admin/domain_blocks/{id}",
        "Limit a server no longer",
        unblock,
    )
    .says_nothing();
}

async fn list(
    request: HttpRequest,
    _: Caller<AdminReadDomainBlocks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = domains::page_of_blocks(&app, params.0.page(100, 200)).await?;
    page::<_, AdminDomainBlock>(&request, &app, found)
}

async fn show(_: Caller<AdminReadDomainBlocks>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(AdminDomainBlock::from(
        domains::find_block(&app, id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Rule {
    domain: Text,
    severity: Text,
    reject_media: Flag,
    reject_reports: Flag,
    private_comment: Text,
    public_comment: Text,
    obfuscate: Flag,
}

impl Rule {
    fn severity(&self) -> Result<Option<Severity>, ApiError> {
        let severity = self.severity.filled().map(str::parse).transpose();
        severity.map_err(|_| mistake("Severity is not included in the list"))
    }
}

async fn block(
    caller: Caller<AdminWriteDomainBlocks>,
    params: Params<Rule>,
    app: Data<App>,
) -> Answer {
    let rule = params.0;
    let new = NewDomainBlock {
        host: host(&rule.domain)?,
        severity: rule.severity()?.unwrap_or(Severity::Silence),
        reject_media: rule.reject_media.is_set(),
        reject_reports: rule.reject_reports.is_set(),
        private_comment: rule.private_comment.0,
        public_comment: rule.public_comment.0,
        obfuscate: rule.obfuscate.is_set(),
    };
    match domains::add_block(&app, &caller.person, new).await? {
        Added::Now(block) => json(AdminDomainBlock::from(block)),
        Added::Before(block) => Err(ApiError::because(
            "Validation failed: Domain has already been taken",
            "existing_domain_block",
            &AdminDomainBlock::from(block),
        )),
    }
}

async fn change(
    caller: Caller<AdminWriteDomainBlocks>,
    id: PathId<i64>,
    params: Params<Rule>,
    app: Data<App>,
) -> Answer {
    let rule = params.0;
    let changes = DomainChanges {
        severity: rule.severity()?,
        reject_media: rule.reject_media.0,
        reject_reports: rule.reject_reports.0,
        private_comment: rule.private_comment.0,
        public_comment: rule.public_comment.0,
        obfuscate: rule.obfuscate.0,
    };
    json(AdminDomainBlock::from(
        domains::change_block(&app, &caller.person, id.0, changes).await?,
    ))
}

async fn unblock(
    caller: Caller<AdminWriteDomainBlocks>,
    id: PathId<i64>,
    app: Data<App>,
) -> Answer {
    domains::remove_block(&app, &caller.person, id.0).await?;
    nothing()
}
