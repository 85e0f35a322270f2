//! What a request says, read leniently: apps send the same thing as query, form, multipart or JSON.
//! <https://docs.joinmastodon.org/client/intro/#parameters>

pub mod bearer;
mod body;
mod caller;
pub mod lenient;
mod multipart;
pub mod page;
pub mod params;
pub mod path;
pub mod scope;
mod tree;

pub use bearer::Bearer;
pub(crate) use body::bytes;
pub use caller::{Anyone, Caller, Holder, Newcomer};
pub use lenient::{Choice, Composed, Flag, Many, Number, Text, Words};
pub use multipart::File;
pub use page::PageParams;
pub use params::{Params, Spooled, Upload, UploadLimit};
pub use path::PathId;
pub use scope::Scope;
