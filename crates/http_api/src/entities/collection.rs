//! People whom somebody recommends.
//! <https://docs.joinmastodon.org/entities/Collection/>

use domain::{AccountId, CollectionId, Time};
use serde::Serialize;
use service::collections::CollectionView;
use utoipa::ToSchema;

use super::time::moment;
use super::{Account, StatusTag};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Collection {
    #[schema(value_type = String)]
    pub id: CollectionId,
    #[schema(value_type = String)]
    pub account_id: AccountId,
    pub uri: String,
    /// Nullable in Mastodon's documentation, and never null in Mastodon: its own app refuses one without it.
    pub url: String,
    pub name: String,
    pub description: String,
    #[schema(required)]
    pub language: Option<String>,
    pub local: bool,
    pub sensitive: bool,
    pub discoverable: bool,
    #[schema(required)]
    pub tag: Option<StatusTag>,
    /// As many as there are for whoever looks.
    pub item_count: usize,
    pub items: Vec<CollectionItem>,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
}

/// <https://docs.joinmastodon.org/entities/CollectionItem/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CollectionItem {
    pub id: String,
    #[schema(value_type = String)]
    pub account_id: AccountId,
    /// `pending`, which only its owner sees, or `accepted`.
    pub state: &'static str,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

/// What is answered of one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WrappedCollection {
    pub collection: Collection,
}

/// <https://docs.joinmastodon.org/entities/CollectionWithAccounts/>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CollectionWithAccounts {
    pub collection: Collection,
    /// Whose it is, and who is in it.
    pub accounts: Vec<Account>,
}

/// What is answered of several.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Collections {
    pub collections: Vec<Collection>,
}

/// What is answered of somebody who was put in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WrappedCollectionItem {
    pub collection_item: CollectionItem,
}

impl From<CollectionView> for Collection {
    fn from(view: CollectionView) -> Self {
        let collection = view.collection;
        Self {
            id: collection.id,
            account_id: collection.account_id,
            uri: view.uri,
            local: collection.uri.is_none(),
            url: view.url,
            name: collection.name,
            description: collection.description,
            language: collection.language,
            sensitive: collection.sensitive,
            discoverable: collection.discoverable,
            tag: view.tag.map(Into::into),
            item_count: view.items.len(),
            items: view.items.into_iter().map(Into::into).collect(),
            created_at: collection.created_at,
            updated_at: collection.updated_at,
        }
    }
}

impl From<service::collections::CollectionItem> for CollectionItem {
    fn from(item: service::collections::CollectionItem) -> Self {
        Self {
            id: item.id.to_string(),
            account_id: item.account_id,
            state: item.state.name(),
            created_at: item.created_at,
        }
    }
}
