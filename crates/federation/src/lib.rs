//! Federation with other servers over ActivityPub: what arrives from them, and what we send and ask.

pub mod net;
pub mod origin;
pub mod signatures;
