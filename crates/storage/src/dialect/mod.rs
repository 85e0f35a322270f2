//! The only place that knows how the two databases differ.

pub(crate) mod about;
pub(crate) mod claim;
pub(crate) mod full_text;
pub(crate) mod said;
pub(crate) mod search;
