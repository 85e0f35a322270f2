//! Likely spam from elsewhere is kept, shown to nobody, and tells nobody, until somebody has looked at it.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::spam::{Signs, is_likely};
use domain::{AccountId, AccountKind, StatusId, Time};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;
use url::Url;

use crate::audience::visible_to;
use crate::incoming::RemoteStatus;
use crate::jobs::{Job, enqueue};
use crate::statuses::{arrive, remove};
use crate::text::plain_text;
use crate::{App, Error, Result, lineage, practice};

/// For how long somebody is new.
const YOUNG: TimeDelta = TimeDelta::days(7);
/// Posts among which the same words are looked for.
const LAST: i64 = 20;

/// A status that is held back.
#[derive(Debug, Clone)]
pub struct Held {
    pub status: Status,
    pub author: Account,
    /// Without HTML.
    pub words: String,
}

/// Whether a post is held back.
pub(crate) fn holds(
    app: &App,
    conn: &mut DbConnection,
    author: &Account,
    remote: &RemoteStatus,
    mentioned: &[Account],
    parent: Option<&Status>,
) -> Result<bool> {
    // A network's stewards read what strangers bring to it.
    let ours = mentioned.iter().filter(|row| row.has_home());
    let named: Vec<AccountId> = ours.map(|row| row.id).collect();
    let names_ours = !named.is_empty();
    let is_young = is_young(author, app.now());
    if app.settings().quarantine_days.is_none() || !is_young || !names_ours {
        return Ok(false);
    }
    let known = storage::mentions::who_mentioned(conn, author.id, &named)?;
    let mut strangers = named.clone();
    strangers.retain(|id| !known.contains(id) && !remote.moderators.contains(id));
    let content = remote.words.as_str();
    let said = words(content);
    let before = storage::held::last_words(conn, author.id, LAST)?;
    let signs = Signs {
        is_young,
        is_followed: storage::follows::has_local_followers(conn, author.id)?,
        names_ours,
        answers_ours: answers_ours(app, conn, remote, parent, &named)?,
        is_expected: strangers.is_empty(),
        has_links: has_links(content, |address| leads_home(app, author, remote, address)),
        mentions: mentioned.len(),
        said_before: before.iter().filter(|other| words(other) == said).count(),
    };
    Ok(is_likely(signs))
}

fn is_young(author: &Account, now: Time) -> bool {
    now - author.created_at < YOUNG
}

/// Whether what a group says to its moderators may be held back, unless its server is asked who they are.
pub async fn may_hold_of_group(app: &App, author: AccountId) -> Result<bool> {
    if app.settings().quarantine_days.is_none() {
        return Ok(false);
    }
    app.read(move |app, conn| {
        let Some(author) = storage::accounts::find(conn, author)? else {
            return Ok(false);
        };
        let is_new = author.kind == AccountKind::Group && is_young(&author, app.now());
        Ok(is_new && !storage::follows::has_local_followers(conn, author.id)?)
    })
    .await
}

/// What is said, but to whom.
fn words(content: &str) -> String {
    let text = plain_text(content);
    let words = text
        .split_whitespace()
        .filter(|word| !word.starts_with('@'));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a post answers one of ours or, naming nobody of ours but whose that is, quotes it or says to come from it: as far as
/// its author may see that.
fn answers_ours(
    app: &App,
    conn: &mut DbConnection,
    remote: &RemoteStatus,
    parent: Option<&Status>,
    named: &[AccountId],
) -> Result<bool> {
    if parent.is_some_and(|row| row.local) {
        return Ok(true);
    }
    let names_only = |whose: AccountId| named.iter().all(|id| *id == whose);
    if let Some(quote) = &remote.quote {
        let quoted = storage::statuses::with_uri(conn, &quote.uri)?;
        let quoted = quoted
            .filter(|row| row.local && row.deleted_at.is_none() && names_only(row.account_id));
        if !visible_to(conn, Some(remote.author), quoted.into_iter().collect())?.is_empty() {
            return Ok(true);
        }
    }
    let said = lineage::Said {
        author: remote.author,
        content: remote.words.as_str(),
        parent,
        answered: remote.in_reply_to_uri.as_deref(),
        based_on: &remote.based_on,
        found: &HashMap::new(),
    };
    let sources = lineage::ours_of_sources(app, conn, &said)?;
    Ok(sources.into_iter().any(names_only))
}

/// Whether a link leads elsewhere than to people, hashtags and where a post is at home.
fn has_links(content: &str, leads_home: impl Fn(&str) -> bool) -> bool {
    content.split("<a ").skip(1).any(|rest| {
        let (tag, text) = rest.split_once('>').unwrap_or((rest, ""));
        let address = tag.split("href=\"").nth(1).unwrap_or_default();
        let address = address.split('"').next().unwrap_or_default();
        let is_name = plain_text(text).trim_start().starts_with(['@', '#']);
        !is_name && !leads_home(&address.replace("&amp;", "&"))
    })
}

/// Whether an address is ours, that of a file of the post, or at its author's own server.
fn leads_home(app: &App, author: &Account, remote: &RemoteStatus, address: &str) -> bool {
    let is_ours = || is_below(app.addresses().base(), address);
    let is_file = || remote.media.iter().any(|file| file.url == address);
    let is_theirs = || {
        author
            .host
            .as_deref()
            .is_some_and(|host| is_at(host, address))
    };
    is_ours() || is_file() || is_theirs()
}

fn is_below(base: &str, address: &str) -> bool {
    let path = address.strip_prefix(base);
    path.is_some_and(|path| path.starts_with('/'))
}

/// `host` has a port where that is not the scheme's own.
fn is_at(host: &str, address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let name = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => host == format!("{name}:{port}"),
        None => host == name,
    }
}

