//! Asking other servers by WebFinger who has a handle: RFC 7033.

use domain::{Handle, Host};
use serde_json::Value;
use service::App;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::fetch::{Outcome, read_database};
use crate::net::{Budget, FetchError, Fetched, is_activity_json};
use crate::protocol::read::{many, text};
use crate::{Federation, Refusal};

/// What a document says; all else that may stand in one, in whichever form, means nothing to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The handle that it is about.
    pub subject: Option<Handle>,
    /// Where the actor's document is.
    pub actor: Option<Url>,
}

impl Named {
    pub(crate) fn read(document: &Value) -> Self {
        let is_actor = |link: &&Value| {
            text(link, "rel") == Some("self") && text(link, "type").is_some_and(is_activity_json)
        };
        let mut actors = many(document, "links").into_iter().filter(is_actor);
        Self {
            subject: text(document, "subject").and_then(|subject| subject.parse().ok()),
            actor: actors.find_map(|link| Url::parse(text(link, "href")?).ok()),
        }
    }
}

impl Federation {
    /// RFC 7033; of a host that does not answer, where its host-meta says.
    pub(crate) async fn webfinger(&self, budget: &Budget, handle: &Handle) -> Outcome<Named> {
        let mut refusal = None;
        for url in self.webfinger_addresses(handle) {
            match self.client().within(budget).get_webfinger(&url).await {
                Ok(Fetched { json, .. }) => return Ok(Named::read(&json)),
                // That nobody is there says more than that nobody listens at the other port.
                Err(error)
                    if !matches!(refusal, Some(Refusal::Permanent(_) | Refusal::Gone(_))) =>
                {
                    refusal = Some(error.into());
                }
                Err(_) => {}
            }
        }
        let refusal = refusal.unwrap_or_else(|| Refusal::Permanent("no host to ask".to_owned()));
        if matches!(refusal, Refusal::Permanent(_) | Refusal::Gone(_))
            && let Some(named) = self.by_host_meta(budget, handle).await
        {
            return Ok(named);
        }
        Err(refusal)
    }

    /// RFC 6415: another address may answer for a host.
    pub(crate) async fn by_host_meta(&self, budget: &Budget, handle: &Handle) -> Option<Named> {
        let resource: String = byte_serialize(format!("acct:{handle}").as_bytes()).collect();
        for url in self.well_known(handle, "host-meta") {
            let Ok(template) = self.client().within(budget).get_host_meta(&url).await else {
                continue;
            };
            let there = Url::parse(&template.replace("{uri}", &resource)).ok()?;
            let found = self.client().within(budget).get_webfinger(&there).await;
            return found.ok().map(|found| Named::read(&found.json));
        }
        None
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
        let is_named = first.actor.is_some_and(|link| link.as_str() == uri);
        let named = first.subject.and_then(|handle| handle.host);
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
        found.is_ok_and(|found| found.actor.is_some_and(|link| link.as_str() == uri))
    }

    /// Where WebFinger answers for a handle, in the order in which we ask.
    pub(crate) fn webfinger_addresses(&self, handle: &Handle) -> Vec<Url> {
        let mut addresses = self.well_known(handle, "webfinger");
        for url in &mut addresses {
            url.query_pairs_mut()
                .append_pair("resource", &format!("acct:{handle}"));
        }
        addresses
    }

    fn well_known(&self, handle: &Handle, name: &str) -> Vec<Url> {
        let schemes: &[&str] = if self.settings().outbound.allow_http {
            &["http", "https"]
        } else {
            &["https"]
        };
        let Some(host) = &handle.host else {
            return Vec::new();
        };
        let addresses = schemes.iter();
        addresses
            .filter_map(|scheme| Url::parse(&format!("{scheme}://{host}/.well-known/{name}")).ok())
            .collect()
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
        let found = self.client().get_webfinger(&url).await;
        let named = Named::read(&found.map_err(of_webfinger)?.json);
        if named.actor.is_none_or(|link| link.as_str() != actor) {
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

/// The id of whom a handle leads to, as far as is known here.
pub(crate) async fn holder_of(app: &App, handle: &Handle) -> Outcome<Option<String>> {
    let key = handle.key();
    let found = read_database(app, move |conn| {
        storage::accounts::with_handle_key(conn, &key)
    });
    Ok(found.await?.map(|holder| holder.uri))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_leads_to_an_actor_is_read() {
        let actor = "https://hub.example/channel/ada";
        let document = json!({
            "subject": "acct:ada@hub.example",
            "aliases": null,
            "properties": { "name": null, "http://purl.org/zot/federation": ["nomad", "activitypub"] },
            "links": [
                { "rel": "http://webfinger.net/rel/profile-page", "href": "/channel/ada", "titles": null },
                { "rel": "self", "type": "text/html", "href": "https://hub.example/~ada" },
                { "rel": "self", "type": "application/activity+json", "href": "ada" },
                { "rel": "self", "type": "application/ld+json;profile=https://www.w3.org/ns/activitystreams", "href": actor },
            ],
        });
        let named = Named::read(&document);
        assert_eq!(named.actor.as_ref().map(Url::as_str), Some(actor));
        assert_eq!(named.subject, "ada@hub.example".parse().ok());
        for bare in [json!({}), json!([]), json!({ "subject": 1, "links": {} })] {
            let nobody = Named {
                subject: None,
                actor: None,
            };
            assert_eq!(Named::read(&bare), nobody, "{bare}");
        }
    }
}
