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
use crate::routes::Tree;

pub(super) fn routes(tree: &mut Tree) {
    accounts::routes(tree);
    canonical_email_blocks::routes(tree);
    custom_emojis::routes(tree);
    domain_allows::routes(tree);
    domain_blocks::routes(tree);
    email_domain_blocks::routes(tree);
    ip_blocks::routes(tree);
    metrics::routes(tree);
    reports::routes(tree);
    trends::routes(tree);
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
