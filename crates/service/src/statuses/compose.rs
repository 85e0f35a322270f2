//! From what somebody typed to what is stored: HTML, mentions and tags.

use std::collections::{HashMap, HashSet};

use domain::text::{Span, count, normalise_tag, spans};
use domain::{AccountId, ContentType, CustomEmoji, Handle, StatusId, limits};
use futures_util::future::join_all;
use storage::DbConnection;
use storage::accounts::Account;

use super::publish::clean;
use crate::error::invalid;
use crate::oauth::Person;
use crate::text::format::{self, Rel};
use crate::text::markdown::{self, Marked};
use crate::views::{self, AccountView};
use crate::{App, Result, accounts, custom_emojis};

/// People on other servers who are looked up for one status, if they are not known yet.
const LOOKUPS: usize = 10;

/// A status' text, understood.
pub(crate) struct Composed {
    pub html: String,
    pub mentioned: Vec<Account>,
    /// In lower case, each once.
    pub tags: Vec<String>,
    /// Names of custom emoji, of which there may be none here.
    pub shortcodes: Vec<String>,
}

/// The emoji of ours that a status uses, in its text and in what else is read of it. One query at most.
pub(super) fn emojis<'a>(
    app: &App,
    conn: &mut DbConnection,
    composed: &Composed,
    spoiler_text: &'a str,
    options: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<CustomEmoji>> {
    let others = options.into_iter().map(String::as_str);
    let mut names = composed.shortcodes.clone();
    names.extend(custom_emojis::names(
        std::iter::once(spoiler_text).chain(others),
    ));
    let mut known = HashSet::new();
    names.retain(|name| known.insert(name.clone()));
    names.truncate(limits::EMOJI);
    custom_emojis::of_names(app, conn, &names)
}

/// Checks the length as Mastodon counts it.
pub(crate) fn check_length(app: &App, text: &str, spoiler_text: &str) -> Result<()> {
    let limit = app.settings().max_characters;
    if count(text, spoiler_text, app.settings().hosts()) > limit {
        return Err(invalid(format!("Text character limit of {limit} exceeded")));
    }
    Ok(())
}

/// Finds the people mentioned, elsewhere too, and turns the text into HTML. Who is called as the author of what is `answered`
/// is them, whoever else has that name.
pub(crate) async fn compose(
    app: &App,
    text: &str,
    kind: ContentType,
    answered: Option<StatusId>,
) -> Result<Composed> {
    let settings = app.settings();
    let marked = match kind {
        ContentType::Plain => None,
        ContentType::Markdown => Some(markdown::read(text, settings.hosts())),
    };
    let (found, shortcodes): (Vec<Span>, Vec<String>) = match &marked {
        Some(marked) => (
            marked.spans().cloned().collect(),
            marked.shortcodes().map(str::to_owned).collect(),
        ),
        None => {
            let parts = spans(text, settings.hosts());
            let words = parts.iter().filter(|(_, span)| *span == Span::Text);
            let words = words.filter_map(|(range, _)| text.get(range.clone()));
            let shortcodes = custom_emojis::names(words);
            (
                parts.into_iter().map(|(_, span)| span).collect(),
                shortcodes,
            )
        }
    };
    let mut handles: Vec<Handle> = Vec::new();
    let mut tags: Vec<String> = Vec::new();
    for span in found {
        match span {
            Span::Mention(handle) => {
                let handle = handle.seen_from(&settings.host);
                if !handles.iter().any(|known| known.key() == handle.key()) {
                    handles.push(handle);
                }
            }
            Span::Hashtag(name) => {
                let name = normalise_tag(&name);
                if !tags.contains(&name) {
                    tags.push(name);
                }
            }
            Span::Text | Span::Url => {}
        }
    }
    handles.truncate(limits::MENTIONS);
    tags.truncate(limits::TAGS);
    let people = find(app, handles, answered).await?;
    let resolve = |handle: &Handle| {
        let key = handle.clone().seen_from(&settings.host).key();
        people.get(&key).map(|account| format::Link {
            url: account.url.clone(),
            username: account.username.clone(),
        })
    };
    let tag_url = |tag: &str| app.addresses().tag(&normalise_tag(tag));
    let html = marked.map(|marked: Marked| marked.to_html(resolve, tag_url));
    // Marks of which nothing is seen, such as the address of a link that is nowhere, are shown as they were typed.
    let html = html
        .filter(|html| !html.is_empty())
        .unwrap_or_else(|| format::to_html(text, settings.hosts(), Rel::Foreign, resolve, tag_url));
    Ok(Composed {
        html,
        mentioned: people.into_values().collect(),
        tags,
        shortcodes,
    })
}

/// Whom somebody's text would mention besides those `allowed`.
pub async fn unexpected_mentions(
    app: &App,
    person: &Person,
    text: &str,
    kind: Option<ContentType>,
    answered: Option<StatusId>,
    allowed: &[AccountId],
) -> Result<Vec<AccountView>> {
    let text = clean(text);
    check_length(app, &text, "")?;
    let kind = kind.unwrap_or(person.user.default_content_type);
    let composed = compose(app, &text, kind, answered).await?;
    let unexpected: Vec<AccountId> = composed
        .mentioned
        .into_iter()
        .map(|account| account.id)
        .filter(|id| !allowed.contains(id))
        .collect();
    if unexpected.is_empty() {
        return Ok(Vec::new());
    }
    let me = person.id();
    app.read(move |app, conn| views::accounts(app, conn, Some(me), &unexpected))
        .await
}

/// Whom the handles name, by key. A server that does not answer costs a mention, not the status.
async fn find(
    app: &App,
    handles: Vec<Handle>,
    answered: Option<StatusId>,
) -> Result<HashMap<String, Account>> {
    let keys: Vec<String> = handles.iter().map(Handle::key).collect();
    let mut found: HashMap<String, Account> = app
        .read(move |_, conn| {
            let mut found: HashMap<String, Account> = HashMap::new();
            if let Some(id) = answered.filter(|_| !keys.is_empty())
                && let Some(status) = storage::statuses::find(conn, id)?
                && let Some(author) = storage::accounts::find(conn, status.account_id)?
            {
                let key = key_of(&author);
                if keys.contains(&key) {
                    found.insert(key, author);
                }
            }
            for key in keys {
                if !found.contains_key(&key)
                    && let Some(account) = storage::accounts::with_handle_key(conn, &key)?
                {
                    found.insert(key, account);
                }
            }
            let waiting = accounts::waiting_among(conn, found.values())?;
            found.retain(|_, account| !waiting.contains(&account.id));
            Ok(found)
        })
        .await?;
    let unknown: Vec<Handle> = handles
        .into_iter()
        .filter(|handle| handle.host.is_some() && !found.contains_key(&handle.key()))
        .take(LOOKUPS)
        .collect();
    let lookups = unknown.into_iter().map(|handle| async move {
        let key = handle.key();
        match accounts::by_handle(app, handle, true).await {
            Ok(account) => account.map(|account| (key, account)),
            Err(error) => {
                tracing::info!(handle = key, %error, "a mentioned account was not found");
                None
            }
        }
    });
    found.extend(join_all(lookups).await.into_iter().flatten());
    found.retain(|_, account| !account.is_gone());
    Ok(found)
}

/// Of the handle that an account is shown with, also where that leads to somebody else.
fn key_of(account: &Account) -> String {
    let username = account.username.to_lowercase();
    match &account.host {
        Some(host) => format!("{username}@{host}"),
        None => username,
    }
}
