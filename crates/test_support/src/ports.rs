//! Ports for servers that a test starts.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;

/// Below those that systems give to connections.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// Where UDP holds a port, no other test takes it.
static HELD: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// A port on which nobody listens, and that no other test is given while this process runs.
#[must_use]
pub fn free_port() -> u16 {
    loop {
        let port = rand::random_range(PORTS);
        let Ok(held) = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)) else {
            continue;
        };
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            if let Ok(mut all) = HELD.lock() {
                all.push(held);
            }
            return port;
        }
    }
}
