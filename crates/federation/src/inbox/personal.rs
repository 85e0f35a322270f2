//! What comes into somebody's own inbox is for them, though it names nobody of ours: so do circles of Friendica and lists of
//! Pleroma. W3C ActivityPub section 6.1.

use serde_json::{Value, json};

use super::prepare::{Context, names_us};
use crate::protocol::addressing::visibility;
use crate::protocol::read::{self, kind};

/// Whose inbox it was is kept where it would stand if the sender had not taken it out.
const HIDDEN: &str = "bto";

/// Notes whose inbox a new post came into that is not for everybody.
pub(super) fn note(activity: &mut Value, whose: &str) {
    let is_closed = kind(activity) == "Create"
        && read::one(activity, "object").is_some_and(|object| !visibility(object, "").is_open())
        && !visibility(activity, "").is_open();
    if is_closed && let Some(fields) = activity.as_object_mut() {
        fields.insert(HIDDEN.to_owned(), json!([whose]));
    }
}

impl Context<'_> {
    /// Names whose inbox a post came into, if it is for nobody else of ours.
    pub(super) fn name_receiver(&self, object: &mut Value) {
        let is_for_few =
            visibility(object, &self.actor.followers_uri) == domain::Visibility::Direct;
        if !is_for_few || names_us(self.app, object) {
            return;
        }
        let mut cc: Vec<Value> = read::many(object, "cc").into_iter().cloned().collect();
        cc.extend(read::many(self.activity, HIDDEN).into_iter().cloned());
        if let Some(fields) = object.as_object_mut() {
            fields.insert("cc".to_owned(), json!(cc));
        }
    }
}
