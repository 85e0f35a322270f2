//! How far somebody has read.
//! <https://docs.joinmastodon.org/entities/Marker/>

use domain::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::time::moment;

/// Only the timelines that were asked for and have a marker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Markers {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Marker)]
    pub home: Option<Marker>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Marker)]
    pub notifications: Option<Marker>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Marker {
    pub last_read_id: String,
    pub version: i64,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
}
