//! Custom emoji of ours, as FEP-9098 has them.

use domain::CustomEmoji;
use serde_json::{Value, json};
use service::App;
use service::custom_emojis::Emoji;

use super::actor::mime;
use super::moment;

/// In the tags of what uses it.
pub(crate) fn tag(app: &App, emoji: &CustomEmoji) -> Value {
    json!({
        "id": app.addresses().emoji(&emoji.shortcode),
        "type": "Emoji",
        "name": format!(":{}:", emoji.shortcode),
        "icon": { "type": "Image", "mediaType": mime(&emoji.url), "url": emoji.url },
    })
}

/// By itself, without a context.
pub(crate) fn document(app: &App, emoji: &Emoji) -> Value {
    let mut document = tag(app, &service::custom_emojis::shown(app, emoji));
    if let Some(object) = document.as_object_mut() {
        object.insert("updated".to_owned(), json!(moment(emoji.updated_at)));
    }
    document
}
