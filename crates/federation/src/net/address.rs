//! Which IP addresses are on the open internet: the IANA special-purpose registries (RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where requests may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    /// Also to this machine and its own network; for tests and for several servers on one machine.
    pub(super) allow_loopback: bool,
}

impl Guard {
    pub(super) fn permits(self, address: IpAddr) -> bool {
        is_public(address) || (self.allow_loopback && is_nearby(address))
    }
}

/// This machine, a private network as containers have one, or an address of documentation.
///
/// Not what is link-local or shared with a provider's other customers: there clouds keep their secrets.
#[must_use]
pub fn is_nearby(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let benchmarks = matches!(address.octets(), [198, 18 | 19, ..]);
            address.is_loopback()
                || address.is_private()
                || address.is_documentation()
                || benchmarks
        }
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            // fd00:ec2::254 is a cloud's metadata too.
            let unique_local = first & 0xfe00 == 0xfc00 && (first, second) != (0xfd00, 0x0ec2);
            address.is_loopback() || unique_local || (first, second) == (0x2001, 0x0db8)
        }
    }
}

/// On the open internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 10 | 127, ..] => true,
        [100, second, ..] => (64..128).contains(&second), // shared by a provider's customers
        [169, 254, ..] => true,                           // link-local, and the clouds' metadata
        [172, second, ..] => (16..32).contains(&second),
        [192, 0, 0 | 2, _] => true, // protocol assignments, documentation
        [192, 88, 99, _] => true,   // 6to4 relays
        [192, 168, ..] => true,
        [198, 18 | 19, ..] => true,                   // benchmarks
        [198, 51, 100, _] | [203, 0, 113, _] => true, // documentation
        [first, ..] => first >= 224,                  // multicast, reserved, broadcast
    };
    !special
}

/// Only `2000::/3` is handed out at all; this leaves aside loopback, ULA, link-local, multicast, the mapped and
/// the compatible addresses and NAT64, and whatever else may be defined one day.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special = match (first, second) {
        (0x2001, second) => second < 0x0200 || second == 0x0db8, // Teredo, benchmarks, ORCHID; documentation
        (0x2002, _) => true,                                     // 6to4: carries any v4 address
        (0x3fff, second) => second < 0x1000,                     // documentation
        _ => false,
    };
    (0x2000..0x4000).contains(&first) && !special
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_the_open_internet_are_permitted() {
        let guard = Guard {
            allow_loopback: false,
        };
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:200::1",
            "2a00::1",
            "3fff:1000::1",
        ] {
            assert!(guard.permits(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn no_other_address_is_permitted() {
        let guard = Guard {
            allow_loopback: false,
        };
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!guard.permits(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_loopback_switch_opens_this_machine_and_its_network() {
        let guard = Guard {
            allow_loopback: true,
        };
        for address in [
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "1.1.1.1",
            "::1",
            "fd12:3456::1",
            "2001:db8::1",
        ] {
            assert!(guard.permits(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_loopback_switch_opens_nothing_else() {
        let guard = Guard {
            allow_loopback: true,
        };
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "169.254.0.1",
            "169.254.169.254",
            "192.0.0.192",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!guard.permits(address.parse().unwrap()), "{address}");
        }
    }

    proptest! {
        #[test]
        fn no_v4_address_is_reached_through_a_v6_one(v4: u32) {
            let guard = Guard { allow_loopback: true };
            let v4 = Ipv4Addr::from(v4);
            let [a, b, c, d] = v4.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for address in [
                v4.to_ipv6_mapped(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !high, !low),
            ] {
                prop_assert!(!guard.permits(address.into()), "{}", address);
            }
        }
    }
}
