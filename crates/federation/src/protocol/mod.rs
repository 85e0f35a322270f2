//! The wire: what others send is read leniently, what we send is written strictly.

pub(crate) mod addressing;
pub(crate) mod context;
pub(crate) mod read;
pub(crate) mod vocabulary;
