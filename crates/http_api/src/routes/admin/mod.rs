//! What moderators and administrators do by an app.
//! <https://docs.joinmastodon.org/methods/admin/>

mod accounts;
mod canonical_email_blocks;
mod custom_emojis;
mod domain_allows;
mod domain_blocks;
mod email_domain_blocks;
mod ip_blocks;
mod metrics;
mod reports;
mod trends;

use domain::Host;

use crate::ApiError;
use crate::extract::Text;
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    accounts::routes(routes);
    canonical_email_blocks::routes(routes);
    custom_emojis::routes(routes);
    domain_allows::routes(routes);
    domain_blocks::routes(routes);
    email_domain_blocks::routes(routes);
    ip_blocks::routes(routes);
    metrics::routes(routes);
    reports::routes(routes);
    trends::routes(routes);
}

pub(super) fn operations(api: &mut Operations) {
    accounts::operations(api);
    canonical_email_blocks::operations(api);
    custom_emojis::operations(api);
    domain_allows::operations(api);
    domain_blocks::operations(api);
    email_domain_blocks::operations(api);
    ip_blocks::operations(api);
    metrics::operations(api);
    reports::operations(api);
    trends::operations(api);
}

/// The server that is named.
fn host(domain: &Text) -> Result<Host, ApiError> {
    let Some(name) = domain.filled() else {
        return Err(mistake("Domain can't be blank"));
    };
    let name = name.trim().trim_start_matches('@');
    name.parse()
        .map_err(|_| mistake("Domain is not a valid domain name"))
}

fn mistake(reason: &str) -> ApiError {
    ApiError::Unprocessable(format!("Validation failed: {reason}"))
}
