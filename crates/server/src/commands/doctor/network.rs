//! What other machines say: the bucket, the mail server, and this server itself, seen from outside.

use std::time::Duration;

use url::Url;

use super::{Finding, fail, ok, one_line, warn};
use crate::config::Config;
use crate::parts;

const PATIENCE: Duration = Duration::from_secs(20);

pub async fn mail(config: &Config) -> Finding {
    if config.mail.host.is_empty() {
        return ok("mail", "not set: nobody is asked to confirm an address");
    }
    let mailer = match parts::mailer(config) {
        Ok(mailer) => mailer,
        Err(error) => return fail("mail", format!("{error}. Correct the section [mail].")),
    };
    let place = format!("{}:{}", config.mail.host, config.mail.port);
    match tokio::time::timeout(PATIENCE, mailer.is_reachable()).await {
        Ok(Ok(())) => ok("mail", format!("{place} answers")),
        Ok(Err(error)) => fail(
            "mail",
            format!("{place}: {error}. Check mail.host, port, encryption, name and password."),
        ),
        Err(_) => fail(
            "mail",
            format!("{place} does not answer. Check mail.host and port, and the firewall."),
        ),
    }
}

/// Whether files can be kept there.
pub async fn bucket(config: &Config) -> Finding {
    let store = match parts::media::store(config) {
        Ok(store) => store,
        Err(error) => {
            return fail(
                "bucket",
                format!("{error}. Correct the section [media.s3]."),
            );
        }
    };
    match store.try_out().await {
        Ok(()) => ok(
            "bucket",
            format!(
                "{} takes files, gives them back and removes them",
                config.media.s3.bucket
            ),
        ),
        Err(error) => fail(
            "bucket",
            format!(
                "{}. Check the section [media.s3], whether the service runs, and whether its key may read, write, remove and list.",
                one_line(&error.to_string())
            ),
        ),
    }
}

/// Asks for this server's own actor as another server would.
pub async fn itself(config: &Config, public_url: &Url) -> Finding {
    let federation = match parts::federation(config, public_url) {
        Ok(federation) => federation,
        Err(error) => {
            return fail(
                "from outside",
                format!("{error:#}. Correct the section [federation]."),
            );
        }
    };
    match tokio::time::timeout(PATIENCE, federation.finds_itself(public_url)).await {
        Ok(Ok(())) => ok(
            "from outside",
            format!("{public_url} answers as this server"),
        ),
        Ok(Err(reason)) => warn(
            "from outside",
            format!(
                "{public_url}: {reason}. Other servers may not find it: does `staffroom serve` run, does the name lead here, is the proxy set up? (A network in which the name leads to a private address is no fault; try it from elsewhere.)"
            ),
        ),
        Err(_) => warn(
            "from outside",
            format!("{public_url} does not answer in time. Check the proxy and the firewall."),
        ),
    }
}
