//! Registering client programs.
//! <https://docs.joinmastodon.org/methods/apps/>

use domain::{ApplicationId, Scopes};
use storage::applications::Application;
use url::{Host, Url};

use super::OUT_OF_BAND;
use crate::error::invalid;
use crate::passwords::{random_token, token_hash};
use crate::{App, Error, Result};

const NAME: usize = 60;
const REDIRECT_URIS: usize = 10;
/// Bytes of an address.
const ADDRESS: usize = 2_000;

/// A client program that wants to be known.
#[derive(Debug, Clone, Default)]
pub struct NewApplication {
    pub name: String,
    pub redirect_uris: Vec<String>,
    /// `read` if none are named.
    pub scopes: Option<String>,
    pub website: Option<String>,
}

/// A client program, with the secret that is told once.
pub struct Registered {
    pub application: Application,
    pub client_secret: String,
}

/// Registers a client program.
pub async fn register_application(app: &App, new: NewApplication) -> Result<Registered> {
    let name = new.name.trim().replace('\0', "");
    if name.is_empty() || name.chars().count() > NAME {
        return Err(invalid(format!(
            "Application name must have 1 to {NAME} characters"
        )));
    }
    if new.redirect_uris.is_empty() || new.redirect_uris.len() > REDIRECT_URIS {
        return Err(invalid("Redirect URI can't be blank"));
    }
    if !new.redirect_uris.iter().all(|uri| is_redirect_uri(uri)) {
        return Err(invalid("Redirect URI must be an absolute URI."));
    }
    if new
        .website
        .as_deref()
        .is_some_and(|site| !site.is_empty() && !is_website(site))
    {
        return Err(invalid("Website must be a valid URL"));
    }
    let scopes: Scopes = match new
        .scopes
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        Some(text) => text
            .parse()
            .map_err(|_| invalid("Scopes doesn't match configured on the server."))?,
        None => Scopes::read(),
    };
    let client_secret = random_token();
    let application = Application {
        id: ApplicationId(app.next_id()),
        client_id: random_token(),
        client_secret_hash: token_hash(&client_secret),
        name,
        website: new.website.filter(|site| !site.is_empty()),
        redirect_uris: new.redirect_uris,
        scopes: scopes.to_string(),
        created_at: app.now(),
    };
    let row = application.clone();
    app.transaction(move |_, conn| Ok(storage::applications::insert(conn, row)?))
        .await?;
    Ok(Registered {
        application,
        client_secret,
    })
}

/// The application of that id.
pub async fn application(app: &App, id: ApplicationId) -> Result<Application> {
    app.read(move |_, conn| storage::applications::find(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// Schemes that lead to no app that asked: into the browser, its files, or what runs at once.
const NO_APPS: [&str; 19] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "gopher",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "resource",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// RFC 8252: https, an app's own scheme, or plain http to the same machine.
fn is_redirect_uri(uri: &str) -> bool {
    if uri == OUT_OF_BAND {
        return true;
    }
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    if uri.len() > ADDRESS || url.fragment().is_some() {
        return false;
    }
    match url.scheme() {
        "https" => true,
        "http" => is_this_machine(&url),
        other => !NO_APPS.contains(&other),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_website(site: &str) -> bool {
    site.len() <= ADDRESS
        && Url::parse(site).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_absolute_and_runs_nothing() {
        for good in [
            OUT_OF_BAND,
            "https://app.example/back?x=1",
            "ivory://oauth",
            "http://127.0.0.1:4000/",
        ] {
            assert!(is_redirect_uri(good), "{good}");
        }
        for bad in [
            "",
            "/back",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://app.example/back",
            "https://app.example/#a",
        ] {
            assert!(!is_redirect_uri(bad), "{bad}");
        }
    }
}
