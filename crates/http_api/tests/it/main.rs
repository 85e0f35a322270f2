//! The door as an app meets it: requests in every form, refusals, headers.

mod bytes;
mod extract;
mod refusals;
