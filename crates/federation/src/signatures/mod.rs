//! HTTP signatures, read and written: draft-cavage-http-signatures-12, as the fediverse speaks it, and RFC 9421.
//!
//! Pure: no clock, no network, no database. [`check`] says what has to be verified, the caller finds
//! the key, and [`Checked::verify`] says whether it fits.

mod cavage;
mod check;
mod dates;
mod digest;
mod error;
mod keys;
mod message;
mod sign;
mod structured;

pub(crate) use cavage::field;
pub use check::{Check, Checked, check};
pub use dates::{format_http_date, parse_http_date};
pub use error::Error;
pub use keys::{Algorithm, KeyError, PEM_LIMIT, PrivateKey, PublicKey};
pub(crate) use sign::unsigned;
pub use sign::{Format, Outgoing, SignError, Signer};
