//! A direct message that this server writes itself: of its own account, or of a network.

use domain::{ContentType, Handle, QuotePolicy, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::jobs::{Outgoing, federate};
use crate::statuses::{Draft, insert};
use crate::text::format::{self, Link, Rel};
use crate::views::acct;
use crate::{App, Result};

/// Says something to somebody of ours as the server itself. None where the server has no account yet.
pub(crate) fn say_as_server(
    app: &App,
    conn: &mut DbConnection,
    to: &Account,
    text: &str,
    answering: Option<&Status>,
) -> Result<Option<Status>> {
    match storage::accounts::with_uri(conn, &app.addresses().instance_actor())? {
        Some(server) => say(app, conn, &server, to, answering, true, text).map(Some),
        None => Ok(None),
    }
}

/// Says something to somebody as one of our accounts, in the transaction at hand: plain text, after their name. With
/// `local_only` it stays here.
pub(crate) fn say(
    app: &App,
    conn: &mut DbConnection,
    from: &Account,
    to: &Account,
    answering: Option<&Status>,
    local_only: bool,
    text: &str,
) -> Result<Status> {
    let text = format!("@{} {text}", acct(&to.username, to.host.as_deref()));
    let resolve = |handle: &Handle| {
        let is_to = handle.clone().seen_from(&app.settings().host).key() == to.handle_key;
        is_to.then(|| Link {
            url: to.url.clone(),
            username: to.username.clone(),
        })
    };
    let tag_url = |tag: &str| app.addresses().tag(&domain::text::normalise_tag(tag));
    let content = format::to_html(
        &text,
        app.settings().hosts(),
        Rel::Foreign,
        resolve,
        tag_url,
    );
    let id = StatusId(app.next_id());
    let status = Status {
        id,
        account_id: from.id,
        uri: app.addresses().status(&from.username, id),
        url: app.addresses().page(&from.username, id),
        local: true,
        conversation_id: answering.map_or(id, |status| status.conversation_id),
        in_reply_to_id: answering.map(|status| status.id),
        in_reply_to_account_id: answering.map(|status| status.account_id),
        in_reply_to_uri: answering.map(|status| status.uri.clone()),
        reblog_of_id: None,
        visibility: Visibility::Direct,
        content,
        text,
        content_type: ContentType::Plain,
        spoiler_text: String::new(),
        sensitive: false,
        language: Some("en".to_owned()),
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
        local_only,
        held_at: None,
    };
    let draft = Draft {
        status,
        author: from,
        mentioned: std::slice::from_ref(to),
        tags: &[],
    };
    let status = insert(app, conn, draft)?;
    if !local_only {
        federate(app, conn, Outgoing::Publish { status: status.id })?;
    }
    Ok(status)
}
