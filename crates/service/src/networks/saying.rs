//! What a network says itself: direct messages, to one person or a few.

use domain::{AccountId, ContentType, QuotePolicy, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use super::Known;
use crate::jobs::{Outgoing, federate};
use crate::statuses::{Draft, insert};
use crate::text::format::{self, Rel};
use crate::views::acct;
use crate::word::{language_of, reworded};
use crate::{App, Result};

/// Writes somebody a direct message.
pub(super) fn say(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    to: &Account,
    text: &str,
) -> Result<()> {
    write(app, conn, by, to, None, text)
}

/// Answers a direct message.
pub(super) fn answer(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    to: &Account,
    message: &Status,
    text: &str,
) -> Result<()> {
    write(app, conn, by, to, Some(message), text)
}

/// Writes each steward but one a direct message.
pub(super) fn say_to_stewards(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    but: Option<AccountId>,
    text: &str,
) -> Result<()> {
    for steward in storage::networks::stewards(conn, by.id())? {
        if Some(steward.id) != but {
            say(app, conn, by, &steward, text)?;
        }
    }
    Ok(())
}

/// What somebody is called everywhere: some who read it live elsewhere.
pub(super) fn full(app: &App, account: &Account) -> String {
    let ours = app.settings().host.as_str();
    let host = account.host.as_deref().unwrap_or(ours);
    format!("@{}@{host}", account.username)
}

fn write(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    to: &Account,
    message: Option<&Status>,
    text: &str,
) -> Result<()> {
    let language = language_of(conn, to, message)?;
    let name = acct(&to.username, to.host.as_deref());
    let text = format!("@{name} {}", reworded(text, language));
    let resolve = |handle: &domain::Handle| {
        let is_to = handle.clone().seen_from(&app.settings().host).key() == to.handle_key;
        is_to.then(|| format::Link {
            url: to.url.clone(),
            username: to.username.clone(),
        })
    };
    let tag_url = |tag: &str| app.addresses().tag(&domain::text::normalise_tag(tag));
    let html = format::to_html(
        &text,
        app.settings().hosts(),
        Rel::Foreign,
        resolve,
        tag_url,
    );
    let id = StatusId(app.next_id());
    let username = &by.account.username;
    let status = Status {
        id,
        account_id: by.id(),
        uri: app.addresses().status(username, id),
        url: app.addresses().page(username, id),
        local: true,
        conversation_id: message.map_or(id, |message| message.conversation_id),
        in_reply_to_id: message.map(|message| message.id),
        in_reply_to_account_id: message.map(|message| message.account_id),
        in_reply_to_uri: message.map(|message| message.uri.clone()),
        reblog_of_id: None,
        visibility: Visibility::Direct,
        content: html,
        text,
        content_type: ContentType::Plain,
        spoiler_text: String::new(),
        sensitive: false,
        language: Some(language.to_owned()),
        application_id: None,
        emojis: Vec::new(),
        replies_count: 0,
        reblogs_count: 0,
        favourites_count: 0,
        quotes_count: 0,
        quote_policy: QuotePolicy::NOBODY,
        has_poll: false,
        has_quote: false,
        has_source: false,
        card_id: None,
        created_at: app.now(),
        edited_at: None,
        pinned_at: None,
        deleted_at: None,
        local_only: message.is_some_and(|message| message.local_only),
        held_at: None,
    };
    let draft = Draft {
        status,
        author: &by.account,
        mentioned: std::slice::from_ref(to),
        tags: &[],
    };
    let status = insert(app, conn, draft)?;
    federate(app, conn, Outgoing::Publish { status: status.id })
}
