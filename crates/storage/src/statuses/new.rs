//! What a status has of which nothing else is said.

use domain::{AccountId, ContentType, QuotePolicy, StatusId, Time, Visibility};

use super::Status;

impl Status {
    /// A status of ours without words that begins a thread, and whose page is its uri.
    #[must_use]
    pub fn new(
        id: StatusId,
        account_id: AccountId,
        uri: String,
        visibility: Visibility,
        created_at: Time,
    ) -> Self {
        Self {
            id,
            account_id,
            url: uri.clone(),
            uri,
            local: true,
            conversation_id: id,
            in_reply_to_id: None,
            in_reply_to_account_id: None,
            in_reply_to_uri: None,
            reblog_of_id: None,
            visibility,
            content: String::new(),
            text: String::new(),
            content_type: ContentType::Plain,
            spoiler_text: String::new(),
            sensitive: false,
            language: None,
            application_id: None,
            emojis: Vec::new(),
            replies_count: 0,
            reblogs_count: 0,
            favourites_count: 0,
            created_at,
            edited_at: None,
            pinned_at: None,
            deleted_at: None,
            quotes_count: 0,
            quote_policy: QuotePolicy::NOBODY,
            has_poll: false,
            has_quote: false,
            has_source: false,
            local_only: false,
            card_id: None,
            held_at: None,
            said_favourites: None,
            said_reblogs: None,
        }
    }

    /// The same as an answer to `parent`, if there is one.
    #[must_use]
    pub fn below(self, parent: Option<&Self>) -> Self {
        let Some(parent) = parent else {
            return self;
        };
        Self {
            conversation_id: parent.conversation_id,
            in_reply_to_id: Some(parent.id),
            in_reply_to_account_id: Some(parent.account_id),
            in_reply_to_uri: Some(parent.uri.clone()),
            ..self
        }
    }
}
