//! What everybody is told who comes here: rules, privacy policy, terms of service.
//! <https://docs.joinmastodon.org/methods/instance/>

use actix_web::web::{self, Data, Path};
use chrono::NaiveDate;
use service::App;
use service::instance::{self, Terms};

use super::{Answer, json};
use crate::ApiError;
use crate::entities::Rule;
use crate::entities::instance::{PrivacyPolicy, TermsOfService};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/instance/rules", [web::get().to(rules)])
        .at(
            "/v1/instance/privacy_policy",
            [web::get().to(privacy_policy)],
        )
        .at("/v1/instance/terms_of_service", [web::get().to(terms)])
        .at(
            "/v1/instance/terms_of_service/{date}",
            [web::get().to(terms_of)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/instance/rules", "The rules of this server", rules)
        .lists::<Rule>();
    api.get(
        "/v1/instance/privacy_policy",
        "The privacy policy",
        privacy_policy,
    )
    .answers::<PrivacyPolicy>();
    api.get(
        "/v1/instance/terms_of_service",
        "The terms of service of now",
        terms,
    )
    .answers::<TermsOfService>();
    api.get(
        "/v1/instance/terms_of_service/{date}",
        "The terms of service that hold from a day on",
        terms_of,
    )
    .answers::<TermsOfService>();
}

/// The rules, numbered from one.
pub(super) fn all_rules(app: &App) -> Vec<Rule> {
    let rules = app.settings().house.rules.iter();
    rules
        .zip(1..)
        .map(|(text, number): (_, u32)| Rule::new(number, text.clone()))
        .collect()
}

async fn rules(app: Data<App>) -> Answer {
    json(all_rules(&app))
}

async fn privacy_policy(app: Data<App>) -> Answer {
    let (content, updated_at) = instance::privacy_policy(&app);
    json(PrivacyPolicy {
        updated_at,
        content,
    })
}

async fn terms(app: Data<App>) -> Answer {
    show(instance::terms(&app).await?)
}

/// There are none but those of now.
async fn terms_of(date: Path<String>, app: Data<App>) -> Answer {
    let date: NaiveDate = date.parse().map_err(|_| ApiError::NotFound)?;
    let terms = instance::terms(&app).await?;
    show(terms.filter(|terms| terms.holds_from == date))
}

fn show(terms: Option<Terms>) -> Answer {
    let terms = terms.ok_or(ApiError::NotFound)?;
    json(TermsOfService {
        effective_date: terms.holds_from,
        effective: terms.holds,
        content: terms.html,
        succeeded_by: (),
    })
}
