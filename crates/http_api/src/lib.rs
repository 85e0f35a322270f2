//! The client API as Mastodon apps speak it.
//! <https://docs.joinmastodon.org/client/intro/>

pub mod entities;
pub mod error;
pub mod extract;
pub mod middleware;
mod openapi;
pub mod pagination;
mod routes;
pub mod streaming;
mod views;
mod wording;

pub use error::ApiError;
pub use routes::{configure_api, configure_oauth};
