//! What happens, as it is written to apps: once for all who read it in the same stream and form.
//! <https://docs.joinmastodon.org/methods/streaming/#events>

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use service::streaming::{Form, Stream, What};
use service::{Error, Result};

use super::stream::names;
use crate::entities::{Announcement, Conversation, Notification, Status};

pub(super) struct Written {
    event: &'static str,
    payload: Option<String>,
    texts: HashMap<(Stream, Form), Arc<str>>,
}

/// <https://docs.joinmastodon.org/methods/streaming/#websocket>
#[derive(Serialize)]
struct Frame<'a> {
    stream: Vec<&'a str>,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
}

#[derive(Serialize)]
struct AnnouncementReaction {
    name: String,
    count: i64,
    announcement_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_url: Option<String>,
}

impl Written {
    pub(super) fn of(what: What) -> Result<Self> {
        let (event, payload) = match what {
            What::Update(view) => ("update", Some(json(&Status::from(*view))?)),
            What::StatusUpdate(view) => ("status.update", Some(json(&Status::from(*view))?)),
            What::Delete(id) => ("delete", Some(id.to_string())),
            What::Notification(view) => ("notification", Some(json(&Notification::from(*view))?)),
            What::NotificationsMerged => ("notifications_merged", Some("1".to_owned())),
            What::FiltersChanged => ("filters_changed", None),
            What::Conversation(view) => ("conversation", Some(json(&Conversation::from(*view))?)),
            What::Announcement(view) => ("announcement", Some(json(&Announcement::from(*view))?)),
            What::AnnouncementReaction {
                announcement,
                name,
                count,
                emoji,
            } => {
                let (url, static_url) = emoji.map(|emoji| (emoji.url, emoji.static_url)).unzip();
                let reaction = AnnouncementReaction {
                    name,
                    count,
                    announcement_id: announcement.to_string(),
                    url,
                    static_url,
                };
                ("announcement.reaction", Some(json(&reaction)?))
            }
            What::AnnouncementDelete(id) => ("announcement.delete", Some(id.to_string())),
        };
        Ok(Self {
            event,
            payload,
            texts: HashMap::new(),
        })
    }

    pub(super) fn text_for(&mut self, stream: &Stream, form: Form) -> Result<Arc<str>> {
        let key = (stream.clone(), form);
        if let Some(text) = self.texts.get(&key) {
            return Ok(text.clone());
        }
        let text: Arc<str> = match form {
            Form::WebSocket => json(&Frame {
                stream: names(stream).iter().map(AsRef::as_ref).collect(),
                event: self.event,
                payload: self.payload.as_deref(),
            })?,
            Form::EventStream => {
                // Without data a browser would not hear of it; Mastodon writes this word too.
                let data = self.payload.as_deref().unwrap_or("undefined");
                format!("event: {}\ndata: {data}\n\n", self.event)
            }
        }
        .into();
        self.texts.insert(key, text.clone());
        Ok(text)
    }
}

fn json(entity: &impl Serialize) -> Result<String> {
    serde_json::to_string(entity).map_err(|error| Error::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(what: What, stream: &Stream, form: Form) -> String {
        let mut written = Written::of(what).unwrap();
        written.text_for(stream, form).unwrap().to_string()
    }

    #[test]
    fn what_has_no_payload_has_none_in_a_frame() {
        let said = text(What::FiltersChanged, &Stream::User, Form::WebSocket);
        assert_eq!(said, r#"{"stream":["user"],"event":"filters_changed"}"#);
        let said = text(What::FiltersChanged, &Stream::User, Form::EventStream);
        assert_eq!(said, "event: filters_changed\ndata: undefined\n\n");
    }

    #[test]
    fn a_payload_is_a_text() {
        let reaction = What::AnnouncementReaction {
            announcement: 7,
            name: "👍".to_owned(),
            count: 2,
            emoji: None,
        };
        let said = text(reaction.clone(), &Stream::User, Form::WebSocket);
        assert_eq!(
            said,
            r#"{"stream":["user"],"event":"announcement.reaction","payload":"{\"name\":\"👍\",\"count\":2,\"announcement_id\":\"7\"}"}"#
        );
        let said = text(reaction, &Stream::User, Form::EventStream);
        let data = r#"{"name":"👍","count":2,"announcement_id":"7"}"#;
        assert_eq!(
            said,
            format!("event: announcement.reaction\ndata: {data}\n\n")
        );
    }
}
