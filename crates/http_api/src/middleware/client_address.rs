//! Who is at the other end, also behind our own proxy.
//! <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-For>

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::web::Data;
use ipnet::IpNet;

/// The proxies whose word on the client's address is taken; part of the app's data.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }
}

/// The client's address: the peer's, unless that is a proxy of ours that names another.
///
/// The header is read from its end, where our proxies wrote; what stands before the first
/// stranger was written by that stranger.
#[must_use]
pub fn client_address(request: &HttpRequest) -> IpAddr {
    let mut client = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| {
            peer.ip().to_canonical()
        });
    let Some(proxies) = request.app_data::<Data<TrustedProxies>>() else {
        return client;
    };
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.into_iter().rev() {
        if !proxies.trust(client) {
            break;
        }
        let Some(address) = address(hop.trim()) else {
            break;
        };
        client = address;
    }
    client
}

/// Some proxies write the port as well.
fn address(text: &str) -> Option<IpAddr> {
    text.parse()
        .or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()))
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies(vec![
            "10.0.0.0/8".parse().unwrap(),
            "::1/128".parse().unwrap(),
        ]);
        let mut request = TestRequest::default()
            .peer_addr(peer.parse().unwrap())
            .app_data(Data::new(proxies));
        for value in forwarded {
            request = request.append_header(("X-Forwarded-For", *value));
        }
        client_address(&request.to_http_request()).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(client("192.0.2.7:1", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(
            client("10.0.0.1:1", &["198.51.100.9, 192.0.2.7"]),
            "192.0.2.7"
        );
        assert_eq!(
            client("10.0.0.1:1", &["198.51.100.9", "192.0.2.7"]),
            "192.0.2.7"
        );
    }

    #[test]
    fn a_chain_of_our_proxies_is_followed_to_its_end() {
        assert_eq!(client("[::1]:1", &["192.0.2.7, 10.1.1.1"]), "192.0.2.7");
        assert_eq!(
            client("[::ffff:10.0.0.1]:1", &["[2001:db8::5]:443"]),
            "2001:db8::5"
        );
        assert_eq!(client("10.0.0.1:1", &[]), "10.0.0.1");
    }

    #[test]
    fn nonsense_in_the_header_ends_the_search() {
        assert_eq!(client("10.0.0.1:1", &["192.0.2.7, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1:1", &[""]), "10.0.0.1");
    }
}
