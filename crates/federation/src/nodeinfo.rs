//! What another server says that it runs: <https://nodeinfo.diaspora.software/protocol>, FEP-f1d5.

use domain::{Host, limits};
use serde_json::Value;
use service::software::Software;
use url::Url;

use crate::Federation;
use crate::net::FetchError;
use crate::protocol::read::{many, text};

/// What the names of its versions begin with.
const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/";

impl Federation {
    /// What a server runs; none where it does not say.
    pub(crate) async fn nodeinfo(&self, host: &str) -> service::Result<Option<Software>> {
        let mut failed = None;
        for address in self.nodeinfo_addresses(host) {
            match self.client().get_json(&address).await {
                Ok(found) => {
                    let Some(document) = newest(&found.json, &address) else {
                        return Ok(None);
                    };
                    let answer = self.client().get_json(&document).await;
                    return Ok(answer.ok().and_then(|found| software(&found.json)));
                }
                Err(FetchError::NotFound | FetchError::Gone) => return Ok(None),
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) => Err(service::Error::Unavailable(error.to_string())),
            None => Ok(None),
        }
    }

    fn nodeinfo_addresses(&self, host: &str) -> Vec<Url> {
        let schemes: &[&str] = if self.settings().outbound.allow_http {
            &["http", "https"]
        } else {
            &["https"]
        };
        let address =
            |scheme: &&str| Url::parse(&format!("{scheme}://{host}/.well-known/nodeinfo")).ok();
        schemes.iter().filter_map(address).collect()
    }
}

/// Where the newest version is that we know of, on the same host.
fn newest(links: &Value, asked: &Url) -> Option<Url> {
    many(links, "links")
        .into_iter()
        .filter_map(|link| {
            let version = text(link, "rel")?.strip_prefix(SCHEMA)?;
            let url = Url::parse(text(link, "href")?).ok()?;
            let same = Host::of(&url).ok()? == Host::of(asked).ok()?;
            (same && version.starts_with("2.")).then_some((version, url))
        })
        .max_by_key(|(version, _)| *version)
        .map(|(_, url)| url)
}

fn software(document: &Value) -> Option<Software> {
    let said = document.get("software")?;
    let tidy = |text: &str| limits::cut(text, limits::REMOTE_NAME).replace('\0', "");
    Some(Software {
        name: tidy(&text(said, "name")?.to_lowercase()),
        version: text(said, "version").map(tidy),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_version_on_the_same_host_counts() {
        let asked = Url::parse("https://lemmy.example/.well-known/nodeinfo").unwrap();
        let link = |version: &str, host: &str| json!({ "rel": format!("{SCHEMA}{version}"), "href": format!("https://{host}/nodeinfo/{version}") });
        let links = json!({ "links": [
            link("2.1", "lemmy.example"),
            link("2.0", "lemmy.example"),
            link("2.2", "elsewhere.example"),
            link("1.0", "lemmy.example"),
        ] });
        let found = newest(&links, &asked).map(String::from);
        assert_eq!(found.as_deref(), Some("https://lemmy.example/nodeinfo/2.1"));
        assert_eq!(newest(&json!({ "links": "none" }), &asked), None);
    }

    #[test]
    fn the_name_is_in_lower_case() {
        let said = json!({ "software": { "name": "Lemmy", "version": "0.19.5" } });
        let found = software(&said).unwrap();
        assert_eq!(
            (found.name.as_str(), found.version.as_deref()),
            ("lemmy", Some("0.19.5"))
        );
        assert_eq!(software(&json!({ "software": [] })), None);
    }
}
