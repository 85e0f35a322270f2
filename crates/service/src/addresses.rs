//! Every address of ours. They are written into other servers' databases: they never change.

use domain::handle::is_username;
use domain::{CollectionId, StatusId};
use url::Url;

/// Builds addresses below the public one.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Without a slash at its end.
    base: String,
}

impl Addresses {
    #[must_use]
    pub fn new(public_url: &Url) -> Self {
        Self {
            base: public_url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `path` begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A custom emoji of ours.
    #[must_use]
    pub fn emoji(&self, shortcode: &str) -> String {
        format!("{}/emojis/{shortcode}", self.base)
    }

    #[must_use]
    pub fn account(&self, name: &str) -> String {
        format!("{}/users/{name}", self.base)
    }

    /// The page of a person.
    #[must_use]
    pub fn profile(&self, name: &str) -> String {
        format!("{}/@{name}", self.base)
    }

    #[must_use]
    pub fn status(&self, name: &str, id: StatusId) -> String {
        format!("{}/users/{name}/statuses/{id}", self.base)
    }

    /// The id of the activity that published a status, or of a boost.
    #[must_use]
    pub fn status_activity(&self, name: &str, id: StatusId) -> String {
        format!("{}/users/{name}/statuses/{id}/activity", self.base)
    }

    /// The collection of a whole thread, by the id of the status that began it.
    #[must_use]
    pub fn context(status: &str) -> String {
        format!("{status}/context")
    }

    /// The page of a status.
    #[must_use]
    pub fn page(&self, name: &str, id: StatusId) -> String {
        format!("{}/@{name}/{id}", self.base)
    }

    /// The id of whom or what a page of ours shows: a person, or a status.
    #[must_use]
    pub fn id_of_page(&self, page: &str) -> Option<String> {
        let path = page.strip_prefix(&self.base)?.strip_prefix("/@")?;
        let (name, status) = match path.split_once('/') {
            Some((name, status)) => (name, Some(status)),
            None => (path, None),
        };
        if !is_username(name) {
            return None;
        }
        Some(match status {
            Some(status) => self.status(name, StatusId(status.parse().ok()?)),
            None => self.account(name),
        })
    }

    #[must_use]
    pub fn inbox(&self, name: &str) -> String {
        format!("{}/users/{name}/inbox", self.base)
    }

    #[must_use]
    pub fn shared_inbox(&self) -> String {
        format!("{}/inbox", self.base)
    }

    #[must_use]
    pub fn outbox(&self, name: &str) -> String {
        format!("{}/users/{name}/outbox", self.base)
    }

    #[must_use]
    pub fn followers(&self, name: &str) -> String {
        format!("{}/users/{name}/followers", self.base)
    }

    /// Those of the followers who live where whoever asks does (FEP-8fcf).
    #[must_use]
    pub fn followers_synchronization(&self, name: &str) -> String {
        format!("{}/users/{name}/followers_synchronization", self.base)
    }

    #[must_use]
    pub fn following(&self, name: &str) -> String {
        format!("{}/users/{name}/following", self.base)
    }

    /// The collection of pinned statuses.
    #[must_use]
    pub fn featured(&self, name: &str) -> String {
        format!("{}/users/{name}/collections/featured", self.base)
    }

    /// The collection of those who look after a network.
    #[must_use]
    pub fn moderators(&self, name: &str) -> String {
        format!("{}/users/{name}/collections/moderators", self.base)
    }

    /// The collection of hashtags on a profile.
    #[must_use]
    pub fn featured_tags(&self, name: &str) -> String {
        format!("{}/users/{name}/collections/tags", self.base)
    }

    /// Those whom a person recommends, in collections.
    #[must_use]
    pub fn collections(&self, name: &str) -> String {
        format!("{}/users/{name}/collections", self.base)
    }

    /// The stamp by which somebody stands in a collection, as the item of that number.
    #[must_use]
    pub fn feature_authorization(&self, name: &str, item: i64) -> String {
        format!("{}/users/{name}/feature_authorizations/{item}", self.base)
    }

    /// The FeatureRequest by which somebody is asked to stand in a collection, as the item of that number.
    #[must_use]
    pub fn feature_request(&self, name: &str, item: i64) -> String {
        format!("{}/users/{name}#feature_requests/{item}", self.base)
    }

    #[must_use]
    pub fn follow(&self, name: &str, id: i64) -> String {
        format!("{}/users/{name}#follows/{id}", self.base)
    }

    #[must_use]
    pub fn like(&self, name: &str, id: i64) -> String {
        format!("{}/users/{name}#likes/{id}", self.base)
    }

    #[must_use]
    pub fn vote(&self, name: &str, id: i64) -> String {
        format!("{}/users/{name}#votes/{id}", self.base)
    }

    #[must_use]
    pub fn quote_request(&self, name: &str, id: i64) -> String {
        format!("{}/users/{name}#quotes/{id}", self.base)
    }

    /// The stamp that lets a quote stand.
    #[must_use]
    pub fn quote_authorization(&self, name: &str, id: i64) -> String {
        format!("{}/users/{name}/quote_authorizations/{id}", self.base)
    }

    #[must_use]
    pub fn block(&self, name: &str, id: i64) -> String {
        format!("{}/users/{name}#blocks/{id}", self.base)
    }

    /// The id of a Flag, which does not say who reports.
    #[must_use]
    pub fn report(&self, id: domain::ReportId) -> String {
        format!("{}/actor#reports/{id}", self.base)
    }

    /// The actor of the server itself.
    #[must_use]
    pub fn instance_actor(&self) -> String {
        self.join("/actor")
    }

    /// The page of a collection, as Mastodon has it: by its number alone.
    #[must_use]
    pub fn collection(&self, id: CollectionId) -> String {
        format!("{}/collections/{id}", self.base)
    }

    #[must_use]
    pub fn tag(&self, name: &str) -> String {
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        format!("{}/tags/{name}", self.base)
    }

    /// A term of our vocabulary, by its name among all, such as `phase/ks3`.
    #[must_use]
    pub fn concept(&self, key: &str) -> String {
        format!("{}/vocab/{key}", self.base)
    }

    /// A document of the media store, under the name that whoever keeps it finds.
    #[must_use]
    pub fn document(&self, path: &str, name: &str) -> String {
        let (stem, _) = path.rsplit_once('.').unwrap_or((path, ""));
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        // In a path, a plus is a plus.
        format!("{}/media/{stem}/{}", self.base, name.replace('+', "%20"))
    }

    /// A file of the media store.
    #[must_use]
    pub fn media(&self, path: &str) -> String {
        format!("{}/media/{path}", self.base)
    }

    /// What stands for a film of which there is no picture.
    #[must_use]
    pub fn default_film(&self) -> String {
        self.join("/assets/film.png")
    }

    #[must_use]
    pub fn default_avatar(&self) -> String {
        self.join("/assets/avatars/original/missing.png")
    }

    #[must_use]
    pub fn default_header(&self) -> String {
        self.join("/assets/headers/original/missing.png")
    }
}
