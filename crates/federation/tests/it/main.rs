//! Tests of the federation crate against real sockets and databases on this machine.

// `cfg(test)` holds here anyway; it tells clippy that helper functions are tests too.
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod outbound;
#[cfg(test)]
mod patience;
#[cfg(test)]
mod tls;
