//! The `staffroom` program.
fn main() {}
