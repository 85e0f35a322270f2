//! One's own profile as one wrote it.
//! <https://docs.joinmastodon.org/entities/Profile/>

use domain::AccountId;
use serde::Serialize;

use super::{FeaturedTag, Field};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    pub id: AccountId,
    pub display_name: String,
    /// As it was typed, as the fields are.
    pub note: String,
    pub fields: Vec<Field>,
    /// Null where there is none, as the header is.
    pub avatar: Option<String>,
    pub avatar_static: Option<String>,
    pub avatar_description: String,
    pub header: Option<String>,
    pub header_static: Option<String>,
    pub header_description: String,
    pub locked: bool,
    pub bot: bool,
    pub hide_collections: Option<bool>,
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub show_media: bool,
    pub show_media_replies: bool,
    pub show_featured: bool,
    pub attribution_domains: Vec<String>,
    pub featured_tags: Vec<FeaturedTag>,
}
