//! Asking other servers by WebFinger who has a handle: RFC 7033.

use activitypub_federation::fetch::webfinger::Webfinger;
use domain::{Handle, Host};
use serde_json::Value;
use service::App;
use url::Url;

use crate::fetch::{Outcome, read_database};
use crate::net::{Budget, FetchError, Fetched, is_activity_json};
use crate::protocol::read::text;
use crate::{Federation, Refusal};

impl Federation {
    /// RFC 7033.
    pub(crate) async fn webfinger(&self, budget: &Budget, handle: &Handle) -> Outcome<Webfinger> {
        let mut refusal = None;
        for url in self.webfinger_addresses(handle) {
            match self.client().within(budget).get_json(&url).await {
                Ok(Fetched { json, .. }) => {
                    return serde_json::from_value(json)
                        .map_err(|error| Refusal::Permanent(error.to_string()));
                }
                // That nobody is there says more than that nobody listens at the other port.
                Err(error)
                    if !matches!(refusal, Some(Refusal::Permanent(_) | Refusal::Gone(_))) =>
                {
                    refusal = Some(error.into());
                }
                Err(_) => {}
            }
        }
        Err(refusal.unwrap_or_else(|| Refusal::Permanent("no host to ask".to_owned())))
    }

    /// The host in an actor's handle: its own, unless another one that is named by the actor (FEP-2c59), or by WebFinger
    /// at its own host, agrees by WebFinger; and whether that leads to the actor.
    pub(crate) async fn handle_host(
        &self,
        budget: &Budget,
        document: &Value,
    ) -> Outcome<(Host, bool)> {
        let refuse = |reason: &str| Refusal::Permanent(format!("not a usable actor: {reason}"));
        let uri = text(document, "id").ok_or_else(|| refuse("no id"))?;
        let username = text(document, "preferredUsername").ok_or_else(|| refuse("no name"))?;
        let url = Url::parse(uri).map_err(|_| refuse("its id"))?;
        let own = Host::of(&url).map_err(|_| refuse("its host"))?;
        let at = |host: &Host| Handle {
            username: username.to_owned(),
            host: Some(host.clone()),
        };
        let said = text(document, "webfinger")
            .and_then(|said| said.parse::<Handle>().ok())
            .filter(|said| said.username.eq_ignore_ascii_case(username))
            .and_then(|said| said.host)
            .filter(|host| *host != own);
        if let Some(other) = &said
            && self.leads_to(budget, &at(other), uri).await
        {
            return Ok((other.clone(), true));
        }
        let Ok(first) = self.webfinger(budget, &at(&own)).await else {
            return Ok((own, false));
        };
        let is_named = actor_link(&first).is_some_and(|link| link.as_str() == uri);
        let named = first
            .subject
            .parse::<Handle>()
            .ok()
            .and_then(|handle| handle.host);
        let Some(other) = named.filter(|host| *host != own && said.as_ref() != Some(host)) else {
            return Ok((own, is_named));
        };
        let agrees = self.leads_to(budget, &at(&other), uri).await;
        Ok(if agrees {
            (other, true)
        } else {
            (own, is_named)
        })
    }

    /// Whether WebFinger at the host of `handle` says that it is the actor `uri`.
    pub(crate) async fn leads_to(&self, budget: &Budget, handle: &Handle, uri: &str) -> bool {
        let found = self.webfinger(budget, handle).await;
        found.is_ok_and(|found| actor_link(&found).is_some_and(|link| link.as_str() == uri))
    }

    /// Where WebFinger answers for a handle, in the order in which we ask.
    pub(crate) fn webfinger_addresses(&self, handle: &Handle) -> Vec<Url> {
        let schemes: &[&str] = if self.settings().outbound.allow_http {
            &["http", "https"]
        } else {
            &["https"]
        };
        let Some(host) = &handle.host else {
            return Vec::new();
        };
        let addresses = schemes.iter().filter_map(|scheme| {
            let mut url = Url::parse(&format!("{scheme}://{host}/.well-known/webfinger")).ok()?;
            url.query_pairs_mut()
                .append_pair("resource", &format!("acct:{handle}"));
            Some(url)
        });
        addresses.collect()
    }

    /// Asks for the actor of our own server as others do, through its public address.
    ///
    /// # Errors
    /// What others would run into, as a sentence.
    pub async fn finds_itself(&self, public_url: &Url) -> Result<(), String> {
        let host = Host::of(public_url).map_err(|error| error.to_string())?;
        let actor = service::Addresses::new(public_url).instance_actor();
        let mut url = public_url
            .join("/.well-known/webfinger")
            .map_err(|error| error.to_string())?;
        url.query_pairs_mut()
            .append_pair("resource", &format!("acct:{host}@{host}"));
        let of_webfinger = |error: FetchError| format!("WebFinger: {error}");
        let found = self.client().get_json(&url).await.map_err(of_webfinger)?;
        let links = serde_json::from_value::<Webfinger>(found.json);
        if links
            .ok()
            .as_ref()
            .and_then(actor_link)
            .is_none_or(|link| link.as_str() != actor)
        {
            return Err("WebFinger: another server answers".to_owned());
        }
        let url = Url::parse(&actor).map_err(|error| error.to_string())?;
        match self.client().get_activity_json(&url, None).await {
            Ok(found) if text(&found.json, "id") == Some(&actor) => Ok(()),
            Ok(_) => Err("the actor: another server answers".to_owned()),
            Err(error) => Err(format!("the actor: {error}")),
        }
    }
}

/// Whether somebody else has a handle.
pub(crate) async fn is_taken(app: &App, handle: &Handle, uri: &str) -> Outcome<bool> {
    let key = handle.key();
    let found = read_database(app, move |conn| {
        storage::accounts::with_handle_key(conn, &key)
    });
    Ok(found.await?.is_some_and(|other| other.uri != uri))
}

/// Where WebFinger says that the actor's document is.
pub(crate) fn actor_link(document: &Webfinger) -> Option<&Url> {
    document
        .links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("self"))
        .find(|link| link.kind.as_deref().is_some_and(is_activity_json))
        .and_then(|link| link.href.as_ref())
}
