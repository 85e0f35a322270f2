//! `likes` and `shares` of a post. W3C ActivityPub sections 5.7 and 5.8.

use serde_json::{Value, json};
use service::App;

use super::note::Post;

/// What others do with a post that is only counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Echo {
    Likes,
    Shares,
}

impl Echo {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Likes => "likes",
            Self::Shares => "shares",
        }
    }
}

impl Post {
    /// How many did it, where the server shows that.
    pub(crate) fn echo(&self, app: &App, which: Echo) -> Value {
        let status = &self.status;
        let total = match which {
            Echo::Likes => status.favourites_count,
            Echo::Shares => status.reblogs_count,
        };
        let mut collection =
            json!({ "id": format!("{}/{}", status.uri, which.name()), "type": "Collection" });
        if let Some(object) = collection.as_object_mut()
            && app.settings().show_counts
        {
            object.insert("totalItems".to_owned(), json!(total));
        }
        collection
    }
}
