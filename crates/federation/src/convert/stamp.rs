//! Stamps: words of somebody that others may do something with what is theirs. Of quotes: FEP-044f; of collections: FEP-7aa9.

use serde_json::{Value, json};

use crate::protocol::read::{self, kind, text};

/// The stamp of that id.
pub(super) struct Stamp<'a> {
    pub kind: &'static str,
    pub id: &'a str,
    /// Id of what does it.
    pub by: &'a str,
    /// Id of that with which it is done.
    pub of: &'a str,
}

impl Stamp<'_> {
    pub(super) fn to_json(&self, author: &str) -> Value {
        json!({
            "id": self.id,
            "type": self.kind,
            "attributedTo": author,
            "interactingObject": self.by,
            "interactionTarget": self.of,
        })
    }

    /// Whether a document says this.
    pub(super) fn is(&self, document: &Value) -> bool {
        kind(document) == self.kind
            && text(document, "id") == Some(self.id)
            && read::id(document, "interactingObject") == Some(self.by)
            && read::id(document, "interactionTarget") == Some(self.of)
    }
}
