//! One's own profile as one wrote it.
//! <https://docs.joinmastodon.org/entities/Profile/>

use domain::AccountId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{FeaturedTag, Field};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Profile {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub display_name: String,
    /// As it was typed, as the fields are.
    pub note: String,
    pub fields: Vec<Field>,
    /// Null where there is none, as the header is.
    #[schema(required)]
    pub avatar: Option<String>,
    #[schema(required)]
    pub avatar_static: Option<String>,
    pub avatar_description: String,
    #[schema(required)]
    pub header: Option<String>,
    #[schema(required)]
    pub header_static: Option<String>,
    pub header_description: String,
    pub locked: bool,
    pub bot: bool,
    #[schema(required)]
    pub hide_collections: Option<bool>,
    #[schema(required)]
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub show_media: bool,
    pub show_media_replies: bool,
    pub show_featured: bool,
    pub attribution_domains: Vec<String>,
    pub featured_tags: Vec<FeaturedTag>,
}
