//! Tests of the federation crate against real sockets on this machine.

// `cfg(test)` holds here anyway; it tells clippy that helper functions are tests too.
#[cfg(test)]
mod outbound;
#[cfg(test)]
mod tls;
