//! The one client for everything we ask of other servers: W3C ActivityPub section B.4, and our own rules
//! against being sent to places where we should not go.

mod address;
mod body;
mod budget;
mod client;
mod content_type;
mod error;
mod formats;
mod gate;
mod html;
mod links;
mod resolver;
mod translator;
mod transport;
mod xml;

pub use address::{is_nearby, is_public};
pub(crate) use body::parse_json;
pub use budget::Budget;
pub use client::{Fetched, Found, Media, OutboundClient, OutboundSettings, certificates};
pub use content_type::is_activity_json;
pub use error::{BuildError, FetchError, Reply};
pub(crate) use html::{decoded, object as object_of_page};
pub(crate) use links::object as object_of_links;
pub(crate) use translator::Translator;
pub use translator::TranslatorSettings;
pub(crate) use xml::as_json as json_of_xml;
