//! How far somebody has read.
//! <https://docs.joinmastodon.org/entities/Marker/>

use domain::Time;
use serde::Serialize;

use super::time::moment;

/// Only the timelines that were asked for and have a marker.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Markers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<Marker>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Marker>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Marker {
    pub last_read_id: String,
    pub version: i64,
    #[serde(serialize_with = "moment")]
    pub updated_at: Time,
}