/// What is held back, the oldest first.
pub async fn list(app: &App) -> Result<Vec<Held>> {
    const SHOWN: i64 = 200;
    app.read_long(|_, conn| {
        let rows = storage::held::oldest(conn, SHOWN)?;
        let authors: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
        let authors = storage::accounts::with_ids(conn, &authors)?;
        let held = rows.into_iter().filter_map(|status| {
            let author = authors.iter().find(|row| row.id == status.account_id)?;
            Some(Held {
                words: plain_text(&status.content),
                author: author.clone(),
                status,
            })
        });
        Ok(held.collect())
    })
    .await
}

/// Lets a status in, as if it had arrived just now; its own server is asked for what was not kept of it: what it quotes,
/// and the card of its link. [`Error::NotFound`] if it is not held back.
pub async fn release(app: &App, id: StatusId) -> Result<()> {
    app.transaction(move |app, conn| {
        if !storage::held::release(conn, id)? {
            return Err(Error::NotFound);
        }
        let status = storage::statuses::find(conn, id)?.ok_or(Error::NotFound)?;
        let author = crate::accounts::find(conn, status.account_id)?;
        let mentioned = storage::mentions::named(conn, id)?;
        enqueue(app, conn, &Job::RenewStatus { status: id })?;
        arrive(app, conn, &status, &author, &mentioned)?;
        practice::reconsider(app, conn, &status)
    })
    .await
}

/// Deletes a status that is held back. [`Error::NotFound`] if it is not.
pub async fn reject(app: &App, id: StatusId) -> Result<()> {
    app.transaction(move |app, conn| {
        let held = storage::statuses::find(conn, id)?.filter(|row| row.held_at.is_some());
        remove(app, conn, &held.ok_or(Error::NotFound)?)?;
        Ok(storage::media::delete_of_status(conn, id)?)
    })
    .await
}

/// Deletes what nobody has looked at for long.
pub(crate) fn expire(app: &App, conn: &mut DbConnection) -> Result<()> {
    const AT_ONCE: i64 = 200;
    let days = app.settings().quarantine_days.unwrap_or_default();
    let oldest = app.now() - TimeDelta::days(days.into());
    for status in storage::held::oldest(conn, AT_ONCE)? {
        if status.held_at.is_some_and(|since| since < oldest) {
            remove(app, conn, &status)?;
            storage::media::delete_of_status(conn, status.id)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_hashtags_are_no_links() {
        let mention = r#"<p><span><a href="https://a.example/@mo" class="mention">@<span>mo</span></a></span> hello</p>"#;
        let tag = r#"<a href="https://a.example/tags/x" rel="tag">#<span>x</span></a>"#;
        let base = "https://us.example";
        let ours = r#"<p>Adapted from <a rel="nofollow" href="https://us.example/@ada/1">us.example/@ada/1</a></p>"#;
        for harmless in [mention, tag, ours] {
            assert!(
                !has_links(harmless, |address| is_below(base, address)),
                "{harmless}"
            );
        }
        for link in [
            r#"<p>Buy <a href="https://spam.example">here</a></p>"#,
            r#"<p>Buy <a href="https://us.example.spam.example/">here</a></p>"#,
        ] {
            assert!(has_links(link, |address| is_below(base, address)), "{link}");
        }
        assert_eq!(words(mention), "hello");
    }

    #[test]
    fn an_address_is_at_its_own_host_only() {
        assert!(is_at("a.example", "https://a.example/plan.pdf?v=1"));
        assert!(is_at("127.0.0.1:8000", "http://127.0.0.1:8000/plan.pdf"));
        for address in [
            "https://a.example.spam.example/",
            "https://a.example:8000/",
            "https://a.example@spam.example/",
            "a.example",
        ] {
            assert!(!is_at("a.example", address), "{address}");
        }
    }
}
