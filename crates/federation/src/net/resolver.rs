//! Name resolution that never yields an address we must not connect to, so that what was checked is what
//! is connected to, whatever the name says a moment later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_resolver::{TokioResolver, config::ResolveHosts};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{BuildError, address::Guard};

pub(super) struct GuardedResolver {
    resolver: TokioResolver,
    guard: Guard,
}

/// The name leads only to addresses that are not on the open internet.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a public address")]
pub(super) struct BlockedAddress(pub(super) IpAddr);

/// There is no address for the name.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved: {0}")]
pub(super) struct UnknownHost(String);

/// No name server said whether there is one.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved now: {0}")]
pub(super) struct Unresolved(String);

impl GuardedResolver {
    pub(super) fn new(guard: Guard) -> Result<Self, BuildError> {
        let mut builder = TokioResolver::builder_tokio()
            .map_err(|error| BuildError::Resolver(error.to_string()))?;
        builder.options_mut().use_hosts_file = ResolveHosts::Always;
        let resolver = builder
            .build()
            .map_err(|error| BuildError::Resolver(error.to_string()))?;
        Ok(Self { resolver, guard })
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, guard) = (self.resolver.clone(), self.guard);
        Box::pin(async move {
            let found: Vec<IpAddr> = if is_localhost(name.as_str()) {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            } else {
                match resolver.lookup_ip(name.as_str()).await {
                    Ok(found) => found.iter().collect(),
                    Err(error) if error.is_no_records_found() => {
                        return Err(UnknownHost(error.to_string()).into());
                    }
                    Err(error) => return Err(Unresolved(error.to_string()).into()),
                }
            };
            let addresses = permitted(found, guard)?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// RFC 6761: these names are this machine, whatever a name server answers.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

fn permitted(found: Vec<IpAddr>, guard: Guard) -> Result<Vec<SocketAddr>, BlockedAddress> {
    let first = found.first().copied();
    // Port 0 means: the port of the address that was asked for.
    let addresses: Vec<SocketAddr> = found
        .into_iter()
        .filter(|&address| guard.permits(address))
        .map(|address| SocketAddr::new(address, 0))
        .collect();
    match first {
        Some(blocked) if addresses.is_empty() => Err(BlockedAddress(blocked)),
        _ => Ok(addresses),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_among_public_ones_are_left_out() {
        let guard = Guard {
            allow_loopback: false,
        };
        let found = vec![
            "10.0.0.1".parse().unwrap(),
            "1.1.1.1".parse().unwrap(),
            "::1".parse().unwrap(),
        ];
        assert_eq!(
            permitted(found, guard).unwrap(),
            ["1.1.1.1:0".parse().unwrap()]
        );
    }

    #[test]
    fn a_name_with_private_addresses_alone_is_blocked() {
        let guard = Guard {
            allow_loopback: false,
        };
        let found = vec!["10.0.0.1".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(
            permitted(found, guard).unwrap_err().0,
            "10.0.0.1".parse::<IpAddr>().unwrap()
        );
    }

    #[tokio::test]
    async fn localhost_is_this_machine_and_needs_the_switch() {
        for (allow_loopback, expected) in [(true, true), (false, false)] {
            let resolver = GuardedResolver::new(Guard { allow_loopback }).unwrap();
            for name in ["localhost", "school.localhost", "localhost."] {
                assert_eq!(
                    resolver.resolve(name.parse().unwrap()).await.is_ok(),
                    expected,
                    "{name}"
                );
            }
        }
    }
}
