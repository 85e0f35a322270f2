//! A word from this server itself to one of its people: a direct message of its own account, which stays here.

use domain::{ContentType, QuotePolicy, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use crate::statuses::{Draft, insert};
use crate::text::format::{self, Link, Rel};
use crate::{App, Result};

/// Says something to somebody of ours, in the transaction at hand: plain text, after their name. None where the server has
/// no account yet.
pub(crate) fn say(
    app: &App,
    conn: &mut DbConnection,
    to: &Account,
    text: &str,
    answering: Option<&Status>,
) -> Result<Option<Status>> {
    let Some(server) = storage::accounts::with_uri(conn, &app.addresses().instance_actor())? else {
        return Ok(None);
    };
    let id = StatusId(app.next_id());
    let text = format!("@{} {text}", to.username);
    let content = format::to_html(
        &text,
        app.settings().hosts(),
        Rel::Foreign,
        |handle| {
            let is_them = handle.host.is_none() && handle.username == to.username;
            is_them.then(|| Link {
                url: to.url.clone(),
                username: to.username.clone(),
            })
        },
        |tag| app.addresses().tag(&domain::text::normalise_tag(tag)),
    );
    let status = Status {
        id,
        account_id: server.id,
        uri: app.addresses().status(&server.username, id),
        url: app.addresses().page(&server.username, id),
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
        local_only: true,
        held_at: None,
    };
    let draft = Draft {
        status,
        author: &server,
        mentioned: std::slice::from_ref(to),
        tags: &[],
    };
    insert(app, conn, draft).map(Some)
}
