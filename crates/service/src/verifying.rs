//! Rows of profiles that are links: whether the page there says that it is the same person's, by a link with `rel="me"` to
//! their profile.
//! <https://docs.joinmastodon.org/user/profile/#verification>, <https://microformats.org/wiki/rel-me>

use std::collections::HashMap;
use std::time::Duration;

use domain::{AccountId, ProfileField};
use futures_util::future::join_all;
use storage::DbConnection;
use storage::accounts::Account;
use tokio::time::timeout;
use url::Url;

use crate::cards::Page;
use crate::jobs::{Job, enqueue};
use crate::text::{plain_text, tags};
use crate::{App, Result};

/// For all pages of a profile, which are asked at the same time: less than the lease of a job.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pages of one profile that are asked.
const PAGES: usize = 8;
/// Bytes of an address.
const ADDRESS: usize = 2_048;
/// Links of a page in which the one that leads back is looked for.
const LINKS: usize = 5_000;

/// The addresses of the rows that are a link and nothing else, each once.
#[must_use]
pub fn links(account: &Account) -> Vec<String> {
    let mut links: Vec<String> = account.fields.iter().filter_map(link_of).collect();
    links.dedup();
    links.truncate(PAGES);
    links
}

/// Leaves a job behind that asks the pages of a profile, if it has any.
pub(crate) fn begin(app: &App, conn: &mut DbConnection, account: &Account) -> Result<()> {
    if links(account).is_empty() {
        return Ok(());
    }
    let account = account.id;
    enqueue(app, conn, &Job::VerifyLinks { account })
}

/// What stays true of rows that replace others: the link is the same.
pub(crate) fn keep(before: &[ProfileField], fields: &mut [ProfileField]) {
    for field in fields {
        let link = link_of(field);
        let same = |other: &&ProfileField| link.is_some() && link_of(other) == link;
        field.verified_at = before.iter().find(same).and_then(|same| same.verified_at);
    }
}

/// Asks the pages of a profile whether they link back. One that cannot be read says neither yes nor no.
pub(crate) async fn verify(app: &App, id: AccountId) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::accounts::find(conn, id)?.filter(|row| !row.is_gone())))
        .await?;
    let Some(account) = found else {
        return Ok(());
    };
    let own = [account.url.clone(), account.uri.clone()];
    let own = own.as_slice();
    let asked = links(&account).into_iter().map(|link| async move {
        let page = timeout(PATIENCE, app.remote().page(&link)).await;
        match page {
            Ok(Ok(page)) => {
                let said = links_back(&page, own);
                Some((link, said))
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "a page of a profile was not read");
                None
            }
            Err(_) => None,
        }
    });
    let said: HashMap<String, bool> = join_all(asked).await.into_iter().flatten().collect();
    if said.is_empty() {
        return Ok(());
    }
    app.transaction(move |app, conn| {
        let Some(account) = storage::accounts::hold(conn, id)? else {
            return Ok(());
        };
        let mut fields = account.fields.clone();
        for field in &mut fields {
            let links_back = link_of(field).and_then(|link| said.get(&link).copied());
            field.verified_at = match links_back {
                Some(true) => field.verified_at.or_else(|| Some(app.now())),
                Some(false) => None,
                None => field.verified_at,
            };
        }
        if fields != account.fields {
            storage::accounts::set_fields(conn, id, fields)?;
        }
        Ok(())
    })
    .await
}

/// Where a row leads that is a link and nothing else: as its owner typed it, or the one link that its HTML is.
fn link_of(field: &ProfileField) -> Option<String> {
    let link = if field.source.is_empty() {
        only_link(&field.value)?
    } else {
        field.source.trim().to_owned()
    };
    let is_address = link.len() <= ADDRESS
        && !link.contains(char::is_whitespace)
        && Url::parse(&link)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    is_address.then_some(link)
}

fn only_link(html: &str) -> Option<String> {
    let html = html.trim();
    let inside = html.strip_prefix("<a ")?.strip_suffix("</a>")?;
    if inside.contains("<a ") || plain_text(html).is_empty() {
        return None;
    }
    tags(html).next()?.get("href")
}

fn links_back(page: &Page, own: &[String]) -> bool {
    // The host is in lower case by now; what follows counts as it is written.
    let bare = |url: &Url| (url.origin(), url.path().trim_end_matches('/').to_owned());
    let own: Vec<_> = own.iter().filter_map(|own| Url::parse(own).ok()).collect();
    let is_own = |url: &Url| url.query().is_none() && own.iter().any(|own| bare(own) == bare(url));
    tags(&page.html)
        .filter(|tag| matches!(tag.name.as_str(), "a" | "link"))
        .take(LINKS)
        .filter(|tag| tag.has("rel", "me"))
        .filter_map(|tag| page.url.join(tag.get("href")?.trim()).ok())
        .any(|url| is_own(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(source: &str, value: &str) -> ProfileField {
        ProfileField {
            name: "Page".to_owned(),
            value: value.to_owned(),
            source: source.to_owned(),
            verified_at: None,
        }
    }

    #[test]
    fn only_a_row_that_is_a_link_leads_somewhere() {
        let page = "https://ada.example/";
        for (source, value) in [
            (page, ""),
            ("  https://ada.example/ ", ""),
            (
                "",
                "<a href=\"https://ada.example/\" rel=\"me\"><span>ada.example</span></a>",
            ),
        ] {
            assert_eq!(link_of(&field(source, value)).as_deref(), Some(page));
        }
        for (source, value) in [
            ("see https://ada.example/", ""),
            ("ada.example", ""),
            ("javascript:alert(1)", ""),
            ("mailto:ada@school.example", ""),
            ("", "see <a href=\"https://ada.example/\">x</a>"),
            (
                "",
                "<a href=\"https://ada.example/\">x</a> <a href=\"https://b.example\">y</a>",
            ),
            ("", "<a href=\"https://ada.example/\"></a>"),
            ("", "<a rel=\"me\">x</a>"),
            ("", ""),
        ] {
            assert_eq!(link_of(&field(source, value)), None, "{source} {value}");
        }
    }

    #[test]
    fn a_page_links_back_as_itself_to_the_profile() {
        let own = ["https://school.example/@ada".to_owned()];
        let says = |html: &str| {
            let page = Page {
                url: Url::parse("https://school.example/pages/ada").unwrap(),
                html: html.to_owned(),
            };
            links_back(&page, &own)
        };
        for html in [
            "<a rel=me href=https://school.example/@ada>",
            "<p><A HREF='https://School.example/@ada/' REL='nofollow ME'>me</a>",
            "<link rel=\"me\" href=\"/@ada\">",
        ] {
            assert!(says(html), "{html}");
        }
        for html in [
            "<a href=\"https://school.example/@ada\">",
            "<a rel=\"me\" href=\"https://school.example/@adam\">",
            "<a rel=\"me\" href=\"https://other.example/@ada\">",
            "<a rel=\"menu\" href=\"https://school.example/@ada\">",
            "<!-- <a rel=\"me\" href=\"https://school.example/@ada\"> -->",
            "<img rel=\"me\" href=\"https://school.example/@ada\">",
            "https://school.example/@ada",
        ] {
            assert!(!says(html), "{html}");
        }
    }
}
